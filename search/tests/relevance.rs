//! How good the first answers are, over real movies and questions, where these are at hand: the plan is answered
//! by brute force, so that reading and ranking are measured apart from any engine. (A gateway's own answers are
//! written by `wikimovie-bench answers`.)

use std::collections::BTreeMap;

use serde_json::Value;
use wikimovie_domain::{Filter, Question, ValueMatch, YearRange};
use wikimovie_search::{
    plan::{Plan, compile, rank::SCORE_LIMIT},
    vocabulary::Vocabulary,
};
use wikimovie_testkit::{Oracle, data};

/// Lowest mean reciprocal rank of the first right movie among ten, over the means of the categories and in any one.
const MEAN_FLOOR: f64 = 0.97;
const CATEGORY_FLOOR: f64 = 0.93;

#[test]
fn the_best_answer_comes_first() {
    let test = "the_best_answer_comes_first";
    let (Some(movies), Some(queries)) = (data::real_movies(test), data::real_queries(test)) else { return };
    let oracle = Oracle::new(movies);
    let vocabulary = oracle.vocabulary();
    let mut by_category: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for query in &queries {
        let found = oracle.answer(&plan(query, &vocabulary));
        assert!(found.iter().all(|&(_, score)| score < SCORE_LIMIT), "{query}");
        let is_right = |&(movie, _): &(&wikimovie_domain::Movie, u32)| {
            query["expected"].as_array().into_iter().flatten().any(|right| {
                right["title"].as_str().is_some_and(|title| title.trim().eq_ignore_ascii_case(&movie.title))
                    && right["year"].as_i64() == movie.year.map(|year| year.get())
            })
        };
        let rank = found.iter().take(10).position(is_right).map_or(0.0, |place| 1.0 / (place as f64 + 1.0));
        // Where several titles share a prefix, no one of them is the right first.
        if query["mrr"].as_bool() != Some(false) {
            by_category.entry(query["category"].to_string()).or_default().push(rank);
        }
    }
    let mean = |ranks: &[f64]| ranks.iter().sum::<f64>() / ranks.len() as f64;
    let means: Vec<f64> = by_category.values().map(|ranks| mean(ranks)).collect();
    for ((category, ranks), mean) in by_category.iter().zip(&means) {
        println!("{category:<24}{:>5}  {mean:.3}", ranks.len());
    }
    println!("mean of categories       {:.3}", mean(&means));
    assert!(mean(&means) >= MEAN_FLOOR, "the mean of categories is below {MEAN_FLOOR}");
    assert!(means.iter().all(|&mean| mean >= CATEGORY_FLOOR), "a category is below {CATEGORY_FLOOR}");
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
