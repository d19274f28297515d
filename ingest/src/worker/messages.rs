//! Messages on their way through a turn: received under lease, understood, and, once their keys are settled, deleted,
//! parked, put back, or sent to the dead-letter queue with the reason.

use std::{collections::HashSet, sync::atomic::Ordering::Relaxed, time::Duration};

use wikimovie_engine::kill;

use super::{TurnError, Unrest, Worker, backoff};
use crate::{
    bucket::is_object,
    folder::provider_of,
    notification::{Notification, parse},
    queue::{Message, RemoteError},
};

/// A message and what it says.
pub(super) struct Told {
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

    pub(super) fn handle(&mut self, messages: Vec<Message>, again: bool) -> Result<usize, TurnError> {
        let told: Vec<Told> = messages.into_iter().map(|message| self.understand(message)).collect();
        let mut keys: Vec<String> = told.iter().flat_map(|told| told.keys.iter().cloned()).collect();
        keys.sort();
        keys.dedup();
        let (in_lanes, keys): (Vec<String>, Vec<String>) =
            keys.into_iter().partition(|key| self.is_in_lane(key));
        // A message that comes again may have been applied by somebody who died, or failed, before the receipt was put.
        let again: HashSet<String> = told
            .iter()
            .filter(|told| again || told.message.receives > 1)
            .flat_map(|told| told.keys.clone())
            .collect();
        let unsettled = self.settle(keys, again)?;
        let mut done = Vec::new();
        for told in &told {
            let waits = |key: &&String| {
                in_lanes.contains(key) || unsettled.get(*key).is_some_and(|unrest| unrest.waits)
            };
            if told.keys.iter().any(|key| waits(&key)) {
                self.park(told, waits);
                continue;
            }
            let unrest: Vec<&Unrest> = told.keys.iter().filter_map(|key| unsettled.get(key)).collect();
            let reasons: Vec<&str> = unrest.iter().map(|unrest| unrest.reason.as_str()).collect();
            let hopeless = told.message.receives >= self.options.receives
                && !unrest.iter().any(|unrest| unrest.changes)
                && !self.halt.load(Relaxed);
            if !reasons.is_empty() && !hopeless {
                self.put_back(told, &reasons.join("; "));
                continue;
            }
            if !told.faults.is_empty() || !reasons.is_empty() {
                let faults = told.faults.iter().map(String::as_str);
                let reason = faults.chain(reasons).collect::<Vec<_>>().join("; ");
                self.queue.dead_letter(&told.message, &reason)?;
                metrics::counter!("wikimovie_ingest_dead_letters_total").increment(1);
                tracing::warn!(message = told.message.id, reason, "moved a message to the dead-letter queue");
            }
            // One that is ours no more is left to whoever has it now.
            if self.leases.release(&told.message.handle) {
                done.push(told.message.handle.clone());
            }
        }
        self.delete(done)
    }

    /// Reads a message.
    fn understand(&self, message: Message) -> Told {
        let Notification { hints, mut faults, .. } = match parse(&message.body) {
            Ok(notification) => notification,
            Err(poison) => return Told { message, keys: Vec::new(), faults: vec![poison.to_string()] },
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
        Told { message, keys, faults }
    }

    pub(super) fn keep(&mut self, messages: Vec<Message>) {
        let is = |handle: &str| messages.iter().any(|message| message.handle == handle);
        self.kept.retain(|kept| !is(&kept.handle));
        self.parked.retain(|parked| !is(parked.handle()));
        self.kept.extend(messages);
    }

    /// Gives back what is not done, so that others have it at once. To be called before the worker is dropped.
    pub fn hand_back(&mut self) {
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
    fn put_back(&self, told: &Told, reason: &str) {
        metrics::counter!("wikimovie_ingest_messages_put_back_total").increment(1);
        tracing::warn!(
            message = told.message.id,
            receives = told.message.receives,
            "a message will be redelivered: {reason}"
        );
        if self.leases.release(&told.message.handle) {
            let stops = self.halt.load(Relaxed);
            let later =
                if stops { Duration::ZERO } else { backoff(self.options.pause, told.message.receives) };
            let _ = self.queue.extend(std::slice::from_ref(&told.message.handle), later);
        }
    }

    /// Deletes messages. What cannot be deleted comes again and is found done.
    fn delete(&self, mut handles: Vec<String>) -> Result<usize, TurnError> {
        let all = handles.len();
        kill::point("worker.deleting");
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
        kill::point("worker.deleted");
        let deleted = all - handles.len();
        metrics::counter!("wikimovie_ingest_messages_deleted_total").increment(deleted as u64);
        Ok(deleted)
    }
}
