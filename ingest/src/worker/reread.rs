//! Objects of providers whose mapping changed: they are compared and applied anew beside the ticks, a few in each, so that
//! nobody waits for the end of a large provider.
//!
//! A message that tells of a mapping waits, under lease, until all objects beside that were listed and looked at since it
//! came. One that comes meanwhile waits for another round. A mapping that cannot be read keeps its provider's objects as
//! they are, and no other's; it is looked at again, ever more rarely, and once it can be read they are, whatever became of
//! their messages.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    time::Instant,
};

use wikimovie_engine::WriteError;

use super::{
    Worker,
    inbox::ParsedMessage,
    options::{LONGEST_DELAY, WorkerOptions, backoff},
    outcome::{KeyOutcome, TickError},
    report::count,
};
use crate::{
    bucket::{Keys, ObjectHead, is_object},
    mapping::{self, MappingFault},
    queue::Message,
    sync::{Applied, Change, SyncReport, unchanged_receipt},
};

/// Objects looked at in each tick.
const SLICE_OBJECTS: usize = 100;

/// Bytes of objects, as stored, after which a slice ends.
const SLICE_BYTES: u64 = 8 << 20;

/// Messages that wait, beyond which nothing is received.
const MAX_WAITING: usize = 2_000;

/// Reasons kept of a round.
const MAX_REASONS: usize = 10;

/// Rounds for objects that cannot be read though their mapping can, before they are left to the next reconciliation.
const MAX_ROUNDS: u32 = 10;

/// A message that waits for rounds.
struct WaitingMessage {
    parsed: ParsedMessage,
    /// What came of its own keys, and of rounds that are done.
    outcomes: Vec<KeyOutcome>,
    rounds: HashSet<u64>,
}

/// The objects beside one mapping, once through.
struct Round {
    number: u64,
    mapping: String,
    /// Those not looked at yet; `None` before they are listed.
    left: Option<VecDeque<ObjectHead>>,
    /// Keys of large ones under way.
    beside: Vec<String>,
    /// What keeps some of them, or all, from being applied.
    outcomes: Vec<KeyOutcome>,
}

/// When a mapping that could not be read is looked at again.
struct Retry {
    failures: u32,
    due: Instant,
}

/// Providers whose objects are being read again, and messages that wait for that.
#[derive(Default)]
pub(super) struct Rereads {
    rounds: VecDeque<Round>,
    waiting: Vec<WaitingMessage>,
    count: u64,
    /// Mappings that could not be read.
    retries: BTreeMap<String, Retry>,
}

impl Rereads {
    /// Whether objects are left to be looked at.
    pub(super) fn is_busy(&self) -> bool {
        !self.rounds.is_empty()
    }

    /// Whether more messages may wait.
    pub(super) fn has_room(&self) -> bool {
        self.waiting.len() < MAX_WAITING
    }

    /// Lets a message wait for the objects beside its mappings; these are the outcomes of its own keys.
    pub(super) fn wait(&mut self, parsed: ParsedMessage, outcomes: Vec<KeyOutcome>) {
        let rounds = parsed.mappings.iter().map(|mapping| self.round(mapping)).collect();
        self.waiting.push(WaitingMessage { parsed, outcomes, rounds });
    }

    /// The round of a mapping that has not begun.
    fn round(&mut self, mapping: &str) -> u64 {
        let waits = |round: &&Round| round.mapping == mapping && round.left.is_none();
        if let Some(round) = self.rounds.iter().find(waits) {
            return round.number;
        }
        self.count += 1;
        self.rounds.push_back(Round {
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

    fn failed(&mut self, mapping: &str, options: &WorkerOptions) {
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

    /// After a round of a mapping that could be read: whether there has to be another is told by what came of it.
    fn succeeded(&mut self, mapping: &str, all: bool, options: &WorkerOptions) {
        match self.retries.get(mapping) {
            Some(retry) if !all && retry.failures < MAX_ROUNDS => self.failed(mapping, options),
            _ => drop(self.retries.remove(mapping)),
        }
    }

    /// Lets these messages wait no more.
    pub(super) fn forget(&mut self, messages: &[Message]) {
        self.waiting.retain(|waiting| {
            !messages.iter().any(|message| message.handle == waiting.parsed.message.handle)
        });
    }

    /// Gives up what is under way, to be begun again; returns the messages that waited.
    pub(super) fn abandon(&mut self) -> Vec<Message> {
        self.rounds.clear();
        self.waiting.drain(..).map(|waiting| waiting.parsed.message).collect()
    }

    /// The round to go on with: those of one mapping one after the other, those of several in turn.
    fn next_round(&mut self) -> Option<Round> {
        let now = Instant::now();
        let is_due = |mapping: &&String, retry: &Retry| {
            retry.due <= now && !self.rounds.iter().any(|round| round.mapping == **mapping)
        };
        let due: Vec<String> = self
            .retries
            .iter()
            .filter(|(mapping, retry)| is_due(mapping, retry))
            .map(|(mapping, _)| mapping.clone())
            .collect();
        for mapping in &due {
            self.round(mapping);
        }
        let begun: HashSet<&str> = self
            .rounds
            .iter()
            .filter(|round| round.left.is_some())
            .map(|round| round.mapping.as_str())
            .collect();
        let is_next = |round: &Round| round.left.is_some() || !begun.contains(round.mapping.as_str());
        let at = self.rounds.iter().position(is_next)?;
        self.rounds.remove(at)
    }
}

impl Worker {
    /// Goes on with the objects of a provider whose mapping changed, a slice of them. Returns how many messages are
    /// deleted.
    pub(super) fn reread(&mut self) -> Result<usize, TickError> {
        let Some(mut round) = self.rereads.next_round() else { return Ok(0) };
        match self.go_on(&mut round) {
            Ok(true) => Ok(self.end(round)?),
            Ok(false) => {
                self.rereads.rounds.push_back(round);
                Ok(0)
            }
            Err(error) => {
                self.abandon_rereads();
                Err(error)
            }
        }
    }

    fn abandon_rereads(&mut self) {
        let waiting = self.rereads.abandon();
        self.inbox.keep(waiting);
    }

    /// Looks at some of the objects; whether all are done.
    fn go_on(&mut self, round: &mut Round) -> Result<bool, TickError> {
        let Round { mapping, left, beside, outcomes, .. } = round;
        let (_, found) = self.mappings.read(&self.bucket, mapping, None, &self.halt);
        if let Err(fault @ MappingFault::Unreadable { .. }) = found {
            self.suspect = true;
            self.ensure_bucket()?;
            self.rereads.failed(mapping, &self.options);
            outcomes.push(KeyOutcome::Unreadable(fault.to_string()));
            *left = None;
            return Ok(true);
        }
        if left.is_none() {
            let folder = mapping.strip_suffix(mapping::MAPPING_NAME).unwrap_or_default();
            let listed = self.bucket.list(folder)?.into_iter();
            let is_beside =
                |head: &ObjectHead| is_object(&head.key) && mapping::counts_for(mapping, &head.key);
            *left = Some(listed.filter(is_beside).collect());
        }
        let mut keys: Vec<String> = Vec::new();
        beside.retain(|key| {
            let is_under_way = self.large.has_slot(key);
            if !is_under_way {
                keys.push(key.clone());
            }
            is_under_way
        });
        let slice = left.as_mut().map(next_slice).unwrap_or_default();
        let (under_way, slice): (Vec<ObjectHead>, Vec<ObjectHead>) =
            slice.into_iter().partition(|head| self.large.has_slot(&head.key));
        beside.extend(under_way.into_iter().map(|head| head.key));
        keys.extend(self.compare(slice)?);
        let again = keys.iter().cloned().collect();
        for (key, outcome) in self.reconcile_keys(keys, again)? {
            match outcome {
                KeyOutcome::Deferred => beside.push(key),
                // The first few say what is wrong.
                outcome if outcomes.len() < MAX_REASONS => outcomes.push(outcome),
                _ => {}
            }
        }
        Ok(left.as_ref().is_some_and(VecDeque::is_empty) && beside.is_empty())
    }

    /// Compares objects, as they were listed, with the ledger, and puts the receipts of those that need nothing more: they
    /// may have been kept by a mapping that was refused. Returns the keys of the others, which are to be looked at anew:
    /// what was listed may be of the past.
    fn compare(&mut self, heads: Vec<ObjectHead>) -> Result<Vec<String>, TickError> {
        let source = self.source(Keys::some(self.bucket.clone(), Vec::new()));
        let mut keys: Vec<String> = heads.iter().map(|head| head.key.clone()).collect();
        let listing = source.listing_of(heads);
        let Some(writer) = &self.writer else { return Err(WriteError::NOT_OPEN.into()) };
        let mut report = SyncReport::default();
        for listed in &listing.objects {
            if let Some(row) = writer.row(&listed.state.key)?.filter(|row| row.is_done(&listed.state)) {
                report.objects.push(Applied { change: Change::Unchanged, receipt: unchanged_receipt(&row) });
            }
        }
        self.tell_of_kept(&listing.kept)?;
        report.objects.iter().for_each(count);
        let mut done: HashSet<String> =
            report.objects.iter().map(|applied| applied.receipt.object.clone()).collect();
        self.put_receipts(&report, &done, &HashMap::new())?;
        done.extend(listing.kept.into_iter().map(|kept| kept.problem.object));
        keys.retain(|key| !done.contains(key));
        Ok(keys)
    }

    /// Answers the messages that waited for a round alone.
    fn end(&mut self, round: Round) -> Result<usize, TickError> {
        let Round { number, mapping, left, mut outcomes, .. } = round;
        if left.is_some() {
            match self.tell_of_mapping(&mapping) {
                Ok(unreadable) => outcomes.extend(unreadable),
                Err(error) => {
                    self.abandon_rereads();
                    return Err(error.into());
                }
            }
            self.rereads.succeeded(&mapping, outcomes.is_empty(), &self.options);
        }
        let mut done = Vec::new();
        let (ready, waiting): (Vec<WaitingMessage>, Vec<WaitingMessage>) =
            std::mem::take(&mut self.rereads.waiting)
                .into_iter()
                .map(|mut waiting| {
                    if waiting.rounds.remove(&number) {
                        waiting.outcomes.extend_from_slice(&outcomes);
                    }
                    waiting
                })
                .partition(|waiting| waiting.rounds.is_empty());
        self.rereads.waiting = waiting;
        let mut ready = ready.into_iter();
        while let Some(WaitingMessage { parsed, outcomes, .. }) = ready.next() {
            match self.answer(&parsed, &outcomes) {
                Ok(handle) => done.extend(handle),
                Err(error) => {
                    let left = ready.map(|waiting| waiting.parsed.message);
                    self.inbox.keep([parsed.message].into_iter().chain(left).collect());
                    self.inbox.delete(done)?;
                    return Err(error.into());
                }
            }
        }
        Ok(self.inbox.delete(done)?)
    }
}

/// Takes the objects of a slice.
fn next_slice(left: &mut VecDeque<ObjectHead>) -> Vec<ObjectHead> {
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
