//! The movies most like one.

use wikimovie_domain::{Movie, MovieSort, PageRequest};
use wikimovie_plan::similar;

use super::{
    error::ReadError,
    known::Known,
    paging::{HitOrder, Ties},
    snapshot::Snapshot,
};

impl Snapshot {
    /// The movies most like one, best first, without it.
    pub(super) fn similar(&self, id: &str, first: usize) -> Result<Vec<Movie>, ReadError> {
        let Some(doc) = self.doc_of(id)? else { return Ok(Vec::new()) };
        let groups = similar::groups(&self.movie(doc)?, &self.vocabulary);
        let known = Known::default();
        let among = self.matches(&similar::any(&groups), &known)?.filtered(|other| other != doc);
        let scores = self.scores(&groups, &among, &known)?;
        let order = HitOrder {
            snapshot: self,
            sort: MovieSort::Relevance,
            ties: Ties::Standing(&self.columns.standing),
            scores: &scores,
        };
        let page = order.page(&among, &PageRequest::first(first), None);
        page.docs.into_iter().map(|doc| Ok(self.movie(doc)?)).collect()
    }
}
