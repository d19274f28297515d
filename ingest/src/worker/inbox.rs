//! Messages on their way through a tick: received under lease, read, and, once their keys are applied, deleted, released,
//! or sent to the dead-letter queue with the reason.

use std::{sync::Arc, time::Duration};

use wikimovie_engine::failpoint;

use super::{
    lease::Leases,
    options::{LONGEST_DELAY, WorkerOptions, backoff},
};
use crate::{
    bucket::{is_mapping, is_object},
    folder::provider_of,
    notification::{Notification, parse},
    queue::{Message, Queue, RemoteError},
};

/// A message and what it says.
pub(super) struct ParsedMessage {
    pub(super) message: Message,
    /// Keys of our bucket.
    pub(super) keys: Vec<String>,
    /// Keys of mappings, which stand for all objects beside them.
    pub(super) mappings: Vec<String>,
    /// Why it goes to the dead-letter queue once its keys are done.
    pub(super) faults: Vec<String>,
}

impl ParsedMessage {
    /// Reads a message; keys of other buckets are faults.
    pub(super) fn read(message: Message, bucket: &str) -> Self {
        let Notification { hints, mut faults, .. } = match parse(&message.body) {
            Ok(notification) => notification,
            Err(poison) => {
                let faults = vec![poison.to_string()];
                return Self { message, keys: Vec::new(), mappings: Vec::new(), faults };
            }
        };
        let (mut keys, mut mappings) = (Vec::new(), Vec::new());
        for hint in hints {
            if hint.bucket != bucket {
                faults.push(format!("the bucket {:?} is not the bucket of this worker", hint.bucket));
            } else if is_mapping(&hint.key) {
                mappings.push(hint.key);
            } else if is_object(&hint.key) {
                match provider_of(&hint.key) {
                    Ok(_) => keys.push(hint.key),
                    Err(why) => faults.push(why),
                }
            }
        }
        Self { message, keys, mappings, faults }
    }
}

/// The queue, and the messages of it that are ours.
pub(super) struct Inbox {
    queue: Arc<dyn Queue>,
    leases: Leases,
    options: WorkerOptions,
    /// Received, and not done since a tick failed.
    kept: Vec<Message>,
}

impl Inbox {
    pub(super) fn new(queue: Arc<dyn Queue>, leases: Leases, options: WorkerOptions) -> Self {
        Self { queue, leases, options, kept: Vec::new() }
    }

    /// A batch: what waits already, or the first message that comes within this time.
    pub(super) fn receive(&self, mut wait: Duration) -> Result<Vec<Message>, RemoteError> {
        /// What SQS gives at most in one answer.
        const AT_ONCE: usize = 10;
        let mut messages = Vec::new();
        while messages.len() < self.options.batch {
            let more = match self.queue.receive(AT_ONCE.min(self.options.batch - messages.len()), wait) {
                Ok(more) => more,
                Err(error) if messages.is_empty() => return Err(error),
                Err(_) => break,
            };
            self.leases.hold(more.iter().map(|message| &message.handle), self.options.lease);
            let last = more.is_empty();
            messages.extend(more);
            if last {
                break;
            }
            wait = Duration::ZERO;
        }
        metrics::counter!("wikimovie_ingest_messages_received_total").increment(messages.len() as u64);
        Ok(messages)
    }

    /// Messages of ticks that failed.
    pub(super) fn take_kept(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.kept)
    }

    /// Whether a message is still ours.
    pub(super) fn holds(&self, message: &Message) -> bool {
        self.leases.holds(&message.handle)
    }

    /// Keeps messages for the next tick.
    pub(super) fn keep(&mut self, messages: Vec<Message>) {
        self.kept.retain(|kept| !messages.iter().any(|message| message.handle == kept.handle));
        self.kept.extend(messages);
    }

    /// Copies a message to the dead-letter queue.
    pub(super) fn dead_letter(&self, message: &Message, reason: &str) -> Result<(), RemoteError> {
        self.queue.dead_letter(message, reason)?;
        metrics::counter!("wikimovie_ingest_dead_letters_total").increment(1);
        tracing::warn!(message = message.id, reason, "moved a message to the dead-letter queue");
        Ok(())
    }

    /// Ends the lease of a message that is done, to be deleted; `false` where it was lost: then whoever has it deletes it.
    pub(super) fn end_lease(&self, message: &Message) -> bool {
        self.leases.release(&message.handle)
    }

    /// Gives back what is not done, so that others have it at once.
    pub(super) fn release_kept(&mut self) {
        let kept = self.take_kept().into_iter().map(|message| message.handle);
        let kept: Vec<String> = kept.filter(|handle| self.leases.release(handle)).collect();
        if let Err(error) = self.queue.extend(&kept, Duration::ZERO) {
            tracing::warn!(
                %error,
                messages = kept.len(),
                "messages could not be released; they will be redelivered later"
            );
        }
    }

    /// Leaves a message to a later delivery: the more often it came, the later, unless at once.
    pub(super) fn release(&self, parsed: &ParsedMessage, reason: &str, at_once: bool) {
        metrics::counter!("wikimovie_ingest_messages_put_back_total").increment(1);
        tracing::warn!(
            message = parsed.message.id,
            receives = parsed.message.receives,
            "a message will be redelivered: {reason}"
        );
        if self.leases.release(&parsed.message.handle) {
            let later = if at_once {
                Duration::ZERO
            } else {
                backoff(self.options.pause, parsed.message.receives, LONGEST_DELAY)
            };
            let _ = self.queue.extend(std::slice::from_ref(&parsed.message.handle), later);
        }
    }

    /// Deletes messages. What cannot be deleted comes again and is found done.
    pub(super) fn delete(&self, mut handles: Vec<String>) -> Result<usize, RemoteError> {
        let all = handles.len();
        failpoint::reach("worker.deleting");
        for _ in 0..2 {
            if handles.is_empty() {
                break;
            }
            handles = self.queue.delete(&handles)?;
        }
        if !handles.is_empty() {
            tracing::warn!(
                messages = handles.len(),
                "messages could not be deleted; they will be redelivered"
            );
        }
        failpoint::reach("worker.deleted");
        let deleted = all - handles.len();
        metrics::counter!("wikimovie_ingest_messages_deleted_total").increment(deleted as u64);
        Ok(deleted)
    }
}
