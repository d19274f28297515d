//! The golden list: one question per line with its expected movies, as JSON objects.

use std::collections::HashSet;

use serde::Deserialize;
use thiserror::Error;
use wikimovie_domain::{Filter, Movie, ValueMatch, YearRange};
use wikimovie_text::{key, title_key};

/// Category of titles whose start is typed, which are asked of autocomplete.
pub const AUTOCOMPLETE: &str = "title_prefix";

/// What the categories begin with that are asked of autocomplete with people, genres and decades among the answers.
pub const SUGGESTIONS: &str = "suggest_";

/// Default of `k`.
const USUAL_K: usize = 10;

/// A question and its expected answers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Golden {
    /// Unique name of the line in reports of changes [default: the question].
    #[serde(default)]
    pub id: String,
    /// Category of the question; [`AUTOCOMPLETE`] and those that begin with [`SUGGESTIONS`] are sent to autocomplete.
    #[serde(default = "own")]
    pub category: String,
    /// What a person types. May be empty if there are filters.
    pub query: String,
    /// Selected filters.
    #[serde(default)]
    pub filters: Filters,
    /// The expected movies, in any order.
    pub expected: Vec<Expected>,
    /// How many answers count, 1 to 10.
    #[serde(default = "usual_k")]
    pub k: usize,
    /// Whether the rank of the first expected movie counts; it does not where many are equally good.
    #[serde(default = "yes")]
    pub mrr: bool,
}

/// Filters of a question.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Filters {
    /// Of this year.
    pub year: Option<i64>,
    /// Of this year or later.
    pub year_from: Option<i64>,
    /// Of this year or earlier.
    pub year_to: Option<i64>,
    /// With all of these genres.
    pub genres: Vec<String>,
    /// With all of these people.
    pub cast: Vec<String>,
}

/// An expected movie, or an expected person among suggestions; compared without case, diacritics and punctuation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Title; empty where a person is expected.
    #[serde(default)]
    pub title: String,
    /// Year, if it has one.
    #[serde(default)]
    pub year: Option<i64>,
    /// Name of the person.
    #[serde(default)]
    pub person: Option<String>,
}

/// What was found for a question.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A movie.
    Movie(Box<Movie>),
    /// A person, a genre or a decade, by name.
    Other(String),
}

/// Error in a list.
#[derive(Debug, Error)]
pub enum GoldenError {
    /// An invalid line.
    #[error("line {line}: {reason}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// One sentence.
        reason: String,
    },
    /// The list is empty.
    #[error("holds no question")]
    Empty,
}

fn own() -> String {
    "own".to_owned()
}

fn usual_k() -> usize {
    USUAL_K
}

fn yes() -> bool {
    true
}

/// Reads a list; empty lines are ignored.
///
/// # Errors
/// The first invalid line.
pub fn read(text: &str) -> Result<Vec<Golden>, GoldenError> {
    let mut golden = Vec::new();
    let mut ids = HashSet::new();
    for (line, text) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        if text.trim().is_empty() {
            continue;
        }
        let wrong = |reason: &str| GoldenError::Line { line, reason: reason.to_owned() };
        let mut question: Golden = serde_json::from_str(text).map_err(|error| wrong(&error.to_string()))?;
        if question.id.is_empty() {
            question.id = question.query.clone();
        }
        if question.expected.is_empty() {
            return Err(wrong("no movie is expected"));
        }
        if question.expected.iter().any(|right| right.title.is_empty() == right.person.is_none()) {
            return Err(wrong("an expected answer has a title or a person"));
        }
        if question.expected.iter().any(|right| right.person.is_some()) && !question.is_suggestions() {
            return Err(wrong("only suggestions are people"));
        }
        if !(1..=USUAL_K).contains(&question.k) {
            return Err(wrong("k is 1 to 10"));
        }
        if !ids.insert(question.id.clone()) {
            return Err(wrong("an earlier line has the same id, or the same query and no id"));
        }
        golden.push(question);
    }
    if golden.is_empty() { Err(GoldenError::Empty) } else { Ok(golden) }
}

impl Filters {
    /// The equivalent filter of the contract.
    pub fn filter(&self) -> Filter {
        let all_of = |values: &[String]| ValueMatch { all_of: values.to_vec(), ..ValueMatch::default() };
        Filter {
            year: YearRange { gte: self.year.or(self.year_from), lte: self.year.or(self.year_to) },
            genres: all_of(&self.genres),
            cast: all_of(&self.cast),
            ..Filter::default()
        }
    }
}

impl Golden {
    /// Whether any kind of suggestion is an answer.
    pub fn is_suggestions(&self) -> bool {
        self.category.starts_with(SUGGESTIONS)
    }

    /// Index of this answer among the expected ones.
    pub fn right(&self, answer: &Answer) -> Option<usize> {
        match answer {
            Answer::Movie(movie) => {
                let title = title_key(&movie.title);
                let year = movie.year.map(|year| year.get());
                self.expected.iter().position(|right| right.year == year && title_key(&right.title) == title)
            }
            Answer::Other(name) => {
                let name = key(name);
                self.expected
                    .iter()
                    .position(|right| right.person.as_ref().is_some_and(|person| key(person) == name))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_needs_a_question_and_its_answers_and_nothing_else() {
        let list = "\n{\"query\": \"alien\", \"expected\": [{\"title\": \"Alien\", \"year\": 1979}]}\n\n";
        let golden = read(list).unwrap();
        let told = (golden[0].id.as_str(), golden[0].category.as_str(), golden[0].k, golden[0].mrr);
        assert_eq!(told, ("alien", "own", 10, true));
    }

    #[test]
    fn an_error_names_its_line() {
        let line = "{\"query\": \"alien\", \"expected\": [{\"title\": \"Alien\", \"year\": 1979}]}";
        let cases = [
            (format!("{line}\n{line}"), "line 2: an earlier line"),
            (line.replace("query", "qery"), "line 1: unknown field `qery`"),
            (line.replace("{\"title\": \"Alien\", \"year\": 1979}", ""), "line 1: no movie"),
            (line.replace("{\"query\"", "{\"k\": 0, \"query\""), "line 1: k is"),
            ("alien".to_owned(), "line 1: expected value"),
            (line.replace("\"title\": \"Alien\", \"year\": 1979", ""), "line 1: an expected answer has"),
            (
                line.replace("\"title\": \"Alien\", \"year\": 1979", "\"person\": \"x\""),
                "line 1: only suggestions",
            ),
            (String::new(), "holds no question"),
        ];
        for (list, part) in cases {
            let told = read(&list).unwrap_err().to_string();
            assert!(told.contains(part), "{list}: {told}");
        }
    }
}
