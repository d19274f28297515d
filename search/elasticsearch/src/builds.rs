//! Index builds: the index anew beside the one in use, without a pause for readers or writers.
//!
//! The ledger names the indices that the writer writes to. Once it says (with its hold) that it writes to both, what is
//! in the one is copied to the other with its versions, so that a copy never replaces what the writer wrote meanwhile;
//! then both are compared, and the aliases moved in one step. The other one is kept, written to like the first, until
//! it is dropped; so the step can be taken back at any time.

use std::{collections::HashSet, time::Duration};

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wikimovie_engine::{indexed::FORMAT, writer::WriteError};

use super::{
    Elasticsearch, Shared,
    client::Call,
    index::{LedgerDocument, Read, alias_of, refused, shown_filter},
    maintenance::gone,
    mapping,
    writer::{
        bulk::Bulk,
        source_records::{RecordEntry, RecordPages},
        versions::Versions,
    },
};

/// Id of the ledger's document that names the builds.
const BUILDS: &str = "builds";

/// Longest wait for the writer to write to both builds: it looks between two objects.
const ADOPTION: Duration = Duration::from_secs(600);

/// Time between two polls of the writer, and between two checks of documents that differ.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Looks at documents that differ, as they do for a moment while they are written.
const MAX_RECHECKS: u32 = 10;

/// Documents copied at a time.
const COPIED: usize = 500;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Builds {
    /// Both indices; the aliases report which of them is in use.
    indices: Vec<String>,
    /// Whether both were found equal.
    complete: bool,
}

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

impl Elasticsearch {
    /// Builds the index anew beside the one in use, compares both, and swaps them.
    ///
    /// # Errors
    /// Where the cluster fails, the writer does not write to both in time, or both differ; the index in use stays.
    pub async fn reindex(
        &self,
        report: &mut (dyn FnMut(BuildStep) + Send),
    ) -> Result<Comparison, WriteError> {
        let shared = &self.shared;
        shared.ensure().await?;
        let current = shared.in_use().await?;
        if let Some(builds) = shared.builds().await? {
            shared.drop_spare(&builds, &current).await?;
        }
        let next = shared.next_name(&current)?;
        shared.create_build(&next).await?;
        let builds = Builds { indices: vec![current.clone(), next.clone()], complete: false };
        shared.keep_builds(&builds).await?;
        report(BuildStep::Waiting);
        shared.wait_for_writer(&builds.indices).await?;
        shared.copy(&current, &next, report).await?;
        report(BuildStep::Comparing);
        let compared = shared.compare(&builds.indices).await?;
        shared.keep_builds(&Builds { complete: true, ..builds }).await?;
        shared.swap(&current, &next).await?;
        report(BuildStep::Swapped(next));
        Ok(compared)
    }

    /// Takes the last reindex back: the former index, which was written to all the time, is used again.
    ///
    /// # Errors
    /// Where there is none, or it differs from the one in use.
    pub async fn undo_reindex(
        &self,
        report: &mut (dyn FnMut(BuildStep) + Send),
    ) -> Result<Comparison, WriteError> {
        let shared = &self.shared;
        let current = shared.in_use().await?;
        let builds = shared.builds().await?.unwrap_or_default();
        let Some(former) = builds.indices.iter().find(|index| **index != current).filter(|_| builds.complete)
        else {
            return Err(WriteError::Incompatible(
                "there is no other index build to switch back to".to_owned(),
            ));
        };
        report(BuildStep::Waiting);
        shared.wait_for_writer(&builds.indices).await?;
        report(BuildStep::Comparing);
        let compared = shared.compare(&builds.indices).await?;
        shared.swap(&current, former).await?;
        report(BuildStep::Swapped(former.clone()));
        Ok(compared)
    }

    /// Drops the build that is not in use; `None` where there is none.
    ///
    /// # Errors
    /// Where the cluster fails.
    pub async fn drop_build(&self) -> Result<Option<String>, WriteError> {
        let current = self.shared.in_use().await?;
        match self.shared.builds().await? {
            Some(builds) => self.shared.drop_spare(&builds, &current).await,
            None => Ok(None),
        }
    }
}

impl Shared {
    /// Aliases of the indices that a writer writes to.
    pub(super) async fn targets(&self) -> Result<Vec<String>, WriteError> {
        let builds = self.builds().await?.unwrap_or_default();
        Ok(if builds.indices.is_empty() {
            vec![self.names.write.clone()]
        } else {
            targets_of(&builds.indices)
        })
    }

    /// Forgets builds that are gone, so that nobody waits for a write to them.
    pub(super) async fn forget_lost_builds(&self) -> Result<(), WriteError> {
        let Some(builds) = self.builds().await? else { return Ok(()) };
        let current = self.in_use().await?;
        let mut left = vec![current.clone()];
        for index in builds.indices.iter().filter(|index| **index != current) {
            if self.exists(index).await? {
                left.push(index.clone());
            }
        }
        if left.len() < builds.indices.len() || !builds.indices.contains(&current) {
            tracing::warn!(builds = ?builds.indices, "a build of the index is gone; writing to {current} alone");
            self.keep_builds(&Builds { indices: vec![current], complete: false }).await?;
        }
        Ok(())
    }

    async fn builds(&self) -> Result<Option<Builds>, WriteError> {
        let path = format!("/{}/_doc/{BUILDS}", self.names.ledger);
        let reply = self.request("reading the builds", Call::get(path)).await?;
        let read: Read<LedgerDocument<Builds>> = self.check_ledger(reply.json()?)?;
        Ok(read.source.map(|found| found.data))
    }

    async fn keep_builds(&self, builds: &Builds) -> Result<(), WriteError> {
        let call = self.put_in_ledger(BUILDS, &LedgerDocument::new(BUILDS, builds), Vec::new())?;
        let reply = self.request("keeping the builds", call).await?;
        match reply.status {
            200 | 201 => Ok(()),
            404 => Err(gone(&self.names.ledger)),
            _ => Err(refused("the index builds cannot be stored", &reply)),
        }
    }

    /// The index behind the read alias.
    async fn in_use(&self) -> Result<String, WriteError> {
        let call = Call::get(format!("/_alias/{}", self.names.read));
        let reply = self.request("describing the index", call).await?;
        let indices: std::collections::HashMap<String, Value> = reply.json()?;
        let mut names = indices.into_keys();
        match (names.next(), names.next()) {
            (Some(index), None) => Ok(index),
            _ => Err(WriteError::Incompatible(format!(
                "the alias {} does not point to exactly one index",
                self.names.read
            ))),
        }
    }

    fn next_name(&self, current: &str) -> Result<String, WriteError> {
        let number = current.rsplit('-').next().and_then(|number| number.parse::<u32>().ok());
        let number = number.ok_or_else(|| {
            WriteError::Incompatible(format!("the index {current} was not created by wikimovie"))
        })?;
        Ok(format!("{}-v{FORMAT}-{:06}", self.names.read, number + 1))
    }

    /// An empty index; one of that name is the rest of a build that was given up.
    async fn create_build(&self, index: &str) -> Result<(), WriteError> {
        self.delete_index(index).await?;
        let mut body = mapping::listings(self.shards, self.replicas);
        if let Some(body) = body.as_object_mut() {
            body.insert("aliases".to_owned(), json!({ alias_of(index): {} }));
        }
        let reply = self.request("making an index", Call::put(format!("/{index}"), &body)?).await?;
        if matches!(reply.status, 200 | 201) {
            Ok(())
        } else {
            Err(refused("the index cannot be created", &reply))
        }
    }

    async fn delete_index(&self, index: &str) -> Result<(), WriteError> {
        let call = Call { method: Method::DELETE, ..Call::get(format!("/{index}")) };
        let reply = self.request("dropping an index", call).await?;
        if matches!(reply.status, 200 | 404) {
            Ok(())
        } else {
            Err(refused("the index cannot be deleted", &reply))
        }
    }

    /// Lets the writer write to the index in use only, then drops the other.
    async fn drop_spare(&self, builds: &Builds, current: &str) -> Result<Option<String>, WriteError> {
        let Some(spare) = builds.indices.iter().find(|index| *index != current) else { return Ok(None) };
        self.keep_builds(&Builds { indices: vec![current.to_owned()], complete: false }).await?;
        self.wait_for_writer(&[current.to_owned()]).await?;
        self.delete_index(spare).await?;
        Ok(Some(spare.clone()))
    }

    /// Returns once nobody writes anywhere else than to these indices.
    async fn wait_for_writer(&self, indices: &[String]) -> Result<(), WriteError> {
        let targets = targets_of(indices);
        let waited = async {
            while !self.writes_to(&targets).await? {
                tokio::time::sleep(POLL_INTERVAL).await;
            }
            Ok(())
        };
        match tokio::time::timeout(ADOPTION, waited).await {
            Ok(done) => done,
            Err(_) => {
                Err(WriteError::Engine("the writer was busy with one object for too long; retry".into()))
            }
        }
    }

    async fn copy(
        self: &std::sync::Arc<Self>,
        from: &str,
        to: &str,
        report: &mut (dyn FnMut(BuildStep) + Send),
    ) -> Result<(), WriteError> {
        self.refresh(&[from.to_owned()]).await?;
        let mut bulk = Bulk::new(self, vec![alias_of(to)], &Versions::of_epoch(0));
        let mut copied = 0;
        let mut found = self.record_entries(from);
        while let Some(page) = found.next().await? {
            for part in page.chunks(COPIED) {
                let keys: Vec<&str> = part.iter().map(|entry| entry.key.as_str()).collect();
                let records = self.records_by_key(from, &keys).await?;
                for (entry, record) in part.iter().zip(records) {
                    // One that is gone by now was taken away from both.
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

    /// Compares two builds, document by document. Those that differ are looked at again.
    async fn compare(&self, indices: &[String]) -> Result<Comparison, WriteError> {
        let [left, right] = indices else {
            return Err(WriteError::Engine("there are not two index builds to compare".into()));
        };
        self.refresh(indices).await?;
        let mut compared = Comparison::default();
        let mut suspects = HashSet::new();
        let (mut left_pages, mut right_pages) =
            (Peeked::new(self.record_entries(left)), Peeked::new(self.record_entries(right)));
        loop {
            let (a, b) = (left_pages.peek().await?, right_pages.peek().await?);
            let order = match (&a, &b) {
                (None, None) => break,
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(a), Some(b)) => position(a).cmp(&position(b)),
            };
            match (order, a, b) {
                (std::cmp::Ordering::Equal, Some(a), Some(b)) => {
                    if (&a.key, a.version, &a.content) == (&b.key, b.version, &b.content) {
                        compared.documents += 1;
                    } else {
                        suspects.extend([a.key.clone(), b.key.clone()]);
                    }
                    left_pages.advance();
                    right_pages.advance();
                }
                (std::cmp::Ordering::Less, Some(a), _) => {
                    suspects.insert(a.key.clone());
                    left_pages.advance();
                }
                (_, _, Some(b)) => {
                    suspects.insert(b.key.clone());
                    right_pages.advance();
                }
                _ => break,
            }
        }
        compared.documents += self.recheck(&mut suspects, left, right).await?;
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
    async fn recheck(
        &self,
        suspects: &mut HashSet<String>,
        left: &str,
        right: &str,
    ) -> Result<u64, WriteError> {
        let mut alike = 0;
        for attempt in 0..MAX_RECHECKS {
            if suspects.is_empty() {
                break;
            }
            if attempt > 0 {
                tokio::time::sleep(POLL_INTERVAL).await;
            }
            let keys: Vec<String> = suspects.iter().cloned().collect();
            for part in keys.chunks(COPIED) {
                let part: Vec<&str> = part.iter().map(String::as_str).collect();
                let (in_left, in_right) =
                    (self.records_by_key(left, &part).await?, self.records_by_key(right, &part).await?);
                for ((key, a), b) in part.iter().zip(&in_left).zip(&in_right) {
                    let version_and_content =
                        |found: &Option<(u64, super::writer::source_records::SourceRecord)>| {
                            found.as_ref().map(|(version, record)| (*version, record.content.clone()))
                        };
                    if version_and_content(a) == version_and_content(b) {
                        suspects.remove(*key);
                        alike += u64::from(a.is_some());
                    }
                }
            }
        }
        Ok(alike)
    }

    /// Moves both aliases in one step.
    async fn swap(&self, from: &str, to: &str) -> Result<(), WriteError> {
        let (read, write) = (&self.names.read, &self.names.write);
        self.change_aliases(&[
            json!({ "remove": { "index": from, "alias": read } }),
            json!({ "remove": { "index": from, "alias": write } }),
            json!({ "add": { "index": to, "alias": read, "filter": shown_filter() } }),
            json!({ "add": { "index": to, "alias": write, "is_write_index": true } }),
        ])
        .await
    }
}

/// Aliases by which indices are written to.
fn targets_of(indices: &[String]) -> Vec<String> {
    indices.iter().map(|index| alias_of(index)).collect()
}

/// Where an entry stands in the order of pages.
fn position(entry: &RecordEntry) -> (&str, &str, bool) {
    let text = |at: usize| entry.place.get(at).and_then(Value::as_str).unwrap_or_default();
    (text(0), text(1), entry.shown)
}

/// RecordPages one by one.
struct Peeked<'a> {
    pages: RecordPages<'a>,
    page: std::vec::IntoIter<RecordEntry>,
    head: Option<RecordEntry>,
}

impl<'a> Peeked<'a> {
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
