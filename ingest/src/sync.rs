//! Makes the catalogue equal to a source: what changed is applied, what vanished is removed, the rest is left.
//!
//! Level-triggered: whoever calls [`sync`] says only that something may have changed. What there is now is listed
//! and compared with the ledger, so late, repeated and lost hints do no harm.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    io,
    time::Duration,
};

use serde::Serialize;
use wikimovie_domain::{ObjectReceipt, ReceiptStatus, Revision};
use wikimovie_engine::{Abandoned, CatalogWriter, LedgerRow, ObjectState, Removal};

use crate::{
    error::IngestError,
    mapping::{MappingFault, MappingResult},
    rules::Rules,
    slots::{Opener, Progress, Slots, Step},
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

    /// What opens an object listed before, on the thread that reads it. It fails where the object cannot be read now,
    /// with [`io::ErrorKind::NotFound`] where it has vanished since.
    fn opener(&self, object: &ObjectState) -> Opener;

    /// The rules by which an object listed before is read: those that its fingerprint is of.
    fn rules(&self, _object: &ObjectState) -> Rules {
        Rules::default()
    }
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
    /// Ledger keys of objects that are there and cannot be read now, for which there is a problem.
    pub unread: Vec<String>,
    /// Objects that stay as they are, because the mapping of their provider is refused.
    pub kept: Vec<Kept>,
}

/// An object that stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Ledger key.
    pub key: String,
    /// Its provider.
    pub provider: String,
    /// Key as people know it, and why.
    pub problem: Problem,
}

impl Listing {
    /// Adds an object, or notes why its mapping keeps it from being read.
    pub(crate) fn add(&mut self, found: &MappingResult, state: ObjectState, bytes: u64) {
        let stays = |why: &MappingFault| format!("{} stays as it is: {why}", state.object);
        match found {
            Ok(_) => self.objects.push(Listed { state, bytes }),
            Err(fault @ MappingFault::Refused { .. }) => {
                let problem = Problem { object: state.object.clone(), message: stays(fault) };
                self.kept.push(Kept { key: state.key, provider: state.provider, problem });
            }
            Err(fault @ MappingFault::Unreadable { .. }) => {
                self.problems.push(Problem { object: state.object.clone(), message: stays(fault) });
                self.unread.push(state.key);
            }
        }
    }
}

impl Listing {
    /// The rows of a ledger whose objects are gone, in the ledger's order.
    pub fn vanished<'a>(&self, ledger: &'a [LedgerRow]) -> Vec<&'a LedgerRow> {
        let gone: HashSet<&str> = self.gone.iter().map(String::as_str).collect();
        let in_scope = |key: &str| self.scope.as_ref().is_some_and(|scope| key.starts_with(scope.as_str()));
        let listed = self.objects.iter().map(|listed| &listed.state.key);
        let there = listed.chain(self.kept.iter().map(|kept| &kept.key)).chain(&self.unread);
        let there: HashSet<&str> = there.map(String::as_str).collect();
        let mut unknown: Vec<&str> = self.unknown.iter().map(String::as_str).collect();
        unknown.sort_unstable();
        unknown.dedup_by(|longer, shorter| longer.starts_with(*shorter));
        let is_unknown = |key: &str| {
            let below = unknown.partition_point(|prefix| *prefix <= key);
            below > 0 && key.starts_with(unknown[below - 1])
        };
        ledger
            .iter()
            .filter(|row| gone.contains(row.key.as_str()) || in_scope(&row.key) && !is_unknown(&row.key))
            .filter(|row| !there.contains(row.key.as_str()))
            .collect()
    }
}

/// One object of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// State as the store tells it.
    pub state: ObjectState,
    /// Size as stored.
    pub bytes: u64,
}

/// Something that could not be read; retrying the next time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
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
    /// What stays as it is until the mapping of its provider is right.
    pub kept: Vec<Kept>,
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
    let listing = list(source)?;
    sync_listed(writer, source, listing, tell)
}

pub(crate) fn list(source: &dyn Source) -> Result<Listing, IngestError> {
    source.list().map_err(|error| IngestError::Unlistable { place: source.place(), source: error })
}

/// The same for a listing made before.
pub(crate) fn sync_listed(
    writer: &mut dyn CatalogWriter,
    source: &dyn Source,
    listing: Listing,
    tell: &mut dyn FnMut(Event<'_>),
) -> Result<SyncReport, IngestError> {
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
        let ledger = self.known(&listing)?;
        let known: HashMap<&str, &LedgerRow> = ledger.iter().map(|row| (row.key.as_str(), row)).collect();
        let vanished = listing.vanished(&ledger);
        let (unchanged, changed): (Vec<&Listed>, Vec<&Listed>) = listing.objects.iter().partition(|listed| {
            known.get(listed.state.key.as_str()).is_some_and(|row| row.is_done(&listed.state))
        });
        (self.tell)(Event::Planned {
            objects: changed.len(),
            bytes: changed.iter().map(|listed| listed.bytes).sum(),
        });

        let mut report = SyncReport {
            problems: listing.problems.clone(),
            kept: listing.kept.clone(),
            ..SyncReport::default()
        };
        for row in unchanged.iter().filter_map(|listed| known.get(listed.state.key.as_str())) {
            self.note(&mut report, Change::Unchanged, unchanged_receipt(row));
        }
        self.apply_all(&changed, &vanished, &mut report)?;
        // The ledger may have been lost.
        for key in listing.gone.iter().filter(|key| !known.contains_key(key.as_str())) {
            self.writer.remove(key)?;
        }
        report.revision = self.commit()?;
        report.objects.sort_by(|a, b| a.receipt.object.cmp(&b.receipt.object));
        Ok(report)
    }

    /// The rows that a listing is compared with.
    fn known(&self, listing: &Listing) -> Result<Vec<LedgerRow>, IngestError> {
        if listing.scope.is_some() {
            return Ok(self.writer.ledger()?);
        }
        let listed = listing.objects.iter().map(|listed| &listed.state.key);
        let mut rows = Vec::new();
        for key in listed.chain(&listing.gone) {
            rows.extend(self.writer.row(key)?);
        }
        Ok(rows)
    }

    /// Applies objects, as many at a time as the engine can, then removes what vanished, so that a movie that moved is
    /// never gone in between. An object that breaks off while it is read may take back what was not committed: those
    /// objects are applied again, without it.
    fn apply_all(
        &mut self,
        objects: &[&Listed],
        vanished: &[&LedgerRow],
        report: &mut SyncReport,
    ) -> Result<(), IngestError> {
        /// Each object ends by deadlines of its own; this is only how often is looked.
        const LOOK: Duration = Duration::from_secs(60);
        let mut waiting: VecDeque<&ObjectState> = objects.iter().map(|listed| &listed.state).collect();
        let by_key: HashMap<&str, &ObjectState> =
            waiting.iter().map(|state| (state.key.as_str(), *state)).collect();
        let mut uncommitted: Vec<&ObjectState> = Vec::new();
        let mut safe = report.objects.len();
        let mut slots = Slots::new();
        loop {
            while slots.len() < self.writer.width()
                && let Some(state) = waiting.pop_front()
            {
                let started = slots.start(state.clone(), self.source.opener(state), self.source.rules(state));
                started.map_err(|source| IngestError::Unreadable { object: state.object.clone(), source })?;
            }
            if slots.is_empty() {
                break;
            }
            match slots.join_next(self.writer, LOOK)? {
                None => {}
                Some(Step::Progressed(state, progress)) => {
                    (self.tell)(Event::Reading { object: &state.object, progress });
                }
                Some(Step::Finished(state, receipt)) => {
                    self.note(report, Change::Applied, receipt);
                    uncommitted.extend(by_key.get(state.key.as_str()).copied());
                    if self.writer.pending() >= COMMIT_RECORDS {
                        self.commit()?;
                        uncommitted.clear();
                        safe = report.objects.len();
                    }
                }
                Some(Step::Unopened(state, error)) => report.problems.push(problem(&state, &error)),
                Some(Step::Broken(state, error, abandoned)) => {
                    report.problems.push(problem(&state, &error));
                    if abandoned == Abandoned::SinceCommit {
                        report.objects.truncate(safe);
                        for state in uncommitted.drain(..).rev() {
                            waiting.push_front(state);
                        }
                    }
                }
            }
        }
        let keys: Vec<String> = vanished.iter().map(|row| row.key.clone()).collect();
        if !keys.is_empty() {
            let removals = self.writer.remove_all(&keys)?;
            vanished.iter().zip(removals).for_each(|(row, removal)| self.note_removal(row, removal, report));
        }
        Ok(())
    }

    fn note_removal(&mut self, row: &LedgerRow, removal: Removal, report: &mut SyncReport) {
        let (change, removed, held) = match removal {
            Removal::Unknown => return,
            Removal::Removed(_) => (Change::Removed, row.accepted(), 0),
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
            ..last_receipt(row)
        };
        self.note(report, change, receipt);
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

pub(crate) fn problem(state: &ObjectState, error: &io::Error) -> Problem {
    Problem { object: state.object.clone(), message: format!("{} cannot be read: {error}", state.object) }
}

/// The receipt of an object that is as it was when it was last done.
pub(crate) fn unchanged_receipt(row: &LedgerRow) -> ObjectReceipt {
    ObjectReceipt { changed: 0, removed: 0, ..last_receipt(row) }
}

/// What came of an object when it was last done; of one that never was, nothing.
fn last_receipt(row: &LedgerRow) -> ObjectReceipt {
    let empty =
        || ObjectReceipt { generation: row.generation, ..ObjectReceipt::empty(&row.object, &row.provider) };
    row.receipt.clone().unwrap_or_else(empty)
}
