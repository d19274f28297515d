//! Movies like a movie: those that share its cast, directors, genres, rare words and time.
//!
//! The terms are ours and weighed by how rare each is in the catalogue, so the same movie gives the same list
//! on every engine: a plan like any other.

use wikimovie_domain::{Movie, ReasonKind, Role, YearRange};
use wikimovie_text as text;

use super::{Clause, Group, Tier, WordField, lookup};
use crate::vocabulary::{Entry, Vocabulary};

/// Most people and words taken from the movie; the rest of a long cast or summary means little.
const PEOPLE: usize = 10;
const DIRECTORS: usize = 3;
const WORDS: usize = 12;

/// Worth of a shared term per bit of rarity.
const PERSON: u32 = 12;
const DIRECTOR: u32 = 14;
const GENRE: u32 = 16;
const TITLE_WORD: u32 = 10;
const SUMMARY_WORD: u32 = 6;
/// Worth of the same decade, and of one within five years.
const DECADE: u32 = 10;
const NEAR_YEARS: u32 = 10;

/// The groups that score likeness to a movie; what meets none of them is not alike.
pub fn groups(movie: &Movie, vocabulary: &Vocabulary) -> Vec<Group> {
    SimilarTerms { vocabulary }.of(movie)
}

/// A movie that meets any of the groups.
pub fn any(groups: &[Group]) -> Clause {
    Clause::any_of(groups.iter().flat_map(|group| &group.tiers).map(|tier| tier.clause.clone()))
}

struct SimilarTerms<'a> {
    vocabulary: &'a Vocabulary,
}

impl SimilarTerms<'_> {
    fn of(&self, movie: &Movie) -> Vec<Group> {
        let entry = |entry: Option<&Entry>| entry.map_or(0, |entry| entry.movies);
        let mut groups = Vec::new();
        for name in movie.people(Role::Cast).iter().take(PEOPLE) {
            let key = text::key(name);
            let weight = PERSON * self.rarity(self.vocabulary.roles(&key).cast);
            groups.push(group(weight, Clause::Person(Role::Cast, key), ReasonKind::Person));
        }
        for name in movie.people(Role::Director).iter().take(DIRECTORS) {
            let key = text::key(name);
            let weight = DIRECTOR * self.rarity(self.vocabulary.roles(&key).directed);
            groups.push(group(weight, Clause::Person(Role::Director, key), ReasonKind::Person));
        }
        for genre in &movie.genres {
            let key = text::key(genre);
            let weight = GENRE * self.rarity(entry(self.vocabulary.genre(&key)));
            groups.push(group(weight, Clause::Genre(key), ReasonKind::Genre));
        }
        for (field, source, weight) in [
            (WordField::Title, Some(movie.title.as_str()), TITLE_WORD),
            (WordField::Summary, movie.summary.as_deref(), SUMMARY_WORD),
        ] {
            let mut words: Vec<String> =
                text::words(source.unwrap_or("")).into_iter().map(|word| word.text).collect();
            words.sort_unstable();
            words.dedup();
            let mut rare: Vec<(u32, String)> =
                words.into_iter().map(|word| (self.word_rarity(field, &word), word)).collect();
            rare.retain(|&(rarity, _)| rarity >= 4);
            rare.sort_by(|a, b| b.cmp(a));
            for (rarity, word) in rare.into_iter().take(WORDS) {
                // `Aliens` goes on where `Alien` ended.
                let plurals = lookup::plurals(self.vocabulary, &word).into_iter().map(|(form, _)| form);
                let forms = plurals.filter(|_| field == WordField::Title).chain([word]);
                let clause = Clause::any_of(forms.map(|form| Clause::Word(field, form)));
                groups.push(group(weight * rarity, clause, ReasonKind::Word));
            }
        }
        if let Some(year) = movie.year {
            let years = |from: i64, to: i64| Clause::Years(YearRange { gte: Some(from), lte: Some(to) });
            let decade = year.decade();
            groups.push(group(DECADE, years(decade, decade + 9), ReasonKind::Year));
            groups.push(group(NEAR_YEARS, years(year.get() - 5, year.get() + 5), ReasonKind::Year));
        }
        groups
    }

    /// Bits of surprise in a term that so many movies have: log2(movies / with it), at least 1. A term of this
    /// movie alone connects it with nothing and gets 0.
    fn rarity(&self, with: u32) -> u32 {
        if with < 2 { 0 } else { (self.vocabulary.movies() / u64::from(with)).max(2).ilog2() }
    }

    fn word_rarity(&self, field: WordField, word: &str) -> u32 {
        self.rarity(self.vocabulary.counts(word).of(field))
    }
}

fn group(weight: u32, clause: Clause, kind: ReasonKind) -> Group {
    Group { tiers: vec![Tier { weight, clause, kind }] }
}
