//! From the queue to the catalogue: receives hints, makes the catalogue equal to the bucket at the keys they name,
//! and deletes each message once all it says is durable.
//!
//! Level-triggered, by [`sync`](mod@crate::sync): the current state of each key, against the ledger, decides what is
//! done; late, repeated and swapped events do no harm. A [`Worker::tick`] takes a batch of messages through all of it
//! and commits once ([`messages`] reads and answers them). Large objects go on beside that ([`large`]), so that small ones
//! do not wait for them. While the engine does not take writes nothing is received, so that no receive counts are used up.

mod large;
pub mod lease;
mod messages;
mod receipt;

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use wikimovie_domain::ObjectReceipt;
use wikimovie_engine::{CatalogWriter, ObjectState, WriteError, failpoint};

use self::{large::DeferredMessage, lease::Leases};
use crate::{
    bucket::{Bucket, Keys},
    error::IngestError,
    queue::{Message, Queue, RemoteError},
    slots::{Opener, Slots},
    sync::{Applied, Change, Listing, SyncReport, list, sync_listed},
};

/// Looks at a key that changes while it is applied, before it is left to a later delivery.
const ROUNDS: usize = 3;

/// Longest pause after ticks that failed in a row: the catalogue is right again within seconds of a fault's end.
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// Longest time after which a message that failed comes again.
const LONGEST_DELAY: Duration = Duration::from_secs(30);

/// Bounds and times of a worker.
#[derive(Clone, Debug)]
pub struct WorkerOptions {
    /// Time for which received messages are ours; extended while they are worked on.
    pub lease: Duration,
    /// Longest wait for the first message of a batch.
    pub wait: Duration,
    /// Most messages in a batch.
    pub batch: usize,
    /// Pause after a first failure; doubled at each further one.
    pub pause: Duration,
    /// Receives after which a message whose object cannot be read goes to the dead-letter queue with the reason: fewer
    /// than after which the queue itself moves it there, without one.
    pub receives: u32,
    /// Bytes, as stored, beyond which an object is applied beside the others.
    pub large: u64,
    /// Whether a receipt is put beside the data for each object, at `receipts/<key>.json`.
    pub receipts: bool,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(60),
            wait: Duration::from_secs(20),
            batch: 100,
            pause: Duration::from_secs(1),
            receives: 4,
            large: 1024 * 1024,
            receipts: true,
        }
    }
}

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
    queue: Arc<dyn Queue>,
    bucket: Arc<dyn Bucket>,
    open: OpenWriter,
    writer: Option<Box<dyn CatalogWriter>>,
    leases: Leases,
    options: WorkerOptions,
    failures: u32,
    /// Whether the bucket may be closed to us: then it is looked at before anything is received.
    suspect: bool,
    /// Received, and not done since a tick failed.
    kept: Vec<Message>,
    /// Large objects that are being applied.
    slots: Slots,
    /// Large objects that wait for a slot.
    backlog: VecDeque<(ObjectState, Opener)>,
    /// Messages that wait for large objects.
    deferred: Vec<DeferredMessage>,
    /// Large objects done so far, one way or another.
    ended: u64,
    /// Large objects that could not be read, by key: fingerprint and reason.
    broken: HashMap<String, (String, String)>,
    /// Removals that wait for large objects, which may list the same movies.
    waited: HashMap<String, Vec<ObjectState>>,
    denied: Arc<AtomicBool>,
    /// Whether nothing is received any more.
    closed: bool,
    halt: Arc<AtomicBool>,
    /// Why the last tick failed.
    problem: Option<String>,
    /// Whether the index lost something, so that the whole bucket is compared with the ledger as soon as may be.
    reconcile_due: bool,
}

/// What came of a key whose current state is not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
enum KeyOutcome {
    /// Its large object, or one that its removal waits for, is under way.
    Deferred,
    /// It changed again and again while it was applied: nothing is wrong with it.
    Changing,
    /// This state of it cannot be read.
    Unreadable(String),
    /// It could not be read, and has another state by now.
    Replaced(String),
}

impl KeyOutcome {
    /// Why its message is kept, in a sentence.
    fn reason(&self) -> &str {
        match self {
            Self::Deferred => "it waits for large objects",
            Self::Changing => "it changes faster than it is read",
            Self::Unreadable(reason) | Self::Replaced(reason) => reason,
        }
    }
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
        Self {
            queue,
            bucket,
            open,
            writer: None,
            leases,
            options,
            failures: 0,
            suspect: false,
            kept: Vec::new(),
            slots: Slots::new(),
            backlog: VecDeque::new(),
            deferred: Vec::new(),
            ended: 0,
            broken: HashMap::new(),
            waited: HashMap::new(),
            denied: Arc::default(),
            closed: false,
            halt: Arc::default(),
            problem: None,
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

    /// Receives nothing more.
    pub fn close(&mut self) {
        self.closed = true;
    }

    /// Whether objects are being applied beside the ticks, or messages wait for them.
    pub fn is_busy(&self) -> bool {
        !self.slots.is_empty() || !self.backlog.is_empty() || !self.deferred.is_empty()
    }

    /// Receives a batch, applies it, deletes what is done.
    pub fn tick(&mut self) -> Tick {
        let mut tick = Tick::default();
        match self.try_tick(&mut tick) {
            Ok(()) => {
                self.failures = 0;
                self.problem = None;
            }
            // Another worker is at it: this one stands by to take over.
            Err(TickError::Write(WriteError::LeaseTaken(index))) => {
                tick.pause = Some(self.options.pause);
                tracing::debug!(index, "another process holds the writer lease of this index; standing by");
                self.problem = Some(format!("standing by: another process writes to the index {index}"));
            }
            Err(error) => {
                metrics::counter!("wikimovie_ingest_failures_total").increment(1);
                tick.pause = Some(self.next_pause());
                tracing::warn!(%error, pause.ms = tick.pause.map(|pause| pause.as_millis() as u64), "a tick of the worker failed; trying again");
                self.problem = Some(error.to_string());
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
        self.defer_large(&source, &mut listing)?;
        self.leave_out(&mut listing);
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
                tracing::warn!(%error, "opening the index anew");
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
        keys.halted_by(&self.halt).denied_to(&self.denied)
    }

    fn try_tick(&mut self, tick: &mut Tick) -> Result<(), TickError> {
        self.ensure_writer()?;
        self.ensure_bucket()?;
        self.restore()?;
        self.advance()?;
        let mut messages = std::mem::take(&mut self.kept);
        messages.extend(self.take_due());
        messages.retain(|message| self.leases.holds(&message.handle));
        let again = !messages.is_empty();
        if messages.is_empty() && self.may_receive() {
            messages = self.receive()?;
            tick.received = messages.len();
        }
        if messages.is_empty() {
            return Ok(());
        }
        failpoint::reach("worker.received");
        match self.handle(messages.clone(), again) {
            Ok(deleted) => tick.deleted = deleted,
            Err(error) => {
                // They stay with us, under lease, so that no receive counts are used up while engine or bucket fail.
                self.keep(messages);
                return Err(error);
            }
        }
        Ok(())
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
            failpoint::reach("worker.looked");
            let diverted = self.defer_large(&source, &mut listing)?;
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

    fn put_receipts(
        &self,
        report: &SyncReport,
        again: &HashSet<String>,
        outcomes: &HashMap<String, KeyOutcome>,
    ) -> Result<(), RemoteError> {
        if !self.options.receipts {
            return Ok(());
        }
        let due = |applied: &&Applied| {
            let object = &applied.receipt.object;
            again.contains(object) && !outcomes.contains_key(object)
        };
        for applied in report.objects.iter().filter(due) {
            let removed = matches!(applied.change, Change::Removed | Change::Held);
            let (key, body) = receipt::object(&applied.receipt, removed);
            self.bucket.put(&key, body, "application/json")?;
            failpoint::reach("worker.receipt");
        }
        Ok(())
    }

    fn next_pause(&mut self) -> Duration {
        self.failures = self.failures.saturating_add(1);
        backoff(self.options.pause, self.failures, LONGEST_PAUSE)
    }
}

/// Why a tick broke off. All of its messages come again.
#[derive(Debug, thiserror::Error)]
enum TickError {
    #[error(transparent)]
    Remote(#[from] RemoteError),
    #[error(transparent)]
    Ingest(#[from] IngestError),
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Doubled each time, up to the longest.
fn backoff(first: Duration, times: u32, longest: Duration) -> Duration {
    first.saturating_mul(1_u32 << times.saturating_sub(1).min(10)).min(longest)
}

/// Tells metrics and log of what was done with an object.
fn count(Applied { change, receipt }: &Applied) {
    let outcome = match change {
        Change::Applied => "applied",
        Change::Unchanged => "unchanged",
        Change::Removed => "removed",
        Change::Held => "held",
    };
    metrics::counter!("wikimovie_ingest_objects_total", "outcome" => outcome).increment(1);
    if *change == Change::Unchanged {
        return;
    }
    let ObjectReceipt { accepted, merged, refused, removed, bytes, .. } = receipt;
    for (outcome, records) in
        [("accepted", accepted), ("merged", merged), ("refused", refused), ("removed", removed)]
    {
        metrics::counter!("wikimovie_ingest_records_total", "outcome" => outcome).increment(*records);
    }
    metrics::counter!("wikimovie_ingest_read_bytes_total").increment(*bytes);
    tracing::info!(object = receipt.object, accepted, merged, refused, removed, "object {outcome}");
}
