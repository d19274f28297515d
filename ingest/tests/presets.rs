//! Files as the world has them, without a setting: each preset's sample becomes the movies of `presets/expected.json`,
//! field by field, and the receipt says how it was read.
#![allow(clippy::unwrap_used, reason = "a test may panic where its own ground gives way")]

use std::{collections::BTreeSet, fs};

use serde::Deserialize;
use serde_json::{Map, Value};
use wikimovie_domain::{Movie, Reading};
use wikimovie_ingest::{MovieReader, document::Origin};

/// What a sample comes to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    file: String,
    preset: String,
    format: String,
    encoding: String,
    /// Id, title, year, cast, genres, summary, url and poster of each movie.
    movies: Vec<[String; 8]>,
    /// What else each movie has: directors, other titles, details, and genres as they were.
    facts: Vec<Map<String, Value>>,
    skipped: Vec<(String, u64)>,
    unread: Vec<String>,
    unfilled: Vec<String>,
    /// Fields and messages.
    dropped: Vec<(String, String)>,
}

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/presets/");

fn read(file: &str) -> (Vec<Movie>, Reading) {
    let content = fs::read([FOLDER, file].concat()).unwrap();
    let origin = Origin { provider: "p".into(), object: format!("p/{file}"), generation: 1 };
    let mut reader = MovieReader::new(content.as_slice(), origin);
    let movies = reader.by_ref().map(|movie| movie.expect(file)).collect();
    (movies, reader.reading())
}

fn in_short(movie: &Movie) -> [String; 8] {
    // An id made of content is known by its mark alone.
    let id = movie.id.as_str().trim_start_matches("p:");
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        if id.starts_with('~') { "~".to_owned() } else { id.to_owned() },
        movie.title.clone(),
        movie.year.map(|year| year.get().to_string()).unwrap_or_default(),
        movie.cast.join("; "),
        movie.genres.join("; "),
        text(&movie.summary),
        text(&movie.url),
        movie.poster.as_ref().map(|poster| poster.url.clone()).unwrap_or_default(),
    ]
}

fn facts(movie: &Movie) -> Map<String, Value> {
    let Value::Object(mut all) = serde_json::to_value(movie).unwrap() else { panic!("an object") };
    let mut facts = Map::new();
    for name in ["directors", "titles"] {
        facts.extend(all.remove(name).map(|value| (name.to_owned(), value)));
    }
    if let Some(Value::Object(details)) = all.remove("details") {
        facts.extend(details);
    }
    let provenance = all.remove("provenance").unwrap();
    facts.extend(
        provenance.get("original_genres").map(|genres| ("original_genres".to_owned(), genres.clone())),
    );
    facts
}

#[test]
fn each_sample_becomes_its_movies() {
    let all: Vec<Expected> =
        serde_json::from_slice(&fs::read([FOLDER, "expected.json"].concat()).unwrap()).unwrap();
    for expected in &all {
        let file = &expected.file;
        let (movies, reading) = read(file);
        let shown: Vec<[String; 8]> = movies.iter().map(in_short).collect();
        assert_eq!(shown, expected.movies, "{file}");
        assert_eq!(movies.iter().map(facts).collect::<Vec<_>>(), expected.facts, "{file}");
        assert_eq!(reading.preset.as_ref(), Some(&expected.preset), "{file}");
        assert_eq!((&reading.format, &reading.encoding), (&expected.format, &expected.encoding), "{file}");
        let skipped: Vec<(String, u64)> =
            reading.skipped.into_iter().map(|skipped| (skipped.value, skipped.records)).collect();
        assert_eq!(skipped, expected.skipped, "{file}");
        assert_eq!(reading.unread, expected.unread, "{file}");
        assert_eq!(reading.unfilled, expected.unfilled, "{file}");
        let dropped: Vec<(String, String)> =
            reading.dropped.into_iter().map(|dropped| (dropped.field, dropped.message)).collect();
        assert_eq!(dropped, expected.dropped, "{file}");
    }
    let told: BTreeSet<&str> = all.iter().map(|expected| expected.file.as_str()).collect();
    let names = fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let samples: BTreeSet<String> = names.filter(|name| name != "expected.json").collect();
    assert!(samples.iter().map(String::as_str).eq(told), "each sample is expected to become something");
}

#[test]
fn each_preset_has_a_row_in_the_guide() {
    let guide = fs::read_to_string([env!("CARGO_MANIFEST_DIR"), "/../docs/provider.md"].concat()).unwrap();
    let rows = guide.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let rows: BTreeSet<&str> = rows.map(|(name, _)| name).collect();
    for preset in wikimovie_ingest::shape::preset_names() {
        assert!(rows.contains(preset), "{preset} is not in docs/provider.md");
    }
}

#[test]
fn a_film_seen_twice_is_one_movie() {
    let (movies, _) = read("letterboxd-diary.csv");
    assert_eq!(movies[0].id, movies[2].id);
}

/// Shapes that nobody has named yet.
#[test]
fn unknown_shapes_are_read_by_their_names() {
    let read = |object: &str, content: &str| -> (Vec<[String; 8]>, Reading) {
        let origin = Origin { provider: "p".into(), object: object.into(), generation: 1 };
        let mut reader = MovieReader::new(content.as_bytes(), origin);
        (reader.by_ref().map(|movie| in_short(&movie.unwrap())).collect(), reader.reading())
    };
    let (movies, reading) = read(
        "p/a.csv",
        "title,release_year,listed_in,description\nSankofa,1993,\"Dramas, Independent Movies\",A model\n",
    );
    assert_eq!(movies, [["~", "Sankofa", "1993", "", "Drama; Independent Movies", "A model", "", ""]]);
    assert_eq!(reading.preset, None);
    let cases = [
        ("sep=;\nFilm;Released;Starring\nAmélie;25/04/2001;Audrey Tautou, Mathieu Kassovitz\n", "2001"),
        (
            "Movie Title\tRelease Date\tActor 1\tActor 2\nAmélie\tApr 25, 2001\tAudrey Tautou\tMathieu Kassovitz\n",
            "2001",
        ),
        (r#"{"tt0211915":{"Primary Title":"Amélie","stars":["Audrey Tautou","Mathieu Kassovitz"]}}"#, ""),
        (
            r#"{"hits":{"hits":[{"_id":"tt0211915","_source":{"title":"Amélie","cast":[{"name":"Audrey Tautou"},{"name":"Mathieu Kassovitz"}]}}]}}"#,
            "",
        ),
        ("{\"_source\":{\"title\":\"Amélie\",\"cast\":[\"Audrey Tautou\",\"Mathieu Kassovitz\"]}}", ""),
        (
            r#"[{"rank":1,"movie":{"title":"Amélie","year":2001,"actors":"Audrey Tautou|Mathieu Kassovitz"}}]"#,
            "2001",
        ),
    ];
    for (content, year) in cases {
        let (movies, reading) = read("p/a", content);
        assert_eq!(movies.len(), 1, "{content}");
        let [id, title, read_year, cast, ..] = &movies[0];
        assert_eq!((title.as_str(), read_year.as_str()), ("Amélie", year), "{content}");
        assert_eq!(cast, "Audrey Tautou; Mathieu Kassovitz", "{content}");
        assert_eq!(id, if content.contains("tt0211915") { "tt0211915" } else { "~" }, "{content}");
        assert_eq!(reading.dropped, [], "{content}");
    }
}

/// What is told does not depend on how the bytes come, nor on the order of a record's names.
#[test]
fn reading_is_counted_and_bounded() {
    let many: String =
        (0..3_000).map(|n| format!("{{\"title\":\"m\",\"x{n}\":1,\"year\":\"soon\"}}\n")).collect();
    let origin = Origin { provider: "p".into(), object: "p/a".into(), generation: 1 };
    let mut reader = MovieReader::new(many.as_bytes(), origin);
    assert_eq!(reader.by_ref().filter(Result::is_ok).count(), 3_000);
    let reading = reader.reading();
    assert_eq!(reading.unread.len(), Reading::MAX_UNREAD);
    let [dropped] = reading.dropped.as_slice() else { panic!("{:?}", reading.dropped) };
    assert_eq!((dropped.field.as_str(), dropped.values, dropped.line), ("year", 3_000, 1));
    assert_eq!(reading.unfilled[..6], ["year", "cast", "genres", "summary", "url", "poster"]);
    assert_eq!(reading.unfilled.len(), 20);
}
