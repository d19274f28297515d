//! Highlight terms: what of a plan is marked in the texts of a movie.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    sync::Arc,
};

use wikimovie_domain::{Role, YearRange};
use wikimovie_text::{Word, characters, fold, key, words};

use crate::{Clause, Group, WordField, understand::Understood};

/// The terms that highlights and reasons are made of. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HighlightTerms(pub(crate) Arc<Terms>);

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Terms {
    /// By [`WordField`] the words to mark, with the word typed for them.
    words: [HashMap<String, String>; WordField::ALL.len()],
    /// Starts of words to mark.
    prefixes: Vec<(WordField, String)>,
    /// Keys of genres to mark.
    pub(crate) genres: HashSet<String>,
    /// Keys of writers to mark.
    pub(crate) writers: HashSet<String>,
    /// Years to mark.
    pub(crate) years: Vec<YearRange>,
    /// What was typed for each group of the plan.
    pub(crate) labels: Vec<String>,
}

impl HighlightTerms {
    /// Gathers what the groups in `words` look for; `labels` are what was typed for each group.
    pub(crate) fn new(
        groups: &[Group],
        labels: &[String],
        words: Range<usize>,
        understood: &[Understood],
    ) -> Self {
        let mut terms = Terms { labels: labels.to_vec(), ..Terms::default() };
        for (group, label) in groups.iter().zip(labels).take(words.end).skip(words.start) {
            let typed = key(label);
            for tier in &group.tiers {
                terms.add(&tier.clause, &typed);
            }
        }
        for understood in understood.iter().filter(|understood| !understood.excluded) {
            terms.add(&understood.clause, "");
            if understood.is_person() {
                terms.add(&understood.nearly, "");
            }
        }
        Self(Arc::new(terms))
    }
}

impl Terms {
    fn of(&mut self, field: WordField) -> &mut HashMap<String, String> {
        &mut self.words[field as usize]
    }

    fn add(&mut self, clause: &Clause, typed: &str) {
        match clause {
            Clause::Word(field, word) => {
                // Where two typed words expand to one, the nearer one decides what part of it was typed.
                let known = self.of(*field).entry(word.clone()).or_insert_with(|| typed.to_owned());
                if word == typed {
                    typed.clone_into(known);
                }
            }
            Clause::Phrase(field, words) => {
                for word in words {
                    self.of(*field).entry(word.clone()).or_insert_with(|| word.clone());
                }
            }
            Clause::Prefix(field, prefix) => self.prefixes.push((*field, prefix.clone())),
            Clause::Person(Role::Writer, person) => {
                self.writers.insert(person.clone());
            }
            Clause::Person(_, person) => {
                for word in person.split(' ') {
                    let words = self.of(WordField::People);
                    words.entry(word.to_owned()).or_insert_with(|| word.to_owned());
                }
            }
            Clause::Genre(genre) => {
                self.genres.insert(genre.clone());
            }
            Clause::Years(years) => self.years.push(*years),
            Clause::AllOf(clauses) | Clause::AnyOf(clauses) | Clause::AtLeast(_, clauses) => {
                for clause in clauses {
                    self.add(clause, typed);
                }
            }
            _ => {}
        }
    }

    /// Bytes of the text to mark, in order, never overlapping.
    pub(crate) fn find(&self, field: WordField, text: &str) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        let words = &self.words[field as usize];
        if words.is_empty() && self.prefixes.is_empty() {
            return found;
        }
        for word in indexed_words(text) {
            let part = text.get(word.start..word.end).unwrap_or_default();
            let end = match words.get(&word.text) {
                Some(typed) if !typed.is_empty() && word.text.starts_with(typed.as_str()) => {
                    Some(word.start + typed_part(part, typed))
                }
                Some(_) => Some(word.end),
                None => {
                    let prefixes = self.prefixes.iter().filter(|(of, _)| *of == field);
                    let longest = prefixes
                        .map(|(_, prefix)| prefix)
                        .filter(|prefix| word.text.starts_with(prefix.as_str()))
                        .max_by_key(|prefix| prefix.len());
                    longest.map(|prefix| word.start + typed_part(part, prefix))
                }
            };
            match (end, found.last_mut()) {
                // Pairs of characters overlap, and `8½` is three words of which two have one position.
                (Some(end), Some(last)) if word.start < last.end => last.end = last.end.max(end),
                (Some(end), _) if end > word.start => found.push(word.start..end),
                _ => {}
            }
        }
        found
    }
}

/// The words of a text as an index holds them, in the order in which they begin.
pub(crate) fn indexed_words(text: &str) -> Vec<Word> {
    let mut found = words(text);
    if !text.is_ascii() {
        found.extend(characters(text));
        found.sort_by_key(|word| (word.start, word.end));
    }
    found
}

/// Bytes of the original word that fold to the letters typed.
pub(crate) fn typed_part(word: &str, typed: &str) -> usize {
    let mut folded = 0;
    for (at, c) in word.char_indices() {
        if folded >= typed.len() {
            return at;
        }
        let letters = fold(c.encode_utf8(&mut [0; 4]));
        folded += letters.chars().filter(|c| c.is_alphanumeric()).map(char::len_utf8).sum::<usize>();
    }
    word.len()
}
