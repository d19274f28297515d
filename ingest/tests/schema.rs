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
        json!({ "title": "A", "directors": ["One Two"], "writers": "One Two|Three Four", "keywords": ["space"] }),
        json!({ "title": "A", "directors": [{ "name": "One" }], "languages": ["en", { "name": "English" }], "countries": ["France"] }),
        json!({ "title": "A", "directors": [7] }),
        json!({ "title": "A", "directors": 7 }),
        json!({ "title": "A", "directors": vec!["One"; 101] }),
        json!({ "title": "A", "writers": [long(201)] }),
        json!({ "title": "A", "keywords": vec!["One"; 201] }),
        json!({ "title": "A", "keywords": [long(101)] }),
        json!({ "title": "A", "languages": vec!["en"; 51] }),
        json!({ "title": "A", "countries": [long(101)] }),
        json!({ "title": "A", "titles": [{ "title": "B", "language": "pt-BR", "kind": "ORIGINAL" }, "C"] }),
        json!({ "title": "A", "titles": [{ "title": "B", "language": "Japanese" }] }),
        json!({ "title": "A", "titles": [{ "title": long(501) }] }),
        json!({ "title": "A", "titles": [7] }),
        json!({ "title": "A", "titles": 7 }),
        json!({ "title": "A", "summary": "short", "plot": long(100_000) }),
        json!({ "title": "A", "summary": "short", "plot": long(100_001) }),
        json!({ "title": "A", "plot": 7, "summary": "x" }),
        json!({ "title": "A", "ids": { "imdb": "tt0078748", "tmdb": 348, "wikidata": "Q103569", "acme": "x" } }),
        json!({ "title": "A", "ids": { "imdb": "nm1" } }),
        json!({ "title": "A", "ids": { "tmdb": "x" } }),
        json!({ "title": "A", "ids": { "wikidata": "103569" } }),
        json!({ "title": "A", "ids": { "acme": long(129) } }),
        json!({ "title": "A", "ids": { "acme": null } }),
        json!({ "title": "A", "ids": "tt0078748" }),
        json!({ "title": "A", "runtime": 117 }),
        json!({ "title": "A", "runtime": 0 }),
        json!({ "title": "A", "runtime": null }),
        json!({ "title": "A", "runtime": 1_501 }),
        json!({ "title": "A", "runtime": -1 }),
        json!({ "title": "A", "runtime": [117] }),
        json!({ "title": "A", "runtime": "2h 22m" }),
        json!({ "title": "A", "runtime": "PT142M" }),
        json!({ "title": "A", "runtime": "long" }),
        json!({ "title": "A", "released": "1979-05-25" }),
        json!({ "title": "A", "released": "25 May 1979" }),
        json!({ "title": "A", "released": true, "year": 1979 }),
        json!({ "title": "A", "ratings": [{ "source": "imdb", "value": 8.5, "votes": 900_000 }, { "source": "acme", "value": 0 }] }),
        json!({ "title": "A", "ratings": [{ "source": "imdb", "value": 10.5 }] }),
        json!({ "title": "A", "ratings": [{ "source": "imdb", "value": 8.5, "votes": -1 }] }),
        json!({ "title": "A", "ratings": [{ "source": "imdb", "value": 8.5, "votes": 1.5 }] }),
        json!({ "title": "A", "ratings": [{ "value": 8.5 }] }),
        json!({ "title": "A", "ratings": [7] }),
        json!({ "title": "A", "popularity": 30.5 }),
        json!({ "title": "A", "popularity": -1 }),
        json!({ "title": "A", "popularity": "much" }),
        json!({ "title": "A", "certificate": "PG-13" }),
        json!({ "title": "A", "certificate": 12 }),
        json!({ "title": "A", "certificate": ["R"] }),
        json!({ "title": "A", "certificate": long(101) }),
        json!({ "title": "A", "attribution": { "text": "By Acme", "licence": "CC BY 4.0", "url": "https://example.com/licence" } }),
        json!({ "title": "A", "attribution": "By Acme" }),
        json!({ "title": "A", "attribution": { "licence": "CC BY 4.0" } }),
        json!({ "title": "A", "attribution": { "text": "By Acme", "url": "example" } }),
        json!({ "title": "A", "attribution": { "text": long(1_001) } }),
        json!({ "title": "A", "attribution": 7 }),
        json!([]),
        json!("Alien"),
    ];
    for record in cases {
        let shown: String = record.to_string().chars().take(90).collect();
        assert_eq!(schema.is_valid(&record), is_read(&record), "{shown}");
    }
}

/// Every field of the record, by the names that the schema has for it.
#[test]
fn the_schema_names_each_field() {
    let schema: Value = serde_json::from_str(include_str!("../../seeds/movie.schema.json")).unwrap();
    let named = schema["properties"].as_object().unwrap();
    for field in wikimovie_ingest::shape::names::MovieField::ALL {
        assert!(named.contains_key(field.name()), "{}", field.name());
    }
}

/// Whether a mapping is read, and what its schema says of it, agree.
#[test]
fn the_schema_of_mappings_and_their_reader_agree() {
    let schema: Value = serde_json::from_str(include_str!("../../seeds/mapping.schema.json")).unwrap();
    let presets: Vec<&str> =
        schema["properties"]["preset"]["enum"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for preset in wikimovie_ingest::shape::preset_names() {
        assert!(presets.contains(&preset), "{preset} is not in the schema");
    }
    let schema = jsonschema::validator_for(&schema).unwrap();
    let fields = |fields: Value| json!({ "fields": fields });
    let cases = [
        json!({}),
        json!({ "$schema": "x", "description": "ours", "preset": "netflix", "fields": {} }),
        json!({ "preset": "none" }),
        json!({ "preset": "hulu" }),
        json!({ "records": "$.data.movies[*]" }),
        json!({ "records": "data" }),
        json!({ "separator": ";" }),
        json!({ "separator": "\t" }),
        json!({ "separator": "::" }),
        json!({ "separator": "ab" }),
        json!({ "separator": "a" }),
        json!({ "separator": "\"" }),
        json!({ "quotes": false, "lines_before": 2, "columns": ["id", "title"] }),
        json!({ "columns": [] }),
        json!({ "columns": "id" }),
        json!({ "lines_before": -1 }),
        json!({ "lines_before": 256 }),
        json!({ "encoding": "windows-1252" }),
        json!({ "encoding": "" }),
        json!({ "nulls": ["?"], "list": "/", "dates": "DMY", "title_year": true }),
        json!({ "list": "" }),
        json!({ "dates": "YMD" }),
        json!({ "nulls": "?" }),
        json!({ "only": { "type": ["movie", 1, true], "$.kind.name": "film" } }),
        json!({ "only": { "type": [null] } }),
        json!({ "only": ["type"] }),
        json!({ "ignore": ["a"] }),
        json!({ "other": 1 }),
        fields(json!({ "title": "Werk", "year": ["Jahr", "Datum"], "summary": [] })),
        fields(json!({ "titel": "Werk" })),
        fields(json!({ "title": "" })),
        fields(json!({ "title": 7 })),
        fields(json!({ "title": { "from": "a" } })),
        fields(json!({ "title": { "split": "," } })),
        fields(json!({ "title": { "from": "a", "split": "," } })),
        fields(json!({ "cast": { "from": ["a", "b"], "join": true } })),
        fields(json!({ "cast": { "from": { "name": "a", "path": "$[*].name" }, "split": "/" } })),
        fields(json!({ "cast": { "from": [{ "name": "a" }] } })),
        fields(json!({ "cast": { "from": [{ "path": "$.a" }] } })),
        fields(json!({ "cast": { "from": "a", "split": "" } })),
        fields(json!({ "genres": ["$.tags[?@.kind == 'genre'].name"] })),
        fields(json!({ "ids.imdb": "a", "ratings.acme": { "from": "b", "scale": 5 }, "votes.acme": "c" })),
        fields(json!({ "ids.IMDb": "a" })),
        fields(json!({ "ratings.acme": { "from": "b", "scale": 0 } })),
        fields(json!({ "ids.imdb": { "from": "b", "scale": 5 } })),
        fields(json!({ "titles.original": "a", "titles": ["b"] })),
        fields(json!({ "titles.working": "a" })),
        fields(json!({ "runtime": { "from": "a", "unit": "seconds" } })),
        fields(json!({ "runtime": { "from": "a", "unit": "days" } })),
        fields(json!({ "poster": { "from": "a", "below": "https://example.com/p" } })),
        fields(json!({ "poster": { "from": "a", "below": "p" } })),
        fields(json!({ "summary": { "from": "a", "below": "https://example.com/p" } })),
        json!([]),
    ];
    for mapping in cases {
        let read = wikimovie_ingest::Mapping::parse("m", mapping.to_string().as_bytes());
        assert_eq!(schema.is_valid(&mapping), read.is_ok(), "{mapping}: {read:?}");
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
