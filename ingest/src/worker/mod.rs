//! From the queue to the catalogue: receives hints, makes the catalogue equal to the bucket at the keys they name,
//! and deletes each message once all it says is durable.
//!
//! Level-triggered, by [`sync`](mod@crate::sync): the current state of each key, against the ledger, decides what is
//! done; late, repeated and swapped events do no harm. A [`Worker::tick`] takes a batch of messages through all of it
//! and commits once ([`inbox`] receives and answers them). Large objects go on beside that ([`large`]), so that small ones
//! do not wait for them, and so do objects of providers whose mapping changed ([`reread`]). While the engine does not take writes nothing is received, so that no receive counts are used up.

mod inbox;
mod large;
pub mod lease;
mod options;
mod outcome;
mod publish;
mod receipt;
mod report;
mod reread;
mod rereads;

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use wikimovie_engine::{CatalogWriter, WriteError, failpoint};

pub use self::options::WorkerOptions;
use self::{
    inbox::{Inbox, ParsedMessage},
    large::LargeObjects,
    lease::Leases,
    options::{LONGEST_PAUSE, backoff},
    outcome::{KeyOutcome, TickError},
    report::count,
    rereads::Rereads,
};
use crate::{
    bucket::{Bucket, Keys, MappingCache},
    error::IngestError,
    queue::{Message, Queue, RemoteError},
    rules::Rules,
    sync::{Listing, SyncReport, list, sync_listed},
};

/// Looks at a key that changes while it is applied, before it is left to a later delivery.
const ROUNDS: usize = 3;

/// Opens the engine's one writer; called again after each failure of it.
pub type OpenWriter = Box<dyn FnMut() -> Result<Box<dyn CatalogWriter>, WriteError> + Send>;

/// What a tick came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tick {
    /// Messages received.
    pub received: usize,
    /// Messages deleted.
    pub deleted: usize,
    /// Time to wait before the next tick; `None` where all went well.
    pub pause: Option<Duration>,
}

/// The worker. Not shared; each call blocks.
pub struct Worker {
    bucket: Arc<dyn Bucket>,
    open: OpenWriter,
    writer: Option<Box<dyn CatalogWriter>>,
    mappings: MappingCache,
    inbox: Inbox,
    large: LargeObjects,
    rereads: Rereads,
    options: WorkerOptions,
    failures: u32,
    /// Whether the bucket may be closed to us: then it is looked at before anything is received.
    suspect: bool,
    denied: Arc<AtomicBool>,
    /// Whether nothing is received any more.
    closed: bool,
    halt: Arc<AtomicBool>,
    /// Why the last tick failed.
    problem: Option<String>,
    standby: bool,
    /// Whether the index lost something, so that the whole bucket is compared with the ledger as soon as may be.
    reconcile_due: bool,
}

impl Worker {
    /// A worker between these; nothing is asked of them yet.
    pub fn new(
        queue: Arc<dyn Queue>,
        bucket: Arc<dyn Bucket>,
        open: OpenWriter,
        leases: Leases,
        options: WorkerOptions,
    ) -> Self {
        let halt = Arc::default();
        Self {
            inbox: Inbox::new(queue, leases, options.clone()),
            large: LargeObjects::new(bucket.name(), options.large, &halt),
            mappings: MappingCache::default(),
            rereads: Rereads::default(),
            bucket,
            open,
            writer: None,
            options,
            failures: 0,
            suspect: false,
            denied: Arc::default(),
            closed: false,
            halt,
            problem: None,
            standby: false,
            reconcile_due: false,
        }
    }

    /// Once this is set, reading breaks off: what was read to its end is settled, the rest is handed back.
    pub fn halt(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.halt)
    }

    /// Whether the engine takes writes, and queue and bucket answer, as far as is known.
    pub fn is_ready(&self) -> bool {
        self.problem().is_none()
    }

    /// What keeps objects from being applied, in a sentence.
    pub fn problem(&self) -> Option<&str> {
        let starting = self.writer.is_none().then_some("the writer is not open yet");
        self.problem.as_deref().or(starting)
    }

    /// Whether another process holds the writer lease, which this one is to take over.
    pub fn is_standby(&self) -> bool {
        self.standby
    }

    /// Logs it once: it may last for months.
    fn stand_by(&mut self, index: &str) {
        if !std::mem::replace(&mut self.standby, true) {
            tracing::info!(index, "another process holds the writer lease of this index; standing by");
        }
        self.problem = Some(format!("standing by: another process writes to the index {index}"));
    }

    /// Receives nothing more.
    pub fn close(&mut self) {
        self.closed = true;
    }

    /// Whether objects are being applied beside the ticks, or messages wait for them.
    pub fn is_busy(&self) -> bool {
        self.large.is_busy() || self.rereads.is_busy()
    }

    /// Gives back what is not done, so that others have it at once. To be called before the worker is dropped.
    pub fn release_all(&mut self) {
        self.lose_writer();
        self.inbox.release_kept();
    }

    /// Receives a batch, applies it, deletes what is done.
    pub fn tick(&mut self) -> Tick {
        let mut tick = Tick::default();
        match self.try_tick(&mut tick) {
            Ok(()) => {
                self.failures = 0;
                self.problem = None;
            }
            Err(TickError::Write(WriteError::LeaseTaken(index))) => {
                tick.pause = Some(self.options.pause);
                self.stand_by(&index);
            }
            Err(error) => {
                metrics::counter!("wikimovie_ingest_failures_total").increment(1);
                tick.pause = Some(self.next_pause());
                tracing::warn!(%error, pause.ms = tick.pause.map(|pause| pause.as_millis() as u64), "a tick of the worker failed; trying again");
                self.problem = Some(error.to_string());
                self.standby = false;
            }
        }
        metrics::gauge!("wikimovie_ingest_ready").set(if self.is_ready() { 1.0 } else { 0.0 });
        tick
    }

    /// Makes the catalogue equal to the whole bucket, whatever events there were. Large objects are only begun, see
    /// [`Worker::is_busy`], and of their providers nothing is taken for vanished as long.
    ///
    /// # Errors
    /// Where the bucket cannot be listed, or the engine fails.
    pub fn reconcile(&mut self, tell: &mut dyn FnMut(crate::Event<'_>)) -> Result<SyncReport, IngestError> {
        self.ensure_writer()?;
        self.verify()?;
        let source = self.source(Keys::all(Arc::clone(&self.bucket)));
        let mut listing = list(&source)?;
        self.rereads.retry(source.unread_mappings(), &self.options);
        self.divert_large(&source, &mut listing)?;
        self.large.leave_out(&mut listing);
        self.sync(&source, listing, tell)
    }

    /// Compares the index with the ledger; where they differ, the writer is opened anew and knows what to apply.
    fn verify(&mut self) -> Result<(), WriteError> {
        let Some(writer) = &mut self.writer else { return Err(WriteError::NOT_OPEN) };
        match writer.verify() {
            Ok(()) => Ok(()),
            Err(error) => {
                self.lose_writer_by(&error);
                if !matches!(error, WriteError::IndexChanged(_)) {
                    return Err(error);
                }
                tracing::warn!(%error, "reopening the index");
                self.ensure_writer()
            }
        }
    }

    /// Applies what the index lost. Large objects are only begun by that, and hide what vanished until they are done.
    fn restore(&mut self) -> Result<(), IngestError> {
        if self.reconcile_due && !self.is_busy() {
            tracing::warn!("the index lost objects; comparing the whole bucket with the catalogue");
            self.reconcile(&mut |_| {})?;
            self.reconcile_due = self.is_busy();
        }
        Ok(())
    }

    fn source(&self, keys: Keys) -> Keys {
        let rules = Rules { mapping: None, vocabulary: Arc::clone(&self.options.vocabulary) };
        keys.reading_by(rules).keeping(&self.mappings).halted_by(&self.halt).denied_to(&self.denied)
    }

    fn try_tick(&mut self, tick: &mut Tick) -> Result<(), TickError> {
        self.ensure_writer()?;
        self.ensure_bucket()?;
        self.restore()?;
        self.advance()?;
        tick.deleted = self.reread()?;
        let mut messages = self.inbox.take_kept();
        messages.extend(self.large.take_due());
        messages.retain(|message| self.inbox.holds(message));
        let again = !messages.is_empty();
        if messages.is_empty() && !self.closed && self.has_room() {
            // Large objects go on meanwhile.
            let wait = if self.is_busy() { Duration::ZERO } else { self.options.wait };
            messages = self.inbox.receive(wait)?;
            tick.received = messages.len();
        }
        if messages.is_empty() {
            return Ok(());
        }
        failpoint::reach("worker.received");
        match self.handle(messages.clone(), again) {
            Ok(deleted) => tick.deleted += deleted,
            Err(error) => {
                // They stay with us, under lease, so that no receive counts are used up while engine or bucket fail.
                self.large.forget(&messages);
                self.rereads.forget(&messages);
                self.inbox.keep(messages);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Whether more messages may wait for what goes on beside the ticks.
    fn has_room(&self) -> bool {
        self.large.has_room() && self.rereads.has_room()
    }

    /// Goes on with large objects for a while.
    fn advance(&mut self) -> Result<(), WriteError> {
        let Some(writer) = &mut self.writer else { return Err(WriteError::NOT_OPEN) };
        let advanced = self.large.advance(&mut **writer);
        if self.denied.swap(false, Relaxed) {
            self.suspect = true;
        }
        if let Err(error) = &advanced {
            self.lose_writer_by(error);
        }
        advanced
    }

    /// Takes large objects out of a listing.
    fn divert_large(
        &mut self,
        source: &Keys,
        listing: &mut Listing,
    ) -> Result<HashMap<String, KeyOutcome>, WriteError> {
        let Some(writer) = &self.writer else { return Err(WriteError::NOT_OPEN) };
        self.large.divert(&**writer, source, listing)
    }

    /// After an error of the writer: where the index was lost, the whole bucket has to be looked at.
    fn lose_writer_by(&mut self, error: &WriteError) {
        self.reconcile_due |= matches!(error, WriteError::IndexChanged(_));
        self.lose_writer();
    }

    /// A writer in doubt is opened anew, and what was under way is begun again.
    fn lose_writer(&mut self) {
        self.writer = None;
        let mut waiting = self.large.abandon();
        waiting.extend(self.rereads.abandon());
        self.inbox.keep(waiting);
    }

    /// Applies what messages say, and answers them. Returns how many are deleted.
    fn handle(&mut self, messages: Vec<Message>, again: bool) -> Result<usize, TickError> {
        let read = |message| ParsedMessage::read(message, self.bucket.name());
        let parsed: Vec<ParsedMessage> = messages.into_iter().map(read).collect();
        let mut keys: Vec<String> = parsed.iter().flat_map(|parsed| parsed.keys.iter().cloned()).collect();
        keys.sort();
        keys.dedup();
        let (in_slots, keys): (Vec<String>, Vec<String>) =
            keys.into_iter().partition(|key| self.large.has_slot(key));
        // A message that comes again may have been applied by somebody who died, or failed, before the receipt was put.
        let again: HashSet<String> = parsed
            .iter()
            .filter(|parsed| again || parsed.message.receives > 1)
            .flat_map(|parsed| parsed.keys.clone())
            .collect();
        let outcomes = self.reconcile_keys(keys, again)?;
        let mut done = Vec::new();
        for parsed in parsed {
            let is_deferred =
                |key: &&String| in_slots.contains(key) || outcomes.get(*key) == Some(&KeyOutcome::Deferred);
            if parsed.keys.iter().any(|key| is_deferred(&key)) {
                self.large.defer(&parsed.message, parsed.keys.iter().filter(is_deferred));
                continue;
            }
            let outcomes: Vec<KeyOutcome> =
                parsed.keys.iter().filter_map(|key| outcomes.get(key).cloned()).collect();
            if parsed.mappings.is_empty() {
                done.extend(self.answer(&parsed, &outcomes)?);
            } else {
                self.rereads.wait(parsed, outcomes);
            }
        }
        Ok(self.inbox.delete(done)?)
    }

    /// Answers a message of whose keys these are not as the bucket has them. Returns its handle where it is to be deleted.
    fn answer(&self, parsed: &ParsedMessage, outcomes: &[KeyOutcome]) -> Result<Option<String>, RemoteError> {
        let reasons: Vec<&str> = outcomes.iter().map(KeyOutcome::reason).collect();
        let halted = self.halt.load(Relaxed);
        let hopeless = parsed.message.receives >= self.options.receives
            && outcomes.iter().all(|outcome| matches!(outcome, KeyOutcome::Unreadable(_)))
            && !halted;
        if !reasons.is_empty() && !hopeless {
            self.inbox.release(parsed, &reasons.join("; "), halted);
            return Ok(None);
        }
        if !parsed.faults.is_empty() || !reasons.is_empty() {
            let faults = parsed.faults.iter().map(String::as_str);
            let reason = faults.chain(reasons).collect::<Vec<_>>().join("; ");
            self.inbox.dead_letter(&parsed.message, &reason)?;
        }
        Ok(self.inbox.end_lease(&parsed.message).then(|| parsed.message.handle.clone()))
    }

    /// Opens the writer, or hears that it is still the one.
    fn ensure_writer(&mut self) -> Result<(), WriteError> {
        if let Some(writer) = &mut self.writer {
            match writer.keep_alive() {
                Ok(()) => return Ok(()),
                Err(error) => {
                    self.lose_writer_by(&error);
                    return Err(error);
                }
            }
        }
        let writer = (self.open)()?;
        if std::mem::take(&mut self.standby) {
            tracing::info!("the writer lease is free and now ours");
        }
        self.reconcile_due |= writer.has_lost_objects();
        self.writer = Some(writer);
        Ok(())
    }

    /// Hears whether the bucket is open to us again, where it may have been closed.
    fn ensure_bucket(&mut self) -> Result<(), RemoteError> {
        if self.suspect {
            self.bucket.check()?;
            self.suspect = false;
        }
        Ok(())
    }

    /// Applies the current state of these keys until it is the current state no more than before. Returns the keys
    /// that did not come to rest, each with the reason.
    fn reconcile_keys(
        &mut self,
        keys: Vec<String>,
        mut again: HashSet<String>,
    ) -> Result<HashMap<String, KeyOutcome>, TickError> {
        let mut outcomes: HashMap<String, KeyOutcome> = HashMap::new();
        let mut keys = keys;
        for _ in 0..ROUNDS {
            if keys.is_empty() {
                break;
            }
            let source = self.source(Keys::some(Arc::clone(&self.bucket), keys.clone()));
            let mut listing = list(&source)?;
            self.rereads.retry(source.unread_mappings(), &self.options);
            failpoint::reach("worker.looked");
            let diverted = self.divert_large(&source, &mut listing)?;
            keys.retain(|key| !diverted.contains_key(key));
            outcomes.extend(diverted);
            let report = self.sync(&source, listing, &mut |_| {})?;
            if self.denied.swap(false, Relaxed) {
                self.suspect = true;
                self.ensure_bucket()?;
            }
            let mut problems: HashMap<String, String> = report
                .problems
                .iter()
                .map(|problem| (problem.object.clone(), problem.message.clone()))
                .collect();
            let mut changed = Vec::new();
            for key in keys {
                // A problem may be nothing but an object that was replaced meanwhile: look once more.
                let seen = source.seen(&key);
                let now = self.bucket.head(&key);
                let same = matches!((&seen, &now), (Some(seen), Ok(now)) if seen == now);
                match problems.remove(&key) {
                    None if same => {
                        outcomes.remove(&key);
                    }
                    None => {
                        outcomes.insert(key.clone(), KeyOutcome::Changing);
                        changed.push(key);
                    }
                    Some(problem) if same => {
                        outcomes.insert(key, KeyOutcome::Unreadable(problem));
                    }
                    Some(problem) => {
                        outcomes.insert(key.clone(), KeyOutcome::Replaced(problem));
                        if seen.is_some() {
                            changed.push(key);
                        }
                    }
                }
            }
            failpoint::reach("worker.settled");
            // A later round may find nothing left to do.
            let applied = report.changes().map(|applied| applied.receipt.object.clone());
            again.extend(applied);
            self.put_receipts(&report, &again, &outcomes)?;
            self.tell_of_kept(&report.kept)?;
            keys = changed;
        }
        Ok(outcomes)
    }

    fn sync(
        &mut self,
        source: &Keys,
        listing: Listing,
        tell: &mut dyn FnMut(crate::Event<'_>),
    ) -> Result<SyncReport, IngestError> {
        let Some(writer) = &mut self.writer else { return Err(WriteError::NOT_OPEN.into()) };
        let done = sync_listed(&mut **writer, source, listing, tell);
        match &done {
            Ok(report) => report.objects.iter().for_each(count),
            // A writer in doubt is opened anew, which also finds out when the engine takes writes again.
            Err(IngestError::Write(error)) => self.lose_writer_by(error),
            Err(_) => self.lose_writer(),
        }
        done
    }

    fn next_pause(&mut self) -> Duration {
        self.failures = self.failures.saturating_add(1);
        backoff(self.options.pause, self.failures, LONGEST_PAUSE)
    }
}
