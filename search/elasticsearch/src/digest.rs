//! The digest of the movies that a query finds.
//!
//! Every record carries the version at which the application of its object began, and an application writes all records
//! of its object. So which movies are shown is decided by how many of each object and application are: whatever changes,
//! comes or goes changes one of these numbers. There are as many as files, not as movies.

use std::hash::{DefaultHasher, Hash, Hasher};

use wikimovie_elasticsearch_dsl::{Aggregation, Aggregations, BucketValue, Query, Search, TrackTotalHits};
use wikimovie_engine::{CatalogDigest, SearchError};

use crate::{mapping::field, searcher::Searcher};

/// Objects in one answer; engines allow 65,535.
const PAGE: usize = 10_000;

/// Name of the aggregation, and of its sources.
const APPLICATIONS: &str = "applications";
const OBJECT: &str = "object";
const APPLIED: &str = "applied";

/// Reads the digest.
pub(crate) async fn digest(searcher: &Searcher, among: &Query) -> Result<CatalogDigest, SearchError> {
    let mut hasher = DefaultHasher::new();
    let mut movies = 0;
    let mut after = None;
    loop {
        let sources = [(OBJECT, field::OBJECT), (APPLIED, field::APPLIED)];
        let applications = Aggregation::composite(sources, PAGE, after.take());
        let search = Search {
            aggs: Aggregations::from([(APPLICATIONS, applications)]),
            track_total_hits: TrackTotalHits::Exact(false),
            ..Search::new(among.clone())
        };
        let mut found = searcher.search_alone(search).await?;
        // Of a part of the shards it would be the digest of another catalogue.
        if found.is_partial() {
            return Err(SearchError::Unavailable);
        }
        let page = found.aggregations.remove(APPLICATIONS).unwrap_or_default();
        let is_last = page.buckets.len() < PAGE;
        for bucket in page.buckets {
            movies += bucket.doc_count;
            bucket.doc_count.hash(&mut hasher);
            if let BucketValue::Composite(key) = bucket.key {
                key.hash(&mut hasher);
            }
        }
        after = page.after_key;
        if is_last || after.is_none() {
            return Ok(CatalogDigest { movies, digest: hasher.finish() });
        }
    }
}
