//! How good the first answers are, over real movies and questions, where these are at hand: the plan is answered
//! by brute force, so that reading and ranking are measured apart from any engine.
//!
//! `WIKIMOVIE_RELEVANCE` names the folder with `queries.jsonl`, `WIKIMOVIE_MOVIES` the one with the movies; both
//! default to a folder `shared` beside this checkout. With `WIKIMOVIE_RESULTS` the result lists go to that file.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use wikimovie_domain::{Filter, Question, ValueMatch, YearRange};
use wikimovie_search::{compile, plan::Plan, vocabulary::Vocabulary};
use wikimovie_testkit::{Oracle, data};

#[test]
fn the_best_answer_comes_first() {
    let (queries, movies) =
        (folder("WIKIMOVIE_RELEVANCE", "relevance"), folder("WIKIMOVIE_MOVIES", "data/movies"));
    let (Ok(queries), Some(movies)) =
        (std::fs::read_to_string(queries.join("queries.jsonl")), data::movies(&movies))
    else {
        println!("skipped: no questions or no movies to measure relevance with");
        return;
    };
    let oracle = Oracle::new(movies);
    let started = Instant::now();
    let vocabulary = oracle.vocabulary();
    println!(
        "{} words, {} people in {:?}",
        vocabulary.word_count(),
        vocabulary.people().len(),
        started.elapsed()
    );
    let mut by_category: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let mut lines = String::new();
    let mut times: Vec<(Duration, String)> = Vec::new();
    for query in queries.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let text = query["query"].as_str().unwrap_or_default();
        let started = Instant::now();
        let plan = plan(&query, &vocabulary);
        times.push((started.elapsed(), text.to_owned()));
        let found = oracle.answer(&plan);
        assert!(found.iter().all(|&(_, score)| score < 1 << 24), "{text}");
        let shown: Vec<(&str, Option<i64>)> = found
            .iter()
            .take(10)
            .map(|(movie, _)| (movie.title.as_str(), movie.year.map(|year| year.get())))
            .collect();
        let right = |(title, year): &(&str, Option<i64>)| {
            query["expected"].as_array().into_iter().flatten().any(|movie| {
                movie["title"].as_str().is_some_and(|wanted| wanted.trim().eq_ignore_ascii_case(title))
                    && movie["year"].as_i64() == *year
            })
        };
        let rank = shown.iter().position(right).map_or(0.0, |place| 1.0 / (place as f64 + 1.0));
        if query["mrr"].as_bool() != Some(false) {
            by_category
                .entry(query["category"].as_str().unwrap_or_default().to_owned())
                .or_default()
                .push(rank);
        }
        let results: Vec<Value> =
            shown.iter().map(|(title, year)| json!({"title": title, "year": year})).collect();
        lines += &json!({"id": query["id"], "results": results, "total": found.len()}).to_string();
        lines.push('\n');
    }
    if let Some(path) = std::env::var_os("WIKIMOVIE_RESULTS") {
        std::fs::write(path, lines).unwrap();
    }
    times.sort();
    println!(
        "compile p50 {:?}, p99 {:?}, max {:?}",
        times[times.len() / 2].0,
        times[times.len() * 99 / 100].0,
        times.last()
    );
    let mut means = Vec::new();
    for (category, ranks) in &by_category {
        let mean = ranks.iter().sum::<f64>() / ranks.len() as f64;
        println!("{category:<24}{:>5}  {mean:.3}", ranks.len());
        means.push(mean);
    }
    let mean = means.iter().sum::<f64>() / means.len() as f64;
    println!("{:<24}       {mean:.3}", "mean");
    assert!(mean >= 0.95, "mean of categories {mean:.3} is below 0.95");
    assert!(means.iter().all(|&mean| mean >= 0.9), "a category is below 0.9");
}

fn plan(query: &Value, vocabulary: &Vocabulary) -> Plan {
    let text = query["query"].as_str().unwrap_or_default();
    let filters = &query["filters"];
    let year = filters["year"].as_i64();
    let list = |field: &str| {
        let values = filters[field].as_array().into_iter().flatten();
        ValueMatch {
            all_of: values.filter_map(|value| value.as_str().map(str::to_owned)).collect(),
            ..ValueMatch::default()
        }
    };
    let filter = Filter {
        year: YearRange {
            gte: year.or_else(|| filters["yearFrom"].as_i64()),
            lte: year.or_else(|| filters["yearTo"].as_i64()),
        },
        genres: list("genres"),
        cast: list("cast"),
        ..Filter::default()
    };
    if query["category"] == "title_prefix" {
        return compile::compile_prefix(text, &filter, vocabulary).plan;
    }
    let question = Question { text: text.to_owned(), filter, ..Question::default() };
    compile::compile(&question, vocabulary).plan
}

fn folder(variable: &str, default: &str) -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(default);
    std::env::var_os(variable).map_or(beside, PathBuf::from)
}
