//! What a worker needs on LocalStack: bucket, queue, dead-letter queue, and notifications from one to the other. On real
//! AWS this is the work of Terraform.

use std::time::Duration;

use aws_sdk_s3::types::{Event, NotificationConfiguration, QueueConfiguration};
use aws_sdk_sqs::types::QueueAttributeName;
use serde::Serialize;

use super::{Aws, calls::CallError};
use crate::queue::RemoteError;

/// Receives after which a message is a dead letter.
const MOST_RECEIVES: u32 = 5;

/// Seconds for which dead letters are kept, the most that SQS allows; the queue itself keeps messages for four days.
const KEPT_SECONDS: u32 = 14 * 24 * 3_600;

/// When a message goes to the dead-letter queue, as SQS reads it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RedrivePolicy {
    dead_letter_target_arn: String,
    max_receive_count: u32,
}

/// Makes what is missing.
///
/// # Errors
/// [`RemoteError`] where it cannot be made.
pub async fn provision(aws: &Aws, bucket: &str, queue: &str) -> Result<(), RemoteError> {
    const DEADLINE: Duration = Duration::from_secs(60);
    match tokio::time::timeout(DEADLINE, make(aws, bucket, queue)).await {
        Ok(made) => made,
        Err(_) => Err(RemoteError::Unavailable("no response in time".to_owned())),
    }
}

async fn make(aws: &Aws, bucket: &str, queue: &str) -> Result<(), RemoteError> {
    let (s3, sqs) = (aws.s3(), aws.sqs());
    if s3.head_bucket().bucket(bucket).send().await.is_err() {
        s3.create_bucket().bucket(bucket).send().await.map_err(|error| CallError::new(&error))?;
    }
    let arn = |url: String| {
        let sqs = sqs.clone();
        async move {
            let name = QueueAttributeName::QueueArn;
            let call = sqs.get_queue_attributes().queue_url(url).attribute_names(name.clone());
            let answer = call.send().await.map_err(|error| CallError::new(&error))?;
            let arn = answer.attributes().and_then(|all| all.get(&name).cloned());
            arn.ok_or_else(|| RemoteError::Missing("the queue's ARN".to_owned()))
        }
    };
    if sqs.get_queue_url().queue_name(queue).send().await.is_err() {
        let dead = sqs
            .create_queue()
            .queue_name([queue, "-dead-letters"].concat())
            .attributes(QueueAttributeName::MessageRetentionPeriod, KEPT_SECONDS.to_string())
            .send()
            .await
            .map_err(|error| CallError::new(&error))?;
        let dead = arn(dead.queue_url.unwrap_or_default()).await?;
        let policy = RedrivePolicy { dead_letter_target_arn: dead, max_receive_count: MOST_RECEIVES };
        let redrive =
            serde_json::to_string(&policy).map_err(|error| RemoteError::Unavailable(error.to_string()))?;
        let create =
            sqs.create_queue().queue_name(queue).attributes(QueueAttributeName::RedrivePolicy, redrive);
        create.send().await.map_err(|error| CallError::new(&error))?;
    }
    let url = sqs.get_queue_url().queue_name(queue).send().await.map_err(|error| CallError::new(&error))?;
    let target = arn(url.queue_url.unwrap_or_default()).await?;
    let events = [Event::S3ObjectCreated, Event::S3ObjectRemoved].into_iter();
    let notify = QueueConfiguration::builder().queue_arn(target).set_events(Some(events.collect())).build();
    let notify = notify.map_err(|error| RemoteError::Unavailable(error.to_string()))?;
    let configuration = NotificationConfiguration::builder().queue_configurations(notify).build();
    s3.put_bucket_notification_configuration()
        .bucket(bucket)
        .notification_configuration(configuration)
        .send()
        .await
        .map_err(|error| CallError::new(&error))?;
    Ok(())
}
