//! Writes objects into a cluster: listings by bulk, a row of the ledger for each object, a revision at each commit.
//!
//! One writer at a time holds the index ([`hold`]). Listings are written as they come and become visible at the
//! commit, which alone refreshes the index. Before anything of an object is written, its row in the ledger loses its
//! fingerprint (or is made, without one): after a crash the object counts as changed, so that it is applied again or
//! removed, and whatever of it was written is listed, replaced or swept like anything else.
//!
//! The shown listing of a movie has the movie's id; listings hidden by a newer object's have ids of their own, and
//! take its place when that object drops the movie.

mod bulk;
mod hold;
mod listings;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use tokio::runtime::Handle;
use wikimovie_domain::{Movie, ObjectReceipt, Revision};

use self::{bulk::Bulk, hold::Hold, listings::Listing};
use super::{
    Shared,
    client::Call,
    dsl::{Query, Search},
    index::{LedgerDocument, StoredRevision, ledger_id, refused},
    receipts::{MARK, ROW},
};
use crate::{
    account::{Account, content_of, hash128, now_ms},
    writer::{CatalogWriter, LedgerRow, ObjectState, PutOutcome, Tally, WriteError},
};

/// Listings gathered before they are compared with what is there.
const BATCH: usize = 1_000;

/// Writes to a cluster; see [`CatalogWriter`]. To be used outside of async code: each call blocks.
#[derive(Debug)]
pub struct ElasticsearchWriter {
    shared: Arc<Shared>,
    runtime: Handle,
    hold: Hold,
    /// Rows as of the last change, committed or not.
    ledger: BTreeMap<String, LedgerRow>,
    /// Keys whose row changed since the last commit.
    staged: HashSet<String>,
    begun: Option<Begun>,
    bulk: Bulk,
    /// Rows to be marked before the next write.
    marks: Vec<LedgerRow>,
    pending: u64,
    /// Whether a movie changed since the last commit.
    changed: bool,
    revision: Revision,
}

/// The object being applied.
#[derive(Debug)]
struct Begun {
    object: ObjectState,
    generation: u64,
    /// What the object listed before, by movie id.
    before: HashMap<String, Before>,
    /// Movies that it lists now, by hash of their id.
    listed: HashSet<u128>,
    account: Account,
    /// Whether another object of the provider may list the same movies.
    contended: bool,
    batch: Vec<(Movie, String)>,
}

/// A listing as it was before.
#[derive(Debug)]
struct Before {
    content: String,
    shown: bool,
}

impl ElasticsearchWriter {
    pub(super) fn open(shared: Arc<Shared>, runtime: Handle) -> Result<Self, WriteError> {
        let opened = runtime.block_on(async {
            shared.ensure().await?;
            let hold = Hold::take(&shared).await?;
            // What a killed writer left is seen from here on.
            shared.refresh().await?;
            shared.refresh_ledger().await?;
            let rows = shared.ledger().await?;
            let revision = shared.stored_revision().await?;
            Ok::<_, WriteError>((hold, rows, revision))
        });
        let (hold, rows, revision) = opened?;
        Ok(Self {
            ledger: rows.into_iter().map(|row| (row.key.clone(), row)).collect(),
            bulk: Bulk::new(&shared.names.write),
            shared,
            runtime,
            hold,
            staged: HashSet::new(),
            begun: None,
            marks: Vec::new(),
            pending: 0,
            changed: false,
            revision,
        })
    }

    fn open_object(&mut self) -> Result<&mut Begun, WriteError> {
        self.begun.as_mut().ok_or_else(|| WriteError::Engine("no object is begun".into()))
    }

    /// Writes the listings gathered, each shown or hidden as it stands to those of other objects.
    fn settle_batch(&mut self) -> Result<(), WriteError> {
        let Some(begun) = self.begun.as_mut() else { return Ok(()) };
        let batch = std::mem::take(&mut begun.batch);
        if batch.is_empty() {
            return Ok(());
        }
        let (shared, bulk, begun) = (&self.shared, &mut self.bulk, &*begun);
        self.runtime.block_on(async {
            let rivals = if begun.contended {
                let ids: Vec<&str> = batch.iter().map(|(movie, _)| movie.id.as_str()).collect();
                shared.shown_listings(&ids).await?
            } else {
                HashMap::new()
            };
            for (movie, content) in batch {
                let own = Listing { object: begun.object.key.clone(), content, movie };
                let rival = rivals.get(own.movie.id.as_str()).filter(|rival| rival.object != own.object);
                match rival {
                    Some(rival) if rival.is_newer_than(&own) => bulk.hide(&own)?,
                    Some(rival) => {
                        bulk.hide(rival)?;
                        bulk.show(&own)?;
                    }
                    None => bulk.show(&own)?,
                }
                if rival.is_none_or(|rival| !rival.is_newer_than(&own))
                    && begun.before.get(own.movie.id.as_str()).is_some_and(|before| !before.shown)
                {
                    bulk.unhide(&own.object, own.movie.id.as_str())?;
                }
            }
            Ok::<(), WriteError>(())
        })?;
        if self.bulk.is_full() {
            self.flush()?;
        }
        self.hold.check()
    }

    /// Sends what was gathered, once the ledger says what it may leave half done.
    fn flush(&mut self) -> Result<(), WriteError> {
        self.hold.check()?;
        let (shared, bulk, marks) = (&self.shared, &mut self.bulk, &mut self.marks);
        self.runtime.block_on(async {
            if !marks.is_empty() {
                shared.write_marks(marks).await?;
                marks.clear();
            }
            bulk.flush(shared).await
        })
    }

    /// Takes away what an object no longer lists; the newest hidden listing of each takes its place.
    fn sweep(&mut self, object: &str, dropped: Vec<(String, Before)>) -> Result<(), WriteError> {
        if dropped.is_empty() {
            return Ok(());
        }
        self.flush()?;
        let (shared, bulk, hold) = (&self.shared, &mut self.bulk, &self.hold);
        self.runtime.block_on(async {
            shared.refresh().await?;
            for part in dropped.chunks(BATCH) {
                let shown: Vec<&str> =
                    part.iter().filter(|(_, before)| before.shown).map(|(id, _)| id.as_str()).collect();
                let heirs = shared.hidden_listings(&shown, object).await?;
                for (id, before) in part {
                    match heirs.get(id) {
                        _ if !before.shown => bulk.unhide(object, id)?,
                        Some(heir) => {
                            bulk.show(heir)?;
                            bulk.unhide(&heir.object, id)?;
                        }
                        None => bulk.remove(id)?,
                    }
                }
                bulk.flush_if_full(shared).await?;
                hold.check()?;
            }
            Ok::<(), WriteError>(())
        })
    }

    /// What an object lists as of the last write. Objects applied since the last refresh may have hidden or shown its
    /// listings; where there are none, there was nothing to hide.
    fn before(&self, key: &str) -> Result<HashMap<String, Before>, WriteError> {
        self.runtime.block_on(async {
            if !self.staged.contains(key) {
                let visible = self.shared.listings_of(key).await?;
                if visible.is_empty() || self.staged.is_empty() {
                    return Ok(visible);
                }
            }
            self.shared.refresh().await?;
            self.shared.listings_of(key).await
        })
    }

    /// Notes that an object is going to be written.
    fn mark(&mut self, object: &ObjectState, generation: u64) {
        let row = self.ledger.get(&object.key).cloned().map(|row| LedgerRow { fingerprint: String::new(), ..row });
        let row = row.unwrap_or_else(|| LedgerRow {
            key: object.key.clone(),
            fingerprint: String::new(),
            generation,
            receipt: Account::default().receipt(object.clone(), generation, 0, 0, Tally::default()),
        });
        self.marks.push(row);
    }
}

impl CatalogWriter for ElasticsearchWriter {
    fn ledger(&self) -> Result<Vec<LedgerRow>, WriteError> {
        Ok(self.ledger.values().cloned().collect())
    }

    fn begin(&mut self, object: &ObjectState) -> Result<u64, WriteError> {
        let generation = object.modified_ms;
        self.flush()?;
        let before = self.before(&object.key)?;
        self.mark(object, generation);
        let others =
            self.ledger.values().any(|row| row.receipt.provider == object.provider && row.key != object.key);
        let contended =
            others || self.runtime.block_on(self.shared.has_others(&object.provider, &object.key))?;
        self.begun = Some(Begun {
            object: object.clone(),
            generation,
            before,
            listed: HashSet::new(),
            account: Account::default(),
            contended,
            batch: Vec::new(),
        });
        Ok(generation)
    }

    fn put(&mut self, movie: Movie) -> Result<PutOutcome, WriteError> {
        let content = format!("{:016x}", content_of(&movie)?);
        let begun = self.open_object()?;
        let id = movie.id.as_str();
        let fresh = begun.listed.insert(hash128(id));
        if !fresh {
            // The later record replaces the earlier one, which may still be at hand.
            begun.batch.retain(|(earlier, _)| earlier.id != movie.id);
        }
        let old = begun.before.get(id).map(|before| before.content.as_str());
        begun.account.put(id, &content, old, fresh);
        begun.batch.push((movie, content));
        let full = begun.batch.len() >= BATCH;
        self.pending += 1;
        if full {
            self.settle_batch()?;
        }
        Ok(if fresh { PutOutcome::Accepted } else { PutOutcome::Merged })
    }

    fn finish(&mut self, tally: Tally) -> Result<ObjectReceipt, WriteError> {
        self.settle_batch()?;
        let begun = self.begun.take().ok_or_else(|| WriteError::Engine("no object is begun".into()))?;
        let Begun { object, generation, before, listed, account, .. } = begun;
        let dropped: Vec<(String, Before)> =
            before.into_iter().filter(|(id, _)| !listed.contains(&hash128(id))).collect();
        let removed = dropped.len() as u64;
        self.sweep(&object.key, dropped)?;
        self.changed |= account.changed() > 0 || removed > 0;
        let (key, fingerprint) = (object.key.clone(), object.fingerprint.clone());
        let receipt = account.receipt(object, generation, listed.len() as u64, removed, tally);
        let row = LedgerRow { key: key.clone(), fingerprint, generation, receipt: receipt.clone() };
        self.ledger.insert(key.clone(), row);
        self.staged.insert(key);
        self.pending += 1;
        Ok(receipt)
    }

    fn remove(&mut self, key: &str) -> Result<bool, WriteError> {
        if !self.ledger.contains_key(key) {
            return Ok(false);
        }
        self.flush()?;
        let dropped: Vec<(String, Before)> = self.before(key)?.into_iter().collect();
        self.changed |= !dropped.is_empty();
        self.sweep(key, dropped)?;
        self.ledger.remove(key);
        self.staged.insert(key.to_owned());
        self.pending += 1;
        Ok(true)
    }

    fn commit(&mut self) -> Result<Revision, WriteError> {
        if self.begun.is_some() {
            return Err(WriteError::Engine("an object is begun and not finished".into()));
        }
        if self.pending == 0 {
            return Ok(self.revision);
        }
        let mut revision = self.revision;
        if self.changed {
            revision.number += 1;
            revision.as_of_ms = now_ms().max(revision.as_of_ms + 1);
        }
        self.flush()?;
        let (shared, hold) = (&self.shared, &self.hold);
        let (ledger, staged) = (&self.ledger, &self.staged);
        let revision = self.runtime.block_on(async {
            shared.refresh().await?;
            hold.check()?;
            revision.movies = shared.search_alone(Search::count(Query::ALL)).await?.total();
            shared.write_rows(ledger, staged).await?;
            // Last, since it tells gateways that there is something new to read.
            shared.write_revision(revision).await?;
            Ok::<_, WriteError>(revision)
        })?;
        self.revision = revision;
        (self.pending, self.changed) = (0, false);
        self.staged.clear();
        Ok(revision)
    }

    /// Forgets what was begun. What was written of it already stays unseen or is put right when its objects, whose
    /// rows are the old ones, are applied again.
    fn rollback(&mut self) -> Result<(), WriteError> {
        self.begun = None;
        self.bulk.clear();
        self.marks.clear();
        let rows = self.runtime.block_on(async {
            // What was written before now counts as there.
            self.shared.refresh().await?;
            self.shared.refresh_ledger().await?;
            Ok::<_, WriteError>(self.shared.ledger().await?)
        })?;
        self.ledger = rows.into_iter().map(|row| (row.key.clone(), row)).collect();
        (self.pending, self.changed) = (0, false);
        self.staged.clear();
        Ok(())
    }

    fn keep_alive(&mut self) -> Result<(), WriteError> {
        self.hold.check()
    }

    fn pending(&self) -> u64 {
        self.pending
    }
}

impl Drop for ElasticsearchWriter {
    fn drop(&mut self) {
        self.runtime.block_on(self.hold.release(&self.shared));
    }
}

impl Shared {
    /// Makes everything written visible.
    async fn refresh(&self) -> Result<(), WriteError> {
        let call =
            Call { method: http::Method::POST, ..Call::get(["/", &self.names.write, "/_refresh"].concat()) };
        let reply = self.client.send(call).await?;
        if reply.status == 200 { Ok(()) } else { Err(refused("the index cannot be refreshed", &reply)) }
    }

    /// Makes the ledger's rows visible.
    async fn refresh_ledger(&self) -> Result<(), WriteError> {
        let call =
            Call { method: http::Method::POST, ..Call::get(["/", &self.names.ledger, "/_refresh"].concat()) };
        let reply = self.client.send(call).await?;
        if reply.status == 200 { Ok(()) } else { Err(refused("the ledger cannot be refreshed", &reply)) }
    }

    /// Writes rows without a fingerprint. A row that was not there yet is no receipt.
    async fn write_marks(&self, marks: &[LedgerRow]) -> Result<(), WriteError> {
        let mut bulk = Bulk::new(&self.names.ledger);
        for row in marks {
            let kind = if row.receipt.bytes > 0 || row.receipt.accepted > 0 { ROW } else { MARK };
            bulk.index(&row_id(&row.key), &row_document(kind, row))?;
        }
        bulk.flush(self).await
    }

    /// Writes the ledger's changed rows, and takes away those that are gone.
    async fn write_rows(
        &self,
        ledger: &BTreeMap<String, LedgerRow>,
        staged: &HashSet<String>,
    ) -> Result<(), WriteError> {
        let mut bulk = Bulk::new(&self.names.ledger);
        for key in staged {
            match ledger.get(key) {
                Some(row) => bulk.index(&row_id(key), &row_document(ROW, row))?,
                None => bulk.remove(&row_id(key))?,
            }
            bulk.flush_if_full(self).await?;
        }
        bulk.flush(self).await?;
        self.refresh_ledger().await
    }

    async fn write_revision(&self, revision: Revision) -> Result<(), WriteError> {
        let document = LedgerDocument::new("revision", StoredRevision::from(revision));
        let path = format!("/{}/_doc/{}", self.names.ledger, ledger_id::REVISION);
        let reply = self.client.send(Call::put(path, &document)?).await?;
        if matches!(reply.status, 200 | 201) {
            Ok(())
        } else {
            Err(refused("the revision cannot be kept", &reply))
        }
    }
}

fn row_id(key: &str) -> String {
    format!("{:032x}", hash128(key))
}

fn row_document<'a>(kind: &str, row: &'a LedgerRow) -> LedgerDocument<&'a LedgerRow> {
    let status = serde_json::to_value(row.receipt.status).ok();
    LedgerDocument {
        object: Some(row.receipt.object.clone()),
        status: status.and_then(|status| status.as_str().map(str::to_owned)),
        generation: Some(row.generation),
        ..LedgerDocument::new(kind, row)
    }
}
