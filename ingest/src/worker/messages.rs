//! Messages on their way through a tick: received under lease, understood, and, once their keys are settled, deleted,
//! deferred, released, or sent to the dead-letter queue with the reason.

use std::{collections::HashSet, sync::atomic::Ordering::Relaxed, time::Duration};

use wikimovie_engine::failpoint;

use super::{KeyOutcome, LONGEST_DELAY, TickError, Worker, backoff};
use crate::{
    bucket::is_object,
    folder::provider_of,
    notification::{Notification, parse},
    queue::{Message, RemoteError},
};

/// A message and what it says.
pub(super) struct ParsedMessage {
    pub(super) message: Message,
    /// Keys of our bucket.
    pub(super) keys: Vec<String>,
    /// Why it goes to the dead-letter queue once its keys are done.
    pub(super) faults: Vec<String>,
}

impl Worker {
    /// A batch: what waits already, or the first that comes.
    pub(super) fn receive(&self) -> Result<Vec<Message>, RemoteError> {
        /// What SQS gives at most in one answer.
        const AT_ONCE: usize = 10;
        let mut messages = Vec::new();
        // Large objects go on meanwhile.
        let mut wait = if self.is_busy() { Duration::ZERO } else { self.options.wait };
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

    pub(super) fn handle(&mut self, messages: Vec<Message>, again: bool) -> Result<usize, TickError> {
        let parsed: Vec<ParsedMessage> =
            messages.into_iter().map(|message| self.understand(message)).collect();
        let mut keys: Vec<String> = parsed.iter().flat_map(|parsed| parsed.keys.iter().cloned()).collect();
        keys.sort();
        keys.dedup();
        let (in_slots, keys): (Vec<String>, Vec<String>) =
            keys.into_iter().partition(|key| self.has_slot(key));
        // A message that comes again may have been applied by somebody who died, or failed, before the receipt was put.
        let again: HashSet<String> = parsed
            .iter()
            .filter(|parsed| again || parsed.message.receives > 1)
            .flat_map(|parsed| parsed.keys.clone())
            .collect();
        let outcomes = self.reconcile_keys(keys, again)?;
        let mut done = Vec::new();
        for parsed in &parsed {
            let waits =
                |key: &&String| in_slots.contains(key) || outcomes.get(*key) == Some(&KeyOutcome::Deferred);
            if parsed.keys.iter().any(|key| waits(&key)) {
                self.defer(parsed, waits);
                continue;
            }
            let outcomes: Vec<&KeyOutcome> = parsed.keys.iter().filter_map(|key| outcomes.get(key)).collect();
            let reasons: Vec<&str> = outcomes.iter().map(|outcome| outcome.reason()).collect();
            let hopeless = parsed.message.receives >= self.options.receives
                && outcomes.iter().all(|outcome| matches!(outcome, KeyOutcome::Unreadable(_)))
                && !self.halt.load(Relaxed);
            if !reasons.is_empty() && !hopeless {
                self.release(parsed, &reasons.join("; "));
                continue;
            }
            if !parsed.faults.is_empty() || !reasons.is_empty() {
                let faults = parsed.faults.iter().map(String::as_str);
                let reason = faults.chain(reasons).collect::<Vec<_>>().join("; ");
                self.queue.dead_letter(&parsed.message, &reason)?;
                metrics::counter!("wikimovie_ingest_dead_letters_total").increment(1);
                tracing::warn!(
                    message = parsed.message.id,
                    reason,
                    "moved a message to the dead-letter queue"
                );
            }
            // One that is ours no more is left to whoever has it now.
            if self.leases.release(&parsed.message.handle) {
                done.push(parsed.message.handle.clone());
            }
        }
        self.delete(done)
    }

    /// Reads a message.
    fn understand(&self, message: Message) -> ParsedMessage {
        let Notification { hints, mut faults, .. } = match parse(&message.body) {
            Ok(notification) => notification,
            Err(poison) => {
                return ParsedMessage { message, keys: Vec::new(), faults: vec![poison.to_string()] };
            }
        };
        let mut keys = Vec::new();
        for hint in hints {
            if hint.bucket != self.bucket.name() {
                faults.push(format!("the bucket {:?} is not the bucket of this worker", hint.bucket));
            } else if is_object(&hint.key) {
                match provider_of(&hint.key) {
                    Ok(_) => keys.push(hint.key),
                    Err(why) => faults.push(why),
                }
            }
        }
        ParsedMessage { message, keys, faults }
    }

    pub(super) fn keep(&mut self, messages: Vec<Message>) {
        let is = |handle: &str| messages.iter().any(|message| message.handle == handle);
        self.kept.retain(|kept| !is(&kept.handle));
        self.deferred.retain(|deferred| !is(deferred.handle()));
        self.kept.extend(messages);
    }

    /// Gives back what is not done, so that others have it at once. To be called before the worker is dropped.
    pub fn release_all(&mut self) {
        self.lose_writer();
        let kept = std::mem::take(&mut self.kept).into_iter().map(|message| message.handle);
        let kept: Vec<String> = kept.filter(|handle| self.leases.release(handle)).collect();
        if let Err(error) = self.queue.extend(&kept, Duration::ZERO) {
            tracing::warn!(
                %error,
                messages = kept.len(),
                "messages could not be released; they will be redelivered later"
            );
        }
    }

    /// Leaves a message to a later delivery: the more often it came, the later.
    fn release(&self, parsed: &ParsedMessage, reason: &str) {
        metrics::counter!("wikimovie_ingest_messages_put_back_total").increment(1);
        tracing::warn!(
            message = parsed.message.id,
            receives = parsed.message.receives,
            "a message will be redelivered: {reason}"
        );
        if self.leases.release(&parsed.message.handle) {
            let stops = self.halt.load(Relaxed);
            let later = if stops {
                Duration::ZERO
            } else {
                backoff(self.options.pause, parsed.message.receives, LONGEST_DELAY)
            };
            let _ = self.queue.extend(std::slice::from_ref(&parsed.message.handle), later);
        }
    }

    /// Deletes messages. What cannot be deleted comes again and is found done.
    fn delete(&self, mut handles: Vec<String>) -> Result<usize, TickError> {
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
