//! A queue of SQS, with the dead-letter queue that its redrive policy names.

use std::time::Duration;

use aws_sdk_sqs::{
    Client,
    types::{
        ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, MessageAttributeValue,
        MessageSystemAttributeName, QueueAttributeName,
    },
};
use serde::Deserialize;
use tokio::runtime::Handle;

use super::{Aws, DEADLINE, calls::Calls};
use crate::queue::{Message, Queue, RemoteError};

/// Messages in one request (SQS, "Actions": batches have at most 10 entries).
const BATCH: usize = 10;

/// Longest reason that is kept with a dead letter, in characters.
const REASON_CHARS: usize = 1_000;

/// A queue of SQS.
#[derive(Clone)]
pub struct SqsQueue {
    client: Client,
    url: String,
    dead_letters: Option<String>,
    /// Receives after which the queue itself moves a message to the dead-letter queue.
    most_receives: Option<u32>,
    /// How long a message is ours from its receive on.
    lease: Duration,
    calls: Calls,
}

/// The dead-letter queue of a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeadLetters {
    /// There is one that keeps messages longer than the queue.
    Sound,
    /// There is one; SQS counts retention from the first enqueue, so that messages may vanish in it.
    KeepsTooShort,
    /// There is none: what cannot be used has nowhere to go.
    None,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RedrivePolicy {
    dead_letter_target_arn: String,
    /// A number, which some tools write as text.
    #[serde(default)]
    max_receive_count: serde_json::Value,
}

impl RedrivePolicy {
    fn most_receives(&self) -> Option<u32> {
        let text = self.max_receive_count.as_str().map(str::to_owned);
        text.unwrap_or_else(|| self.max_receive_count.to_string()).parse().ok()
    }
}

impl SqsQueue {
    /// The queue of this name or address, and what is to be said of its dead-letter queue. Calls block on `runtime`.
    ///
    /// # Errors
    /// [`RemoteError`] where there is no such queue, or it cannot be reached.
    pub fn find(
        aws: &Aws,
        name_or_url: &str,
        lease: Duration,
        runtime: Handle,
    ) -> Result<(Self, DeadLetters), RemoteError> {
        let (client, calls) = (aws.sqs(), aws.calls(runtime));
        let url = if name_or_url.contains("://") {
            name_or_url.to_owned()
        } else {
            url_of(&client, &calls, name_or_url)?
        };
        let (policy, retention) = attributes(&client, &calls, &url)?;
        let mut queue = Self { client, url, dead_letters: None, most_receives: None, lease, calls };
        queue.most_receives = policy.as_ref().and_then(RedrivePolicy::most_receives);
        let arn = policy.as_ref().map(|policy| policy.dead_letter_target_arn.as_str());
        let Some(name) = arn.and_then(|arn| arn.rsplit(':').next()) else {
            return Ok((queue, DeadLetters::None));
        };
        let dead_letters = url_of(&queue.client, &queue.calls, name)?;
        let (_, kept) = attributes(&queue.client, &queue.calls, &dead_letters)?;
        queue.dead_letters = Some(dead_letters);
        Ok((queue, if kept > retention { DeadLetters::Sound } else { DeadLetters::KeepsTooShort }))
    }

    /// The same queue with its calls on another runtime.
    #[must_use]
    pub fn on(&self, runtime: Handle) -> Self {
        Self { calls: self.calls.on(runtime), ..self.clone() }
    }

    /// The dead-letter queue as a queue of its own.
    #[must_use]
    pub fn dead_letter_queue(&self) -> Option<Self> {
        Some(Self { url: self.dead_letters.clone()?, dead_letters: None, ..self.clone() })
    }

    /// Receives after which the queue itself moves a message to the dead-letter queue, without a reason.
    pub fn most_receives(&self) -> Option<u32> {
        self.most_receives
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// About how many messages wait, and how many are with a worker.
    ///
    /// # Errors
    /// [`RemoteError`] where that cannot be told.
    pub fn depth(&self) -> Result<(u64, u64), RemoteError> {
        let (waiting, taken) = (
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        );
        let call = self
            .client
            .get_queue_attributes()
            .queue_url(&self.url)
            .attribute_names(waiting.clone())
            .attribute_names(taken.clone());
        let answer = self.calls.wait(DEADLINE, call.send())?;
        let number =
            |name| answer.attributes().and_then(|all| all.get(name)?.parse().ok()).unwrap_or_default();
        Ok((number(&waiting), number(&taken)))
    }

    /// Sends a message.
    ///
    /// # Errors
    /// [`RemoteError`]; whether it was sent cannot be told then.
    pub fn send(&self, body: &str) -> Result<(), RemoteError> {
        let call = self.client.send_message().queue_url(&self.url).message_body(body);
        self.calls.wait(DEADLINE, call.send())?;
        Ok(())
    }
}

fn url_of(client: &Client, calls: &Calls, name: &str) -> Result<String, RemoteError> {
    let answer = calls.wait(DEADLINE, client.get_queue_url().queue_name(name).send());
    let answer = answer.map_err(|error| match RemoteError::from(error) {
        RemoteError::Missing(_) => RemoteError::Missing(format!("the queue {name}")),
        other => other,
    })?;
    answer.queue_url.ok_or_else(|| RemoteError::Missing(format!("the queue {name}")))
}

/// What is said of the dead-letter queue, and retention in seconds.
fn attributes(
    client: &Client,
    calls: &Calls,
    url: &str,
) -> Result<(Option<RedrivePolicy>, u64), RemoteError> {
    let call = client
        .get_queue_attributes()
        .queue_url(url)
        .attribute_names(QueueAttributeName::RedrivePolicy)
        .attribute_names(QueueAttributeName::MessageRetentionPeriod);
    let answer = calls.wait(DEADLINE, call.send())?;
    let value = |name: QueueAttributeName| answer.attributes().and_then(|all| all.get(&name));
    let policy = value(QueueAttributeName::RedrivePolicy)
        .and_then(|text| serde_json::from_str::<RedrivePolicy>(text).ok());
    let retention = value(QueueAttributeName::MessageRetentionPeriod).and_then(|text| text.parse().ok());
    Ok((policy, retention.unwrap_or_default()))
}

fn seconds(time: Duration) -> i32 {
    // 12 hours are the most that SQS takes.
    i32::try_from(time.as_secs_f64().ceil() as u64).unwrap_or(i32::MAX).min(43_200)
}

impl Queue for SqsQueue {
    fn receive(&self, most: usize, time: Duration) -> Result<Vec<Message>, RemoteError> {
        let call = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(i32::try_from(most.min(BATCH)).unwrap_or(1))
            .wait_time_seconds(seconds(time).min(20))
            .visibility_timeout(seconds(self.lease))
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount);
        let answer = self.calls.wait(time + DEADLINE, call.send())?;
        let messages = answer.messages.unwrap_or_default().into_iter().filter_map(|message| {
            let receives = message
                .attributes
                .as_ref()
                .and_then(|all| all.get(&MessageSystemAttributeName::ApproximateReceiveCount)?.parse().ok());
            Some(Message {
                id: message.message_id.unwrap_or_default(),
                body: message.body.unwrap_or_default(),
                handle: message.receipt_handle?,
                receives: receives.unwrap_or(1),
            })
        });
        Ok(messages.collect())
    }

    fn extend(&self, handles: &[String], lease: Duration) -> Result<Vec<String>, RemoteError> {
        let mut lost = Vec::new();
        for batch in handles.chunks(BATCH) {
            let entry = |(at, handle): (usize, &String)| {
                ChangeMessageVisibilityBatchRequestEntry::builder()
                    .id(at.to_string())
                    .receipt_handle(handle)
                    .visibility_timeout(seconds(lease))
                    .build()
                    .map_err(|error| RemoteError::Unavailable(error.to_string()))
            };
            let entries = batch.iter().enumerate().map(entry).collect::<Result<_, _>>()?;
            let call =
                self.client.change_message_visibility_batch().queue_url(&self.url).set_entries(Some(entries));
            let answer = self.calls.wait(DEADLINE, call.send())?;
            // What fails by the fault of SQS is tried again with the next round.
            let ours = answer.failed.iter().filter(|failed| failed.sender_fault);
            lost.extend(ours.filter_map(|failed| batch.get(failed.id.parse::<usize>().ok()?).cloned()));
        }
        Ok(lost)
    }

    fn delete(&self, handles: &[String]) -> Result<Vec<String>, RemoteError> {
        let mut left = Vec::new();
        for batch in handles.chunks(BATCH) {
            let entry = |(at, handle): (usize, &String)| {
                DeleteMessageBatchRequestEntry::builder()
                    .id(at.to_string())
                    .receipt_handle(handle)
                    .build()
                    .map_err(|error| RemoteError::Unavailable(error.to_string()))
            };
            let entries = batch.iter().enumerate().map(entry).collect::<Result<_, _>>()?;
            let call = self.client.delete_message_batch().queue_url(&self.url).set_entries(Some(entries));
            let answer = self.calls.wait(DEADLINE, call.send())?;
            let failed = answer.failed.iter();
            left.extend(failed.filter_map(|failed| batch.get(failed.id.parse::<usize>().ok()?).cloned()));
        }
        Ok(left)
    }

    fn dead_letter(&self, message: &Message, reason: &str) -> Result<(), RemoteError> {
        let Some(url) = &self.dead_letters else {
            return Err(RemoteError::Missing("a dead-letter queue".to_owned()));
        };
        let attribute = |text: &str| {
            MessageAttributeValue::builder()
                .data_type("String")
                .string_value(text)
                .build()
                .map_err(|error| RemoteError::Unavailable(error.to_string()))
        };
        // Characters that XML cannot hold are refused by SQS.
        let reason: String =
            reason.chars().map(|c| if c.is_control() { ' ' } else { c }).take(REASON_CHARS).collect();
        let call = self
            .client
            .send_message()
            .queue_url(url)
            .message_body(&message.body)
            .message_attributes("reason", attribute(&reason)?)
            .message_attributes("source-message-id", attribute(&message.id)?);
        self.calls.wait(DEADLINE, call.send())?;
        Ok(())
    }
}
