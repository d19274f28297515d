//! Lookups in the vocabulary: the words of the catalogue that are near a typed word, or that it is a prefix of.

use fst::{Automaton, IntoStreamer, Streamer, automaton::Str};
use wikimovie_text::{
    edit_distance::{FuzzyMatcher, allowed_edits},
    inflections, related, stop,
};

pub use crate::near_words::Variant;
use crate::vocabulary::{Vocabulary, WordCounts};

/// Most words that one typed word is expanded to, so that no question grows beyond what engines take.
pub const MAX_VARIANTS: usize = 50;

/// Words within the edits allowed for a typed word, without the word itself: nearest first, then commonest,
/// then by bytes.
///
/// A word that is known already is expanded by one edit at most: a typo that makes another word is rare, two are
/// hardly ever. An unknown word of six or seven letters may hold two typos, if the word meant is long
/// ([`LONG_CHARS`]; the typos may have left letters out) or at least starts alike.
pub fn near(vocabulary: &Vocabulary, word: &str) -> Vec<Variant> {
    vocabulary.near_words.get(word, || look_up_near(vocabulary, word))
}

fn look_up_near(vocabulary: &Vocabulary, word: &str) -> Vec<Variant> {
    let count = vocabulary.counts(word).sum();
    let edits = allowed_edits(word).min(if count > 2 { 1 } else { u8::MAX });
    if edits == 0 {
        return Vec::new();
    }
    if count > 0 || edits > 1 || word.chars().count() < STRANGE_CHARS {
        return collect(vocabulary, word, edits, None);
    }
    // Two typos in the first letters, too, are looked for where nothing else is near.
    let near = collect(vocabulary, word, edits, None);
    let mut found = if near.iter().any(|variant| variant.counts.title > 0) {
        let mut found = collect(vocabulary, word, 2, word.chars().next());
        found.extend(near.into_iter().filter(|variant| !variant.same_start));
        order(&mut found);
        found
    } else {
        collect(vocabulary, word, 2, None)
    };
    found.retain(|v| v.edits == 1 || v.same_start || v.text.chars().count() >= LONG_CHARS);
    found
}

/// Letters from which a word may hold two typos.
const LONG_CHARS: usize = 8;
/// Letters from which an unknown word may.
const STRANGE_CHARS: usize = 6;

/// Words one edit from a word of three letters, which is too short to be guessed alone: its letters in another order, or
/// words that start alike. Asked only where other words give company and no title has the word.
pub fn near_short(vocabulary: &Vocabulary, word: &str) -> Vec<Variant> {
    let is_short = word.len() == SHORT_CHARS && word.bytes().all(|b| b.is_ascii_lowercase());
    if !is_short || vocabulary.counts(word).title > 0 {
        return Vec::new();
    }
    let sorted = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters
    };
    let mut found = collect(vocabulary, word, 1, None);
    found.retain(|near| {
        let same_letters = sorted(&near.text) == sorted(word);
        near.text.len() >= SHORT_CHARS && (same_letters || near.same_start && !stop::is_stop_word(&near.text))
    });
    // Short words that are near stand in too many summaries to say anything.
    found.iter_mut().for_each(|near| near.counts.summary = 0);
    found
}

/// The word split into two that titles have, one of them with a typo: the rarer half's titles, and the two words.
pub fn split_with_typo(vocabulary: &Vocabulary, word: &str) -> Vec<(u32, String, String)> {
    if word.len() < 2 * SHORT_CHARS
        || word.len() > MAX_SPLIT_CHARS
        || !word.bytes().all(|b| b.is_ascii_lowercase())
    {
        return Vec::new();
    }
    let mut found: Vec<(u32, String, String)> = Vec::new();
    let is_content = |near: &Variant| near.counts.title > 0 && !stop::is_stop_word(&near.text);
    for at in SHORT_CHARS..=word.len() - SHORT_CHARS {
        let (left, right) = word.split_at(at);
        let known = |half: &str| vocabulary.counts(half).title;
        if known(left) > 0 {
            let near = collect(vocabulary, right, 1, right.chars().next());
            let near = near.into_iter().filter(is_content).take(SPLITS_EACH);
            found.extend(near.map(|near| (known(left).min(near.counts.title), left.to_owned(), near.text)));
        }
        if known(right) > 0 {
            let near = collect(vocabulary, left, 1, left.chars().next());
            let near = near.into_iter().filter(is_content).take(SPLITS_EACH);
            found.extend(near.map(|near| (known(right).min(near.counts.title), near.text, right.to_owned())));
        }
    }
    found.sort_unstable_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)).then_with(|| a.2.cmp(&b.2)));
    found.truncate(SPLITS);
    found.dedup();
    found
}

/// Letters of a word that is short.
const SHORT_CHARS: usize = 3;
/// Longest word that is split with a typo.
const MAX_SPLIT_CHARS: usize = 20;
/// Most splits with a typo, at one place and of one word.
const SPLITS_EACH: usize = 4;
const SPLITS: usize = 12;

/// The word with or without the ending of a plural or possessive, where the catalogue has it.
pub fn plurals(vocabulary: &Vocabulary, word: &str) -> Vec<(String, WordCounts)> {
    known(vocabulary, inflections::plurals(word))
}

/// The word in other forms of a verb, where the catalogue has them.
pub fn verb_forms(vocabulary: &Vocabulary, word: &str) -> Vec<(String, WordCounts)> {
    known(vocabulary, inflections::verb_forms(word))
}

/// Everyday words by which a plot may tell what this word means, where the catalogue has them.
pub fn related_words(vocabulary: &Vocabulary, word: &str) -> Vec<(String, WordCounts)> {
    known(vocabulary, related::related(word).to_vec())
}

fn known(vocabulary: &Vocabulary, forms: Vec<String>) -> Vec<(String, WordCounts)> {
    let counted = forms.into_iter().map(|form| (vocabulary.counts(&form), form));
    counted.filter(|(counts, _)| counts.sum() > 0).map(|(counts, form)| (form, counts)).collect()
}

/// Words that start nearly as typed, one edit at most.
pub fn near_prefix(vocabulary: &Vocabulary, prefix: &str) -> Vec<Variant> {
    let edits = allowed_edits(prefix).min(1);
    let mut found = Nearest::new(prefix);
    if edits > 0 {
        let near = FuzzyMatcher::prefix(prefix, edits);
        near.each(vocabulary.word_map(), |word, at, edits| found.add(word, edits, vocabulary.counts_at(at)));
    }
    found.variants()
}

/// Words that start as typed, without the word itself, commonest in the field first, then by bytes.
pub fn longer(vocabulary: &Vocabulary, prefix: &str, count: impl Fn(WordCounts) -> u32) -> Vec<String> {
    let mut found: Vec<(u32, String)> = Vec::new();
    let mut stream = vocabulary.word_map().search(Str::new(prefix).starts_with()).into_stream();
    while let Some((word, at)) = stream.next() {
        let count = count(vocabulary.counts_at(at));
        if count > 0
            && word.len() > prefix.len()
            && let Ok(word) = std::str::from_utf8(word)
        {
            found.push((count, word.to_owned()));
        }
    }
    found.sort_unstable_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    found.truncate(MAX_VARIANTS);
    found.into_iter().map(|(_, word)| word).collect()
}

/// Words within so many edits; with `begins`, those that begin with this letter.
fn collect(vocabulary: &Vocabulary, typed: &str, edits: u8, begins: Option<char>) -> Vec<Variant> {
    let mut found = Nearest::new(typed);
    vocabulary
        .near_index()
        .each(typed, edits, begins, |word, at, edits| found.add(word, edits, vocabulary.counts_at(at)));
    found.variants()
}

/// The variants of a typed word that are used, of all that are near.
struct Nearest<'a> {
    typed: &'a str,
    first: Option<char>,
    kept: Vec<Variant>,
}

impl<'a> Nearest<'a> {
    fn new(typed: &'a str) -> Self {
        Self { typed, first: typed.chars().next(), kept: Vec::new() }
    }

    fn add(&mut self, word: &str, edits: u8, counts: WordCounts) {
        if word == self.typed {
            return;
        }
        let same_start = word.chars().next() == self.first;
        self.kept.push(Variant { text: word.to_owned(), edits, same_start, counts });
        if self.kept.len() >= 4 * MAX_VARIANTS {
            order(&mut self.kept);
        }
    }

    fn variants(mut self) -> Vec<Variant> {
        order(&mut self.kept);
        self.kept
    }
}

/// Nearest first, then commonest, then by bytes; no more than are used.
fn order(found: &mut Vec<Variant>) {
    found.sort_unstable_by(|a, b| {
        (a.edits.cmp(&b.edits))
            .then_with(|| b.counts.sum().cmp(&a.counts.sum()))
            .then_with(|| a.text.cmp(&b.text))
    });
    found.truncate(MAX_VARIANTS);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::VocabularyBuilder;

    fn vocabulary() -> Vocabulary {
        let words = [("matrix", 5), ("matrices", 1), ("mattress", 2), ("hatrix", 9), ("matrixx", 1)];
        VocabularyBuilder::new(10)
            .words(words.map(|(word, title)| (word.to_owned(), WordCounts { title, ..Default::default() })))
            .build()
    }

    #[test]
    fn near_words_come_nearest_and_commonest_first() {
        let texts: Vec<String> = near(&vocabulary(), "matrlx").into_iter().map(|v| v.text).collect();
        // Known by no movie, so it may hold two typos.
        assert_eq!(texts, ["matrix", "matrixx"]);
        let found = near(&vocabulary(), "matrix");
        assert_eq!(found[0].text, "hatrix");
        assert!(!found[0].same_start);
        assert!(near(&vocabulary(), "mat").is_empty());
    }

    #[test]
    fn longer_words_start_as_typed() {
        assert_eq!(longer(&vocabulary(), "matr", |c| c.title), ["matrix", "matrices", "matrixx"]);
        assert_eq!(longer(&vocabulary(), "matrix", |c| c.title), ["matrixx"]);
    }
}
