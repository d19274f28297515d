//! Records read back: what an object listed before, and what other objects list.

use std::{collections::HashMap, sync::Arc};

use wikimovie_elasticsearch_dsl::{
    Aggregation, Aggregations, Bool, INDEX_NOT_FOUND, MultiGet, MultiGetDoc, MultiGetResponse, Of, Query,
    Range, Search, SearchResponse, Sort, Source,
};
use wikimovie_engine::writer::WriteError;

use super::{
    pages::{PAGE, RecordPages, find},
    record::{SourceRecord, hidden_id},
};
use crate::{
    client::{Call, Client},
    mapping::{self, field},
    names::Names,
    write_calls::gone,
};

/// The source records of one catalogue. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct RecordStore {
    client: Client,
    names: Arc<Names>,
}

/// How much an index holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Records, shown and hidden.
    pub(crate) documents: u64,
    /// Movies, each with the one record that is shown.
    pub(crate) shown: u64,
}

impl RecordStore {
    pub(crate) fn new(client: Client, names: Arc<Names>) -> Self {
        Self { client, names }
    }

    /// Makes everything written to these indices visible.
    pub(crate) async fn refresh(&self, targets: &[String]) -> Result<(), WriteError> {
        self.client.refresh(targets).await
    }

    /// Records of the index that is written to.
    pub(crate) fn entries(&self) -> RecordPages<'_> {
        self.entries_of(&self.names.write)
    }

    /// Records of an index.
    pub(crate) fn entries_of<'a>(&'a self, index: &'a str) -> RecordPages<'a> {
        RecordPages::new(&self.client, index, Query::ALL)
    }

    /// Records of an object that were written by applications which began below a version.
    pub(crate) fn entries_before<'a>(&'a self, object: &str, start: u64) -> RecordPages<'a> {
        // The engine's longs have a sign, our versions one bit less.
        let below = i64::try_from(start).unwrap_or(i64::MAX).saturating_sub(1);
        let older = Query::Range(Of(field::APPLIED, Range { gte: None, lte: Some(below) }));
        RecordPages::new(&self.client, &self.names.write, Query::all_of(vec![of_object(object), older]))
    }

    /// Whether there are records of this object, as far as they are visible.
    pub(crate) async fn has_records(&self, object: &str) -> Result<bool, WriteError> {
        self.has_any(of_object(object)).await
    }

    /// Whether other objects list movies of a provider, as far as it is visible.
    pub(crate) async fn has_others(&self, provider: &str, object: &str) -> Result<bool, WriteError> {
        self.has_any(all_but(vec![of_provider(provider)], of_object(object))).await
    }

    async fn has_any(&self, query: Query) -> Result<bool, WriteError> {
        let search = Search { size: 1, ..Search::new(query) };
        Ok(!find(&self.client, &self.names.write, &search).await?.is_empty())
    }

    /// Movies shown of a provider, as far as they are visible.
    pub(crate) async fn shown_of(&self, provider: &str) -> Result<u64, WriteError> {
        Ok(self.count(of_provider(provider)).await?.shown)
    }

    /// Records of the index that is written to, as far as they are visible.
    pub(crate) async fn count_all(&self) -> Result<Counts, WriteError> {
        self.count(Query::ALL).await
    }

    async fn count(&self, query: Query) -> Result<Counts, WriteError> {
        const SHOWN: &str = "shown";
        let shown = Aggregation::filter(mapping::shown(), Aggregations::new());
        let search = Search { aggs: Aggregations::from([(SHOWN, shown)]), ..Search::count(query) };
        let found: SearchResponse<SourceRecord> =
            self.client.search_whole("counting movies", &self.names.write, &search).await?;
        let shown = found.aggregations.get(SHOWN).map_or(0, |shown| shown.doc_count);
        Ok(Counts { documents: found.total(), shown })
    }

    /// The shown records of these movies, visible yet or not, by movie id.
    pub(crate) async fn shown_records(
        &self,
        ids: &[&str],
    ) -> Result<HashMap<String, SourceRecord>, WriteError> {
        let found = self.documents(&self.names.write, ids).await?;
        let records = found.into_iter().filter_map(|doc| doc.source);
        Ok(records.map(|record| (record.movie.id.as_str().to_owned(), record)).collect())
    }

    /// Which of these movies an object lists hidden, visible yet or not, and the content of each.
    pub(crate) async fn own_hidden(
        &self,
        object: &str,
        ids: &[&str],
    ) -> Result<HashMap<String, String>, WriteError> {
        let hidden: Vec<String> = ids.iter().map(|id| hidden_id(object, id)).collect();
        let found = self.documents(&self.names.write, &hidden).await?;
        let records = found.into_iter().filter_map(|doc| doc.source);
        Ok(records.map(|record| (record.movie.id.as_str().to_owned(), record.content)).collect())
    }

    /// Documents of an index by their ids, with their versions, visible yet or not.
    pub(crate) async fn records_by_key(
        &self,
        index: &str,
        keys: &[&str],
    ) -> Result<Vec<Option<(u64, SourceRecord)>>, WriteError> {
        let found = self.documents(index, keys).await?;
        Ok(found.into_iter().map(|doc| Some((doc.version, doc.source?))).collect())
    }

    async fn documents<I: serde::Serialize + Sync>(
        &self,
        index: &str,
        ids: &[I],
    ) -> Result<Vec<MultiGetDoc<SourceRecord>>, WriteError> {
        const OPERATION: &str = "reading documents";
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let call = Call::post(["/", index, "/_mget"].concat(), &MultiGet { ids })?;
        let reply = self.client.request(OPERATION, call).await?;
        if reply.status == 404 {
            return Err(gone(index));
        }
        let MultiGetResponse { docs } = reply.json()?;
        match docs.iter().find_map(|doc: &MultiGetDoc<_>| doc.error.as_ref()) {
            Some(error) if error.kind() == INDEX_NOT_FOUND => Err(gone(index)),
            Some(error) => Err(WriteError::Engine(format!("{OPERATION}: {}", error.kind()))),
            None => Ok(docs),
        }
    }

    /// Of each of these movies the newest hidden record that is of none of these objects, by movie id.
    pub(crate) async fn hidden_records(
        &self,
        ids: &[&str],
        objects: &[&str],
    ) -> Result<HashMap<String, SourceRecord>, WriteError> {
        let values = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect();
        let hidden = vec![Query::terms(field::ID, values(ids)), Query::term(field::SHOWN, false)];
        let query = all_but(hidden, Query::terms(field::OBJECT, values(objects)));
        let mut newest: HashMap<String, SourceRecord> = HashMap::new();
        let mut after = None;
        while !ids.is_empty() {
            let search = Search {
                sort: vec![Sort::asc(field::ORDER), Sort::asc(field::OBJECT)],
                size: PAGE,
                search_after: after.take(),
                source: Source::Whole(true),
                ..Search::new(query.clone())
            };
            let hits = find(&self.client, &self.names.write, &search).await?;
            let full = hits.len() == PAGE;
            after = hits.last().map(|hit| hit.sort.clone());
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

    /// What a search of the index that is written to counts.
    pub(crate) async fn aggregations<A: serde::de::DeserializeOwned + Default>(
        &self,
        operation: &'static str,
        search: &Search,
    ) -> Result<A, WriteError> {
        let found: SearchResponse<SourceRecord, A> =
            self.client.search_whole(operation, &self.names.write, search).await?;
        Ok(found.aggregations)
    }
}

fn of_object(object: &str) -> Query {
    Query::term(field::OBJECT, object.to_owned())
}

fn of_provider(provider: &str) -> Query {
    Query::term(field::PROVIDER, provider.to_owned())
}

/// Documents for which all of `filter` hold, and `but` does not.
fn all_but(filter: Vec<Query>, but: Query) -> Query {
    Query::Bool(Box::new(Bool { filter, must_not: vec![but], ..Bool::default() }))
}
