//! The open index: its folder, what its readers share, and what its last commit says.

use std::{io, num::NonZeroUsize, path::Path, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use serde::{Deserialize, Serialize};
use tantivy::{Index, IndexReader, ReloadPolicy, TantivyError, directory::MmapDirectory};
use tokio::sync::watch;
use wikimovie_domain::{Filter, Revision};
use wikimovie_engine::{token::Sealer, writer::WriteError};
use wikimovie_plan::{plan_cache::PlanCache, rules::Rules};

use super::{
    error::ReadError,
    fields::Fields,
    folder::{self, DataFolder},
    parts::Parts,
    permits::Permits,
    restricted::Restricted,
    snapshot::Snapshot,
};

/// The index in a folder, open: what the read side and the writer share.
pub(super) struct OpenIndex {
    pub(super) folder: DataFolder,
    pub(super) deadline: Duration,
    pub(super) rules: Arc<Rules>,
    pub(super) index: Index,
    reader: IndexReader,
    pub(super) fields: Fields,
    pub(super) snapshot: ArcSwap<Snapshot>,
    pub(super) revisions: watch::Sender<Revision>,
    pub(super) sealer: Sealer,
    pub(super) plans: PlanCache,
    pub(super) parts: Parts,
    /// Questions that are worked on at once. More would be no faster, and each takes some megabytes.
    pub(super) permits: Permits,
}

/// Twice the processors: one question may wait for the disk while another computes.
fn max_permits() -> usize {
    2 * std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

impl std::fmt::Debug for OpenIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenIndex").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl OpenIndex {
    /// Opens the index in a folder, making both where they are missing.
    pub(super) fn open(folder: &Path, deadline: Duration, rules: &Arc<Rules>) -> Result<Self, WriteError> {
        let folder = DataFolder::open(folder)?;
        let sealer = folder.sealer()?;
        let fields = Fields::new();
        let unreadable = |error: TantivyError| match io_error(&error) {
            Some(source) => folder::storage_error(folder.path(), source),
            None => WriteError::Incompatible(format!(
                "the index in {} cannot be read ({error}); remove that folder to rebuild it",
                folder.path().display()
            )),
        };
        let opened = MmapDirectory::open(folder.index())
            .map_err(TantivyError::from)
            .and_then(|directory| Index::open_or_create(directory, fields.schema.clone()))
            .and_then(|index| {
                let reader: IndexReader =
                    index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
                let revision = committed_revision(&index)?;
                let snapshot = Snapshot::take(&fields, reader.searcher(), revision, rules)?;
                Ok((index, reader, snapshot))
            });
        let (index, reader, snapshot) = opened.map_err(unreadable)?;
        let (revisions, _) = watch::channel(snapshot.revision);
        let snapshot = ArcSwap::from_pointee(snapshot);
        Ok(Self {
            folder,
            deadline,
            rules: Arc::clone(rules),
            index,
            reader,
            fields,
            snapshot,
            revisions,
            sealer,
            plans: PlanCache::default(),
            permits: Permits::new(max_permits()),
            parts: Parts::default(),
        })
    }

    pub(super) fn snapshot(&self) -> arc_swap::Guard<Arc<Snapshot>> {
        self.snapshot.load()
    }

    /// Makes the last commit visible.
    pub(super) fn refresh(&self) -> tantivy::Result<Revision> {
        self.reader.reload()?;
        let revision = committed_revision(&self.index)?;
        let snapshot = Snapshot::take(&self.fields, self.reader.searcher(), revision, &self.rules)?;
        let revision = snapshot.revision;
        self.snapshot.store(Arc::new(snapshot));
        self.revisions.send_if_modified(|current| {
            let news = current.number != revision.number;
            *current = revision;
            news
        });
        Ok(revision)
    }

    pub(super) fn write_error(&self, error: TantivyError) -> WriteError {
        match (&error, io_error(&error)) {
            (TantivyError::LockFailure(..), _) => {
                WriteError::Locked(self.folder.path().display().to_string())
            }
            (_, Some(source)) => folder::storage_error(self.folder.path(), source),
            // A full disk ends tantivy's indexing thread, and what reaches us says only that it ended.
            _ => match self.folder.probe() {
                Err(source) => folder::storage_error(self.folder.path(), source),
                Ok(()) => WriteError::Engine(error.to_string()),
            },
        }
    }

    /// The part of the catalogue that a filter leaves.
    pub(super) fn part(&self, filter: &Filter) -> Arc<Restricted> {
        self.parts.get(filter, || Restricted::new(filter, &self.sealer, self.plans.of_new_part()))
    }

    /// The part of the newest snapshot. Blocks while it is taken.
    pub(super) fn part_snapshot(&self, part: &Arc<Restricted>) -> Result<Arc<Snapshot>, ReadError> {
        self.parts.snapshot(part, &self.snapshot, &self.rules)
    }
}

/// What a commit says of itself.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Payload {
    revision: u64,
    as_of_ms: u64,
}

pub(super) fn payload(revision: Revision) -> String {
    let payload = Payload { revision: revision.number, as_of_ms: revision.as_of_ms };
    serde_json::to_string(&payload).unwrap_or_default()
}

fn committed_revision(index: &Index) -> tantivy::Result<Revision> {
    let payload = index.load_metas()?.payload;
    let payload: Payload =
        payload.and_then(|payload| serde_json::from_str(&payload).ok()).unwrap_or_default();
    Ok(Revision { number: payload.revision, as_of_ms: payload.as_of_ms, movies: 0 })
}

/// The system's own error inside one of tantivy's, such as a full disk.
fn io_error(error: &TantivyError) -> Option<io::Error> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            return Some(io::Error::new(io.kind(), io.to_string()));
        }
        if let Some(io) = error.downcast_ref::<Arc<io::Error>>() {
            return Some(io::Error::new(io.kind(), io.to_string()));
        }
        cause = error.source();
    }
    match error {
        TantivyError::IoError(io) => Some(io::Error::new(io.kind(), io.to_string())),
        _ => None,
    }
}
