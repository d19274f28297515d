//! Movies for tests and measurements: the seed catalogue that every checkout has, and a larger catalogue where there is
//! one. Lenient where the product's reader is strict: a record that is no movie is left out.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    io::Read,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};
use wikimovie_domain::{Details, Image, Movie, MovieId, OtherTitle, Provenance, TitleKind, Year};
use wikimovie_testkit_skip::skipped_by_design;

/// Movies in `seeds/`; a test on a part of them would prove less than it says.
const SEED_MOVIES: usize = 1_077;

/// Every movie of a folder of JSON arrays, NDJSON and CSV files, plain or gzip, each (title, year, address) once, by id;
/// `None` where there is no such folder.
pub fn movies(folder: &Path) -> Option<Vec<Movie>> {
    let mut files: Vec<_> = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut movies = BTreeMap::new();
    for file in files {
        for record in records(&file).unwrap_or_default() {
            if let Some(movie) = movie(&record) {
                movies.insert(movie.id.clone(), movie);
            }
        }
    }
    Some(movies.into_values().collect())
}

/// The project's own seed catalogue, all providers in one.
///
/// # Panics
/// Where a movie of it cannot be read.
pub fn seeds() -> Vec<Movie> {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../seeds");
    let folders = std::fs::read_dir(seeds).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut folders: Vec<PathBuf> = folders.filter(|path| path.is_dir()).collect();
    folders.sort();
    let found: BTreeMap<MovieId, Movie> = folders
        .iter()
        .flat_map(|folder| movies(folder).unwrap_or_default())
        .map(|movie| (movie.id.clone(), movie))
        .collect();
    assert_eq!(found.len(), SEED_MOVIES, "movies read from seeds/");
    found.into_values().collect()
}

/// A larger catalogue, which the project may not contain: the folder named by `WIKIMOVIE_TEST_MOVIES`, else one beside
/// the checkout. Tests run on it in addition to [`seeds`]; where there is none, a line reports it.
pub fn large_catalogue(test: &str) -> Option<Vec<Movie>> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/movies");
    let folder = std::env::var_os("WIKIMOVIE_TEST_MOVIES").map_or_else(beside, PathBuf::from);
    let movies = movies(&folder).filter(|movies| !movies.is_empty());
    if movies.is_none() {
        skipped_by_design(test, "no large catalogue (set WIKIMOVIE_TEST_MOVIES to a folder of movies)");
    }
    movies
}

/// The golden list of the [`large_catalogue`], as text: the file named by `WIKIMOVIE_TEST_QUERIES`, else one beside the
/// checkout. Where there is none, a line reports it.
pub fn large_golden_list(test: &str) -> Option<String> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/relevance/queries.jsonl");
    let file = std::env::var_os("WIKIMOVIE_TEST_QUERIES").map_or_else(beside, PathBuf::from);
    let text = std::fs::read_to_string(file).ok();
    if text.is_none() {
        skipped_by_design(
            test,
            "no golden list of a large catalogue (set WIKIMOVIE_TEST_QUERIES to a file of one)",
        );
    }
    text
}

/// Records of a file, with the fields of the seeds' JSON.
fn records(file: &Path) -> Option<Vec<Value>> {
    let bytes = std::fs::read(file).ok()?;
    let mut text = String::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_string(&mut text).ok()?;
    } else {
        text = String::from_utf8(bytes).ok()?;
    }
    let text = text.trim_start_matches('\u{feff}');
    if file.extension() == Some(OsStr::new("csv")) {
        return Some(csv_records(text));
    }
    match serde_json::from_str(text) {
        Ok(Value::Array(records)) => Some(records),
        _ => Some(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()),
    }
}

/// Rows of a CSV text with a header line, as the JSON records they stand for; `|` separates the values of a list.
fn csv_records(text: &str) -> Vec<Value> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.deserialize::<BTreeMap<String, String>>().flatten();
    let value = |column: &str, cell: String| match column {
        "year" | "runtime" => cell.parse::<i64>().map_or(Value::Null, Value::from),
        "cast" | "genres" | "directors" | "titles" => cell.split('|').map(str::to_owned).collect(),
        _ => Value::String(cell),
    };
    rows.map(|row| {
        let fields = row.into_iter().map(|(column, cell)| {
            let value = value(&column, cell);
            (column, value)
        });
        Value::Object(fields.collect::<Map<_, _>>())
    })
    .collect()
}

fn movie(record: &Value) -> Option<Movie> {
    let text = |field: &str| record.get(field).and_then(Value::as_str).map(|text| text.trim().to_owned());
    let list = |field: &str| {
        let mut values: Vec<String> = Vec::new();
        for value in
            record.get(field).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
        {
            if !value.trim().is_empty() && !values.iter().any(|known| known == value.trim()) {
                values.push(value.trim().to_owned());
            }
        }
        values
    };
    let title = text("title").filter(|title| !title.is_empty())?;
    let year = record.get("year").and_then(Value::as_i64).and_then(|year| Year::try_from(year).ok());
    let href = text("href");
    Some(Movie {
        id: MovieId::from_content("default", &title, year, href.as_deref()),
        title,
        year,
        cast: list("cast"),
        genres: list("genres"),
        summary: text("extract").or_else(|| text("summary")),
        url: href.map(|href| format!("https://en.wikipedia.org/wiki/{href}")),
        poster: text("thumbnail").map(|url| Image { url, width: None, height: None }),
        directors: list("directors"),
        titles: other_titles(record),
        details: Details {
            runtime: record.get("runtime").and_then(Value::as_u64).and_then(|n| u16::try_from(n).ok()),
            ..Details::default()
        },
        provenance: Provenance {
            provider: "default".into(),
            object: String::new(),
            record: 0,
            generation: 0,
            original_genres: Vec::new(),
        },
    })
}

/// Other titles: objects, or plain texts.
fn other_titles(record: &Value) -> Vec<OtherTitle> {
    let titles = record.get("titles").and_then(Value::as_array).into_iter().flatten();
    let titles = titles.filter_map(|title| match title {
        Value::String(title) => {
            Some(OtherTitle { title: title.clone(), language: None, kind: TitleKind::default() })
        }
        object => serde_json::from_value(object.clone()).ok(),
    });
    titles.filter(|other| !other.title.trim().is_empty()).collect()
}
