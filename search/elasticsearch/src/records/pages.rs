//! Records of an index page by page, without their movies.

use wikimovie_elasticsearch_dsl::{DocValue, Query, Search, SearchHit, SearchResponse, Sort, SortValue};
use wikimovie_engine::writer::WriteError;

use super::record::SourceRecord;
use crate::{client::Client, mapping::field};

/// Records in one answer.
pub(super) const PAGE: usize = 5_000;

/// A record as it is stored in an index, without its movie.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RecordEntry {
    /// Id of the document.
    pub(crate) key: String,
    pub(crate) version: u64,
    /// Id of the movie.
    pub(crate) movie: String,
    pub(crate) object: String,
    pub(crate) content: String,
    pub(crate) shown: bool,
    /// Where it is in the order of pages.
    sort_values: Vec<SortValue>,
}

impl RecordEntry {
    fn new<S>(hit: SearchHit<S>) -> Self {
        let text = |name: &str| match hit.field(name) {
            Some(DocValue::Text(text)) => text.clone(),
            _ => String::new(),
        };
        Self {
            version: hit.version,
            movie: text(field::ID),
            object: text(field::OBJECT),
            content: text(field::CONTENT),
            shown: hit.field(field::SHOWN) != Some(&DocValue::Flag(false)),
            key: hit.id,
            sort_values: hit.sort,
        }
    }

    /// Orders entries as pages do.
    pub(crate) fn position(&self) -> (&str, &str, bool) {
        let text = |at: usize| match self.sort_values.get(at) {
            Some(SortValue::Text(text)) => text.as_str(),
            _ => "",
        };
        (text(0), text(1), self.shown)
    }
}

/// Records of an index, as far as they are visible, page by page.
pub(crate) struct RecordPages<'a> {
    client: &'a Client,
    index: &'a str,
    query: Query,
    after: Option<Vec<SortValue>>,
    over: bool,
}

impl<'a> RecordPages<'a> {
    pub(super) fn new(client: &'a Client, index: &'a str, query: Query) -> Self {
        Self { client, index, query, after: None, over: false }
    }

    /// The next page; `None` behind the last.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<RecordEntry>>, WriteError> {
        if self.over {
            return Ok(None);
        }
        let search = Search {
            version: true,
            docvalue_fields: vec![field::ID, field::OBJECT, field::CONTENT, field::SHOWN],
            sort: vec![Sort::asc(field::ORDER), Sort::asc(field::OBJECT), Sort::asc(field::SHOWN)],
            size: PAGE,
            search_after: self.after.take(),
            ..Search::new(self.query.clone())
        };
        let hits = find(self.client, self.index, &search).await?;
        self.over = hits.len() < PAGE;
        self.after = hits.last().map(|hit| hit.sort.clone());
        Ok(Some(hits.into_iter().map(RecordEntry::new).collect()))
    }
}

/// The hits of a search of an index.
pub(super) async fn find(
    client: &Client,
    index: &str,
    search: &Search,
) -> Result<Vec<SearchHit<SourceRecord>>, WriteError> {
    let found: SearchResponse<SourceRecord> = client.search_whole("reading the index", index, search).await?;
    Ok(found.hits.hits)
}
