//! What there is to be, in terms of neither Terraform nor AWS.

use serde::Deserialize;
use serde_json::{Value, json};

/// The account of LocalStack.
const ACCOUNT: &str = "000000000000";

/// Time for which dead letters are kept: the most that SQS allows.
const DEAD_LETTER_SECONDS: u64 = 14 * 24 * 60 * 60;

/// Time for which a receive waits for messages: the most that SQS allows.
const WAIT_SECONDS: u64 = 20;

/// Variables of the example.
#[derive(Deserialize)]
pub(super) struct Variables {
    pub(super) bucket: String,
    pub(super) queue: String,
    pub(super) region: String,
    events: Vec<String>,
    prefixes: Vec<String>,
    visibility_seconds: u64,
    retention_seconds: u64,
    most_receives: u64,
}

impl Variables {
    pub(super) fn describe(&self) -> Value {
        let Variables { bucket, queue, region, .. } = self;
        let bucket_arn = format!("arn:aws:s3:::{bucket}");
        let queue_arn = format!("arn:aws:sqs:{region}:{ACCOUNT}:{queue}");
        let dead_arn = format!("{queue_arn}-dead-letters");
        let mut events = self.events.clone();
        events.sort();
        let mut prefixes = self.prefixes.clone();
        prefixes.sort();
        let notification = |prefix: &String| json!({"queue": queue_arn, "events": events, "prefix": prefix});
        let bucket_may_send = json!({
            "Sid": "NotificationsOfTheBucket",
            "Effect": "Allow",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue_arn,
            "Condition": {
                "ArnEquals": {"aws:SourceArn": bucket_arn},
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
            },
        });
        let everything = json!([bucket_arn, format!("{bucket_arn}/*")]);
        json!({
            "bucket": {
                "name": bucket,
                "versioning": "Enabled",
                "encryption": "AES256",
                "public": {
                    "BlockPublicAcls": true,
                    "BlockPublicPolicy": true,
                    "IgnorePublicAcls": true,
                    "RestrictPublicBuckets": true,
                },
                "ownership": "BucketOwnerEnforced",
                "policy": policy(&[only_by_tls("s3:*", everything)]),
                "lifecycle": [{"id": "former-versions", "noncurrent_days": 30, "markers": true, "multipart_days": 7}],
                "notifications": prefixes.iter().map(notification).collect::<Vec<_>>(),
            },
            "queue": {
                "name": queue,
                "visibility": self.visibility_seconds,
                "retention": self.retention_seconds,
                "wait": WAIT_SECONDS,
                "encrypted": true,
                "redrive": {"deadLetterTargetArn": dead_arn, "maxReceiveCount": self.most_receives},
                "policy": policy(&[bucket_may_send, only_by_tls("sqs:*", json!(queue_arn))]),
            },
            "dead_letters": {
                "name": format!("{queue}-dead-letters"),
                "retention": DEAD_LETTER_SECONDS,
                "encrypted": true,
                "sources": {"redrivePermission": "byQueue", "sourceQueueArns": [queue_arn]},
                "policy": policy(&[only_by_tls("sqs:*", json!(dead_arn))]),
            },
        })
    }
}

fn policy(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn only_by_tls(action: &str, resource: Value) -> Value {
    json!({
        "Sid": "OnlyByTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": resource,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    })
}
