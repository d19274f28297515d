//! The engine-neutral plan of a question: which movies match, and what each match is worth.
//!
//! Understanding, expansion and ranking happen before an engine is asked; what is left is plain terms in a
//! boolean tree. Each engine turns the same [`Plan`] into its own request, so the same movies match, in the
//! same order, on every engine.

pub mod compile;
mod counts;

pub mod facets;
pub mod filter;
pub mod highlight;
pub mod highlight_terms;
pub mod levels;
pub mod like;
pub mod lookup;
mod near_index;
mod near_words;
mod negation;
mod nicknames;
mod piece;
mod pieces;
pub mod plan_cache;
pub mod prefix;
pub mod rank;
pub mod relax;
pub mod rules;
mod shape;
pub mod similar;
pub mod suggest;
pub mod suggestions;
mod term_expansion;
mod texts;
mod title_parts;
mod title_tiers;
pub mod toggle;
pub mod understand;
pub mod vocabulary;
pub mod work;

use serde::{Deserialize, Serialize};
use wikimovie_domain::{RatingRange, ReasonKind, Role, RuntimeRange, YearRange};

pub use rules::{Rules, RulesError};
pub use texts::texts;

/// Indexed word fields, written by [`wikimovie_text::words()`] with positions. The texts of a field are [`NAME_GAP`]
/// positions apart, so no phrase spans two of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum WordField {
    /// Words of the title.
    Title,
    /// Words of the other titles.
    OtherTitle,
    /// Words of the names of cast and directors.
    People,
    /// Words of summary, plot, keywords and names of writers: what a movie is about, and who is rarely asked for.
    Summary,
}

impl WordField {
    /// All fields.
    pub const ALL: [Self; 4] = [Self::Title, Self::OtherTitle, Self::People, Self::Summary];
}

/// Positions left free between two texts of a field.
pub const NAME_GAP: usize = 100;

/// A condition on a movie. Every text in it is folded already.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Clause {
    /// Every movie.
    All,
    /// No movie.
    None,
    /// The field holds this word.
    Word(WordField, String),
    /// The field holds a word that starts so; at most [`MAX_PREFIX_CHARS`] characters, longer prefixes are
    /// expanded to words.
    Prefix(WordField, String),
    /// The field holds these words side by side.
    Phrase(WordField, Vec<String>),
    /// The key of the whole title is this.
    TitleKey(String),
    /// One of the title's normal forms (see [`wikimovie_text::title_normal_forms`]) is this.
    TitleForm(String),
    /// A part of a word of the title at an apostrophe is this (see [`wikimovie_text::apostrophe_parts`]).
    TitlePart(String),
    /// The key of the title, with or without a leading article, starts so.
    TitleStarts(String),
    /// A normal form of an other title is this.
    OtherTitleForm(String),
    /// The key of an other title, with or without a leading article, starts so.
    OtherTitleStarts(String),
    /// Has the genre with this key.
    Genre(String),
    /// Has the person with this key in this role.
    Person(Role, String),
    /// Has the spoken language with this key.
    Language(String),
    /// Has the country of production with this key.
    Country(String),
    /// Is of the provider.
    Provider(String),
    /// Has a year in the range (an empty range: has a year).
    Years(YearRange),
    /// Has a runtime in the range (an empty range: has a runtime).
    Runtime(RuntimeRange),
    /// Has a mean rating in the range (an empty range: has a rating).
    Rating(RatingRange),
    /// Has a poster, or has none.
    Poster(bool),
    /// All hold; empty is [`Clause::All`].
    AllOf(Vec<Clause>),
    /// One holds at least; empty is [`Clause::None`].
    AnyOf(Vec<Clause>),
    /// So many hold at least.
    AtLeast(usize, Vec<Clause>),
    /// Does not hold.
    Not(Box<Clause>),
}

/// So many hits are enough: fewer are few, for which weaker matches are found, and corrections and relaxations offered.
pub const ENOUGH_HITS: u64 = 5;

/// Longest prefix that engines look up by themselves.
pub const MAX_PREFIX_CHARS: usize = 3;

/// One way to match, and its worth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// Points for a movie that meets the clause and no better tier of the group.
    pub weight: u32,
    /// The condition.
    pub clause: Clause,
    /// The kind of reason that it is to the caller.
    pub kind: ReasonKind,
}

/// Kinds of match of which a movie gets the best only; tiers are in falling order of weight.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The tiers.
    pub tiers: Vec<Tier>,
}

/// A facet's own top-level filter, kept apart because the facet itself ignores it. Empty constrains nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drill {
    /// Keys of `genres.anyOf`.
    pub genres: Vec<String>,
    /// Keys of `cast.anyOf`.
    pub cast: Vec<String>,
    /// Keys of `directors.anyOf`.
    pub directors: Vec<String>,
    /// Keys of `languages.anyOf`.
    pub languages: Vec<String>,
    /// Keys of `countries.anyOf`.
    pub countries: Vec<String>,
    /// Keys of `providers.anyOf`.
    pub providers: Vec<String>,
    /// `decades`, as ranges; any of them.
    pub decades: Vec<YearRange>,
    /// `year`.
    pub years: YearRange,
}

/// What an engine is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Text, understood filters, and every filter but [`Plan::drill`].
    pub must: Clause,
    /// Filters that their own facets ignore. Years and decades are one facet dimension.
    pub drill: Drill,
    /// A movie's score is the sum over the groups; below 2^24, so that it is exact in a 32-bit float.
    pub score: Vec<Group>,
}

impl Clause {
    /// All of these; one alone is itself.
    pub fn all_of(clauses: impl IntoIterator<Item = Clause>) -> Self {
        let mut clauses: Vec<Clause> = clauses.into_iter().filter(|clause| *clause != Self::All).collect();
        match clauses.len() {
            0 => Self::All,
            1 => clauses.remove(0),
            _ => Self::AllOf(clauses),
        }
    }

    /// Any of these, each once; one alone is itself.
    pub fn any_of(clauses: impl IntoIterator<Item = Clause>) -> Self {
        let mut kept: Vec<Clause> = Vec::new();
        for clause in clauses {
            if clause == Self::All {
                return Self::All;
            }
            if clause != Self::None && !kept.contains(&clause) {
                kept.push(clause);
            }
        }
        match kept.len() {
            0 => Self::None,
            1 => kept.remove(0),
            _ => Self::AnyOf(kept),
        }
    }

    /// At least so many of these; those that no movie meets are left out.
    pub fn at_least(count: usize, clauses: impl IntoIterator<Item = Clause>) -> Self {
        let clauses: Vec<Clause> = clauses.into_iter().filter(|clause| *clause != Self::None).collect();
        match count {
            0 => Self::All,
            1 => Self::any_of(clauses),
            _ if count > clauses.len() => Self::None,
            _ if count == clauses.len() => Self::all_of(clauses),
            _ => Self::AtLeast(count, clauses),
        }
    }

    /// Movies for which it does not hold.
    pub fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// These words in the field, side by side where they are several.
    pub fn words(field: WordField, mut words: Vec<String>) -> Self {
        match words.len() {
            0 => Self::All,
            1 => Self::Word(field, words.remove(0)),
            _ => Self::Phrase(field, words),
        }
    }
}

impl Group {
    /// The group of these tiers, best first; tiers that no movie can meet are left out.
    pub fn new(tiers: impl IntoIterator<Item = Tier>) -> Self {
        let mut tiers: Vec<Tier> = tiers.into_iter().filter(|tier| tier.clause != Clause::None).collect();
        tiers.sort_by_key(|tier| std::cmp::Reverse(tier.weight));
        Self { tiers }
    }
}
