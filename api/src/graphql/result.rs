//! The engine's answer to one search, from which the resolvers below `search` take their parts.

use std::{collections::HashMap, sync::Arc};

use wikimovie_domain::{
    self as domain, FacetAnswer, FacetRequest, PageRequest, Question, SearchRequest, Wanted,
};

use crate::{error::ApiError, graphql::hits::MovieHitConnection};

/// The answer to a search, whose parts are found by the request for them.
#[derive(Debug)]
pub(crate) struct SearchResult {
    pub(crate) question: Arc<Question>,
    pub(crate) wanted: Wanted,
    pub(crate) pages: HashMap<PageRequest, MovieHitConnection>,
    facets: HashMap<FacetRequest, FacetAnswer>,
    pub(crate) total: Option<domain::Total>,
    pub(crate) understood: Vec<domain::Understanding>,
    pub(crate) did_you_mean: Option<domain::Correction>,
    pub(crate) matching: domain::Matching,
    pub(crate) relaxations: Vec<domain::Relaxation>,
    pub(crate) explain: Option<domain::Explain>,
    pub(crate) warnings: Vec<domain::Warning>,
}

impl SearchResult {
    pub(crate) fn new(request: SearchRequest, answer: domain::SearchAnswer) -> Result<Self, ApiError> {
        if answer.hits.len() != request.hits.len() || answer.facets.len() != request.facets.len() {
            return Err(ApiError::internal("the answer has other parts than were requested"));
        }
        let pages = request.hits.into_iter().zip(answer.hits);
        Ok(Self {
            question: Arc::new(request.question),
            wanted: request.wanted,
            pages: pages.map(|(asked, page)| (asked.page, page.into())).collect(),
            facets: request.facets.into_iter().zip(answer.facets).collect(),
            total: answer.total,
            understood: answer.understood,
            did_you_mean: answer.did_you_mean,
            matching: answer.matching,
            relaxations: answer.relaxations,
            explain: answer.explain,
            warnings: answer.warnings,
        })
    }

    /// The question answered.
    pub(crate) fn question(&self) -> Arc<Question> {
        Arc::clone(&self.question)
    }

    /// The answer to one facet.
    pub(crate) fn facet(&self, asked: &FacetRequest) -> Result<&FacetAnswer, ApiError> {
        self.facets.get(asked).ok_or_else(|| ApiError::internal("a facet was selected and not requested"))
    }
}
