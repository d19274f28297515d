//! The engines that schedules run on, each with a writer that fails and dies as the schedule says.

use std::{collections::BTreeMap, sync::Arc};

use tempfile::TempDir;
use tokio::runtime::Runtime;
use wikimovie_domain::{
    HitsRequest, Movie, MovieSort, ObjectReceipt, PageRequest, Question, Revision, SearchRequest,
};
use wikimovie_elasticsearch::Elasticsearch;
use wikimovie_embedded::{Embedded, EmbeddedOptions};
use wikimovie_engine::{
    Abandoned, Catalog, CatalogWriter, LedgerRow, ObjectState, ObjectWriter, OperationContext, PutOutcome,
    Removal, Tally, WriteError,
};

use crate::world::World;

/// An engine with an empty catalogue.
pub(crate) enum Subject {
    Embedded { engine: Embedded, _folder: TempDir },
    Cluster { engine: Elasticsearch, runtime: Arc<Runtime> },
}

impl Subject {
    pub(crate) fn embedded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = EmbeddedOptions { folder: folder.path().join("data"), ..EmbeddedOptions::default() };
        Self::Embedded { engine: Embedded::open(&options).unwrap(), _folder: folder }
    }

    pub(crate) fn writer(&self, world: &Arc<dyn World>) -> Result<Box<dyn CatalogWriter>, WriteError> {
        world.point("engine.open").map_err(|_| WriteError::Unavailable { operation: "a call" })?;
        let inner: Box<dyn CatalogWriter> = match self {
            Self::Embedded { engine, .. } => Box::new(engine.writer()?),
            Self::Cluster { engine, runtime } => Box::new(engine.writer(runtime.handle().clone())?),
        };
        Ok(Box::new(Faulty { inner, world: Arc::clone(world) }))
    }

    /// What the catalogue shows: movie id to title and key of the object.
    pub(crate) fn shown(&self) -> BTreeMap<String, (String, String)> {
        let catalog: Arc<dyn Catalog>;
        let own;
        let runtime = match self {
            Self::Embedded { engine, .. } => {
                catalog = engine.catalog();
                own = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                &own
            }
            Self::Cluster { engine, runtime } => {
                runtime.block_on(engine.prepare()).unwrap();
                catalog = engine.catalog();
                runtime
            }
        };
        let question = Question { sort: MovieSort::TitleAsc, ..Question::default() };
        let hits = vec![HitsRequest::plain(PageRequest::first(100))];
        let request = SearchRequest { question, hits, ..SearchRequest::default() };
        let answer = runtime.block_on(catalog.search(&OperationContext::new(), request)).unwrap().value;
        assert!(!answer.hits[0].has_next);
        let movies = answer.hits[0].hits.iter().map(|hit| hit.movie.clone());
        let mut shown = BTreeMap::new();
        for movie in movies {
            let twice = shown.insert(movie.id.to_string(), (movie.title, movie.provenance.object));
            assert_eq!(twice, None, "a movie is shown twice");
        }
        shown
    }
}

struct Faulty {
    inner: Box<dyn CatalogWriter>,
    world: Arc<dyn World>,
}

impl Faulty {
    fn point(&self, name: &'static str) -> Result<(), WriteError> {
        self.world.point(name).map_err(|_| WriteError::Unavailable { operation: "a call" })
    }
}

impl CatalogWriter for Faulty {
    fn ledger(&self) -> Result<Vec<LedgerRow>, WriteError> {
        self.inner.ledger()
    }

    fn row(&self, key: &str) -> Result<Option<LedgerRow>, WriteError> {
        self.inner.row(key)
    }

    fn width(&self) -> usize {
        self.inner.width()
    }

    fn abandon(&mut self, object: ObjectWriter) -> Result<Abandoned, WriteError> {
        self.inner.abandon(object)
    }

    fn begin(&mut self, object: &ObjectState) -> Result<ObjectWriter, WriteError> {
        self.point("engine.begin")?;
        self.inner.begin(object)
    }

    fn put(&mut self, object: &ObjectWriter, movie: Movie) -> Result<PutOutcome, WriteError> {
        self.point("engine.put")?;
        self.inner.put(object, movie)
    }

    fn finish(&mut self, object: ObjectWriter, tally: Tally) -> Result<ObjectReceipt, WriteError> {
        self.point("engine.finish")?;
        let receipt = self.inner.finish(object, tally)?;
        self.point("engine.finished")?;
        Ok(receipt)
    }

    fn remove(&mut self, key: &str) -> Result<Removal, WriteError> {
        self.point("engine.remove")?;
        let removed = self.inner.remove(key)?;
        self.point("engine.removed")?;
        Ok(removed)
    }

    fn remove_all(&mut self, keys: &[String]) -> Result<Vec<Removal>, WriteError> {
        self.point("engine.remove")?;
        let removed = self.inner.remove_all(keys)?;
        self.point("engine.removed")?;
        Ok(removed)
    }

    fn commit(&mut self) -> Result<Revision, WriteError> {
        self.point("engine.commit")?;
        let revision = self.inner.commit()?;
        // Done, and the answer lost.
        self.point("engine.committed")?;
        Ok(revision)
    }

    fn rollback(&mut self) -> Result<(), WriteError> {
        self.inner.rollback()
    }

    fn keep_alive(&mut self) -> Result<(), WriteError> {
        self.inner.keep_alive()
    }

    fn verify(&mut self) -> Result<(), WriteError> {
        self.inner.verify()
    }

    fn has_lost_objects(&self) -> bool {
        self.inner.has_lost_objects()
    }

    fn pending(&self) -> u64 {
        self.inner.pending()
    }
}
