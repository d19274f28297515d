//! Synonyms and pins: the operator's curation, in two small text files.
//!
//! Both are lines of text; `#` starts a comment. A synonym line is in the format of Solr and Elasticsearch
//! (elastic.co, "Synonym token filter", Solr format): comma-separated names mean each other, names before `=>` are
//! also found as those behind it. A pin line is `text => Title (year)`: who types the text, in any case and with any
//! punctuation, gets that movie first; several lines for one text keep their order.
//!
//! Synonyms and pins add to what is found and never take away: what was typed still counts, and counts more than a
//! synonym.

use std::{collections::HashMap, ops::Range};

use thiserror::Error;
use wikimovie_domain::YearRange;
use wikimovie_text::{key, title_key};

use crate::Clause;

/// Longest file, in bytes.
pub const MAX_BYTES: usize = 1 << 20;
/// Most words of a name or a pinned text.
pub const MAX_WORDS: usize = 8;
/// Most movies pinned to one text.
pub const MAX_PINS: usize = 20;
/// Most synonyms used for one question, so that no question grows beyond what engines take.
pub(crate) const MAX_USES: usize = 16;

/// What is wrong in a file of rules.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RulesError {
    /// The file is longer than [`MAX_BYTES`].
    #[error("longer than {MAX_BYTES} bytes")]
    TooLong,
    /// A line that is no rule.
    #[error("line {line}: {reason}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// One sentence.
        reason: &'static str,
    },
}

/// Synonyms and pins. The default has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// From the key of a name to the words of what it is also found as.
    synonyms: HashMap<String, Vec<Vec<String>>>,
    /// From the key of a text to the movies it is to give, first one first.
    pins: HashMap<String, Vec<Pin>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Pin {
    title_key: String,
    year: Option<i64>,
}

/// Words of a text, and what they are also found as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Synonym {
    pub(crate) words: Range<usize>,
    pub(crate) meant: Vec<String>,
}

impl Rules {
    /// These rules with the synonyms of a file's text in place of any before.
    ///
    /// # Errors
    /// The first line that is no rule.
    pub fn with_synonyms(self, text: &str) -> Result<Self, RulesError> {
        Ok(Self { synonyms: read_synonyms(text)?, ..self })
    }

    /// These rules with the pins of a file's text in place of any before.
    ///
    /// # Errors
    /// The first line that is no rule.
    pub fn with_pins(self, text: &str) -> Result<Self, RulesError> {
        Ok(Self { pins: read_pins(text)?, ..self })
    }

    /// Keys of names, each also found as another.
    pub fn synonyms(&self) -> usize {
        self.synonyms.len()
    }

    /// Texts with pinned movies.
    pub fn pins(&self) -> usize {
        self.pins.len()
    }

    /// What the name with this key is also found as, as keys.
    pub(crate) fn also(&self, name: &str) -> impl Iterator<Item = String> {
        self.synonyms.get(name).into_iter().flatten().map(|words| words.join(" "))
    }

    /// Every run of these words that has synonyms, the longest and leftmost first.
    pub(crate) fn synonyms_in(&self, words: &[&str]) -> Vec<Synonym> {
        if self.synonyms.is_empty() {
            return Vec::new();
        }
        let sizes = (1..=MAX_WORDS.min(words.len())).rev();
        let runs = sizes.flat_map(|size| (0..=words.len() - size).map(move |start| start..start + size));
        let of = |run: Range<usize>| {
            let also = self.synonyms.get(&words[run.clone()].join(" ")).into_iter().flatten();
            also.map(move |meant| Synonym { words: run.clone(), meant: meant.clone() })
        };
        runs.flat_map(of).take(MAX_USES).collect()
    }

    /// The movies pinned to the text with this key, first one first.
    pub(crate) fn pinned(&self, text_key: &str) -> Vec<Clause> {
        let clause = |pin: &Pin| {
            let year = pin.year.map(|year| Clause::Years(YearRange { gte: Some(year), lte: Some(year) }));
            Clause::all_of([Clause::TitleKey(pin.title_key.clone())].into_iter().chain(year))
        };
        self.pins.get(text_key).into_iter().flatten().map(clause).collect()
    }
}

/// The lines that are neither empty nor comments, with their numbers.
fn lines(text: &str) -> Result<impl Iterator<Item = (usize, &str)>, RulesError> {
    if text.len() > MAX_BYTES {
        return Err(RulesError::TooLong);
    }
    let lines = (1..).zip(text.trim_start_matches('\u{feff}').lines());
    let rules = lines.map(|(number, line)| (number, line.split('#').next().unwrap_or_default().trim()));
    Ok(rules.filter(|(_, line)| !line.is_empty()))
}

fn read_synonyms(text: &str) -> Result<HashMap<String, Vec<Vec<String>>>, RulesError> {
    let mut synonyms: HashMap<String, Vec<Vec<String>>> = HashMap::new();
    for (line, rule) in lines(text)? {
        let names = |list: &str| -> Result<Vec<String>, RulesError> {
            list.split(',').map(|name| words_key(name, line)).collect()
        };
        let (from, to) = match rule.split_once("=>") {
            Some((from, to)) => (names(from)?, names(to)?),
            None => (names(rule)?, names(rule)?),
        };
        if from.len() + to.len() < 2 || (from.len() == 1 && from == to) {
            return Err(RulesError::Line {
                line,
                reason: "a synonym needs two names: `one, other` or `one => other`",
            });
        }
        for name in &from {
            let also = synonyms.entry(name.clone()).or_default();
            for other in to.iter().filter(|other| *other != name) {
                let words = other.split(' ').map(str::to_owned).collect();
                if !also.contains(&words) {
                    also.push(words);
                }
            }
        }
    }
    Ok(synonyms)
}

fn read_pins(text: &str) -> Result<HashMap<String, Vec<Pin>>, RulesError> {
    let mut pins: HashMap<String, Vec<Pin>> = HashMap::new();
    for (line, rule) in lines(text)? {
        let Some((text, movie)) = rule.split_once("=>") else {
            return Err(RulesError::Line { line, reason: "a pin is `text => Title (year)`" });
        };
        let (title, year) = title_and_year(movie.trim());
        let pin = Pin { title_key: title_key(title), year };
        if pin.title_key.is_empty() {
            return Err(RulesError::Line { line, reason: "the title has no word" });
        }
        let pinned = pins.entry(words_key(text, line)?).or_default();
        if pinned.len() == MAX_PINS {
            return Err(RulesError::Line { line, reason: "more than 20 movies are pinned to this text" });
        }
        if !pinned.contains(&pin) {
            pinned.push(pin);
        }
    }
    Ok(pins)
}

fn words_key(name: &str, line: usize) -> Result<String, RulesError> {
    let key = key(name);
    match key.split(' ').count() {
        _ if key.is_empty() => Err(RulesError::Line { line, reason: "a name or text has no word" }),
        1..=MAX_WORDS => Ok(key),
        _ => Err(RulesError::Line { line, reason: "a name or text has more than 8 words" }),
    }
}

/// `Alien (1979)` taken apart; the year may be missing.
fn title_and_year(movie: &str) -> (&str, Option<i64>) {
    let year = movie.strip_suffix(')').and_then(|open| open.rsplit_once('('));
    match year.map(|(title, year)| (title.trim_end(), year.trim().parse())) {
        Some((title, Ok(year))) if !title.is_empty() => (title, Some(year)),
        _ => (movie, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn synonyms_are_read_as_solr_reads_them() {
        let text =
            "# comment\nfilm noir, Noir\nlotr => lord of the rings # tail\nusa, u.s.a., United States\n";
        let rules = Rules::default().with_synonyms(text).unwrap();
        let found = |text: &str| -> Vec<String> {
            let words: Vec<&str> = text.split(' ').collect();
            let shown = |s: Synonym| format!("{}={}", words[s.words].join(" "), s.meant.join(" "));
            rules.synonyms_in(&words).into_iter().map(shown).collect()
        };
        assert_eq!(found("a film noir"), ["film noir=noir", "noir=film noir"]);
        assert_eq!(found("noir"), ["noir=film noir"]);
        assert_eq!(found("lotr 2"), ["lotr=lord of the rings"]);
        assert!(found("lord of the rings").is_empty(), "an arrow points one way");
        assert!(found("usa").contains(&"usa=united states".to_owned()), "{:?}", found("usa"));
    }

    #[test]
    fn pins_name_a_movie_by_title_and_year() {
        let rules = Rules::default()
            .with_pins("Star Wars! => Star Wars (1977)\nstar wars => The Phantom Menace\n")
            .unwrap();
        let pinned = rules.pinned("star wars");
        let year = Clause::Years(YearRange { gte: Some(1977), lte: Some(1977) });
        assert_eq!(pinned[0], Clause::AllOf(vec![Clause::TitleKey("star wars".into()), year]));
        assert_eq!(pinned[1], Clause::TitleKey(title_key("The Phantom Menace")));
        assert!(rules.pinned("star").is_empty());
    }

    #[test]
    fn a_line_that_is_no_rule_is_an_error() {
        let line = |line, reason| Err(RulesError::Line { line, reason });
        let read = |synonyms: &str, pins: &str| {
            Rules::default().with_synonyms(synonyms).and_then(|rules| rules.with_pins(pins)).map(|_| ())
        };
        assert_eq!(read("", "\nstar wars"), line(2, "a pin is `text => Title (year)`"));
        assert_eq!(read("", "=> Alien (1979)"), line(1, "a name or text has no word"));
        assert_eq!(read("", "alien => "), line(1, "the title has no word"));
        assert_eq!(read("a,", ""), line(1, "a name or text has no word"));
        assert_eq!(read("a b c d e f g h i => x", ""), line(1, "a name or text has more than 8 words"));
        assert!(read("alone", "").is_err());
        assert_eq!(read(&"a".repeat(MAX_BYTES + 1), ""), Err(RulesError::TooLong));
    }
}
