//! The read side as the gateway asks it: each call reads one view of the catalogue.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::sync::watch;
use wikimovie_domain::{
    AutocompleteRequest, CatalogInfo, Costar, CostarPath, Filter, Movie, MovieId, ObjectReceipt,
    PersonSummary, Revision, SearchAnswer, SearchRequest, Suggestion,
};
use wikimovie_engine::{Answered, Catalog, OperationContext, ReceiptPage, ReceiptsRequest, SearchError};
use wikimovie_text::key;

use super::{ENGINE, Elasticsearch, people, plans, reader::Reader, restricted::Restricted};

#[async_trait]
impl Catalog for Elasticsearch {
    async fn search(
        &self,
        context: &OperationContext,
        request: SearchRequest,
    ) -> Result<Answered<SearchAnswer>, SearchError> {
        let view = self.view().await?;
        let reader = Reader::new(&self.shared, &view, context);
        let answer = reader.search(&request).await?;
        Ok(reader.answered(answer))
    }

    async fn autocomplete(
        &self,
        context: &OperationContext,
        request: AutocompleteRequest,
    ) -> Result<Answered<Vec<Suggestion>>, SearchError> {
        let view = self.view().await?;
        let reader = Reader::new(&self.shared, &view, context);
        let suggestions = reader.autocomplete(&request).await?;
        Ok(reader.answered(suggestions))
    }

    async fn movies(
        &self,
        context: &OperationContext,
        ids: &[MovieId],
    ) -> Result<Answered<Vec<Option<Movie>>>, SearchError> {
        let view = self.view().await?;
        let reader = Reader::new(&self.shared, &view, context);
        let movies = reader.movies(ids).await?;
        Ok(reader.answered(movies))
    }

    async fn similar(
        &self,
        context: &OperationContext,
        id: &MovieId,
        first: usize,
    ) -> Result<Answered<Vec<Movie>>, SearchError> {
        let view = self.view().await?;
        let reader = Reader::new(&self.shared, &view, context);
        let movies = reader.similar(id, first).await?;
        Ok(reader.answered(movies))
    }

    async fn people(
        &self,
        _context: &OperationContext,
        names: &[String],
    ) -> Result<Vec<Option<PersonSummary>>, SearchError> {
        let view = self.view().await?;
        Ok(names.iter().map(|name| people::summary(&view, &key(name))).collect())
    }

    async fn costars(
        &self,
        context: &OperationContext,
        name: &str,
        first: usize,
    ) -> Result<Answered<Vec<Costar>>, SearchError> {
        let view = self.view().await?;
        let reader = Reader::new(&self.shared, &view, context);
        let costars = reader.costars(name, first).await?;
        Ok(reader.answered(costars))
    }

    async fn costar_path(
        &self,
        context: &OperationContext,
        from: &str,
        to: &str,
    ) -> Result<Answered<Option<CostarPath>>, SearchError> {
        let view = self.view().await?;
        let reader = Reader::new(&self.shared, &view, context);
        let path = reader.costar_path(from, to).await?;
        Ok(reader.answered(path))
    }

    async fn info(&self, _context: &OperationContext) -> Result<CatalogInfo, SearchError> {
        let view = self.view().await?;
        if self.shared.presence.is_lost() {
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

    async fn receipt(
        &self,
        context: &OperationContext,
        object: &str,
    ) -> Result<Option<ObjectReceipt>, SearchError> {
        self.view().await?;
        let receipt = self.shared.receipt(context, object).await?;
        let told = |provider: &str| self.part.as_ref().is_none_or(|part| part.receipts.has(provider));
        Ok(receipt.filter(|receipt| told(&receipt.provider)))
    }

    async fn receipts(
        &self,
        context: &OperationContext,
        request: ReceiptsRequest,
    ) -> Result<ReceiptPage, SearchError> {
        self.view().await?;
        match &self.part {
            Some(part) => self.shared.receipts_of(context, &part.receipts, &request).await,
            None => self.shared.receipts(context, &request).await,
        }
    }

    fn revisions(&self) -> watch::Receiver<Revision> {
        self.shared.revisions.subscribe()
    }

    fn unconfirmed_for(&self) -> Duration {
        self.shared.confirmed.load().as_ref().map_or(Duration::MAX, |confirmed| confirmed.elapsed())
    }

    async fn restricted(&self, to: &Filter) -> Result<Arc<dyn Catalog>, SearchError> {
        let shared = &self.shared;
        let filter = match &self.part {
            Some(part) => Filter { and: vec![part.filter.clone(), to.clone()], ..Filter::default() },
            None => to.clone(),
        };
        let part = shared
            .parts
            .get_with_by_ref(&filter, || Arc::new(Restricted::new(&filter, &shared.sealer, plans())));
        Ok(Arc::new(Self { shared: Arc::clone(shared), part: Some(part) }))
    }
}
