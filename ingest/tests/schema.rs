//! The schema that providers check their records by says the same as the reader.
#![allow(clippy::unwrap_used, reason = "a test may panic where its own ground gives way")]

use serde_json::{Value, json};
use wikimovie_ingest::{MovieReader, document::Origin};

/// Whether a record becomes a movie with all that it says.
fn is_read(record: &Value) -> bool {
    let origin = Origin { provider: "acme".to_owned(), object: "acme/a.json".to_owned(), generation: 1 };
    let content = json!([record]).to_string();
    let mut movies = MovieReader::new(content.as_bytes(), origin);
    movies.by_ref().all(|movie| movie.is_ok()) && movies.reading().dropped.is_empty()
}

#[test]
fn schema_and_reader_agree() {
    let schema: Value = serde_json::from_str(include_str!("../../seeds/movie.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let long = |count: usize| "x".repeat(count);
    let cases = [
        json!({ "title": "Alien" }),
        json!({ "title": "Alien", "year": 1979, "cast": ["Sigourney Weaver"], "genres": ["Horror"], "summary": "…", "id": "alien-1979" }),
        json!({ "title": "Alien", "year": null, "cast": null, "genres": null, "summary": null, "url": null, "id": null, "poster": null }),
        json!({ "title": "Alien", "other": { "is": "ignored" } }),
        json!({}),
        json!({ "title": null }),
        json!({ "title": "" }),
        json!({ "title": "  " }),
        json!({ "title": 7 }),
        json!({ "title": true }),
        json!({ "title": ["A"] }),
        json!({ "title": long(500) }),
        json!({ "title": long(501) }),
        json!({ "title": "A", "id": 7 }),
        json!({ "title": "A", "id": 7.5 }),
        json!({ "title": "A", "id": "" }),
        json!({ "title": "A", "id": "~x" }),
        json!({ "title": "A", "id": "a\u{1}b" }),
        json!({ "title": "A", "id": long(128) }),
        json!({ "title": "A", "id": long(129) }),
        json!({ "title": "A", "id": true }),
        json!({ "title": "A", "year": 1979.5 }),
        json!({ "title": "A", "year": "1979" }),
        json!({ "title": "A", "year": "soon" }),
        json!({ "title": "A", "year": 1979.0 }),
        json!({ "title": "A", "year": "1979-05-25" }),
        json!({ "title": "A", "year": "25 May 1979" }),
        json!({ "title": "A", "year": "" }),
        json!({ "title": "A", "year": "99999" }),
        json!({ "title": "A", "year": 1_869 }),
        json!({ "title": "A", "year": 1_870 }),
        json!({ "title": "A", "year": 2_100 }),
        json!({ "title": "A", "year": 2_101 }),
        json!({ "title": "A", "year": 0 }),
        json!({ "title": "A", "year": [1979] }),
        json!({ "title": "A", "cast": "One" }),
        json!({ "title": "A", "cast": "One Two, Three Four" }),
        json!({ "title": "A", "cast": 7 }),
        json!({ "title": "A", "genres": "Drama|Horror" }),
        json!({ "title": "A", "cast": [{ "name": "One" }] }),
        json!({ "title": "A", "cast": ["One", 7] }),
        json!({ "title": "A", "cast": vec!["One"; 1_000] }),
        json!({ "title": "A", "cast": vec!["One"; 1_001] }),
        json!({ "title": "A", "genres": ["Drama", null] }),
        json!({ "title": "A", "genres": vec!["Drama"; 51] }),
        json!({ "title": "A", "genres": [long(101)] }),
        json!({ "title": "A", "summary": long(10_000) }),
        json!({ "title": "A", "summary": long(10_001) }),
        json!({ "title": "A", "summary": ["x"] }),
        json!({ "title": "A", "url": "https://example.com/a b" }),
        json!({ "title": "A", "url": "ftp://example.com" }),
        json!({ "title": "A", "url": "example.com" }),
        json!({ "title": "A", "url": 7 }),
        json!({ "title": "A", "href": "Alien_(film)" }),
        json!({ "title": "A", "poster": "https://example.com/p.jpg" }),
        json!({ "title": "A", "poster": "//example.com/p.jpg" }),
        json!({ "title": "A", "poster": "p.jpg" }),
        json!({ "title": "A", "poster": { "url": "https://example.com/p.jpg", "width": 10, "height": 20 } }),
        json!({ "title": "A", "poster": { "url": "https://example.com/p.jpg", "width": "wide" } }),
        json!({ "title": "A", "poster": { "url": "p.jpg" } }),
        json!({ "title": "A", "thumbnail": "https://example.com/t.jpg", "thumbnail_width": 5, "thumbnail_height": 6 }),
        json!({ "title": "A", "thumbnail_width": [5] , "thumbnail": "https://example.com/t.jpg" }),
        json!([]),
        json!("Alien"),
    ];
    for record in cases {
        let shown: String = record.to_string().chars().take(90).collect();
        assert_eq!(schema.is_valid(&record), is_read(&record), "{shown}");
    }
}

#[test]
fn the_seeds_keep_to_the_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../seeds/movie.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    for file in ["nickelodeon/1900s-1930s.json", "streamline/2000s-today.json"] {
        let path = [env!("CARGO_MANIFEST_DIR"), "/../seeds/", file].concat();
        let records: Vec<Value> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        assert!(records.len() > 50 && records.iter().all(|record| schema.is_valid(record)), "{file}");
    }
}
