//! The objects beside mappings that changed, once through for each change, and the messages that wait for that; see
//! [`super::reread`].

use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    time::Instant,
};

use super::{
    inbox::ParsedMessage,
    options::{LONGEST_DELAY, WorkerOptions, backoff},
    outcome::KeyOutcome,
};
use crate::{bucket::ObjectHead, queue::Message};

/// Objects looked at in each tick.
const SLICE_OBJECTS: usize = 100;

/// Bytes of objects, as stored, after which a slice ends.
const SLICE_BYTES: u64 = 8 << 20;

/// Messages that wait, beyond which nothing is received.
const MAX_WAITING: usize = 2_000;

/// Rereads for objects that cannot be read though their mapping can, before they are left to the next reconciliation.
const MAX_REREADS: u32 = 10;

/// A message that waits for rereads.
pub(super) struct WaitingMessage {
    pub(super) parsed: ParsedMessage,
    /// What came of its own keys, and of rereads that are done.
    pub(super) outcomes: Vec<KeyOutcome>,
    rereads: HashSet<u64>,
}

/// The objects beside one mapping, once through.
pub(super) struct Reread {
    number: u64,
    pub(super) mapping: String,
    /// Those not looked at yet; `None` before they are listed.
    pub(super) left: Option<VecDeque<ObjectHead>>,
    /// Keys of large ones under way.
    pub(super) beside: Vec<String>,
    /// What keeps some of them, or all, from being applied.
    pub(super) outcomes: Vec<KeyOutcome>,
}

/// When a mapping that could not be read is looked at again.
struct Retry {
    failures: u32,
    due: Instant,
}

/// Providers whose objects are being read again, and messages that wait for that.
#[derive(Default)]
pub(super) struct Rereads {
    under_way: VecDeque<Reread>,
    waiting: Vec<WaitingMessage>,
    count: u64,
    /// Mappings that could not be read.
    retries: BTreeMap<String, Retry>,
}

impl Rereads {
    /// Whether objects are left to be looked at.
    pub(super) fn is_busy(&self) -> bool {
        !self.under_way.is_empty()
    }

    /// Whether more messages may wait.
    pub(super) fn has_room(&self) -> bool {
        self.waiting.len() < MAX_WAITING
    }

    /// Lets a message wait for the objects beside its mappings; these are the outcomes of its own keys.
    pub(super) fn wait(&mut self, parsed: ParsedMessage, outcomes: Vec<KeyOutcome>) {
        let rereads = parsed.mappings.iter().map(|mapping| self.of_mapping(mapping)).collect();
        self.waiting.push(WaitingMessage { parsed, outcomes, rereads });
    }

    /// The reread of a mapping that has not begun.
    fn of_mapping(&mut self, mapping: &str) -> u64 {
        let waits = |reread: &&Reread| reread.mapping == mapping && reread.left.is_none();
        if let Some(reread) = self.under_way.iter().find(waits) {
            return reread.number;
        }
        self.count += 1;
        self.under_way.push_back(Reread {
            number: self.count,
            mapping: mapping.to_owned(),
            left: None,
            beside: Vec::new(),
            outcomes: Vec::new(),
        });
        self.count
    }

    /// Looks at these mappings again, later.
    pub(super) fn retry(&mut self, mappings: Vec<String>, options: &WorkerOptions) {
        for mapping in mappings {
            if !self.retries.contains_key(&mapping) {
                self.failed(&mapping, options);
            }
        }
    }

    /// After a mapping could not be read.
    pub(super) fn failed(&mut self, mapping: &str, options: &WorkerOptions) {
        let failures = self.retries.get(mapping).map_or(1, |retry| retry.failures.saturating_add(1));
        if failures == 1 {
            tracing::warn!(
                mapping,
                "a mapping cannot be read; the objects of its provider stay as they are until it can"
            );
        }
        let due = Instant::now() + backoff(options.pause, failures, LONGEST_DELAY);
        self.retries.insert(mapping.to_owned(), Retry { failures, due });
    }

    /// After a reread of a mapping that could be read: whether there has to be another is told by what came of it.
    pub(super) fn succeeded(&mut self, mapping: &str, all: bool, options: &WorkerOptions) {
        match self.retries.get(mapping) {
            Some(retry) if !all && retry.failures < MAX_REREADS => self.failed(mapping, options),
            _ => drop(self.retries.remove(mapping)),
        }
    }

    /// Goes on with one that is not done, later.
    pub(super) fn resume(&mut self, reread: Reread) {
        self.under_way.push_back(reread);
    }

    /// Ends a reread; returns the messages that wait for nothing more, with what came of all that they waited for.
    pub(super) fn end(&mut self, reread: &Reread) -> Vec<WaitingMessage> {
        let waiting = std::mem::take(&mut self.waiting).into_iter().map(|mut waiting| {
            if waiting.rereads.remove(&reread.number) {
                waiting.outcomes.extend_from_slice(&reread.outcomes);
            }
            waiting
        });
        let (ready, waiting): (Vec<WaitingMessage>, Vec<WaitingMessage>) =
            waiting.partition(|waiting| waiting.rereads.is_empty());
        self.waiting = waiting;
        ready
    }

    /// Lets these messages wait no more.
    pub(super) fn forget(&mut self, messages: &[Message]) {
        self.waiting.retain(|waiting| {
            !messages.iter().any(|message| message.handle == waiting.parsed.message.handle)
        });
    }

    /// Gives up what is under way, to be begun again; returns the messages that waited.
    pub(super) fn abandon(&mut self) -> Vec<Message> {
        self.under_way.clear();
        self.waiting.drain(..).map(|waiting| waiting.parsed.message).collect()
    }

    /// The reread to go on with: those of one mapping one after the other, those of several in turn.
    pub(super) fn next_reread(&mut self) -> Option<Reread> {
        let now = Instant::now();
        let is_due = |mapping: &&String, retry: &Retry| {
            retry.due <= now && !self.under_way.iter().any(|reread| reread.mapping == **mapping)
        };
        let due: Vec<String> = self
            .retries
            .iter()
            .filter(|(mapping, retry)| is_due(mapping, retry))
            .map(|(mapping, _)| mapping.clone())
            .collect();
        for mapping in &due {
            self.of_mapping(mapping);
        }
        let begun: HashSet<&str> = self
            .under_way
            .iter()
            .filter(|reread| reread.left.is_some())
            .map(|reread| reread.mapping.as_str())
            .collect();
        let is_next = |reread: &Reread| reread.left.is_some() || !begun.contains(reread.mapping.as_str());
        let at = self.under_way.iter().position(is_next)?;
        self.under_way.remove(at)
    }
}

/// Takes the objects of a slice.
pub(super) fn next_slice(left: &mut VecDeque<ObjectHead>) -> Vec<ObjectHead> {
    let mut bytes = 0;
    let mut slice = Vec::new();
    while slice.len() < SLICE_OBJECTS
        && bytes < SLICE_BYTES
        && let Some(head) = left.pop_front()
    {
        bytes += head.bytes;
        slice.push(head);
    }
    slice
}
