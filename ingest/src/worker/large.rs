//! Large objects beside the ticks: each in a slot of its own, a slice of time in each tick, so that small objects do not
//! wait for the end of a large one.
//!
//! A message that tells of a large object is deferred, under lease, until the object is done; then it is handled like one
//! that came again: the object is found unchanged against the ledger, and the message is deleted, or it has changed and
//! is applied again. A key in a slot is left alone by everything else. A removal waits for the large objects of its
//! provider that are under way: one of them may be the same movies under another key.

use std::{
    collections::{HashMap, VecDeque},
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use wikimovie_engine::{CatalogWriter, ObjectState, WriteError, failpoint};

use super::{outcome::KeyOutcome, report::count};
use crate::{
    bucket::{HALTED, Keys, ledger_key},
    folder::{DEFAULT_PROVIDER, provider_of},
    queue::Message,
    rules::Rules,
    slots::{Opener, Slots, Step},
    sync::{Applied, Change, Listing, Source, problem},
};

/// Time that large objects have in each tick.
const SLICE: Duration = Duration::from_millis(100);

/// Deferred messages beyond which nothing is received.
const MAX_DEFERRED: usize = 2_000;

/// A message that waits for large objects.
struct DeferredMessage {
    message: Message,
    /// Keys of its own that are in slots.
    keys: Vec<String>,
    /// Objects done when it was deferred.
    ended: u64,
}

/// Large objects under way, and what waits for them.
pub(super) struct LargeObjects {
    bucket: String,
    /// Bytes, as stored, beyond which an object is large.
    threshold: u64,
    halt: Arc<AtomicBool>,
    slots: Slots,
    /// Those that wait for a slot.
    backlog: VecDeque<(ObjectState, Opener, Rules)>,
    deferred: Vec<DeferredMessage>,
    /// Objects done so far, one way or another.
    ended: u64,
    /// Those that could not be read, by key: fingerprint and reason.
    broken: HashMap<String, (String, String)>,
    /// Removals that wait for large objects, which may list the same movies.
    waited: HashMap<String, Vec<ObjectState>>,
}

impl LargeObjects {
    pub(super) fn new(bucket: &str, threshold: u64, halt: &Arc<AtomicBool>) -> Self {
        Self {
            bucket: bucket.to_owned(),
            threshold,
            halt: Arc::clone(halt),
            slots: Slots::new(),
            backlog: VecDeque::new(),
            deferred: Vec::new(),
            ended: 0,
            broken: HashMap::new(),
            waited: HashMap::new(),
        }
    }

    /// Whether objects are being applied, or messages wait for them.
    pub(super) fn is_busy(&self) -> bool {
        !self.slots.is_empty() || !self.backlog.is_empty() || !self.deferred.is_empty()
    }

    /// Goes on for a while, and commits what was finished. After an error the writer is in doubt.
    pub(super) fn advance(&mut self, writer: &mut dyn CatalogWriter) -> Result<(), WriteError> {
        let until = Instant::now() + SLICE;
        let mut finished = false;
        while !finished {
            self.fill_slots(writer.width());
            let left = until.saturating_duration_since(Instant::now());
            if self.slots.is_empty() || left.is_zero() {
                break;
            }
            match self.slots.join_next(writer, left)? {
                None => {}
                Some(Step::Progressed(..)) => failpoint::reach("large.landed"),
                Some(Step::Finished(_, receipt)) => {
                    failpoint::reach("large.finished");
                    self.ended += 1;
                    count(&Applied { change: Change::Applied, receipt });
                    finished = true;
                }
                Some(Step::Unopened(state, error) | Step::Broken(state, error, _)) => {
                    self.gave_up(&state, &error);
                }
            }
        }
        metrics::gauge!("wikimovie_ingest_large_objects").set(self.slots.len() as f64);
        if finished {
            writer.commit()?;
        }
        Ok(())
    }

    fn fill_slots(&mut self, width: usize) {
        while self.slots.len() < width
            && let Some((state, open, rules)) = self.backlog.pop_front()
        {
            if let Err(error) = self.slots.start(state.clone(), open, rules) {
                self.gave_up(&state, &error);
            }
        }
    }

    fn gave_up(&mut self, state: &ObjectState, error: &io::Error) {
        self.ended += 1;
        let reason = problem(state, error).message;
        tracing::debug!(object = state.object, reason, "a large object was abandoned");
        self.broken.insert(state.object.clone(), (state.fingerprint.clone(), reason));
    }

    /// Gives up what is under way, to be begun again; returns the messages that waited.
    pub(super) fn abandon(&mut self) -> Vec<Message> {
        self.slots = Slots::new();
        self.backlog.clear();
        self.waited.clear();
        self.deferred.drain(..).map(|deferred| deferred.message).collect()
    }

    /// Whether an object is in a slot or waits for one.
    pub(super) fn has_slot(&self, key: &str) -> bool {
        self.under_way().any(|state| state.object == key)
    }

    fn under_way(&self) -> impl Iterator<Item = &ObjectState> {
        self.slots.objects().chain(self.backlog.iter().map(|(state, ..)| state))
    }

    /// Whether more messages may wait.
    pub(super) fn has_room(&self) -> bool {
        self.deferred.len() < MAX_DEFERRED
    }

    /// Lets a message wait: for those of these keys that are in slots, or for any large object.
    pub(super) fn defer<'a>(&mut self, message: &Message, keys: impl Iterator<Item = &'a String>) {
        let keys = keys.filter(|key| self.has_slot(key)).cloned().collect();
        failpoint::reach("large.parked");
        self.deferred.push(DeferredMessage { message: message.clone(), keys, ended: self.ended });
    }

    /// Lets these messages wait no more.
    pub(super) fn forget(&mut self, messages: &[Message]) {
        self.deferred
            .retain(|deferred| !messages.iter().any(|message| message.handle == deferred.message.handle));
    }

    /// Messages that wait no more.
    pub(super) fn take_due(&mut self) -> Vec<Message> {
        let deferred = std::mem::take(&mut self.deferred);
        let (due, deferred): (Vec<DeferredMessage>, Vec<DeferredMessage>) =
            deferred.into_iter().partition(|deferred| {
                deferred.ended < self.ended && !deferred.keys.iter().any(|key| self.has_slot(key))
            });
        self.deferred = deferred;
        due.into_iter().map(|deferred| deferred.message).collect()
    }

    /// Takes large objects that changed out of a listing, into slots, and removals that have to wait for them. Where the
    /// engine takes one object at a time, none is taken out.
    pub(super) fn divert(
        &mut self,
        writer: &dyn CatalogWriter,
        source: &Keys,
        listing: &mut Listing,
    ) -> Result<HashMap<String, KeyOutcome>, WriteError> {
        let mut diverted = HashMap::new();
        if writer.width() < 2 {
            return Ok(diverted);
        }
        let mut small = Vec::new();
        for listed in std::mem::take(&mut listing.objects) {
            let (key, state) = (listed.state.object.clone(), &listed.state);
            let row = writer.row(&state.key)?;
            let is_known = row.is_some_and(|row| row.is_done(state));
            if listed.bytes <= self.threshold || is_known || self.has_slot(&key) {
                small.push(listed);
                continue;
            }
            let given_up =
                self.broken.remove(&key).filter(|(fingerprint, _)| *fingerprint == state.fingerprint);
            let outcome = match given_up {
                Some((_, reason)) => KeyOutcome::Unreadable(reason),
                None if self.halt.load(Relaxed) => KeyOutcome::Unreadable(HALTED.to_owned()),
                None => {
                    self.backlog.push_back((state.clone(), source.opener(state), source.rules(state)));
                    KeyOutcome::Deferred
                }
            };
            diverted.insert(key, outcome);
        }
        listing.objects = small;
        let prefix = ledger_key(&self.bucket, "");
        let mut gone = Vec::new();
        for ledger_key in std::mem::take(&mut listing.gone) {
            let key = ledger_key.strip_prefix(&prefix).unwrap_or_default().to_owned();
            self.broken.remove(&key);
            let listed = writer.row(&ledger_key)?.is_some();
            if listed && self.has_to_wait(&key) {
                diverted.insert(key, KeyOutcome::Deferred);
            } else {
                self.waited.remove(&key);
                gone.push(ledger_key);
            }
        }
        listing.gone = gone;
        for key in
            diverted.iter().filter(|(_, outcome)| **outcome == KeyOutcome::Deferred).map(|(key, _)| key)
        {
            tracing::debug!(key, "a message waits for large objects");
        }
        for (key, states) in self.waits(&diverted) {
            self.waited.entry(key).or_insert(states);
        }
        self.fill_slots(writer.width());
        Ok(diverted)
    }

    /// Whether a removal waits for large objects: those of its provider that were under way when it was first seen.
    fn has_to_wait(&self, key: &str) -> bool {
        match self.waited.get(key) {
            Some(states) => states.iter().any(|state| self.under_way().any(|other| other == state)),
            None => self.of_same_provider(key).next().is_some(),
        }
    }

    fn of_same_provider(&self, key: &str) -> impl Iterator<Item = &ObjectState> {
        let provider = provider_of(key).unwrap_or(DEFAULT_PROVIDER).to_owned();
        self.under_way().filter(move |state| state.provider == provider)
    }

    /// What each removal waits for.
    fn waits(&self, diverted: &HashMap<String, KeyOutcome>) -> Vec<(String, Vec<ObjectState>)> {
        let is_removal =
            |key: &str, outcome: &KeyOutcome| *outcome == KeyOutcome::Deferred && !self.has_slot(key);
        let removals = diverted.iter().filter(|(key, outcome)| is_removal(key, outcome));
        removals.map(|(key, _)| (key.clone(), self.of_same_provider(key).cloned().collect())).collect()
    }

    /// Lets a listing say nothing of objects in slots, nor of what their providers may have moved there.
    pub(super) fn leave_out(&self, listing: &mut Listing) {
        listing.objects.retain(|listed| !self.has_slot(&listed.state.object));
        listing.kept.retain(|kept| !self.has_slot(&kept.problem.object));
        for state in self.under_way() {
            if state.provider == DEFAULT_PROVIDER {
                listing.scope = None;
            }
            listing.unknown.push(ledger_key(&self.bucket, &[&state.provider, "/"].concat()));
        }
    }
}
