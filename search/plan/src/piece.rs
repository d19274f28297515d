//! Pieces of a text that a movie should meet, and what is known of its words.

use wikimovie_domain::{MatchKind, ReasonKind};

use super::{Clause, Tier, term_expansion::match_kind};

/// A piece of a text that a movie should meet: a word, or words understood as one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Its words; none where only [`Piece::other`] meets it.
    pub(crate) words: Vec<usize>,
    /// As typed.
    pub(crate) typed: String,
    /// What meets it besides its words: the year, genre or person that it is understood as.
    pub(crate) other: Vec<Clause>,
    /// What meets it too where weaker matches are found.
    pub(crate) weaker: Vec<Clause>,
    /// What meets it where a time may be remembered wrongly: the title that the rest of the text is.
    pub(crate) remembered: Vec<Clause>,
    /// What it is read as.
    pub(crate) kind: PieceKind,
    /// Whether it counts where only some pieces must be met; words that most plots have do not, beside rarer ones.
    pub(crate) telling: bool,
    /// By [`MatchKind`], whether the catalogue has anything that meets it so strongly.
    pub(crate) has: [bool; 3],
}

/// What a piece of a text is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PieceKind {
    /// A word, or a person of one name.
    Word,
    /// A year, decade or range of years.
    Time,
    /// A genre.
    Genre,
    /// A person of several names: required as long as a movie with that person is left.
    Person,
}

impl Piece {
    /// Whether it must be met as long as a movie meets it.
    pub(crate) fn is_required(&self) -> bool {
        self.kind == PieceKind::Person
    }

    /// Whether it may be met in so strong a way. A plot that mentions a year is not of that year.
    pub(crate) fn is_met_by(&self, kind: MatchKind) -> bool {
        kind == MatchKind::Exact || self.kind != PieceKind::Time
    }
}

/// What is known of a word of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WordFacts {
    /// What its weights are multiplied by.
    pub(crate) rarity: u32,
    /// Whether the catalogue has it anywhere.
    pub(crate) is_known: bool,
    /// Whether it is long and stands in a title or a name as typed, so that longer words are another word.
    pub(crate) is_whole: bool,
    /// Whether it is a stop word or a word of a question, whose place in a title says nothing by itself.
    pub(crate) is_weak: bool,
}

impl WordFacts {
    /// How strongly a tier matches the word.
    pub(crate) fn match_kind(self, tier: &Tier) -> MatchKind {
        let is_longer = tier.kind == ReasonKind::Prefix && self.is_whole;
        if is_longer { MatchKind::Typo } else { match_kind(tier) }
    }
}
