//! The one writer: objects in, commits out.
//!
//! An object's listings are written beside those of other objects and the old ones deleted; a snapshot later
//! decides which listing of a movie is shown. Movies and ledger row land in one tantivy commit, so a crash
//! leaves either the object's old state or its new one.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use tantivy::{
    IndexWriter, Searcher, TantivyDocument,
    indexer::{IndexWriterOptions, LogMergePolicy},
};
use wikimovie_domain::{Movie, ObjectReceipt, Revision};
use wikimovie_engine::content_hash::{content_hash, hash64, hash128};
use wikimovie_engine::receipt::{now_ms, status_of};
use wikimovie_engine::writer::{
    CatalogWriter, LedgerRow, ObjectState, ObjectWriter, PutOutcome, Removal, RowState, Tally, WriteError,
};

use super::{
    fields::{Fields, column},
    index::{self, OpenIndex},
    postings,
};

/// Memory that tantivy may fill before it writes a segment to disk, in bytes, for its one thread; parsing and
/// tokenizing keep the other core busy.
const BUFFER_BYTES: usize = 48 * 1024 * 1024;

/// Share of deleted documents at which a segment is rewritten.
const DELETED_SHARE: f32 = 0.3;

/// Writes the embedded index; see [`CatalogWriter`].
pub struct EmbeddedWriter {
    index: Arc<OpenIndex>,
    writer: IndexWriter,
    /// Rows as of the last change, committed or not.
    ledger: BTreeMap<String, LedgerRow>,
    in_progress: Option<ObjectInProgress>,
    pending: u64,
    /// Objects applied since the last commit.
    uncommitted: HashSet<String>,
    /// Whether a movie changed since the last commit.
    changed: bool,
}

/// The object being applied.
struct ObjectInProgress {
    object: ObjectState,
    generation: u64,
    /// Content of what the object listed before, by id.
    before: HashMap<u64, u64>,
    /// Content of what it lists now, by id: 128 bits, as these must not collide.
    listed: HashMap<u128, u64>,
    changed: u64,
    merged: u64,
}

impl EmbeddedWriter {
    pub(super) fn open(index: Arc<OpenIndex>) -> Result<Self, WriteError> {
        let options =
            IndexWriterOptions::builder().memory_budget_per_thread(BUFFER_BYTES).num_merge_threads(1).build();
        let writer = index.index.writer_with_options(options).map_err(|error| index.write_error(error))?;
        let mut merging = LogMergePolicy::default();
        merging.set_del_docs_ratio_before_merge(DELETED_SHARE);
        writer.set_merge_policy(Box::new(merging));
        let ledger = index.snapshot().ledger.clone();
        Ok(Self {
            index,
            writer,
            ledger,
            in_progress: None,
            pending: 0,
            uncommitted: HashSet::new(),
            changed: false,
        })
    }

    fn add(&mut self, doc: TantivyDocument) -> Result<(), WriteError> {
        self.writer.add_document(doc).map_err(|error| self.index.write_error(error))?;
        self.pending += 1;
        Ok(())
    }

    fn forget(&mut self, key: &str) {
        let fields = &self.index.fields;
        self.writer.delete_term(Fields::term(fields.object, key));
        self.writer.delete_term(Fields::term(fields.ledger, key));
    }

    /// Nothing is pending any more.
    fn settled(&mut self) {
        (self.pending, self.changed) = (0, false);
        self.uncommitted.clear();
    }

    fn in_progress(&mut self, object: &ObjectWriter) -> Result<&mut ObjectInProgress, WriteError> {
        let begun = self.in_progress.as_mut().filter(|begun| begun.object.key == object.key());
        begun.ok_or_else(|| not_in_progress(object))
    }
}

fn not_in_progress(object: &ObjectWriter) -> WriteError {
    WriteError::Engine(format!("{} is not in progress", object.key()))
}

impl CatalogWriter for EmbeddedWriter {
    fn ledger(&self) -> Result<Vec<LedgerRow>, WriteError> {
        Ok(self.ledger.values().cloned().collect())
    }

    fn row(&self, key: &str) -> Result<Option<LedgerRow>, WriteError> {
        Ok(self.ledger.get(key).cloned())
    }

    fn begin(&mut self, object: &ObjectState) -> Result<ObjectWriter, WriteError> {
        let known = self.ledger.get(&object.key);
        let generation = object.modified_ms;
        let mut before = HashMap::new();
        if known.is_some() {
            // What is not committed cannot be read back, so a key applied twice is committed in between.
            if self.uncommitted.contains(&object.key) {
                self.commit()?;
            }
            before = listing(&self.index.snapshot().searcher, &self.index.fields, &object.key)
                .map_err(|error| self.index.write_error(error))?;
            self.forget(&object.key);
        }
        self.in_progress = Some(ObjectInProgress {
            object: object.clone(),
            generation,
            before,
            listed: HashMap::new(),
            changed: 0,
            merged: 0,
        });
        Ok(ObjectWriter::new(object))
    }

    fn put(&mut self, object: &ObjectWriter, movie: Movie) -> Result<PutOutcome, WriteError> {
        let json = serde_json::to_vec(&movie).map_err(|error| WriteError::Engine(error.to_string()))?;
        let content = content_hash(&movie)?;
        let id = hash128(movie.id.as_str());
        let begun = self.in_progress(object)?;
        let old = begun.before.get(&hash64(movie.id.as_str().as_bytes())).copied();
        let replaced = begun.listed.insert(id, content);
        let differs = |content: u64| u64::from(old != Some(content));
        begun.changed = begun.changed + differs(content) - replaced.map_or(0, differs);
        begun.merged += u64::from(replaced.is_some());
        let key = begun.object.key.clone();
        self.add(self.index.fields.document(&key, &movie, &json, content))?;
        Ok(if replaced.is_some() { PutOutcome::Merged } else { PutOutcome::Accepted })
    }

    fn finish(&mut self, object: ObjectWriter, tally: Tally) -> Result<ObjectReceipt, WriteError> {
        self.in_progress(&object)?;
        let Some(begun) = self.in_progress.take() else { return Err(not_in_progress(&object)) };
        let accepted = begun.listed.len() as u64;
        let kept = begun.listed.keys().filter(|&&id| begun.before.contains_key(&((id >> 64) as u64))).count();
        let removed = (begun.before.len() - kept) as u64;
        self.changed |= begun.changed > 0 || removed > 0;
        let receipt = ObjectReceipt {
            object: begun.object.object.clone(),
            provider: begun.object.provider.clone(),
            status: status_of(accepted, tally.refused),
            accepted,
            changed: begun.changed,
            merged: begun.merged,
            refused: tally.refused,
            removed,
            held: 0,
            bytes: tally.bytes,
            generation: begun.generation,
            finished_at_ms: now_ms(),
            refusals: tally.refusals,
            reading: tally.reading,
        };
        let row = LedgerRow {
            state: RowState::Done,
            receipt: Some(receipt.clone()),
            ..LedgerRow::in_progress(&begun.object)
        };
        let json = serde_json::to_vec(&row).map_err(|error| WriteError::Engine(error.to_string()))?;
        let mut doc = TantivyDocument::new();
        doc.add_text(self.index.fields.ledger, &row.key);
        doc.add_bytes(self.index.fields.ledger_row, &json);
        self.add(doc)?;
        self.uncommitted.insert(row.key.clone());
        self.ledger.insert(row.key.clone(), row);
        Ok(receipt)
    }

    fn remove(&mut self, key: &str) -> Result<Removal, WriteError> {
        let Some(row) = self.ledger.remove(key) else { return Ok(Removal::Unknown) };
        self.forget(key);
        self.pending += 1;
        self.changed |= row.accepted() > 0;
        Ok(Removal::Removed(row.accepted()))
    }

    fn commit(&mut self) -> Result<Revision, WriteError> {
        if self.in_progress.is_some() {
            return Err(WriteError::Engine("an object is in progress".into()));
        }
        let mut revision = self.index.snapshot().revision;
        if self.pending == 0 {
            return Ok(revision);
        }
        if self.changed {
            revision.number += 1;
            revision.as_of_ms = now_ms().max(revision.as_of_ms + 1);
        }
        let committed = self.writer.prepare_commit().and_then(|mut commit| {
            commit.set_payload(&index::payload(revision));
            commit.commit()
        });
        committed.map_err(|error| self.index.write_error(error))?;
        self.settled();
        self.index.refresh().map_err(|error| self.index.write_error(error))
    }

    fn rollback(&mut self) -> Result<(), WriteError> {
        self.writer.rollback().map_err(|error| self.index.write_error(error))?;
        self.in_progress = None;
        self.settled();
        self.ledger = self.index.snapshot().ledger.clone();
        Ok(())
    }

    fn pending(&self) -> u64 {
        self.pending
    }
}

/// What an object lists, committed: content by id.
fn listing(searcher: &Searcher, fields: &Fields, key: &str) -> tantivy::Result<HashMap<u64, u64>> {
    let term = Fields::term(fields.object, key);
    let mut listed: HashMap<u64, (u64, u64)> = HashMap::new();
    for reader in searcher.segment_readers() {
        let columns = reader.fast_fields();
        let (Some(ids), Some(contents), Some(ordinals)) = (
            columns.column_opt::<u64>(column::ID_HASH)?,
            columns.column_opt::<u64>(column::CONTENT)?,
            columns.column_opt::<u64>(column::ORDINAL)?,
        ) else {
            continue;
        };
        postings::for_each_doc(reader, &term, |doc| {
            if !reader.is_deleted(doc)
                && let (Some(id), Some(content)) = (ids.first(doc), contents.first(doc))
            {
                let this = (ordinals.first(doc).unwrap_or(0), content);
                let last = listed.entry(id).or_insert(this);
                *last = this.max(*last);
            }
        })?;
    }
    Ok(listed.into_iter().map(|(id, (_, content))| (id, content)).collect())
}
