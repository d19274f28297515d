//! The read side as the gateway asks it: each call reads one view of the catalogue.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::sync::watch;
use wikimovie_domain::{
    AutocompleteRequest, CatalogInfo, Costar, CostarPath, Filter, Movie, MovieId, ObjectReceipt,
    PersonSummary, Revision, SearchAnswer, SearchRequest, Suggestion,
};
use wikimovie_elasticsearch_dsl::Query;
use wikimovie_engine::{
    Answered, Catalog, CatalogDigest, OperationContext, ReceiptPage, ReceiptsRequest, SearchError,
};
use wikimovie_text::key;

use crate::{
    digest::digest,
    engine::{Cluster, Elasticsearch},
    people,
    reader::Reader,
    search::ENGINE,
};

#[async_trait]
impl Catalog for Elasticsearch {
    async fn search(
        &self,
        context: &OperationContext,
        request: SearchRequest,
    ) -> Result<Answered<SearchAnswer>, SearchError> {
        let view = self.cluster.views.view(self.part.as_ref()).await?;
        let reader = Reader::new(&self.cluster.searcher, &view, context);
        let answer = reader.search(&request).await?;
        Ok(reader.answered(answer))
    }

    async fn autocomplete(
        &self,
        context: &OperationContext,
        request: AutocompleteRequest,
    ) -> Result<Answered<Vec<Suggestion>>, SearchError> {
        let view = self.cluster.views.view(self.part.as_ref()).await?;
        let reader = Reader::new(&self.cluster.searcher, &view, context);
        let suggestions = reader.autocomplete(&request).await?;
        Ok(reader.answered(suggestions))
    }

    async fn movies(
        &self,
        context: &OperationContext,
        ids: &[MovieId],
    ) -> Result<Answered<Vec<Option<Movie>>>, SearchError> {
        let view = self.cluster.views.view(self.part.as_ref()).await?;
        let reader = Reader::new(&self.cluster.searcher, &view, context);
        let movies = reader.movies(ids).await?;
        Ok(reader.answered(movies))
    }

    async fn similar(
        &self,
        context: &OperationContext,
        id: &MovieId,
        first: usize,
    ) -> Result<Answered<Vec<Movie>>, SearchError> {
        let view = self.cluster.views.view(self.part.as_ref()).await?;
        let reader = Reader::new(&self.cluster.searcher, &view, context);
        let movies = reader.similar(id, first).await?;
        Ok(reader.answered(movies))
    }

    async fn people(
        &self,
        _context: &OperationContext,
        names: &[String],
    ) -> Result<Vec<Option<PersonSummary>>, SearchError> {
        let view = self.cluster.views.view(self.part.as_ref()).await?;
        Ok(names.iter().map(|name| people::summary(&view, &key(name))).collect())
    }

    async fn costars(
        &self,
        context: &OperationContext,
        name: &str,
        first: usize,
    ) -> Result<Answered<Vec<Costar>>, SearchError> {
        let view = self.cluster.views.view(self.part.as_ref()).await?;
        let reader = Reader::new(&self.cluster.searcher, &view, context);
        let costars = reader.costars(name, first).await?;
        Ok(reader.answered(costars))
    }

    async fn costar_path(
        &self,
        context: &OperationContext,
        from: &str,
        to: &str,
    ) -> Result<Answered<Option<CostarPath>>, SearchError> {
        let view = self.cluster.views.view(self.part.as_ref()).await?;
        let reader = Reader::new(&self.cluster.searcher, &view, context);
        let path = reader.costar_path(from, to).await?;
        Ok(reader.answered(path))
    }

    async fn info(&self, _context: &OperationContext) -> Result<CatalogInfo, SearchError> {
        let view = self.cluster.views.view(self.part.as_ref()).await?;
        if self.cluster.views.is_lost() {
            return Err(SearchError::Unavailable);
        }
        let vocabulary = &view.vocabulary;
        let providers = vocabulary.providers().iter();
        Ok(CatalogInfo {
            engine: ENGINE.into(),
            engine_version: view.about.clone(),
            movies: vocabulary.movies(),
            people: vocabulary.people().len() as u64,
            genres: vocabulary.genres().len() as u64,
            providers: providers.map(|entry| (entry.name.clone(), u64::from(entry.movies))).collect(),
            revision: view.revision,
        })
    }

    async fn digest(&self, _context: &OperationContext) -> Result<CatalogDigest, SearchError> {
        let Cluster { searcher, views, .. } = &*self.cluster;
        let revision = views.view(None).await?.revision.number;
        match &self.part {
            Some(part) => part.digest(searcher, revision).await,
            None => digest(searcher, &Query::ALL).await,
        }
    }

    async fn receipt(
        &self,
        context: &OperationContext,
        object: &str,
    ) -> Result<Option<ObjectReceipt>, SearchError> {
        self.cluster.views.view(self.part.as_ref()).await?;
        let receipt = self.cluster.stores.ledger.receipt(context, object).await?;
        let is_shown = |provider: &str| self.part.as_ref().is_none_or(|part| part.receipts.has(provider));
        Ok(receipt.filter(|receipt| is_shown(&receipt.provider)))
    }

    async fn receipts(
        &self,
        context: &OperationContext,
        request: ReceiptsRequest,
    ) -> Result<ReceiptPage, SearchError> {
        self.cluster.views.view(self.part.as_ref()).await?;
        match &self.part {
            Some(part) => self.cluster.stores.ledger.receipts_of(context, &part.receipts, &request).await,
            None => self.cluster.stores.ledger.receipts(context, &request).await,
        }
    }

    fn revisions(&self) -> watch::Receiver<Revision> {
        self.cluster.views.revisions()
    }

    fn unconfirmed_for(&self) -> Duration {
        self.cluster.views.unconfirmed_for()
    }

    async fn restricted(&self, to: &Filter) -> Result<Arc<dyn Catalog>, SearchError> {
        let filter = match &self.part {
            Some(part) => Filter { and: vec![part.filter.clone(), to.clone()], ..Filter::default() },
            None => to.clone(),
        };
        Ok(Arc::new(self.seeing(self.cluster.views.part(&filter))))
    }
}
