//! Files in the shapes that the world has, some fifty rows each, without a setting: `scripts/shapes.py` writes them from
//! seeds, and each row of each becomes the movie that is expected, in every field. `SHAPES` names a folder to keep them in.
#![allow(clippy::unwrap_used, reason = "a test may panic where its own ground gives way")]

use std::{fs, path::Path, process::Command};

use serde::Deserialize;
use serde_json::{Map, Value, json};
use wikimovie_domain::{Movie, Reading};
use wikimovie_ingest::{MovieReader, document::Origin};
use wikimovie_testkit_skip::skipped;

/// What a file comes to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    file: String,
    preset: Option<String>,
    skipped: Vec<(String, u64)>,
    movies: Vec<Map<String, Value>>,
}

fn read(object: &str, content: &[u8]) -> (Vec<Movie>, Vec<String>, Reading) {
    let origin = Origin { provider: "p".into(), object: format!("p/{object}"), generation: 1 };
    let mut reader = MovieReader::new(content, origin);
    let (mut movies, mut refusals) = (Vec::new(), Vec::new());
    for movie in reader.by_ref() {
        match movie {
            Ok(movie) => movies.push(movie),
            Err(refusal) => refusals.push(refusal.message),
        }
    }
    (movies, refusals, reader.reading())
}

/// Every field that a movie has, without what says where it came from.
fn fields(movie: &Movie) -> Map<String, Value> {
    let Value::Object(mut fields) = serde_json::to_value(movie).unwrap() else { panic!("an object") };
    let provenance = fields.remove("provenance").unwrap();
    fields.insert("original_genres".to_owned(), provenance["original_genres"].clone());
    if let Some(Value::Object(details)) = fields.remove("details") {
        fields.extend(details);
    }
    let id = movie.id.as_str().trim_start_matches("p:");
    // One made of content is known by its mark alone.
    let id = if id.starts_with('~') { "~" } else { id };
    fields.insert("id".to_owned(), id.into());
    if let Some(poster) = &movie.poster {
        assert_eq!((poster.width, poster.height), (None, None));
        fields.insert("poster".to_owned(), poster.url.as_str().into());
    }
    let is_empty = |value: &Value| *value == Value::Null || *value == json!([]) || *value == json!({});
    fields.retain(|_, value| !is_empty(value));
    fields
}

#[test]
fn files_of_all_shapes_land_whole() {
    let kept = std::env::var_os("SHAPES");
    let own = tempfile::tempdir().unwrap();
    let folder = kept.as_deref().map_or(own.path(), Path::new);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/shapes.py");
    let Ok(written) = Command::new("python3").arg(script).arg(folder).output() else {
        return skipped("files of all shapes", "no python3");
    };
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    let all: Vec<Expected> =
        serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let mut rows = 0;
    for Expected { file, preset, skipped, movies: expected } in &all {
        let (movies, refusals, reading) = read(file, &fs::read(folder.join(file)).unwrap());
        assert_eq!(refusals, [""; 0], "{file}");
        assert_eq!(reading.preset.as_ref(), preset.as_ref(), "{file}");
        let told: Vec<(String, u64)> =
            reading.skipped.into_iter().map(|skipped| (skipped.value, skipped.records)).collect();
        assert_eq!(told, *skipped, "{file}");
        assert_eq!(reading.dropped, [], "{file}");
        for (movie, expected) in movies.iter().zip(expected) {
            let shown = fields(movie);
            assert_eq!(Value::from(shown), Value::from(expected.clone()), "{file}");
        }
        assert_eq!(movies.len(), expected.len(), "{file}");
        rows += movies.len();
    }
    println!("{rows} rows in {} files", all.len());
    // Every preset is among them.
    for preset in wikimovie_ingest::shape::preset_names() {
        assert!(all.iter().any(|expected| expected.preset.as_deref() == Some(preset)), "{preset}");
    }
}

/// Files that nobody can read end in one sentence, which says what to do.
#[test]
fn unlucky_files_end_in_a_sentence() {
    let latin =
        |text: &str| -> Vec<u8> { text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect() };
    let utf_16: Vec<u8> = "title;year\nAmélie;2001\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases = [
        (
            "a.csv",
            b"Werk;Erschienen;Mitwirkende\nM;1931;Peter Lorre\nMetropolis;1927;Brigitte Helm\n".to_vec(),
            0,
            vec![
                r#"its fields are "Werk", "Erschienen", "Mitwirkende": if the title has another name, say so in _mapping.json (the command map proposes one)"#,
            ],
        ),
        (
            "a.csv",
            latin("title;year\nM;1931\nAmélie;2001\n"),
            1,
            vec!["title is not UTF-8: save the file as UTF-8 (it may be Windows-1252)"],
        ),
        (
            "a.json",
            latin("[{\"title\":\"M\"},{\"title\":\"Amélie\"}]"),
            1,
            vec!["the record is not UTF-8: save the file as UTF-8 (it may be Windows-1252)"],
        ),
        ("a.csv", utf_16, 0, vec!["text in UTF-16 without a byte order mark: save it as UTF-8"]),
        (
            "a.csv",
            b"<!DOCTYPE html><html><body>Sign in</body></html>".to_vec(),
            0,
            vec!["it is an HTML page (an error or login page, say), not a file of movies"],
        ),
        (
            "a.xlsx",
            b"PK\x03\x04\x14\x00\x06\x00xl/workbook.xml".to_vec(),
            0,
            vec!["the compression zip is not supported: deliver the file plain, or packed with gzip or zstd"],
        ),
        (
            "a.mdb",
            b"\x00\x01\x00\x00Standard Jet DB\x00\x01\x02\xff\n".to_vec(),
            0,
            vec!["it holds binary data: deliver JSON, JSON lines or CSV"],
        ),
        (
            "a.json",
            b"[{\"werk\":\"M\",\"jahr\":1931}]".to_vec(),
            0,
            vec![
                r#"has no title; its fields are "jahr", "werk": if the title has another name, say so in _mapping.json"#,
            ],
        ),
    ];
    for (name, content, movies, sentences) in cases {
        let (read, refusals, _) = read(name, &content);
        let shown = String::from_utf8_lossy(&content);
        assert_eq!(read.len(), movies, "{shown}: {refusals:?}");
        assert_eq!(refusals.len(), sentences.len(), "{shown}: {refusals:?}");
        for (refusal, sentence) in refusals.iter().zip(sentences) {
            assert!(refusal.contains(sentence), "{shown}: {refusal}");
        }
    }
}
