//! What records become.

use std::collections::BTreeMap;

use super::*;
use crate::vocabulary::Vocabulary;
use serde_json::json;
use wikimovie_domain::Year;

fn origin() -> Origin {
    Origin { provider: "p".into(), object: "p/a.json".into(), generation: 7 }
}

fn read_with_faults(value: Value) -> (Result<Movie, Refusal>, Vec<ValueFault>) {
    let Value::Object(fields) = value else { panic!("an object") };
    let mut shape = Shape::default();
    shape.learn_from(&fields);
    let mut faults = Vec::new();
    let record = RawRecord { line: 3, record: 2, place: 2, bytes: 0, key: None, fields };
    let (vocabulary, mut renamed) = (Vocabulary::standard(), BTreeMap::new());
    let mut genres = GenreNames { vocabulary: &vocabulary, renamed: &mut renamed };
    (movie(&record, &shape, &origin(), &mut genres, &mut faults), faults)
}

fn read(value: Value) -> Result<Movie, Refusal> {
    read_with_faults(value).0
}

#[test]
fn every_spelling_is_understood() {
    let new = read(json!({
        "id": 12, "title": " The  Kid[1] ", "year": "1921", "cast": ["Charles Chaplin", "charles chaplin", "and"],
        "genres": ["Comedy", "Silent", "comedy"], "summary": "A tramp.\nA boy.", "url": "http://example.org/a b",
        "poster": {"url": "https://example.org/p.jpg", "width": 10, "height": "20"}, "unknown": {"a": [1]}
    }))
    .unwrap();
    assert_eq!(new.id.as_str(), "p:12");
    assert_eq!((new.title.as_str(), new.year.map(Year::get)), ("The Kid", Some(1921)));
    assert_eq!(new.cast, ["Charles Chaplin"]);
    assert_eq!(new.genres, ["Comedy", "Silent"]);
    assert_eq!(new.summary.as_deref(), Some("A tramp. A boy."));
    assert_eq!(new.url.as_deref(), Some("http://example.org/a%20b"));
    let poster = new.poster.unwrap();
    assert_eq!((poster.width, poster.height), (Some(10), Some(20)));
    assert_eq!(new.provenance.record, 2);
    assert_eq!(new.provenance.generation, 7);

    let old = read(json!({
        "title": "M", "year": 1931, "cast": null, "genres": null, "href": "M_(1931_film)", "extract": " ",
        "thumbnail": "//upload.example.org/m.jpg", "thumbnail_width": 0, "thumbnail_height": 5
    }))
    .unwrap();
    let id = MovieId::from_content("p", "M", Year::try_from(1931).ok(), Some("M_(1931_film)"));
    assert_eq!(old.id, id);
    assert_eq!(old.url.as_deref(), Some("https://en.wikipedia.org/wiki/M_(1931_film)"));
    assert_eq!(old.summary, None);
    let poster = old.poster.unwrap();
    assert_eq!(poster.url, "https://upload.example.org/m.jpg");
    assert_eq!((poster.width, poster.height), (None, Some(5)));
}

#[test]
fn ids_come_of_the_title_as_given() {
    let marked = read(json!({"title": "The Cord of Life[1]", "year": 1909})).unwrap();
    let plain = read(json!({"title": " The Cord of Life ", "year": 1909})).unwrap();
    assert_eq!(marked.title, plain.title);
    assert_ne!(marked.id, plain.id);
}

#[test]
fn addresses_are_absolute_or_articles() {
    let cases = [
        ("href", "King_Lear#Film", "https://en.wikipedia.org/wiki/King_Lear#Film"),
        ("href", "What%27s Up?", "https://en.wikipedia.org/wiki/What%27s_Up%3F"),
        ("href", "javascript:alert(1)", "https://en.wikipedia.org/wiki/javascript:alert(1)"),
        ("href", "https://example.org/x", "https://example.org/x"),
        ("url", "HTTPS://example.org", "https://example.org"),
        ("url", "https://example.org/é\"<", "https://example.org/%C3%A9%22%3C"),
    ];
    for (field, raw, expected) in cases {
        assert_eq!(read(json!({"title": "M", field: raw})).unwrap().url.as_deref(), Some(expected), "{raw}");
    }
}

#[test]
fn faults_of_identity_refuse_the_record() {
    use RefusalReason::{Invalid, Missing, TooLarge, WrongType};
    let long = |count: usize| "x".repeat(count);
    let cases = [
        (json!({}), "title", Missing),
        (json!({"title": null}), "title", Missing),
        (json!({"title": " "}), "title", Missing),
        (json!({"title": "\u{200b}"}), "title", Invalid),
        (json!({"title": ["M"]}), "title", WrongType),
        (json!({"title": long(501)}), "title", TooLarge),
        (json!({"title": "M", "id": ""}), "id", Invalid),
        (json!({"title": "M", "id": "~a"}), "id", Invalid),
        (json!({"title": "M", "id": "a\u{0}"}), "id", Invalid),
        (json!({"title": "M", "id": 1.5}), "id", WrongType),
        (json!({"title": "M", "id": {}}), "id", WrongType),
        (json!({"title": "M", "id": long(129)}), "id", TooLarge),
    ];
    for (record, field, reason) in cases {
        let shown: String = record.to_string().chars().take(80).collect();
        let refusal = read(record).expect_err(&shown);
        assert_eq!((refusal.field.as_deref(), refusal.reason), (Some(field), reason), "{shown}");
        assert_eq!((refusal.line, refusal.record), (3, 2));
        assert!(refusal.message.len() < 200 && !refusal.message.ends_with('.'), "{}", refusal.message);
    }
}

#[test]
fn faults_of_other_fields_cost_their_value() {
    use RefusalReason::{Invalid, TooLarge, WrongType};
    let long = |count: usize| "x".repeat(count);
    let cases = [
        (json!({"title": "M", "year": 18}), "year", Invalid),
        (json!({"title": "M", "year": 2101}), "year", Invalid),
        (json!({"title": "M", "year": 1999.5}), "year", Invalid),
        (json!({"title": "M", "year": 1e300}), "year", Invalid),
        (json!({"title": "M", "year": "MCMXC"}), "year", Invalid),
        (json!({"title": "M", "year": true}), "year", WrongType),
        (json!({"title": "M", "year": [1999]}), "year", WrongType),
        (json!({"title": "M", "cast": ["Peter Lorre", null]}), "cast", WrongType),
        (json!({"title": "M", "cast": [long(201)]}), "cast", TooLarge),
        (json!({"title": "M", "cast": vec!["x"; 1001]}), "cast", TooLarge),
        (json!({"title": "M", "genres": {"a": 1}}), "genres", WrongType),
        (json!({"title": "M", "genres": [7]}), "genres", WrongType),
        (json!({"title": "M", "genres": vec!["x"; 51]}), "genres", TooLarge),
        (json!({"title": "M", "summary": 5}), "summary", WrongType),
        (json!({"title": "M", "extract": long(10_001)}), "summary", TooLarge),
        (json!({"title": "M", "url": "M_(film)"}), "url", Invalid),
        (json!({"title": "M", "url": "javascript:alert(1)"}), "url", Invalid),
        (json!({"title": "M", "url": "https://"}), "url", Invalid),
        (json!({"title": "M", "url": "https://user@host/"}), "url", Invalid),
        (json!({"title": "M", "href": 3}), "url", WrongType),
        (json!({"title": "M", "href": long(3000)}), "url", TooLarge),
        (json!({"title": "M", "poster": "p.jpg"}), "poster", Invalid),
        (json!({"title": "M", "poster": 1}), "poster", WrongType),
        (json!({"title": "M", "poster": {"url": 1}}), "poster", WrongType),
        (json!({"title": "M", "poster": {"url": "x"}}), "poster", Invalid),
        (json!({"title": "M", "poster": {"url": "https://a/b", "width": -1}}), "poster", Invalid),
        (json!({"title": "M", "thumbnail": "https://a/b", "thumbnail_width": []}), "poster", WrongType),
        (json!({"title": "M", "year": 0}), "year", Invalid),
        (json!({"title": "M", "cast": [7, "Peter Lorre"]}), "cast", WrongType),
        (json!({"title": "M", "genres": ["https://example.org/drama"]}), "genres", Invalid),
    ];
    for (record, field, reason) in cases {
        let shown: String = record.to_string().chars().take(80).collect();
        let (movie, faults) = read_with_faults(record);
        assert_eq!(movie.expect(&shown).title, "M");
        let [fault] = faults.as_slice() else { panic!("{shown}: {faults:?}") };
        assert_eq!((fault.field.as_str(), fault.reason), (field, reason), "{shown}");
        assert!(fault.message.len() < 200 && !fault.message.ends_with('.'), "{}", fault.message);
    }
}

#[test]
fn values_are_read_as_they_come() {
    let clean = |value: Value| {
        let shown = value.to_string();
        let (movie, faults) = read_with_faults(value);
        assert_eq!(faults, [], "{shown}");
        movie.expect(&shown)
    };
    assert_eq!(clean(json!({"title": 1917})).title, "1917");
    assert_eq!(clean(json!({"title": "Alien", "year": 1979.0})).year.map(Year::get), Some(1979));
    assert_eq!(clean(json!({"title": "M", "cast": "Peter Lorre"})).cast, ["Peter Lorre"]);
    assert_eq!(clean(json!({"title": "Ender&#39;s Game"})).title, "Ender's Game");
    let apart = clean(json!({"title": "Heat (1995)"}));
    assert_eq!((apart.title.as_str(), apart.year.map(Year::get)), ("Heat", Some(1995)));
    assert_eq!(clean(json!({"title": "Heat (1995)", "year": 1996})).title, "Heat (1995)");
    let null = clean(json!({"title": "M", "year": "N/A", "genres": "(no genres listed)", "summary": "\\N"}));
    assert_eq!((null.year, null.genres.len(), null.summary), (None, 0, None));
    assert_eq!(
        clean(json!({"title": "Null", "Release Date": "May 11, 1931"})).year.map(Year::get),
        Some(1931)
    );
}

#[test]
fn the_first_usable_name_counts() {
    let (movie, faults) = read_with_faults(json!({
        "title": "", "originalTitle": "M", "summary": 5, "overview": "A hunt.", "thumbnail": "t.jpg",
        "poster_path": "/p.jpg", "Star2": "Otto Wernicke", "Star1": "Peter Lorre", "genre_ids": [80, 1]
    }));
    let movie = movie.unwrap();
    assert_eq!((movie.title.as_str(), movie.summary.as_deref()), ("M", Some("A hunt.")));
    assert_eq!(movie.poster.unwrap().url, "https://image.tmdb.org/t/p/w500/p.jpg");
    assert_eq!(movie.cast, ["Peter Lorre", "Otto Wernicke"]);
    assert_eq!(movie.genres, ["Crime"]);
    let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["genres", "summary", "poster"]);
}
