//! Records read back: what an object listed before, and what other objects list.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};
use wikimovie_domain::Movie;
use wikimovie_engine::writer::WriteError;

use super::bulk::hidden_id;
use crate::{Shared, client::Call, maintenance::gone, mapping::field};

/// Records in one answer.
const PAGE: usize = 5_000;

/// What an object says of a movie.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct SourceRecord {
    /// Ledger key of the object.
    pub(crate) object: String,
    /// Version at which the application that wrote it began.
    #[serde(default)]
    pub(crate) applied: u64,
    pub(crate) content: String,
    pub(crate) movie: Movie,
}

impl SourceRecord {
    /// Whether this one is shown before the other.
    pub(super) fn is_newer_than(&self, other: &Self) -> bool {
        let rank = |record: &'_ Self| {
            (record.movie.provenance.generation, record.object.clone(), record.movie.provenance.record)
        };
        rank(self) > rank(other)
    }
}

#[derive(Deserialize)]
struct MultiGet {
    docs: Vec<MultiGetDoc>,
}

/// What engines call an index that is missing.
const INDEX_MISSING: &str = "index_not_found_exception";

#[derive(Deserialize)]
struct MultiGetError {
    #[serde(rename = "type", default)]
    kind: String,
}

#[derive(Deserialize)]
struct MultiGetDoc {
    /// Why this one could not be read, where the others could.
    #[serde(default)]
    error: Option<MultiGetError>,
    #[serde(rename = "_version", default)]
    version: u64,
    #[serde(rename = "_source")]
    source: Option<SourceRecord>,
}

/// A record as it stands in an index, without its movie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordEntry {
    /// Id of the document.
    pub(crate) key: String,
    pub(crate) version: u64,
    /// Id of the movie.
    pub(crate) movie: String,
    pub(crate) object: String,
    pub(crate) content: String,
    pub(crate) shown: bool,
    /// Its place in the order of pages.
    pub(crate) place: Vec<Value>,
}

#[derive(Deserialize)]
struct Page {
    hits: Hits,
}

#[derive(Deserialize)]
struct Hits {
    hits: Vec<Hit>,
}

#[derive(Deserialize)]
struct Hit {
    #[serde(rename = "_id", default)]
    id: String,
    #[serde(rename = "_version", default)]
    version: u64,
    #[serde(default)]
    fields: HashMap<String, Vec<Value>>,
    #[serde(rename = "_source", default)]
    source: Option<SourceRecord>,
    #[serde(default)]
    sort: Vec<Value>,
}

impl Hit {
    fn text(&self, name: &str) -> String {
        self.fields.get(name).and_then(|values| values.first()?.as_str()).unwrap_or_default().to_owned()
    }
}

impl From<Hit> for RecordEntry {
    fn from(hit: Hit) -> Self {
        let shown = hit.fields.get(field::SHOWN).and_then(|values| values.first()?.as_bool());
        Self {
            version: hit.version,
            movie: hit.text(field::ID),
            object: hit.text(field::OBJECT),
            content: hit.text(field::CONTENT),
            shown: shown.unwrap_or(true),
            key: hit.id,
            place: hit.sort,
        }
    }
}

/// How much an index holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counts {
    /// Records, shown and hidden.
    pub(super) documents: u64,
    /// Movies, each with the one record that is shown.
    pub(super) shown: u64,
}

/// Records of an index, as far as they are visible, page by page.
pub(crate) struct RecordPages<'a> {
    shared: &'a Shared,
    index: &'a str,
    query: Value,
    after: Option<Value>,
    over: bool,
}

impl RecordPages<'_> {
    /// The next page; `None` behind the last.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<RecordEntry>>, WriteError> {
        if self.over {
            return Ok(None);
        }
        let order = |field: &str| json!({ field: { "order": "asc" } });
        let mut body = json!({
            "query": self.query,
            "version": true,
            "_source": false,
            "docvalue_fields": [field::ID, field::OBJECT, field::CONTENT, field::SHOWN],
            "sort": [order(field::ORDER), order(field::OBJECT), order(field::SHOWN)],
            "size": PAGE,
            "track_total_hits": false,
        });
        if let (Some(after), Some(body)) = (self.after.take(), body.as_object_mut()) {
            body.insert("search_after".to_owned(), after);
        }
        let hits = self.shared.record_page(self.index, &body).await?;
        self.over = hits.len() < PAGE;
        self.after = hits.last().map(|hit| json!(hit.sort));
        Ok(Some(hits.into_iter().map(RecordEntry::from).collect()))
    }
}

impl Shared {
    /// Records of an index.
    pub(crate) fn record_entries<'a>(&'a self, index: &'a str) -> RecordPages<'a> {
        RecordPages { shared: self, index, query: json!({ "match_all": {} }), after: None, over: false }
    }

    /// Records of an object that were written by applications which began below a version.
    pub(super) fn entries_before<'a>(&'a self, object: &str, start: u64) -> RecordPages<'a> {
        // The engine's longs have a sign, our versions one bit less.
        let start = start.min(i64::MAX.unsigned_abs());
        let query = json!({ "bool": { "filter": [
            { "term": { field::OBJECT: { "value": object } } },
            { "range": { field::APPLIED: { "lt": start } } },
        ] } });
        RecordPages { shared: self, index: &self.names.write, query, after: None, over: false }
    }

    /// Whether there are records of this object, as far as they are visible.
    pub(super) async fn has_records(&self, object: &str) -> Result<bool, WriteError> {
        self.has_any(json!({ "filter": [{ "term": { field::OBJECT: { "value": object } } }] })).await
    }

    /// Whether other objects list movies of a provider, as far as it is visible.
    pub(super) async fn has_others(&self, provider: &str, object: &str) -> Result<bool, WriteError> {
        self.has_any(json!({
            "filter": [{ "term": { field::PROVIDER: { "value": provider } } }],
            "must_not": [{ "term": { field::OBJECT: { "value": object } } }],
        }))
        .await
    }

    async fn has_any(&self, clauses: Value) -> Result<bool, WriteError> {
        let body =
            json!({ "query": { "bool": clauses }, "_source": false, "size": 1, "track_total_hits": false });
        Ok(!self.record_page(&self.names.write, &body).await?.is_empty())
    }

    /// Movies shown of a provider, as far as they are visible.
    pub(super) async fn shown_of(&self, provider: &str) -> Result<u64, WriteError> {
        let query = json!({ "term": { field::PROVIDER: { "value": provider } } });
        Ok(self.count(&query).await?.shown)
    }

    /// Records of the index that is written to, as far as they are visible.
    pub(super) async fn count_all(&self) -> Result<Counts, WriteError> {
        self.count(&json!({ "match_all": {} })).await
    }

    async fn count(&self, query: &Value) -> Result<Counts, WriteError> {
        #[derive(Deserialize)]
        struct Answer {
            hits: CountedHits,
            aggregations: CountedAggregations,
        }
        #[derive(Deserialize)]
        struct CountedHits {
            total: CountedTotal,
        }
        #[derive(Deserialize)]
        struct CountedTotal {
            value: u64,
        }
        #[derive(Deserialize)]
        struct CountedAggregations {
            shown: CountedShown,
        }
        #[derive(Deserialize)]
        struct CountedShown {
            doc_count: u64,
        }
        let shown = json!({ "filter": { "term": { field::SHOWN: { "value": true } } } });
        let body = json!({ "query": query, "size": 0, "track_total_hits": true, "aggs": { "shown": shown } });
        let answer: Answer = self.search_whole("counting movies", &self.names.write, &body).await?;
        Ok(Counts { documents: answer.hits.total.value, shown: answer.aggregations.shown.doc_count })
    }

    /// The shown records of these movies, visible yet or not, by movie id.
    pub(super) async fn shown_records(
        &self,
        ids: &[&str],
    ) -> Result<HashMap<String, SourceRecord>, WriteError> {
        let found = self.documents(&self.names.write, &json!({ "ids": ids })).await?;
        let records = found.into_iter().filter_map(|doc| doc.source);
        Ok(records.map(|record| (record.movie.id.as_str().to_owned(), record)).collect())
    }

    /// Which of these movies an object lists hidden, visible yet or not, and the content of each.
    pub(super) async fn own_hidden(
        &self,
        object: &str,
        ids: &[&str],
    ) -> Result<HashMap<String, String>, WriteError> {
        let hidden: Vec<String> = ids.iter().map(|id| hidden_id(object, id)).collect();
        let found = self.documents(&self.names.write, &json!({ "ids": hidden })).await?;
        let records = found.into_iter().filter_map(|doc| doc.source);
        Ok(records.map(|record| (record.movie.id.as_str().to_owned(), record.content)).collect())
    }

    /// Documents of an index by their ids, with their versions, visible yet or not.
    pub(crate) async fn records_by_key(
        &self,
        index: &str,
        keys: &[&str],
    ) -> Result<Vec<Option<(u64, SourceRecord)>>, WriteError> {
        let found = self.documents(index, &json!({ "ids": keys })).await?;
        Ok(found.into_iter().map(|doc| Some((doc.version, doc.source?))).collect())
    }

    async fn documents(&self, index: &str, ids: &Value) -> Result<Vec<MultiGetDoc>, WriteError> {
        if ids.pointer("/ids/0").is_none() {
            return Ok(Vec::new());
        }
        let call = Call::post(["/", index, "/_mget"].concat(), ids)?;
        let reply = self.request("reading documents", call).await?;
        let docs = if reply.status == 404 { return Err(gone(index)) } else { reply.json::<MultiGet>()?.docs };
        match docs.iter().find_map(|doc| doc.error.as_ref()) {
            Some(error) if error.kind == INDEX_MISSING => Err(gone(index)),
            Some(error) => Err(WriteError::Engine(format!("reading documents: {}", error.kind))),
            None => Ok(docs),
        }
    }

    /// Of each of these movies the newest hidden record that is of none of these objects, by movie id.
    pub(super) async fn hidden_records(
        &self,
        ids: &[&str],
        objects: &[&str],
    ) -> Result<HashMap<String, SourceRecord>, WriteError> {
        let mut newest: HashMap<String, SourceRecord> = HashMap::new();
        let mut after: Option<Value> = None;
        while !ids.is_empty() {
            let mut body = json!({
                "query": { "bool": {
                    "filter": [{ "terms": { field::ID: ids } }, { "term": { field::SHOWN: { "value": false } } }],
                    "must_not": [{ "terms": { field::OBJECT: objects } }],
                } },
                "sort": [{ field::ORDER: { "order": "asc" } }, { field::OBJECT: { "order": "asc" } }],
                "size": PAGE,
                "track_total_hits": false,
            });
            if let (Some(after), Some(body)) = (after.take(), body.as_object_mut()) {
                body.insert("search_after".to_owned(), after);
            }
            let hits = self.record_page(&self.names.write, &body).await?;
            let full = hits.len() == PAGE;
            after = hits.last().map(|hit| json!(hit.sort));
            for record in hits.into_iter().filter_map(|hit| hit.source) {
                let id = record.movie.id.as_str().to_owned();
                if newest.get(&id).is_none_or(|known| record.is_newer_than(known)) {
                    newest.insert(id, record);
                }
            }
            if !full {
                break;
            }
        }
        Ok(newest)
    }

    async fn record_page(&self, index: &str, body: &Value) -> Result<Vec<Hit>, WriteError> {
        Ok(self.search_whole::<Page>("reading the index", index, body).await?.hits.hits)
    }
}
