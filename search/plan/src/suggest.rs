//! People, genres and providers that a text still being typed may mean.

use std::cmp::Reverse;

use wikimovie_domain::Role;
use wikimovie_text::{
    edit_distance::{FuzzyMatcher, allowed_edits},
    genres::{EVERYDAY, stems},
    key,
};

use crate::vocabulary::{Entry, Vocabulary};

/// Whether names and titles that are nearly what was typed are suggested: only where nothing is found without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typos {
    /// Only what is as typed.
    Refused,
    /// What is nearly as typed, too.
    Forgiven,
}

impl Typos {
    /// The passes over a catalogue, until one of them suggests anything.
    pub const PASSES: [Self; 2] = [Self::Refused, Self::Forgiven];
}

/// How a name fits what was typed, the better the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// But for a typo.
    Typo,
    /// Every word is a word of the name, the last one its start.
    Start,
    /// Every word is a word of the name: a surname in full.
    Words,
    /// The whole name.
    Whole,
}

impl Vocabulary {
    /// People that a text still being typed may mean: each typed word is a word of the name, the last one its
    /// start. Gives places in [`Vocabulary::people`], best first: by fit, then movies, then key. Where nobody is found so
    /// and typos are forgiven, those whose words are nearly the typed ones (from four letters).
    pub fn suggest_people(&self, text: &str, limit: usize, typos: Typos) -> Vec<(usize, Fit)> {
        best(self.people_meant(text, limit, typos), limit, |ord| (self.people()[ord].movies, ord))
    }

    /// Those of them, typos forgiven, who are somebody in a role.
    pub(crate) fn suggest_people_as(&self, text: &str, role: Role, limit: usize) -> Vec<usize> {
        let mut found = self.people_meant(text, usize::MAX, Typos::Forgiven);
        found.retain(|&(person, _)| self.roles_at(person).of(role) > 0);
        let found = best(found, limit, |ord| (self.people()[ord].movies, ord));
        found.into_iter().map(|(person, _)| person).collect()
    }

    /// The same in no order; of those who fit in the same way so many with most movies at least.
    fn people_meant(&self, text: &str, limit: usize, typos: Typos) -> Vec<(usize, Fit)> {
        let typed = key(text);
        let words: Vec<&str> = typed.split(' ').filter(|word| !word.is_empty()).collect();
        let Some((last, whole)) = words.split_last() else {
            return Vec::new();
        };
        // A letter is hardly ever meant as a name: `a` starts Al Pacino before it is A. Martinez.
        let in_full = if last.chars().count() > 1 { self.names().bearers_of(last) } else { &[] };
        let fit = |ord: u32| {
            if self.people()[ord as usize].key == typed {
                Fit::Whole
            } else if in_full.binary_search(&ord).is_ok() {
                Fit::Words
            } else {
                Fit::Start
            }
        };
        let mut found: Vec<(usize, Fit)> = if whole.is_empty() {
            let named = self.bearers_by_movies(last, in_full, limit).map(|ord| (ord as usize, fit(ord)));
            let mut named: Vec<(usize, Fit)> = named.collect();
            // Whoever is called so and nothing else may have few movies.
            let whole = self.person_ord(&typed).map(|ord| (ord, Fit::Whole));
            named.extend(whole.filter(|whole| !named.contains(whole)));
            named
        } else {
            let lists = whole.iter().map(|word| self.names().bearers_of(word).to_vec()).collect();
            let starts = |ord: &u32| {
                let name = self.people()[*ord as usize].key.split(' ');
                name.into_iter().any(|word| word.starts_with(last))
            };
            let named = intersection(lists).into_iter().filter(starts);
            named.map(|ord| (ord as usize, fit(ord))).collect()
        };
        if found.is_empty() && typos == Typos::Forgiven {
            let lists =
                words.iter().enumerate().map(|(at, word)| self.bearers_near(word, at + 1 == words.len()));
            found.extend(intersection(lists.collect()).into_iter().map(|ord| (ord as usize, Fit::Typo)));
        }
        found
    }

    /// Those with these words in full, and behind them so many of all people with a word that starts so, those with most
    /// movies. Thousands of people have a word that starts with one letter: they are put in order by setting bits.
    fn bearers_by_movies<'a>(
        &'a self,
        start: &str,
        in_full: &'a [u32],
        limit: usize,
    ) -> impl Iterator<Item = u32> + 'a {
        let ranks = self.names().bearer_ranks(start);
        let others = ranks.into_iter().map(|rank| self.names().ord_at(rank));
        let others = others.filter(|ord| in_full.binary_search(ord).is_err()).take(limit);
        in_full.iter().copied().chain(others)
    }

    /// Genres that a text still being typed may mean, everyday names (`sci-fi`, `cartoon`) included. Gives places
    /// in [`Vocabulary::genres`], best first.
    pub fn suggest_genres(&self, text: &str, limit: usize, typos: Typos) -> Vec<(usize, Fit)> {
        let typed = key(text);
        if typed.is_empty() {
            return Vec::new();
        }
        let forgiven = typos == Typos::Forgiven && allowed_edits(&typed) > 0;
        let near = forgiven.then(|| FuzzyMatcher::prefix(&typed, 1));
        let of_name = |name: &str| {
            if stems(&typed).iter().any(|stem| stem == name) {
                Some(Fit::Whole)
            } else if starts_in(name, &typed) {
                Some(Fit::Start)
            } else {
                near.as_ref().and_then(|near| near.edits(name)).map(|_| Fit::Typo)
            }
        };
        // Two letters of an everyday name are too few: `do` is documentary by itself, `hi` is not historical.
        let everyday = EVERYDAY.iter().filter(|_| typed.len() >= 3);
        // An own name is meant before an everyday one met as well: `rom` is romance before it is a romcom.
        let aliases: Vec<(&str, Fit)> = everyday
            .filter_map(|(name, readings)| Some((readings, of_name(name)?)))
            .flat_map(|(readings, fit)| {
                // Two genres in one name, as in `romcom`, are meant once it is typed in full.
                let readings =
                    readings.iter().copied().filter(move |genres| fit == Fit::Whole || genres.len() == 1);
                let fit = if fit == Fit::Whole { Fit::Words } else { Fit::Typo };
                readings.flatten().map(move |genre| (*genre, fit))
            })
            .collect();
        let found = self.genres().iter().enumerate().filter_map(|(at, genre)| {
            let alias = aliases.iter().filter(|(of, _)| *of == genre.key).map(|&(_, fit)| fit).max();
            Some((at, of_name(&genre.key).max(alias)?))
        });
        best(found.collect(), limit, |at| (self.genres()[at].movies, at))
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
        near.each(self.names().words(), |_, at, _| ords.extend_from_slice(self.names().bearers(at)));
        ords.sort_unstable();
        ords.dedup();
        ords
    }
}

/// Names of entries whose key starts as a key does or is close to it: languages, countries, providers.
pub(crate) fn suggest_entries(entries: &[Entry], key: &str, limit: usize) -> Vec<String> {
    let near = FuzzyMatcher::word(key, 2);
    let found = entries.iter().enumerate().filter_map(|(at, entry)| {
        let fit = if entry.key.starts_with(key) {
            Some(Fit::Start)
        } else {
            near.edits(&entry.key).map(|_| Fit::Typo)
        };
        fit.map(|fit| (at, fit))
    });
    let found = best(found.collect(), limit, |at| (entries[at].movies, at));
    found.into_iter().map(|(at, _)| entries[at].name.clone()).collect()
}

fn starts_in(name: &str, typed: &str) -> bool {
    name.starts_with(typed) || name.match_indices(' ').any(|(at, _)| name[at + 1..].starts_with(typed))
}

fn best<K: Ord>(
    mut found: Vec<(usize, Fit)>,
    limit: usize,
    by: impl Fn(usize) -> (u32, K),
) -> Vec<(usize, Fit)> {
    found.sort_by_cached_key(|&(at, fit)| {
        let (movies, key) = by(at);
        (Reverse(fit), Reverse(movies), key)
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
    use crate::vocabulary::VocabularyBuilder;

    fn vocabulary() -> Vocabulary {
        let entry = |(name, movies): (&str, u32)| Entry { key: key(name), name: name.to_owned(), movies };
        VocabularyBuilder::new(100)
            .people(
                [
                    ("Tom Hanks", 60),
                    ("Colin Hanks", 9),
                    ("Tom Hardy", 30),
                    ("Hank Worden", 20),
                    ("Hanksy", 99),
                ]
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
        let found = vocabulary.suggest_people(text, 5, Typos::Forgiven);
        found.into_iter().map(|(ord, _)| vocabulary.people()[ord].name.clone()).collect()
    }

    #[test]
    fn people_are_found_by_any_word_of_their_name() {
        // A word in full before the start of one, then by movies.
        assert_eq!(people("hank"), ["Hank Worden", "Hanksy", "Tom Hanks", "Colin Hanks"]);
        assert_eq!(people("hanks"), ["Tom Hanks", "Colin Hanks", "Hanksy"]);
        assert_eq!(people("h"), ["Hanksy", "Tom Hanks", "Tom Hardy", "Hank Worden", "Colin Hanks"]);
        assert_eq!(people("tom ha"), ["Tom Hanks", "Tom Hardy"]);
        assert_eq!(people("hanks tom"), ["Tom Hanks"]);
        assert_eq!(people("tom hnaks"), ["Tom Hanks"]);
        assert!(vocabulary().suggest_people("tom hnaks", 5, Typos::Refused).is_empty());
        assert!(people("").is_empty());
        assert!(people("!!").is_empty());
    }

    #[test]
    fn genres_are_found_by_everyday_names() {
        let vocabulary = vocabulary();
        let first = |text: &str| {
            vocabulary
                .suggest_genres(text, 5, Typos::Forgiven)
                .first()
                .map(|&(at, _)| vocabulary.genres()[at].name.clone())
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
