//! Objects being applied, several at a time.
//!
//! Movies of two providers never are the same, so that only objects of one provider compete. Where they may, what the one
//! wrote of a movie is in the cluster before the other looks at that movie ([`ObjectsInProgress::flush_competing`]); so
//! each decision whether a record is shown or hidden is made as if there were one object at a time.
//!
//! Small objects share requests, and wait for nobody else's. An object of more than a batch has requests of its own.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use tokio::sync::Semaphore;
use wikimovie_engine::writer::{ObjectState, PutOutcome, WriteError};

use super::{
    in_progress::{ObjectInProgress, OwnRequests, PendingRecord, no_room},
    session::Session,
};
use crate::{bulk::Bulk, records::SourceRecord};

/// Requests of large objects in flight, all objects together: what a small one sends waits for few of them.
const LARGE_IN_FLIGHT: usize = 2;

/// Objects being applied, by key.
#[derive(Debug)]
pub(super) struct ObjectsInProgress {
    objects: BTreeMap<String, ObjectInProgress>,
    /// Lets large objects send.
    large: Arc<Semaphore>,
}

impl Default for ObjectsInProgress {
    fn default() -> Self {
        Self { objects: BTreeMap::new(), large: Arc::new(Semaphore::new(LARGE_IN_FLIGHT)) }
    }
}

impl ObjectsInProgress {
    pub(super) fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    pub(super) fn contains(&self, key: &str) -> bool {
        self.objects.contains_key(key)
    }

    /// Whether something was written of an object that is not done.
    pub(super) fn has_written(&self) -> bool {
        self.objects.values().any(ObjectInProgress::has_written)
    }

    /// Begins an object. `known`: the ledger has a row of it; `contended`: and rows of others of its provider.
    pub(super) fn begin(
        &mut self,
        session: &mut Session,
        object: &ObjectState,
        known: bool,
        contended: bool,
    ) -> Result<(), WriteError> {
        let contended = self.contend_with(session, &object.provider)? || contended;
        let (key, provider) = (object.key.as_str(), object.provider.as_str());
        let records = &session.stores.records;
        // The index may hold records of objects whose rows were lost.
        let (seen, contended) = session.runtime.block_on(async {
            Ok::<_, WriteError>((
                known || records.has_records(key).await?,
                contended || records.has_others(provider, key).await?,
            ))
        })?;
        let begun = ObjectInProgress::new(object.clone(), session.versions.next(), seen, contended);
        self.objects.insert(object.key.clone(), begun);
        Ok(())
    }

    /// Adds a record of an object; `None` where the object is not in progress.
    pub(super) fn add(&mut self, key: &str, record: PendingRecord) -> Option<Result<PutOutcome, WriteError>> {
        Some(self.objects.get_mut(key)?.add(record))
    }

    /// Whether enough records of an object are gathered to be written.
    pub(super) fn is_full(&self, key: &str) -> bool {
        self.objects.get(key).is_some_and(ObjectInProgress::is_full)
    }

    /// Ends an object, all of whose records are written.
    pub(super) fn finish(
        &mut self,
        session: &mut Session,
        key: &str,
    ) -> Result<Option<ObjectInProgress>, WriteError> {
        self.write_batch(session, key)?;
        let Some(mut object) = self.objects.remove(key) else { return Ok(None) };
        flush_own(session, &mut object)?;
        Ok(Some(object))
    }

    /// Gives up an object, whose records in flight are waited for.
    pub(super) fn abandon(&mut self, session: &Session, key: &str) -> Option<ObjectInProgress> {
        let mut object = self.objects.remove(key)?;
        session.runtime.block_on(object.clear());
        Some(object)
    }

    /// Gives up all objects.
    pub(super) fn abandon_all(&mut self, session: &Session) {
        for mut object in std::mem::take(&mut self.objects).into_values() {
            session.runtime.block_on(object.clear());
        }
    }

    /// Lets all that is written from now on go to these targets. Everything before has to be flushed.
    pub(super) fn set_targets(&mut self, targets: &[String]) {
        self.objects.values_mut().for_each(|object| object.set_targets(targets));
    }

    /// Writes the records gathered of an object, each shown or hidden according to those of other objects.
    pub(super) fn write_batch(&mut self, session: &mut Session, key: &str) -> Result<(), WriteError> {
        // Out of the map, so that it can be compared with the others there.
        let Some(mut object) = self.objects.remove(key) else { return Ok(()) };
        let batch = object.take_batch();
        let written = if batch.is_empty() { Ok(()) } else { self.place(session, &mut object, batch) };
        self.objects.insert(key.to_owned(), object);
        written?;
        session.lease.check()
    }

    fn place(
        &mut self,
        session: &mut Session,
        object: &mut ObjectInProgress,
        batch: Vec<PendingRecord>,
    ) -> Result<(), WriteError> {
        if object.contended {
            self.flush_competing(session, object, &batch)?;
        }
        if object.batches > 0 && object.own.is_none() {
            let targets = session.bulk.targets().to_vec();
            let bulk = Bulk::new(&session.stores.client, targets, &session.versions).within(&self.large);
            object.own = Some(OwnRequests::new(bulk));
        }
        object.batches += 1;
        let movies = batch.iter().map(PendingRecord::id64);
        match &mut object.own {
            Some(own) if object.contended => own.unflushed.extend(movies),
            Some(_) => {}
            None => session.note_unflushed(movies, object.writer()),
        }
        put_batch(session, object, batch)?;
        match &mut object.own {
            Some(own) if own.is_much_unflushed() => flush_own(session, object),
            Some(own) if own.bulk.is_full() => {
                session.write_pending_intents()?;
                session.runtime.block_on(own.bulk.send_if_full())
            }
            Some(_) => Ok(()),
            None => session.send_if_full(),
        }
    }

    /// Returns once the cluster knows what others wrote of these movies.
    fn flush_competing(
        &mut self,
        session: &mut Session,
        object: &ObjectInProgress,
        batch: &[PendingRecord],
    ) -> Result<(), WriteError> {
        let movies = || batch.iter().map(PendingRecord::id64);
        if session.has_unflushed_of_others(movies(), object.writer()) {
            session.flush()?;
        }
        self.flush_owns(session, |other| {
            let unflushed = other.own.as_ref().map(|own| &own.unflushed);
            unflushed.is_some_and(|unflushed| movies().any(|movie| unflushed.contains(&movie)))
        })
    }

    /// Notes that one more object of a provider is begun; `true` where there are others.
    fn contend_with(&mut self, session: &mut Session, provider: &str) -> Result<bool, WriteError> {
        // What these wrote so far was noted nowhere.
        self.flush_owns(session, |other| other.object.provider == provider && !other.contended)?;
        let mut others = false;
        for other in self.objects.values_mut().filter(|other| other.object.provider == provider) {
            other.contended = true;
            others = true;
        }
        Ok(others)
    }

    /// Returns once the cluster knows all that was written of a provider's movies; of all where it is empty.
    pub(super) fn flush_of(&mut self, session: &mut Session, provider: &str) -> Result<(), WriteError> {
        session.flush()?;
        self.flush_owns(session, |object| provider.is_empty() || object.object.provider == provider)
    }

    fn flush_owns(
        &mut self,
        session: &mut Session,
        which: impl Fn(&ObjectInProgress) -> bool,
    ) -> Result<(), WriteError> {
        let mut large = self.objects.values_mut().filter(|object| object.own.is_some());
        large.try_for_each(|object| if which(object) { flush_own(session, object) } else { Ok(()) })
    }
}

/// Puts records into the requests of their object, shown or hidden.
fn put_batch(
    session: &mut Session,
    object: &mut ObjectInProgress,
    batch: Vec<PendingRecord>,
) -> Result<(), WriteError> {
    let Session { stores, runtime, bulk: shared, .. } = session;
    let ObjectInProgress { object: state, start, seen, listed, contended, own, .. } = object;
    let bulk = own.as_mut().map_or(shared, |own| &mut own.bulk);
    let key = state.key.as_str();
    let (mut shown, hidden) = runtime.block_on(async {
        let ids: Vec<&str> = batch.iter().map(|record| record.movie.id.as_str()).collect();
        let looks = *contended || *seen;
        let shown = if looks { stores.records.shown_records(&ids).await? } else { HashMap::new() };
        let hidden = if *seen { stores.records.own_hidden(key, &ids).await? } else { HashMap::new() };
        Ok::<_, WriteError>((shown, hidden))
    })?;
    for PendingRecord { id: hash, content, movie } in batch {
        let content = format!("{content:016x}");
        let record = SourceRecord { object: key.to_owned(), applied: *start, content, movie };
        let id = record.movie.id.as_str();
        let was_hidden = hidden.get(id);
        let there = shown.remove(id);
        if *seen {
            let before = there.as_ref().filter(|there| there.object == key).map(|there| &there.content);
            if before.or(was_hidden) != Some(&record.content) {
                listed.put(hash, true).map_err(no_room)?;
            }
        }
        match there.filter(|there| there.object != key) {
            Some(competing) if competing.is_newer_than(&record) => {
                bulk.put_record(&record, false)?;
                continue;
            }
            Some(competing) => bulk.put_record(&competing, false)?,
            None => {}
        }
        bulk.put_record(&record, true)?;
        if was_hidden.is_some() {
            bulk.remove_hidden(key, id)?;
        }
    }
    Ok(())
}

/// Sends what an object gathered in requests of its own, and returns once it is written.
fn flush_own(session: &mut Session, object: &mut ObjectInProgress) -> Result<(), WriteError> {
    let Some(own) = &mut object.own else { return Ok(()) };
    session.write_pending_intents()?;
    session.runtime.block_on(own.bulk.flush())?;
    own.unflushed.clear();
    session.lease.check()
}
