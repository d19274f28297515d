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
    index::{LedgerDocument, Read, refused},
    mapping::{self, field},
    writer::{
        bulk::Bulk,
        listings::{Entries, Entry},
        versions::Versions,
    },
};

/// Id of the ledger's document that names the builds.
const BUILDS: &str = "builds";

/// Longest wait for the writer to write to both builds: it looks between two objects.
const ADOPTION: Duration = Duration::from_secs(600);

/// Time between two looks.
const LOOK: Duration = Duration::from_millis(500);

/// Looks at documents that differ, as they do for a moment while they are written.
const LOOKS: u32 = 10;

/// Documents copied at a time.
const COPIED: usize = 500;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Builds {
    /// Both indices; the aliases tell which of them is in use.
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
    pub async fn reindex(&self, tell: &mut (dyn FnMut(BuildStep) + Send)) -> Result<Comparison, WriteError> {
        let shared = &self.shared;
        shared.ensure().await?;
        let current = shared.in_use().await?;
        if let Some((builds, _)) = shared.builds().await? {
            shared.drop_spare(&builds, &current).await?;
        }
        let next = shared.next_name(&current)?;
        shared.create_build(&next).await?;
        let builds = Builds { indices: vec![current.clone(), next.clone()], complete: false };
        shared.keep_builds(&builds).await?;
        tell(BuildStep::Waiting);
        shared.wait_for_writer(&builds.indices).await?;
        shared.copy(&current, &next, tell).await?;
        tell(BuildStep::Comparing);
        let compared = shared.compare(&builds.indices).await?;
        shared.keep_builds(&Builds { complete: true, ..builds }).await?;
        shared.swap(&current, &next).await?;
        tell(BuildStep::Swapped(next));
        Ok(compared)
    }

    /// Takes the last reindex back: the former index, which was written to all the time, is used again.
    ///
    /// # Errors
    /// Where there is none, or it differs from the one in use.
    pub async fn undo_reindex(
        &self,
        tell: &mut (dyn FnMut(BuildStep) + Send),
    ) -> Result<Comparison, WriteError> {
        let shared = &self.shared;
        let current = shared.in_use().await?;
        let builds = shared.builds().await?.map(|(builds, _)| builds).unwrap_or_default();
        let Some(former) = builds.indices.iter().find(|index| **index != current).filter(|_| builds.complete)
        else {
            return Err(WriteError::Incompatible(
                "there is no other index build to switch back to".to_owned(),
            ));
        };
        tell(BuildStep::Waiting);
        shared.wait_for_writer(&builds.indices).await?;
        tell(BuildStep::Comparing);
        let compared = shared.compare(&builds.indices).await?;
        shared.swap(&current, former).await?;
        tell(BuildStep::Swapped(former.clone()));
        Ok(compared)
    }

    /// Drops the build that is not in use; `None` where there is none.
    ///
    /// # Errors
    /// Where the cluster fails.
    pub async fn drop_build(&self) -> Result<Option<String>, WriteError> {
        let current = self.shared.in_use().await?;
        match self.shared.builds().await? {
            Some((builds, _)) => self.shared.drop_spare(&builds, &current).await,
            None => Ok(None),
        }
    }
}

impl Shared {
    /// Indices that a writer writes to.
    pub(super) async fn targets(&self) -> Result<Vec<String>, WriteError> {
        let builds = self.builds().await?.map(|(builds, _)| builds.indices);
        Ok(builds.filter(|indices| !indices.is_empty()).unwrap_or_else(|| vec![self.names.write.clone()]))
    }

    async fn builds(&self) -> Result<Option<(Builds, (u64, u64))>, WriteError> {
        let path = format!("/{}/_doc/{BUILDS}", self.names.ledger);
        let read: Read<LedgerDocument<Builds>> = self.client.send(Call::get(path)).await?.json()?;
        Ok(read.source.map(|found| (found.data, (read.seq_no, read.primary_term))))
    }

    async fn keep_builds(&self, builds: &Builds) -> Result<(), WriteError> {
        let path = format!("/{}/_doc/{BUILDS}", self.names.ledger);
        let reply = self.client.send(Call::put(path, &LedgerDocument::new(BUILDS, builds))?).await?;
        if matches!(reply.status, 200 | 201) {
            Ok(())
        } else {
            Err(refused("the index builds cannot be stored", &reply))
        }
    }

    /// The index behind the read alias.
    async fn in_use(&self) -> Result<String, WriteError> {
        let reply = self.client.send(Call::get(format!("/_alias/{}", self.names.read))).await?;
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
            WriteError::Incompatible(format!("the index {current} was not made by wikimovie"))
        })?;
        Ok(format!("{}-v{FORMAT}-{:06}", self.names.read, number + 1))
    }

    /// An empty index; one of that name is the rest of a build that was given up.
    async fn create_build(&self, index: &str) -> Result<(), WriteError> {
        self.delete_index(index).await?;
        let body = mapping::listings(self.shards, self.replicas);
        let reply = self.client.send(Call::put(format!("/{index}"), &body)?).await?;
        if matches!(reply.status, 200 | 201) {
            Ok(())
        } else {
            Err(refused("the index cannot be created", &reply))
        }
    }

    async fn delete_index(&self, index: &str) -> Result<(), WriteError> {
        let call = Call { method: Method::DELETE, ..Call::get(format!("/{index}")) };
        let reply = self.client.send(call).await?;
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

    /// Returns once nobody writes anywhere else.
    async fn wait_for_writer(&self, targets: &[String]) -> Result<(), WriteError> {
        let waited = async {
            while !self.writes_to(targets).await? {
                tokio::time::sleep(LOOK).await;
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
        tell: &mut (dyn FnMut(BuildStep) + Send),
    ) -> Result<(), WriteError> {
        self.refresh(&[from.to_owned()]).await?;
        let mut bulk = Bulk::new(self, vec![to.to_owned()], &Versions::of_epoch(0));
        let mut copied = 0;
        let mut found = self.listing_entries(from);
        while let Some(page) = found.next().await? {
            for part in page.chunks(COPIED) {
                let keys: Vec<&str> = part.iter().map(|entry| entry.key.as_str()).collect();
                let listings = self.listings_by_key(from, &keys).await?;
                for (entry, listing) in part.iter().zip(listings) {
                    // One that is gone by now was taken away from both.
                    if let Some((version, listing)) = listing {
                        bulk.list_as(&listing, entry.shown, version)?;
                    }
                }
                bulk.send_if_full().await?;
            }
            copied += page.len() as u64;
            tell(BuildStep::Copying(copied));
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
            (Peeked::new(self.listing_entries(left)), Peeked::new(self.listing_entries(right)));
        loop {
            let (a, b) = (left_pages.peek().await?, right_pages.peek().await?);
            let order = match (&a, &b) {
                (None, None) => break,
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(a), Some(b)) => place(a).cmp(&place(b)),
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
        compared.documents += self.settle(&mut suspects, left, right).await?;
        compared.differing = suspects.len() as u64;
        if let Some(one) = suspects.iter().next() {
            return Err(WriteError::Engine(format!(
                "the index builds differ in {} documents, such as {one}; the index in use stays",
                suspects.len()
            )));
        }
        Ok(compared)
    }

    /// Looks at documents until they are alike in both, and tells how many are in both.
    async fn settle(
        &self,
        suspects: &mut HashSet<String>,
        left: &str,
        right: &str,
    ) -> Result<u64, WriteError> {
        let mut alike = 0;
        for look in 0..LOOKS {
            if suspects.is_empty() {
                break;
            }
            if look > 0 {
                tokio::time::sleep(LOOK).await;
            }
            let keys: Vec<String> = suspects.iter().cloned().collect();
            for part in keys.chunks(COPIED) {
                let part: Vec<&str> = part.iter().map(String::as_str).collect();
                let (in_left, in_right) =
                    (self.listings_by_key(left, &part).await?, self.listings_by_key(right, &part).await?);
                for ((key, a), b) in part.iter().zip(&in_left).zip(&in_right) {
                    let told = |found: &Option<(u64, super::writer::listings::Listing)>| {
                        found.as_ref().map(|(version, listing)| (*version, listing.content.clone()))
                    };
                    if told(a) == told(b) {
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
        let filter = json!({ "term": { field::SHOWN: { "value": true } } });
        let actions = json!({ "actions": [
            { "remove": { "index": from, "alias": read } },
            { "remove": { "index": from, "alias": write } },
            { "add": { "index": to, "alias": read, "filter": filter } },
            { "add": { "index": to, "alias": write, "is_write_index": true } },
        ] });
        let reply = self.client.send(Call::post("/_aliases".to_owned(), &actions)?).await?;
        if reply.status == 200 { Ok(()) } else { Err(refused("the aliases cannot be switched", &reply)) }
    }
}

/// Where an entry stands in the order of pages.
fn place(entry: &Entry) -> (&str, &str, bool) {
    let text = |at: usize| entry.place.get(at).and_then(Value::as_str).unwrap_or_default();
    (text(0), text(1), entry.shown)
}

/// Entries one by one.
struct Peeked<'a> {
    pages: Entries<'a>,
    page: std::vec::IntoIter<Entry>,
    head: Option<Entry>,
}

impl<'a> Peeked<'a> {
    fn new(pages: Entries<'a>) -> Self {
        Self { pages, page: Vec::new().into_iter(), head: None }
    }

    async fn peek(&mut self) -> Result<Option<Entry>, WriteError> {
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
