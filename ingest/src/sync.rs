//! Makes the catalogue equal to a source: what changed is applied, what vanished is removed, the rest is left.
//!
//! Level-triggered: whoever calls [`sync`] says only that something may have changed. What there is now is listed
//! and compared with the ledger, so late, repeated and lost hints do no harm.

use std::{
    collections::{HashMap, HashSet},
    io::{self, Read},
};

use wikimovie_domain::{ObjectReceipt, ReceiptStatus, Revision};
use wikimovie_search::{CatalogWriter, LedgerRow, ObjectState, Removal};

use crate::{
    apply::{Progress, apply_object},
    error::IngestError,
};

/// Records after which is committed between two objects: enough to make commits rare, few enough to lose little.
pub const COMMIT_RECORDS: u64 = 50_000;

/// Where objects are kept: a folder, a bucket.
pub trait Source {
    /// What to call it in a message.
    fn place(&self) -> String;

    /// Every object there is now.
    ///
    /// # Errors
    /// When nothing can be told of the whole; then nothing may be taken for vanished.
    fn list(&self) -> io::Result<Listing>;

    /// Opens an object listed before.
    ///
    /// # Errors
    /// When it cannot be read now. [`io::ErrorKind::NotFound`] where it has vanished since.
    fn open(&self, object: &ObjectState) -> io::Result<Box<dyn Read + Send>>;
}

/// What a source holds.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Objects, in the order they are applied.
    pub objects: Vec<Listed>,
    /// What could not be listed or may not be read.
    pub problems: Vec<Problem>,
    /// Ledger keys with this prefix that are not listed have vanished; `None` where the source speaks for no others.
    pub scope: Option<String>,
    /// Ledger keys that have vanished, whatever the scope.
    pub gone: Vec<String>,
    /// Prefixes in the scope that could not be looked into: nothing below has vanished.
    pub unknown: Vec<String>,
}

/// One object of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// State as the store tells it.
    pub state: ObjectState,
    /// Size as stored.
    pub bytes: u64,
}

/// Something that could not be read; it is tried again the next time.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Problem {
    /// Key as people know it.
    pub object: String,
    /// One sentence.
    pub message: String,
}

/// What became of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// What was done.
    pub change: Change,
    /// Account of the object; for one removed, its last receipt with `removed` counting its movies.
    pub receipt: ObjectReceipt,
}

/// What was done with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// New or changed, and read.
    Applied,
    /// The same as when it was last read: nothing done. `changed` and `removed` of its receipt are 0.
    Unchanged,
    /// Vanished, and its movies with it.
    Removed,
    /// Vanished; its movies are so many that they stay until somebody approves their removal.
    Held,
}

/// What [`sync`] did.
#[derive(Clone, Debug, Default)]
pub struct SyncReport {
    /// Objects in the order handled.
    pub objects: Vec<Applied>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// State of the catalogue afterwards.
    pub revision: Revision,
}

impl SyncReport {
    /// Objects that were not left as they are.
    pub fn changes(&self) -> impl Iterator<Item = &Applied> {
        self.objects.iter().filter(|applied| applied.change != Change::Unchanged)
    }
}

/// What [`sync`] tells while it works.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// What there is to do.
    Planned {
        /// Objects to read.
        objects: usize,
        /// Their bytes.
        bytes: u64,
    },
    /// An object is being read.
    Reading {
        /// Key as people know it.
        object: &'a str,
        /// How far it is.
        progress: Progress,
    },
    /// An object is done (but not committed).
    Done(&'a Applied),
    /// Everything done is durable and visible.
    Committed(Revision),
}

/// Makes the catalogue equal to a source. What cannot be read is told in the report and stops nothing else.
///
/// # Errors
/// Where the source cannot be listed, or the engine fails: everything since the last commit is rolled back.
pub fn sync(
    writer: &mut dyn CatalogWriter,
    source: &dyn Source,
    tell: &mut dyn FnMut(Event<'_>),
) -> Result<SyncReport, IngestError> {
    let listing =
        source.list().map_err(|error| IngestError::Unlistable { place: source.place(), source: error })?;
    let done = Sync { writer: &mut *writer, source, tell }.run(listing);
    if done.is_err() {
        // The first error says more than a failing rollback would; a writer in doubt fails again at its next call.
        let _ = writer.rollback();
    }
    done
}

struct Sync<'a> {
    writer: &'a mut dyn CatalogWriter,
    source: &'a dyn Source,
    tell: &'a mut dyn FnMut(Event<'_>),
}

impl Sync<'_> {
    fn run(&mut self, listing: Listing) -> Result<SyncReport, IngestError> {
        let ledger = self.writer.ledger()?;
        let known: HashMap<&str, &LedgerRow> = ledger.iter().map(|row| (row.key.as_str(), row)).collect();
        let vanished = vanished(&ledger, &listing);
        let (unchanged, changed): (Vec<&Listed>, Vec<&Listed>) = listing.objects.iter().partition(|listed| {
            known.get(listed.state.key.as_str()).is_some_and(|row| is_same(row, &listed.state))
        });
        (self.tell)(Event::Planned {
            objects: changed.len(),
            bytes: changed.iter().map(|listed| listed.bytes).sum(),
        });

        let mut report = SyncReport { problems: listing.problems.clone(), ..SyncReport::default() };
        for row in unchanged.iter().filter_map(|listed| known.get(listed.state.key.as_str())) {
            let receipt = ObjectReceipt { changed: 0, removed: 0, ..row.receipt.clone() };
            self.note(&mut report, Change::Unchanged, receipt);
        }
        self.apply_all(&changed, &vanished, &mut report)?;
        report.revision = self.commit()?;
        report.objects.sort_by(|a, b| a.receipt.object.cmp(&b.receipt.object));
        Ok(report)
    }

    /// Applies objects in order, then removes what vanished, so that a movie that moved is never gone in between.
    /// An object that breaks off while it is read takes back what was not committed: those objects are applied
    /// again, without it.
    fn apply_all(
        &mut self,
        objects: &[&Listed],
        vanished: &[&LedgerRow],
        report: &mut SyncReport,
    ) -> Result<(), IngestError> {
        let mut broken = HashSet::new();
        let (mut safe_at, mut safe_len) = (0, report.objects.len());
        let mut at = 0;
        while let Some(Listed { state, .. }) = objects.get(at) {
            at += 1;
            if broken.contains(&state.key) {
                continue;
            }
            match self.apply(state) {
                Ok(receipt) => self.note(report, Change::Applied, receipt),
                Err(Halt::Unopened(problem)) => report.problems.push(problem),
                Err(Halt::Broken(problem)) => {
                    report.problems.push(problem);
                    broken.insert(state.key.clone());
                    self.writer.rollback()?;
                    report.objects.truncate(safe_len);
                    at = safe_at;
                }
                Err(Halt::Failed(error)) => return Err(error),
            }
            if self.writer.pending() >= COMMIT_RECORDS {
                self.commit()?;
                (safe_at, safe_len) = (at, report.objects.len());
            }
        }
        vanished.iter().try_for_each(|row| self.remove(row, report))
    }

    fn apply(&mut self, state: &ObjectState) -> Result<ObjectReceipt, Halt> {
        let problem = |error: io::Error| Problem {
            object: state.object.clone(),
            message: format!("{} cannot be read: {error}", state.object),
        };
        let content = self.source.open(state).map_err(|error| Halt::Unopened(problem(error)))?;
        let tell = &mut *self.tell;
        let mut progress = |progress| tell(Event::Reading { object: &state.object, progress });
        apply_object(self.writer, state, content, &mut progress).map_err(|error| match error {
            IngestError::Unreadable { source, .. } => Halt::Broken(problem(source)),
            other => Halt::Failed(other),
        })
    }

    fn remove(&mut self, row: &LedgerRow, report: &mut SyncReport) -> Result<(), IngestError> {
        let (change, removed, held) = match self.writer.remove(&row.key)? {
            Removal::Unknown => return Ok(()),
            Removal::Removed(_) => (Change::Removed, row.receipt.accepted, 0),
            Removal::Held(held) => (Change::Held, 0, held),
        };
        let status = if held > 0 { ReceiptStatus::Held } else { ReceiptStatus::Complete };
        let receipt = ObjectReceipt {
            status,
            accepted: 0,
            changed: 0,
            merged: 0,
            refused: 0,
            removed,
            held,
            refusals: Vec::new(),
            ..row.receipt.clone()
        };
        self.note(report, change, receipt);
        Ok(())
    }

    fn note(&mut self, report: &mut SyncReport, change: Change, receipt: ObjectReceipt) {
        let applied = Applied { change, receipt };
        (self.tell)(Event::Done(&applied));
        report.objects.push(applied);
    }

    fn commit(&mut self) -> Result<Revision, IngestError> {
        let revision = self.writer.commit()?;
        (self.tell)(Event::Committed(revision));
        Ok(revision)
    }
}

/// Why an object was not applied.
enum Halt {
    /// Nothing was begun.
    Unopened(Problem),
    /// It broke off half way.
    Broken(Problem),
    /// The engine failed.
    Failed(IngestError),
}

/// Whether the ledger has exactly this object. The provider counts, since ids are made with it.
fn is_same(row: &LedgerRow, state: &ObjectState) -> bool {
    row.fingerprint == state.fingerprint
        && row.receipt.provider == state.provider
        && row.receipt.object == state.object
}

fn vanished<'a>(ledger: &'a [LedgerRow], listing: &Listing) -> Vec<&'a LedgerRow> {
    let gone: HashSet<&str> = listing.gone.iter().map(String::as_str).collect();
    let in_scope = |key: &str| listing.scope.as_ref().is_some_and(|scope| key.starts_with(scope.as_str()));
    let listed: HashSet<&str> = listing.objects.iter().map(|listed| listed.state.key.as_str()).collect();
    let is_unknown = |key: &str| listing.unknown.iter().any(|prefix| key.starts_with(prefix.as_str()));
    ledger
        .iter()
        .filter(|row| gone.contains(row.key.as_str()) || in_scope(&row.key) && !is_unknown(&row.key))
        .filter(|row| !listed.contains(row.key.as_str()))
        .collect()
}
