//! Reindex: the index built anew beside the one in use, without a pause for readers or writers.
//!
//! The ledger names the indices that the writer writes to ([`crate::builds`]). Once its lease says that it writes to both,
//! what is in the one is copied to the other with its versions, so that a copy never replaces what the writer wrote
//! meanwhile; then both are compared, and the aliases moved in one step. The other one is kept, written to like the first,
//! until it is dropped; so the step can be taken back at any time.

use std::{cmp::Ordering, collections::HashSet, time::Duration};

use wikimovie_engine::writer::WriteError;

use crate::{
    builds::Builds,
    bulk::Bulk,
    lease,
    names::alias_of,
    records::{RecordEntry, RecordPages, SourceRecord},
    stores::Stores,
    versions::Versions,
};

/// Longest wait for the writer to write to both builds: it looks between two objects.
const ADOPTION: Duration = Duration::from_secs(600);

/// Time between two polls of the writer, and between two checks of documents that differ.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Checks of documents that differ, as they do for a moment while they are written.
const MAX_CHECKS: u32 = 10;

/// Documents copied or checked at a time.
const BATCH: usize = 500;

/// What a reindex is at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildStep {
    /// The writer is asked to write to both.
    Waiting,
    /// So many documents are copied.
    Copying(u64),
    /// Both are compared.
    Comparing,
    /// Readers and writer use this index now.
    Swapped(String),
}

/// How two builds compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Documents in both.
    pub documents: u64,
    /// Documents that are in one of them only, or differ.
    pub differing: u64,
}

/// What a reindex reports to, step by step.
pub(crate) type Report<'a> = dyn FnMut(BuildStep) + Send + 'a;

/// Builds the index anew beside the one in use, compares both, and moves the aliases.
///
/// # Errors
/// Where the cluster fails, the writer does not write to both in time, or both differ; the index in use stays.
pub(crate) async fn reindex(stores: &Stores, report: &mut Report<'_>) -> Result<Comparison, WriteError> {
    stores.index.ensure().await?;
    let current = stores.index.in_use().await?;
    drop_spare(stores, &current).await?;
    let next = stores.names.next_build(&current).ok_or_else(|| {
        WriteError::Incompatible(format!("the index {current} was not created by wikimovie"))
    })?;
    stores.index.create_build(&next).await?;
    let builds = Builds { indices: vec![current.clone(), next.clone()], complete: false };
    stores.builds.write(&builds).await?;
    report(BuildStep::Waiting);
    wait_for_writer(stores, &builds).await?;
    copy(stores, &current, &next, report).await?;
    report(BuildStep::Comparing);
    let compared = compare(stores, &builds.indices).await?;
    stores.builds.write(&Builds { complete: true, ..builds }).await?;
    stores.index.switch(&current, &next).await?;
    report(BuildStep::Swapped(next));
    Ok(compared)
}

/// Takes the last reindex back: the former index, which was written to all the time, is used again.
///
/// # Errors
/// Where there is none, or it differs from the one in use.
pub(crate) async fn undo(stores: &Stores, report: &mut Report<'_>) -> Result<Comparison, WriteError> {
    let current = stores.index.in_use().await?;
    let builds = stores.builds.read().await?.unwrap_or_default();
    let Some(former) = builds.beside(&current).filter(|_| builds.complete) else {
        return Err(WriteError::Incompatible("there is no other index build to switch back to".to_owned()));
    };
    report(BuildStep::Waiting);
    wait_for_writer(stores, &builds).await?;
    report(BuildStep::Comparing);
    let compared = compare(stores, &builds.indices).await?;
    stores.index.switch(&current, former).await?;
    report(BuildStep::Swapped(former.to_owned()));
    Ok(compared)
}

/// Drops the build that is not in use; `None` where there is none.
///
/// # Errors
/// Where the cluster fails.
pub(crate) async fn drop_build(stores: &Stores) -> Result<Option<String>, WriteError> {
    drop_spare(stores, &stores.index.in_use().await?).await
}

/// Lets the writer write to the index in use only, then drops the other.
async fn drop_spare(stores: &Stores, current: &str) -> Result<Option<String>, WriteError> {
    let builds = stores.builds.read().await?.unwrap_or_default();
    let Some(spare) = builds.beside(current) else { return Ok(None) };
    let alone = Builds::alone(current);
    stores.builds.write(&alone).await?;
    wait_for_writer(stores, &alone).await?;
    stores.index.delete(spare).await?;
    Ok(Some(spare.to_owned()))
}

/// Returns once nobody writes anywhere else than to these builds.
async fn wait_for_writer(stores: &Stores, builds: &Builds) -> Result<(), WriteError> {
    let targets = builds.targets();
    let waited = async {
        while !lease::writes_to(&stores.ledger, &targets).await? {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        Ok(())
    };
    match tokio::time::timeout(ADOPTION, waited).await {
        Ok(done) => done,
        Err(_) => Err(WriteError::Engine("the writer was busy with one object for too long; retry".into())),
    }
}

async fn copy(stores: &Stores, from: &str, to: &str, report: &mut Report<'_>) -> Result<(), WriteError> {
    let records = &stores.records;
    records.refresh(&[from.to_owned()]).await?;
    let mut bulk = Bulk::new(&stores.client, vec![alias_of(to)], &Versions::of_epoch(0));
    let mut copied = 0;
    let mut pages = records.entries_of(from);
    while let Some(page) = pages.next().await? {
        for part in page.chunks(BATCH) {
            let keys: Vec<&str> = part.iter().map(|entry| entry.key.as_str()).collect();
            let found = records.records_by_key(from, &keys).await?;
            for (entry, record) in part.iter().zip(found) {
                // One that is gone by now was removed from both.
                if let Some((version, record)) = record {
                    bulk.put_record_as(&record, entry.shown, version)?;
                }
            }
            bulk.send_if_full().await?;
        }
        copied += page.len() as u64;
        report(BuildStep::Copying(copied));
    }
    bulk.flush().await
}

/// Compares two builds, document by document. Those that differ are checked again.
async fn compare(stores: &Stores, indices: &[String]) -> Result<Comparison, WriteError> {
    let [left, right] = indices else {
        return Err(WriteError::Engine("there are not two index builds to compare".into()));
    };
    stores.records.refresh(indices).await?;
    let mut compared = Comparison::default();
    let mut suspects = HashSet::new();
    let mut left_entries = Entries::new(stores.records.entries_of(left));
    let mut right_entries = Entries::new(stores.records.entries_of(right));
    loop {
        let (a, b) = (left_entries.peek().await?, right_entries.peek().await?);
        let order = match (&a, &b) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.position().cmp(&b.position()),
        };
        match (order, a, b) {
            (Ordering::Equal, Some(a), Some(b)) => {
                if (&a.key, a.version, &a.content) == (&b.key, b.version, &b.content) {
                    compared.documents += 1;
                } else {
                    suspects.extend([a.key, b.key]);
                }
                left_entries.advance();
                right_entries.advance();
            }
            (Ordering::Less, Some(a), _) => {
                suspects.insert(a.key);
                left_entries.advance();
            }
            (_, _, Some(b)) => {
                suspects.insert(b.key);
                right_entries.advance();
            }
            _ => break,
        }
    }
    compared.documents += check_again(stores, &mut suspects, left, right).await?;
    compared.differing = suspects.len() as u64;
    if let Some(one) = suspects.iter().next() {
        return Err(WriteError::Engine(format!(
            "the index builds differ in {} documents, such as {one}; the index in use stays",
            suspects.len()
        )));
    }
    Ok(compared)
}

/// Checks documents until they are alike in both; returns how many are in both.
async fn check_again(
    stores: &Stores,
    suspects: &mut HashSet<String>,
    left: &str,
    right: &str,
) -> Result<u64, WriteError> {
    let records = &stores.records;
    let mut alike = 0;
    for attempt in 0..MAX_CHECKS {
        if suspects.is_empty() {
            break;
        }
        if attempt > 0 {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        let keys: Vec<String> = suspects.iter().cloned().collect();
        for part in keys.chunks(BATCH) {
            let part: Vec<&str> = part.iter().map(String::as_str).collect();
            let (in_left, in_right) =
                (records.records_by_key(left, &part).await?, records.records_by_key(right, &part).await?);
            for ((key, a), b) in part.iter().zip(&in_left).zip(&in_right) {
                if version_and_content(a) == version_and_content(b) {
                    suspects.remove(*key);
                    alike += u64::from(a.is_some());
                }
            }
        }
    }
    Ok(alike)
}

fn version_and_content(found: &Option<(u64, SourceRecord)>) -> Option<(u64, &str)> {
    found.as_ref().map(|(version, record)| (*version, record.content.as_str()))
}

/// Entries of pages one by one.
struct Entries<'a> {
    pages: RecordPages<'a>,
    page: std::vec::IntoIter<RecordEntry>,
    head: Option<RecordEntry>,
}

impl<'a> Entries<'a> {
    fn new(pages: RecordPages<'a>) -> Self {
        Self { pages, page: Vec::new().into_iter(), head: None }
    }

    async fn peek(&mut self) -> Result<Option<RecordEntry>, WriteError> {
        while self.head.is_none() {
            self.head = self.page.next();
            if self.head.is_none() {
                match self.pages.next().await? {
                    Some(page) => self.page = page.into_iter(),
                    None => return Ok(None),
                }
            }
        }
        Ok(self.head.clone())
    }

    fn advance(&mut self) {
        self.head = None;
    }
}
