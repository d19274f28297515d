//! What most people send to a search node: the same movies under the node's own text analysis, asked by a plain
//! `multi_match` over all fields; while typing, by `bool_prefix` over the title.

use serde_json::{Value, json};
use wikimovie_domain::{Movie, Year};
use wikimovie_relevance::{
    Golden, GoldenOutcome,
    golden::{AUTOCOMPLETE, Answer},
};
use wikimovie_testkit_builders::movie;
use wikimovie_testkit_services::Engine;

/// Movies in one `_bulk`.
const BATCH: usize = 2_000;

/// The outcomes of the list.
pub(crate) fn ask(engine: &Engine, movies: &[Movie], golden: &[Golden]) -> Vec<GoldenOutcome> {
    let node = engine.urls.split(',').next().unwrap().trim_end_matches('/');
    let index = format!("{node}/plain-{}", std::process::id());
    let text = json!({ "type": "text", "fields": { "raw": { "type": "keyword", "ignore_above": 256 } } });
    let number = json!({ "type": "text", "fields": { "number": { "type": "integer" } } });
    let properties =
        json!({ "title": text, "cast": text, "genres": text, "summary": { "type": "text" }, "year": number });
    let body = json!({
        "settings": { "number_of_shards": 1, "number_of_replicas": 0 },
        "mappings": { "properties": properties },
    });
    ureq::put(&index).content_type("application/json").send(body.to_string()).unwrap();
    for batch in movies.chunks(BATCH) {
        let mut lines = String::new();
        for movie in batch {
            lines.push_str("{\"index\":{}}\n");
            lines.push_str(&document(movie).to_string());
            lines.push('\n');
        }
        let answer = post(&format!("{index}/_bulk"), lines);
        assert_eq!(answer["errors"], false, "{answer}");
    }
    post(&format!("{index}/_refresh"), String::new());
    let outcomes = golden.iter().map(|golden| one(&index, golden)).collect();
    ureq::delete(&index).call().unwrap();
    outcomes
}

fn one(index: &str, golden: &Golden) -> GoldenOutcome {
    let query = match (golden.category.as_str(), golden.query.as_str()) {
        (_, "") => json!({ "match_all": {} }),
        (AUTOCOMPLETE, text) => {
            json!({ "multi_match": { "query": text, "type": "bool_prefix", "fields": ["title"] } })
        }
        (_, text) => json!({ "multi_match": {
            "query": text, "fields": ["title", "cast", "genres", "summary", "year"],
        } }),
    };
    let filters = &golden.filters;
    let mut filter: Vec<Value> = Vec::new();
    filter.extend(filters.genres.iter().map(|genre| json!({ "term": { "genres.raw": genre } })));
    filter.extend(filters.cast.iter().map(|name| json!({ "term": { "cast.raw": name } })));
    let years = [("gte", filters.year.or(filters.year_from)), ("lte", filters.year.or(filters.year_to))];
    for (bound, year) in years {
        filter.extend(year.map(|year| json!({ "range": { "year.number": { (bound): year } } })));
    }
    let body = json!({
        "size": golden.k,
        "_source": ["title", "year"],
        "query": { "bool": { "must": query, "filter": filter } },
    });
    let answer = post(&format!("{index}/_search"), body.to_string());
    let found: Vec<Answer> = answer["hits"]["hits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| {
            let source = &hit["_source"];
            let found = movie("found", source["title"].as_str().unwrap(), Year::MIN);
            let movie = match source["year"].as_i64() {
                Some(year) => Movie { year: Year::try_from(year).ok(), ..found.build() },
                None => found.without_year().build(),
            };
            Answer::Movie(Box::new(movie))
        })
        .collect();
    GoldenOutcome::of(golden, &found)
}

fn document(movie: &Movie) -> Value {
    json!({
        "title": movie.title,
        "year": movie.year.map(Year::get),
        "cast": movie.cast,
        "genres": movie.genres,
        "summary": movie.summary,
    })
}

fn post(url: &str, body: String) -> Value {
    let mut answer = ureq::post(url).content_type("application/json").send(body).unwrap();
    serde_json::from_str(&answer.body_mut().with_config().limit(64 << 20).read_to_string().unwrap()).unwrap()
}
