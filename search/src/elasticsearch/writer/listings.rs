//! Listings read back: what an object listed before, and what other objects list.

use std::collections::HashMap;

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use wikimovie_domain::Movie;

use super::Before;
use crate::{
    elasticsearch::{Shared, client::Call, mapping::field},
    writer::WriteError,
};

/// Listings in one answer.
const PAGE: usize = 5_000;

/// A listing of a movie by an object.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Listing {
    /// Ledger key of the object.
    pub(super) object: String,
    pub(super) content: String,
    pub(super) movie: Movie,
}

impl Listing {
    /// Whether this one is shown before the other.
    pub(super) fn is_newer_than(&self, other: &Self) -> bool {
        let rank = |listing: &'_ Self| {
            (listing.movie.provenance.generation, listing.object.clone(), listing.movie.provenance.record)
        };
        rank(self) > rank(other)
    }
}

#[derive(Deserialize)]
struct Got {
    docs: Vec<Doc>,
}

#[derive(Deserialize)]
struct Doc {
    #[serde(rename = "_source")]
    source: Option<Listing>,
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
    #[serde(default)]
    fields: HashMap<String, Vec<Value>>,
    #[serde(rename = "_source", default)]
    source: Option<Listing>,
    #[serde(default)]
    sort: Vec<Value>,
}

impl Hit {
    fn text(&self, name: &str) -> String {
        self.fields.get(name).and_then(|values| values.first()?.as_str()).unwrap_or_default().to_owned()
    }
}

impl Shared {
    /// What an object lists, as far as it is visible, by movie id.
    pub(super) async fn listings_of(&self, object: &str) -> Result<HashMap<String, Before>, WriteError> {
        let mut found = HashMap::new();
        let mut after: Option<Value> = None;
        loop {
            let mut body = json!({
                "query": { "bool": { "filter": [{ "term": { field::OBJECT: { "value": object } } }] } },
                "_source": false,
                "docvalue_fields": [field::ID, field::CONTENT, field::SHOWN],
                "sort": [{ field::ORDER: { "order": "asc" } }],
                "size": PAGE,
                "track_total_hits": false,
            });
            if let (Some(after), Some(body)) = (after.take(), body.as_object_mut()) {
                body.insert("search_after".to_owned(), after);
            }
            let hits = self.listing_page(&body).await?;
            let full = hits.len() == PAGE;
            after = hits.last().map(|hit| json!(hit.sort));
            for hit in hits {
                let shown = hit.fields.get(field::SHOWN).and_then(|values| values.first()?.as_bool());
                let before = Before { content: hit.text(field::CONTENT), shown: shown.unwrap_or(true) };
                found.insert(hit.text(field::ID), before);
            }
            if !full {
                return Ok(found);
            }
        }
    }

    /// Whether other objects list movies of a provider, as far as it is visible.
    pub(super) async fn has_others(&self, provider: &str, object: &str) -> Result<bool, WriteError> {
        let body = json!({
            "query": { "bool": {
                "filter": [{ "term": { field::PROVIDER: { "value": provider } } }],
                "must_not": [{ "term": { field::OBJECT: { "value": object } } }],
            } },
            "_source": false,
            "size": 1,
            "track_total_hits": false,
        });
        Ok(!self.listing_page(&body).await?.is_empty())
    }

    /// The shown listings of these movies, visible yet or not, by movie id.
    pub(super) async fn shown_listings(&self, ids: &[&str]) -> Result<HashMap<String, Listing>, WriteError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let call = Call::post(["/", &self.names.write, "/_mget"].concat(), &json!({ "ids": ids }))?;
        let got: Got = self.client.send(call).await?.json()?;
        let listings = got.docs.into_iter().filter_map(|doc| doc.source);
        Ok(listings.map(|listing| (listing.movie.id.as_str().to_owned(), listing)).collect())
    }

    /// Of each of these movies the newest hidden listing that is not of this object, by movie id.
    pub(super) async fn hidden_listings(
        &self,
        ids: &[&str],
        object: &str,
    ) -> Result<HashMap<String, Listing>, WriteError> {
        let mut newest: HashMap<String, Listing> = HashMap::new();
        let mut after: Option<Value> = None;
        while !ids.is_empty() {
            let mut body = json!({
                "query": { "bool": {
                    "filter": [{ "terms": { field::ID: ids } }, { "term": { field::SHOWN: { "value": false } } }],
                    "must_not": [{ "term": { field::OBJECT: { "value": object } } }],
                } },
                "sort": [{ field::ORDER: { "order": "asc" } }, { field::OBJECT: { "order": "asc" } }],
                "size": PAGE,
                "track_total_hits": false,
            });
            if let (Some(after), Some(body)) = (after.take(), body.as_object_mut()) {
                body.insert("search_after".to_owned(), after);
            }
            let hits = self.listing_page(&body).await?;
            let full = hits.len() == PAGE;
            after = hits.last().map(|hit| json!(hit.sort));
            for listing in hits.into_iter().filter_map(|hit| hit.source) {
                let id = listing.movie.id.as_str().to_owned();
                if newest.get(&id).is_none_or(|known| listing.is_newer_than(known)) {
                    newest.insert(id, listing);
                }
            }
            if !full {
                break;
            }
        }
        Ok(newest)
    }

    async fn listing_page(&self, body: &Value) -> Result<Vec<Hit>, WriteError> {
        let call =
            Call { method: Method::POST, ..Call::post(["/", &self.names.write, "/_search"].concat(), body)? };
        Ok(self.client.send(call).await?.json::<Page>()?.hits.hits)
    }
}
