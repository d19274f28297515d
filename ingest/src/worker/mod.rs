//! From the queue to the catalogue: receives hints, makes the catalogue equal to the bucket at the keys they name,
//! and deletes each message once all it says is durable.
//!
//! Level-triggered, by [`sync`](mod@crate::sync): the current state of each key, against the ledger, decides what is
//! done; late, repeated and swapped events do no harm. A [`Worker::turn`] takes a batch of messages through all of it
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
use wikimovie_engine::{CatalogWriter, ObjectState, WriteError, kill};

use self::{large::Parked, lease::Leases};
use crate::{
    bucket::{Bucket, Keys},
    error::IngestError,
    lanes::{Lanes, Opener},
    queue::{Message, Queue, RemoteError},
    sync::{Applied, Change, Listing, SyncReport, list, sync_listed},
};

/// Looks at a key that changes while it is applied, before it is left to a later delivery.
const ROUNDS: usize = 3;

/// Longest pause after failures in a row.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

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

/// What a turn came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// Messages received.
    pub received: usize,
    /// Messages deleted.
    pub deleted: usize,
    /// Time to wait before the next turn; `None` where all went well.
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
    /// Received, and not done since a turn failed.
    kept: Vec<Message>,
    /// Large objects that are being applied.
    lanes: Lanes,
    /// Large objects that wait for a lane.
    backlog: VecDeque<(ObjectState, Opener)>,
    /// Messages that wait for large objects.
    parked: Vec<Parked>,
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
}

/// Why a key did not come to rest.
struct Unrest {
    reason: String,
    /// Whether it has changed meanwhile: then there is nothing wrong with it.
    changes: bool,
    /// Whether it is waited for.
    waits: bool,
}

const CHANGES: &str = "it changes faster than it is read";

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
            lanes: Lanes::new(),
            backlog: VecDeque::new(),
            parked: Vec::new(),
            ended: 0,
            broken: HashMap::new(),
            waited: HashMap::new(),
            denied: Arc::default(),
            closed: false,
            halt: Arc::default(),
        }
    }

    /// Once this is set, reading breaks off: what was read to its end is settled, the rest is handed back.
    pub fn halt(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.halt)
    }

    /// Whether the engine takes writes, as far as is known.
    pub fn is_ready(&self) -> bool {
        self.writer.is_some()
    }

    /// Receives nothing more.
    pub fn close(&mut self) {
        self.closed = true;
    }

    /// Whether objects are being applied beside the turns, or messages wait for them.
    pub fn is_busy(&self) -> bool {
        !self.lanes.is_empty() || !self.backlog.is_empty() || !self.parked.is_empty()
    }

    /// Receives a batch, applies it, deletes what is done.
    pub fn turn(&mut self) -> Turn {
        let mut turn = Turn::default();
        match self.try_turn(&mut turn) {
            Ok(()) => self.failures = 0,
            // Another worker is at it: this one stands by to take over.
            Err(TurnError::Write(WriteError::Held(index))) => {
                turn.pause = Some(self.options.pause);
                tracing::debug!(index, "another process holds the writer lease of this index; standing by");
            }
            Err(error) => {
                metrics::counter!("wikimovie_ingest_failures_total").increment(1);
                turn.pause = Some(self.next_pause());
                tracing::warn!(
                    %error,
                    pause_ms = turn.pause.map(|pause| pause.as_millis() as u64),
                    "a tick failed; waiting"
                );
            }
        }
        metrics::gauge!("wikimovie_ingest_ready").set(if self.is_ready() { 1.0 } else { 0.0 });
        turn
    }

    /// Makes the catalogue equal to the whole bucket, whatever events there were. Large objects are only begun, see
    /// [`Worker::is_busy`], and of their providers nothing is taken for vanished as long.
    ///
    /// # Errors
    /// Where the bucket cannot be listed, or the engine fails.
    pub fn reconcile(&mut self, tell: &mut dyn FnMut(crate::Event<'_>)) -> Result<SyncReport, IngestError> {
        self.ensure_writer()?;
        let source = self.source(Keys::all(Arc::clone(&self.bucket)));
        let mut listing = list(&source)?;
        self.divert(&source, &mut listing)?;
        self.leave_out(&mut listing);
        self.sync(&source, listing, tell)
    }

    fn source(&self, keys: Keys) -> Keys {
        keys.halted_by(&self.halt).denied_to(&self.denied)
    }

    fn try_turn(&mut self, turn: &mut Turn) -> Result<(), TurnError> {
        self.ensure_writer()?;
        self.ensure_bucket()?;
        self.advance()?;
        let mut messages = std::mem::take(&mut self.kept);
        messages.extend(self.unpark());
        messages.retain(|message| self.leases.holds(&message.handle));
        let again = !messages.is_empty();
        if messages.is_empty() && self.may_receive() {
            messages = self.receive()?;
            turn.received = messages.len();
        }
        if messages.is_empty() {
            return Ok(());
        }
        kill::point("worker.received");
        match self.handle(messages.clone(), again) {
            Ok(deleted) => turn.deleted = deleted,
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
                    self.lose_writer();
                    return Err(error);
                }
            }
        }
        self.writer = Some((self.open)()?);
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
    fn settle(
        &mut self,
        keys: Vec<String>,
        mut again: HashSet<String>,
    ) -> Result<HashMap<String, Unrest>, TurnError> {
        let mut unsettled: HashMap<String, Unrest> = HashMap::new();
        let mut keys = keys;
        for _ in 0..ROUNDS {
            if keys.is_empty() {
                break;
            }
            let source = self.source(Keys::some(Arc::clone(&self.bucket), keys.clone()));
            let mut listing = list(&source)?;
            kill::point("worker.looked");
            let diverted = self.divert(&source, &mut listing)?;
            keys.retain(|key| !diverted.contains_key(key));
            unsettled.extend(diverted);
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
            let mut restless = Vec::new();
            for key in keys {
                // A problem may be nothing but an object that was replaced meanwhile: look once more.
                let seen = source.seen(&key);
                let now = self.bucket.head(&key);
                let same = matches!((&seen, &now), (Some(seen), Ok(now)) if seen == now);
                match problems.remove(&key) {
                    None if same => {
                        unsettled.remove(&key);
                    }
                    None => {
                        unsettled.insert(
                            key.clone(),
                            Unrest { reason: CHANGES.to_owned(), changes: true, waits: false },
                        );
                        restless.push(key);
                    }
                    Some(problem) => {
                        unsettled
                            .insert(key.clone(), Unrest { reason: problem, changes: !same, waits: false });
                        if !same && seen.is_some() {
                            restless.push(key);
                        }
                    }
                }
            }
            kill::point("worker.settled");
            // A later round may find nothing left to do.
            let applied = report.changes().map(|applied| applied.receipt.object.clone());
            again.extend(applied);
            self.put_receipts(&report, &again, &unsettled)?;
            keys = restless;
        }
        Ok(unsettled)
    }

    fn sync(
        &mut self,
        source: &Keys,
        listing: Listing,
        tell: &mut dyn FnMut(crate::Event<'_>),
    ) -> Result<SyncReport, IngestError> {
        let Some(writer) = &mut self.writer else { return Err(WriteError::Unavailable.into()) };
        let done = sync_listed(&mut **writer, source, listing, tell);
        match &done {
            Ok(report) => report.objects.iter().for_each(count),
            // A writer in doubt is opened anew, which also finds out when the engine takes writes again.
            Err(_) => self.lose_writer(),
        }
        done
    }

    fn put_receipts(
        &self,
        report: &SyncReport,
        again: &HashSet<String>,
        unsettled: &HashMap<String, Unrest>,
    ) -> Result<(), RemoteError> {
        if !self.options.receipts {
            return Ok(());
        }
        let due = |applied: &&Applied| {
            let object = &applied.receipt.object;
            again.contains(object) && !unsettled.contains_key(object)
        };
        for applied in report.objects.iter().filter(due) {
            let removed = matches!(applied.change, Change::Removed | Change::Held);
            let (key, body) = receipt::object(&applied.receipt, removed);
            self.bucket.put(&key, body, "application/json")?;
            kill::point("worker.receipt");
        }
        Ok(())
    }

    fn next_pause(&mut self) -> Duration {
        self.failures = self.failures.saturating_add(1);
        backoff(self.options.pause, self.failures)
    }
}

/// Why a turn broke off. All of its messages come again.
#[derive(Debug, thiserror::Error)]
enum TurnError {
    #[error(transparent)]
    Remote(#[from] RemoteError),
    #[error(transparent)]
    Ingest(#[from] IngestError),
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Doubled each time, up to [`LONGEST_PAUSE`].
fn backoff(first: Duration, times: u32) -> Duration {
    first.saturating_mul(1_u32 << times.saturating_sub(1).min(10)).min(LONGEST_PAUSE)
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
