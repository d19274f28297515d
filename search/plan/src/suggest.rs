//! People, genres and providers that a text still being typed may mean.

use std::cmp::Reverse;

use wikimovie_text::{
    edit_distance::{FuzzyMatcher, allowed_edits},
    genres::{EVERYDAY, stems},
    key,
};

use crate::vocabulary::Vocabulary;

/// Score of a name typed in full.
const FULL: u32 = 3;
/// Score of a name of which every typed word is a word or the start of one.
const WORDS: u32 = 2;
/// Score of a name met but for a typo.
const TYPO: u32 = 1;

impl Vocabulary {
    /// People that a text still being typed may mean: each typed word is a word of the name, the last one its
    /// start. Gives places in [`Vocabulary::people`] with a score, best first: score, then movies, then key. Slips
    /// (in words from four letters) are forgiven where little is found without.
    pub fn suggest_people(&self, text: &str, limit: usize) -> Vec<(usize, u32)> {
        let typed = key(text);
        let words: Vec<&str> = typed.split(' ').filter(|word| !word.is_empty()).collect();
        let Some((last, whole)) = words.split_last() else {
            return Vec::new();
        };
        let mut lists: Vec<Vec<u32>> =
            whole.iter().map(|word| self.names().bearers_of(word).to_vec()).collect();
        lists.push(self.names().bearers_of_prefix(last));
        let exact = intersection(lists);
        let mut found: Vec<(usize, u32)> = exact
            .iter()
            .map(|&ord| ord as usize)
            .map(|ord| (ord, if self.people()[ord].key == typed { FULL } else { WORDS }))
            .collect();
        if found.len() < limit.min(TYPOS_BELOW) {
            let lists =
                words.iter().enumerate().map(|(at, word)| self.bearers_near(word, at + 1 == words.len()));
            let with_typos = intersection(lists.collect());
            found.extend(
                with_typos.into_iter().filter(|ord| !exact.contains(ord)).map(|ord| (ord as usize, TYPO)),
            );
        }
        best(found, limit, |ord| (self.people()[ord].movies, ord))
    }

    /// Genres that a text still being typed may mean, everyday names (`sci-fi`, `cartoon`) included. Gives places
    /// in [`Vocabulary::genres`] with a score, best first.
    pub fn suggest_genres(&self, text: &str, limit: usize) -> Vec<(usize, u32)> {
        let typed = key(text);
        if typed.is_empty() {
            return Vec::new();
        }
        let near = (allowed_edits(&typed) > 0).then(|| FuzzyMatcher::prefix(&typed, 1));
        let of_name = |name: &str| {
            if stems(&typed).iter().any(|stem| stem == name) {
                FULL
            } else if starts_in(name, &typed) {
                WORDS
            } else if near.as_ref().is_some_and(|near| near.edits(name).is_some()) {
                TYPO
            } else {
                0
            }
        };
        // Two letters of an everyday name are too few: `do` is documentary by itself, `hi` is not historical.
        let everyday = EVERYDAY.iter().filter(|_| typed.len() >= 3);
        // An own name is meant before an everyday one met as well: `rom` is romance before it is a romcom.
        let aliases: Vec<(&str, u32)> = everyday
            .map(|(name, readings)| (readings, of_name(name).saturating_sub(1)))
            .filter(|&(_, score)| score > 0)
            .flat_map(|(readings, score)| {
                // Two genres in one name, as in `romcom`, are meant once it is typed in full.
                let full = score + 1 >= FULL;
                let readings = readings.iter().copied().filter(move |genres| full || genres.len() == 1);
                readings.flatten().map(move |genre| (*genre, score))
            })
            .collect();
        let found = self.genres().iter().enumerate().filter_map(|(at, genre)| {
            let alias = aliases.iter().filter(|(of, _)| *of == genre.key).map(|&(_, score)| score).max();
            let score = of_name(&genre.key).max(alias.unwrap_or(0));
            (score > 0).then_some((at, score))
        });
        best(found.collect(), limit, |at| (self.genres()[at].movies, at))
    }

    /// Names of providers close to a text.
    pub(crate) fn suggest_providers(&self, text: &str, limit: usize) -> Vec<String> {
        let near = FuzzyMatcher::word(text, 2);
        let found = self.providers().iter().enumerate().filter_map(|(at, provider)| {
            let score = if provider.key.starts_with(text) {
                Some(WORDS)
            } else {
                near.edits(&provider.key).map(|_| TYPO)
            };
            score.map(|score| (at, score))
        });
        let found = best(found.collect(), limit, |at| (self.providers()[at].movies, at));
        found.into_iter().map(|(at, _)| self.providers()[at].name.clone()).collect()
    }

    /// People with a word near this one; near its prefix if the word may be incomplete.
    fn bearers_near(&self, word: &str, open: bool) -> Vec<u32> {
        let edits = allowed_edits(word);
        if edits == 0 {
            let names = self.names();
            return if open { names.bearers_of_prefix(word) } else { names.bearers_of(word).to_vec() };
        }
        // Two typos in a word not yet finished would let in almost anyone.
        let near = if open { FuzzyMatcher::prefix(word, 1) } else { FuzzyMatcher::word(word, edits) };
        let mut ords = Vec::new();
        near.each(self.names().words(), None, |_, at, _| ords.extend_from_slice(self.names().bearers(at)));
        ords.sort_unstable();
        ords.dedup();
        ords
    }
}

/// Typos are allowed where fewer people are found without.
const TYPOS_BELOW: usize = 3;

fn starts_in(name: &str, typed: &str) -> bool {
    name.starts_with(typed) || name.match_indices(' ').any(|(at, _)| name[at + 1..].starts_with(typed))
}

fn best<K: Ord>(
    mut found: Vec<(usize, u32)>,
    limit: usize,
    by: impl Fn(usize) -> (u32, K),
) -> Vec<(usize, u32)> {
    found.sort_by_cached_key(|&(at, score)| {
        let (movies, key) = by(at);
        (Reverse(score), Reverse(movies), key)
    });
    found.truncate(limit);
    found
}

/// What all sorted lists hold.
fn intersection(mut lists: Vec<Vec<u32>>) -> Vec<u32> {
    lists.sort_by_key(Vec::len);
    let mut lists = lists.into_iter();
    let mut common = lists.next().unwrap_or_default();
    for list in lists {
        common.retain(|ord| list.binary_search(ord).is_ok());
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::{Entry, VocabularyBuilder};

    fn vocabulary() -> Vocabulary {
        let entry = |(name, movies): (&str, u32)| Entry { key: key(name), name: name.to_owned(), movies };
        VocabularyBuilder::new(100)
            .people(
                [("Tom Hanks", 60), ("Colin Hanks", 9), ("Tom Hardy", 30), ("Hank Worden", 20)]
                    .map(entry)
                    .into(),
            )
            .genres(
                [("Science Fiction", 9), ("Romance", 20), ("Animated", 7), ("Comedy", 50)].map(entry).into(),
            )
            .build()
    }

    fn people(text: &str) -> Vec<String> {
        let vocabulary = vocabulary();
        let found = vocabulary.suggest_people(text, 5);
        found.into_iter().map(|(ord, _)| vocabulary.people()[ord].name.clone()).collect()
    }

    #[test]
    fn people_are_found_by_any_word_of_their_name() {
        assert_eq!(people("hank"), ["Tom Hanks", "Hank Worden", "Colin Hanks"]);
        assert_eq!(people("tom ha"), ["Tom Hanks", "Tom Hardy"]);
        assert_eq!(people("hanks tom"), ["Tom Hanks"]);
        assert_eq!(people("tom hnaks"), ["Tom Hanks"]);
        assert!(people("").is_empty());
        assert!(people("!!").is_empty());
    }

    #[test]
    fn genres_are_found_by_everyday_names() {
        let vocabulary = vocabulary();
        let first = |text: &str| {
            vocabulary.suggest_genres(text, 5).first().map(|&(at, _)| vocabulary.genres()[at].name.clone())
        };
        for (text, name) in [
            ("sci-fi", "Science Fiction"),
            ("scifi", "Science Fiction"),
            ("rom", "Romance"),
            ("cartoon", "Animated"),
            ("fic", "Science Fiction"),
            ("comedies", "Comedy"),
            ("comdey", "Comedy"),
        ] {
            assert_eq!(first(text).as_deref(), Some(name), "{text}");
        }
        assert_eq!(first("zzz"), None);
    }
}
