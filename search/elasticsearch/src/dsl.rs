//! The DSL of questions and of the index, for documents and checks that need no cluster.

use serde_json::Value;
use wikimovie_domain::{Question, SearchRequest};
use wikimovie_engine::{
    cursor::{self, Cursors, SortKey},
    error::SearchError,
    token::Sealer,
};
use wikimovie_plan::Plan;

use crate::{
    compile::{self, Sizes},
    mapping,
};

/// The DSL that a question with this plan is asked with, as [`wikimovie_domain::Explain`] shows it: one body, or a
/// list of them where several go in one `_msearch`. Pure.
///
/// # Errors
/// [`SearchError::BadCursor`] where a page starts at a cursor that is none of `sealer`'s.
pub fn to_dsl(plan: &Plan, request: &SearchRequest, sealer: &Sealer) -> Result<Value, SearchError> {
    let open = |token| cursor::open(sealer, &request.question, token);
    let places = request.hits.iter().map(|hits| {
        let cursor = hits.page.cursor.as_deref().map(open).transpose()?;
        Ok(cursor.map(|cursor| cursor.sort_key([])))
    });
    let places = places.collect::<Result<Vec<_>, SearchError>>()?;
    let sizes = Sizes { shards: 1, people: 0 };
    let searches = compile::compile(plan, request, &places, sizes).searches;
    Ok(match searches.as_slice() {
        [search] => serde_json::to_value(search)?,
        searches => serde_json::to_value(searches)?,
    })
}

/// Body that creates an index of records: its settings and mapping.
///
/// # Errors
/// Where it cannot be written as JSON.
pub fn index_body(shards: u32, replicas: u32) -> serde_json::Result<Value> {
    serde_json::to_value(mapping::records(shards, replicas))
}

/// A cursor of a question at some place, for trying what follows a page without asking for one.
#[doc(hidden)]
pub fn cursor_at(sealer: &Sealer, question: &Question) -> String {
    let place =
        SortKey { score: 7, standing: 500, year: 1999, rating: 0, order: "matrix\0test:1".to_owned() };
    Cursors::new(sealer, question, 1).seal(&place)
}
