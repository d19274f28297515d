//! The ledger's rows as a writer changes them, and which of them the next commit writes.

use std::{
    collections::{BTreeMap, HashSet},
    time::{Duration, Instant},
};

use wikimovie_engine::writer::{LedgerRow, ObjectState, RowState};

use crate::{bulk, lease};

/// Time after which no write of the former owner of the lease can be on its way any more.
const STRAGGLERS_DONE: Duration = bulk::DEADLINE.saturating_add(lease::WRITE_WINDOW);

/// Rows of all objects, and what of them is not committed.
#[derive(Debug)]
pub(super) struct Rows {
    /// As of the last change, committed or not.
    rows: BTreeMap<String, LedgerRow>,
    /// Keys whose row changed since the last commit.
    staged: HashSet<String>,
    /// Records and rows since the last commit.
    pending: u64,
    /// Whether a movie changed since the last commit.
    changed: bool,
    opened: Instant,
    /// Keys that another writer left in progress.
    unfinished: HashSet<String>,
    /// Those of them that were applied or removed since, to be swept once more.
    resweeps: Resweeps,
}

/// Objects to be swept once more, each with the version at which its application began.
pub(super) type Resweeps = BTreeMap<String, u64>;

impl Rows {
    /// Rows as a writer finds them; `lost` are the keys of those that only the index lost, in order.
    pub(super) fn new(rows: Vec<LedgerRow>, lost: &[String]) -> Self {
        // What only the index lost was begun by nobody.
        let was_begun =
            |row: &&LedgerRow| row.state == RowState::InProgress && lost.binary_search(&row.key).is_err();
        Self {
            unfinished: rows.iter().filter(was_begun).map(|row| row.key.clone()).collect(),
            rows: by_key(rows),
            staged: HashSet::new(),
            pending: 0,
            changed: false,
            opened: Instant::now(),
            resweeps: Resweeps::new(),
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&LedgerRow> {
        self.rows.get(key)
    }

    pub(super) fn all(&self) -> Vec<LedgerRow> {
        self.rows.values().cloned().collect()
    }

    /// Whether a provider has other objects than this one.
    pub(super) fn has_others(&self, provider: &str, key: &str) -> bool {
        self.rows.values().any(|row| row.provider == provider && row.key != key)
    }

    /// The row of an object that is not done.
    pub(super) fn in_progress(&self, object: &ObjectState) -> LedgerRow {
        match self.rows.get(&object.key).cloned() {
            Some(row) => LedgerRow { state: RowState::InProgress, ..row },
            None => LedgerRow::in_progress(object),
        }
    }

    /// Records and rows since the last commit.
    pub(super) fn pending(&self) -> u64 {
        self.pending
    }

    /// Counts a record that was put.
    pub(super) fn note_record(&mut self) {
        self.pending += 1;
    }

    /// Whether a movie changed since the last commit.
    pub(super) fn is_changed(&self) -> bool {
        self.changed
    }

    /// Notes that a movie changed, where `changed` holds.
    pub(super) fn note_change(&mut self, changed: bool) {
        self.changed |= changed;
    }

    /// Sets a row that the ledger has already.
    pub(super) fn restore(&mut self, row: LedgerRow) {
        self.rows.insert(row.key.clone(), row);
    }

    /// Sets a row, to be written at the next commit.
    pub(super) fn set(&mut self, row: LedgerRow) {
        self.stage(&row.key);
        self.restore(row);
    }

    /// Removes a row, from the ledger at the next commit.
    pub(super) fn remove(&mut self, key: &str) {
        self.stage(key);
        self.rows.remove(key);
    }

    /// Lets the next commit write the row of an object as it is by then.
    pub(super) fn stage(&mut self, key: &str) {
        self.pending += 1;
        self.staged.insert(key.to_owned());
    }

    /// Rows to be written at a commit, and keys whose row is to be removed.
    pub(super) fn staged(&self) -> Vec<(&str, Option<LedgerRow>)> {
        self.staged.iter().map(|key| (key.as_str(), self.row_to_write(key))).collect()
    }

    /// An object that is to be swept once more stays in progress until then.
    fn row_to_write(&self, key: &str) -> Option<LedgerRow> {
        let row = self.rows.get(key).cloned();
        if !self.resweeps.contains_key(key) {
            return row;
        }
        let removed = || {
            LedgerRow::in_progress(&ObjectState {
                key: key.to_owned(),
                object: key.to_owned(),
                provider: String::new(),
                modified_ms: 0,
                fingerprint: String::new(),
            })
        };
        Some(LedgerRow { state: RowState::InProgress, ..row.unwrap_or_else(removed) })
    }

    /// All that was staged is written.
    pub(super) fn committed(&mut self) {
        (self.pending, self.changed) = (0, false);
        self.staged.clear();
    }

    /// Forgets what is not committed; `rows` are those of the ledger.
    pub(super) fn roll_back(&mut self, rows: Vec<LedgerRow>) {
        self.committed();
        self.rows = by_key(rows);
    }

    /// Notes that an object was applied or removed, to be swept once more if another writer had left it in progress.
    pub(super) fn schedule_resweep(&mut self, key: &str, start: u64) {
        if self.opened.elapsed() >= STRAGGLERS_DONE {
            self.unfinished.clear();
        } else if self.unfinished.contains(key) {
            self.resweeps.insert(key.to_owned(), start);
        }
    }

    /// Objects to be swept once more, as soon as no write of the former writer can be on its way any more.
    pub(super) fn take_due_resweeps(&mut self) -> Option<Resweeps> {
        if self.resweeps.is_empty() || self.opened.elapsed() < STRAGGLERS_DONE {
            return None;
        }
        Some(std::mem::take(&mut self.resweeps))
    }

    /// Takes back objects that could not be swept.
    pub(super) fn return_resweeps(&mut self, resweeps: Resweeps) {
        self.resweeps = resweeps;
    }
}

fn by_key(rows: Vec<LedgerRow>) -> BTreeMap<String, LedgerRow> {
    rows.into_iter().map(|row| (row.key.clone(), row)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(key: &str) -> ObjectState {
        ObjectState {
            key: key.to_owned(),
            object: key.to_owned(),
            provider: "acme".to_owned(),
            modified_ms: 1,
            fingerprint: "r1".to_owned(),
        }
    }

    fn done(key: &str) -> LedgerRow {
        LedgerRow { state: RowState::Done, ..LedgerRow::in_progress(&object(key)) }
    }

    fn states(rows: &Rows) -> Vec<(&str, Option<RowState>)> {
        let mut staged: Vec<_> =
            rows.staged().into_iter().map(|(key, row)| (key, row.map(|row| row.state))).collect();
        staged.sort_by_key(|(key, _)| *key);
        staged
    }

    #[test]
    fn a_commit_writes_rows_that_changed_and_no_others() {
        let mut rows = Rows::new(vec![done("a"), done("b"), done("c")], &[]);
        rows.set(done("a"));
        rows.remove("b");
        rows.restore(rows.in_progress(&object("c")));
        assert_eq!(states(&rows), [("a", Some(RowState::Done)), ("b", None)]);
        assert_eq!((rows.pending(), rows.get("b")), (2, None));
        rows.committed();
        assert_eq!((states(&rows), rows.pending()), (vec![], 0));
        rows.set(done("d"));
        rows.roll_back(vec![done("a")]);
        assert_eq!((states(&rows), rows.all()), (vec![], vec![done("a")]));
    }

    #[test]
    fn what_another_writer_left_stays_in_progress_until_it_is_swept_once_more() {
        let left = |key: &str| LedgerRow::in_progress(&object(key));
        let mut rows =
            Rows::new(vec![left("applied"), left("gone"), left("lost"), done("own")], &["lost".to_owned()]);
        for key in ["applied", "lost", "own"] {
            rows.set(done(key));
            rows.schedule_resweep(key, 7);
        }
        rows.remove("gone");
        rows.schedule_resweep("gone", u64::MAX);
        let (in_progress, done) = (Some(RowState::InProgress), Some(RowState::Done));
        let expected = [("applied", in_progress), ("gone", in_progress), ("lost", done), ("own", done)];
        assert_eq!(states(&rows), expected);
        assert_eq!(rows.take_due_resweeps(), None, "a write of the former writer may still be on its way");
        rows.opened = rows.opened.checked_sub(STRAGGLERS_DONE).unwrap();
        let due = rows.take_due_resweeps().unwrap();
        assert_eq!(due, Resweeps::from([("applied".to_owned(), 7), ("gone".to_owned(), u64::MAX)]));
        assert_eq!(states(&rows), [("applied", done), ("gone", None), ("lost", done), ("own", done)]);
    }
}
