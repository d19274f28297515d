//! Answers to searches for movies, and what they mean for the one who asks.

use serde::Deserialize;
use wikimovie_domain::Movie;
use wikimovie_elasticsearch_dsl::{self as dsl, AggregationResult, ErrorResponse};
use wikimovie_engine::error::SearchError;

/// What is read of a stored record.
#[derive(Debug, Deserialize)]
pub(crate) struct Stored {
    movie: Movie,
}

/// What a search found.
pub(crate) type MoviesFound = dsl::SearchResponse<Stored>;

/// A record that was found.
pub(crate) type MovieHit = dsl::SearchHit<Stored>;

/// Answer to one search of several.
pub(crate) type MultiSearchItem = dsl::MultiSearchItem<Stored>;

/// What was found; an error where nothing was.
pub(crate) fn found(item: MultiSearchItem) -> Result<MoviesFound, SearchError> {
    match item {
        MultiSearchItem::Found(found) if found.is_failed() => Err(SearchError::Unavailable),
        MultiSearchItem::Found(found) if found.timed_out && found.hits.hits.is_empty() => {
            Err(SearchError::Timeout)
        }
        MultiSearchItem::Found(found) => Ok(*found),
        MultiSearchItem::Failed(ErrorResponse { status, error }) => Err(match status {
            // 404: the index is gone, and created again before long.
            404 | 429 | 502 | 503 => SearchError::Unavailable,
            408 | 504 => SearchError::Timeout,
            _ => SearchError::Engine(error.to_string()),
        }),
    }
}

/// The movies of the hits.
pub(crate) fn movies(found: MoviesFound) -> Result<Vec<Movie>, SearchError> {
    found.hits.hits.into_iter().map(movie).collect()
}

/// The movie of a hit.
pub(crate) fn movie(hit: MovieHit) -> Result<Movie, SearchError> {
    hit.source.map(|stored| stored.movie).ok_or_else(|| unexpected_response("a hit without its movie"))
}

/// The aggregation of this name below another one, if it was asked for.
pub(crate) fn below(
    result: &mut AggregationResult,
    name: &str,
) -> Result<Option<AggregationResult>, SearchError> {
    result.take(name).map_err(|error| unexpected_response(&error.to_string()))
}

/// The aggregation of this name below another one, which was asked for.
pub(crate) fn asked_below(
    result: &mut AggregationResult,
    name: &str,
) -> Result<AggregationResult, SearchError> {
    below(result, name)?.ok_or_else(|| unexpected_response(&["no aggregation ", name].concat()))
}

/// The cluster said something that it should not.
pub(crate) fn unexpected_response(what: &str) -> SearchError {
    SearchError::Engine(["unexpected response of the cluster: ", what].concat())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_is_found_or_an_error_by_what_the_caller_can_do() {
        let failed = |status: u16| json!({ "status": status, "error": { "type": "some_exception" } });
        let shards =
            |total: u32, failed: u32| json!({ "_shards": { "total": total, "failed": failed }, "hits": {} });
        let cases = [
            ("all answered", shards(2, 0), "found"),
            ("some answered", shards(2, 1), "found"),
            ("none answered", shards(2, 2), "unavailable"),
            ("gave up", json!({ "timed_out": true, "hits": { "hits": [] } }), "timeout"),
            ("the index is gone", failed(404), "unavailable"),
            ("too busy", failed(429), "unavailable"),
            ("too slow", failed(504), "timeout"),
            ("not understood", failed(400), "engine"),
        ];
        for (name, answer, expected) in cases {
            let outcome = match found(serde_json::from_value(answer).unwrap()) {
                Ok(_) => "found",
                Err(SearchError::Unavailable) => "unavailable",
                Err(SearchError::Timeout) => "timeout",
                Err(SearchError::Engine(error)) if error.contains("some_exception") => "engine",
                Err(error) => panic!("{name}: {error}"),
            };
            assert_eq!(outcome, expected, "{name}");
        }
    }
}
