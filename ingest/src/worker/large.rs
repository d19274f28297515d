//! Large objects beside the turns: each in a lane of its own, a slice of time in each turn, so that small objects do not
//! wait for the end of a large one.
//!
//! A message that tells of a large object is parked, under lease, until the object is done; then it is handled like one
//! that came again: the object is found unchanged against the ledger, and the message is deleted, or it has changed and
//! is applied again. A key in a lane is left alone by everything else. A removal waits for the large objects of its
//! provider that are under way: one of them may be the same movies under another key.

use std::{
    collections::HashMap,
    io,
    sync::atomic::Ordering::Relaxed,
    time::{Duration, Instant},
};

use wikimovie_engine::{ObjectState, WriteError, kill};

use super::{Message, Unrest, Worker, count, messages::Told};
use crate::{
    bucket::{HALTED, Keys, ledger_key},
    folder::{DEFAULT_PROVIDER, provider_of},
    lanes::{Lanes, Step},
    sync::{Applied, Change, Listing, Source, is_same, problem},
};

/// Time that large objects have in each turn.
const SLICE: Duration = Duration::from_millis(100);

/// Parked messages beyond which nothing is received.
const MOST_PARKED: usize = 2_000;

/// A message that waits for large objects.
pub(super) struct Parked {
    message: Message,
    /// Keys of its own that are in lanes.
    keys: Vec<String>,
    /// Objects done when it was parked.
    ended: u64,
}

impl Parked {
    pub(super) fn handle(&self) -> &str {
        &self.message.handle
    }
}

impl Worker {
    /// Goes on with large objects for a while.
    pub(super) fn advance(&mut self) -> Result<(), WriteError> {
        let until = Instant::now() + SLICE;
        let mut finished = false;
        while !finished {
            self.fill_lanes();
            let left = until.saturating_duration_since(Instant::now());
            if self.lanes.is_empty() || left.is_zero() {
                break;
            }
            let Some(writer) = &mut self.writer else { return Err(WriteError::Unavailable) };
            let step = match self.lanes.land(&mut **writer, left) {
                Ok(step) => step,
                Err(error) => {
                    self.lose_writer();
                    return Err(error);
                }
            };
            match step {
                None => {}
                Some(Step::Landed(..)) => kill::point("large.landed"),
                Some(Step::Finished(_, receipt)) => {
                    kill::point("large.finished");
                    self.ended += 1;
                    count(&Applied { change: Change::Applied, receipt });
                    finished = true;
                }
                Some(Step::Unopened(state, error) | Step::Broken(state, error, _)) => {
                    self.gave_up(&state, &error);
                }
            }
        }
        metrics::gauge!("wikimovie_ingest_large_objects").set(self.lanes.len() as f64);
        if self.denied.swap(false, Relaxed) {
            self.suspect = true;
        }
        if finished && let Some(writer) = &mut self.writer {
            let committed = writer.commit();
            if committed.is_err() {
                self.lose_writer();
            }
            committed?;
        }
        Ok(())
    }

    fn fill_lanes(&mut self) {
        let width = self.writer.as_ref().map_or(0, |writer| writer.width());
        while self.lanes.len() < width
            && let Some((state, open)) = self.backlog.pop_front()
        {
            if let Err(error) = self.lanes.start(state.clone(), open) {
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

    /// A writer in doubt is opened anew, and what was under way is begun again.
    pub(super) fn lose_writer(&mut self) {
        self.writer = None;
        self.lanes = Lanes::new();
        self.backlog.clear();
        self.waited.clear();
        self.kept.extend(self.parked.drain(..).map(|parked| parked.message));
    }

    /// Whether an object is in a lane or waits for one.
    pub(super) fn is_in_lane(&self, key: &str) -> bool {
        self.under_way().any(|state| state.object == key)
    }

    fn under_way(&self) -> impl Iterator<Item = &ObjectState> {
        self.lanes.objects().chain(self.backlog.iter().map(|(state, _)| state))
    }

    pub(super) fn may_receive(&self) -> bool {
        !self.closed && self.parked.len() < MOST_PARKED
    }

    pub(super) fn park(&mut self, told: &Told, waits: impl Fn(&&String) -> bool) {
        let keys = told.keys.iter().filter(waits).filter(|key| self.is_in_lane(key)).cloned().collect();
        kill::point("large.parked");
        self.parked.push(Parked { message: told.message.clone(), keys, ended: self.ended });
    }

    /// Messages that wait no more.
    pub(super) fn unpark(&mut self) -> Vec<Message> {
        let parked = std::mem::take(&mut self.parked);
        let (due, parked): (Vec<Parked>, Vec<Parked>) = parked.into_iter().partition(|parked| {
            parked.ended < self.ended && !parked.keys.iter().any(|key| self.is_in_lane(key))
        });
        self.parked = parked;
        due.into_iter().map(|parked| parked.message).collect()
    }

    /// Takes large objects that changed out of a listing, into lanes, and removals that have to wait for them. Where the
    /// engine takes one object at a time, none is taken out.
    pub(super) fn divert(
        &mut self,
        source: &Keys,
        listing: &mut Listing,
    ) -> Result<HashMap<String, Unrest>, WriteError> {
        let mut diverted = HashMap::new();
        let Some(writer) = &self.writer else { return Err(WriteError::Unavailable) };
        if writer.width() < 2 {
            return Ok(diverted);
        }
        let mut small = Vec::new();
        for listed in std::mem::take(&mut listing.objects) {
            let (key, state) = (listed.state.object.clone(), &listed.state);
            let row = writer.row(&state.key)?;
            let is_known = row.is_some_and(|row| is_same(&row, state));
            if listed.bytes <= self.options.large || is_known || self.is_in_lane(&key) {
                small.push(listed);
                continue;
            }
            let given_up =
                self.broken.remove(&key).filter(|(fingerprint, _)| *fingerprint == state.fingerprint);
            let unrest = match given_up {
                Some((_, reason)) => Unrest { reason, changes: false, waits: false },
                None if self.halt.load(Relaxed) => {
                    Unrest { reason: HALTED.to_owned(), changes: false, waits: false }
                }
                None => {
                    self.backlog.push_back((state.clone(), source.opener(state)));
                    Unrest { reason: String::new(), changes: false, waits: true }
                }
            };
            diverted.insert(key, unrest);
        }
        listing.objects = small;
        let prefix = ledger_key(self.bucket.name(), "");
        let mut gone = Vec::new();
        for ledger_key in std::mem::take(&mut listing.gone) {
            let key = ledger_key.strip_prefix(&prefix).unwrap_or_default().to_owned();
            self.broken.remove(&key);
            let listed = writer.row(&ledger_key)?.is_some();
            if listed && self.has_to_wait(&key) {
                diverted.insert(key, Unrest { reason: String::new(), changes: false, waits: true });
            } else {
                self.waited.remove(&key);
                gone.push(ledger_key);
            }
        }
        listing.gone = gone;
        for key in diverted.iter().filter(|(_, unrest)| unrest.waits).map(|(key, _)| key) {
            tracing::debug!(key, "a message waits for large objects");
        }
        for (key, states) in self.waits(&diverted) {
            self.waited.entry(key).or_insert(states);
        }
        self.fill_lanes();
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
    fn waits(&self, diverted: &HashMap<String, Unrest>) -> Vec<(String, Vec<ObjectState>)> {
        let removals = diverted.iter().filter(|(key, unrest)| unrest.waits && !self.is_in_lane(key));
        removals.map(|(key, _)| (key.clone(), self.of_same_provider(key).cloned().collect())).collect()
    }

    /// Lets a listing say nothing of objects in lanes, nor of what their providers may have moved there.
    pub(super) fn leave_out(&self, listing: &mut Listing) {
        listing.objects.retain(|listed| !self.is_in_lane(&listed.state.object));
        for state in self.under_way() {
            if state.provider == DEFAULT_PROVIDER {
                listing.scope = None;
            }
            listing.unknown.push(ledger_key(self.bucket.name(), &[&state.provider, "/"].concat()));
        }
    }
}
