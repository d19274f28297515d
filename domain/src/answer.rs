//! The answer to a search, in the words of the contract: no engine type appears here.

use serde::{Deserialize, Serialize};

use crate::{facet::FacetAnswer, movie::Movie, question::Question};

/// Answer to one [`crate::SearchRequest`].
#[derive(Clone, Debug, Default)]
pub struct SearchAnswer {
    /// Where asked.
    pub total: Option<Total>,
    /// One for each page asked, in order.
    pub hits: Vec<HitPage>,
    /// One for each facet asked, in order.
    pub facets: Vec<FacetAnswer>,
    /// How the text was read.
    pub understood: Vec<Understanding>,
    /// Where asked and where it finds more.
    pub did_you_mean: Option<Correction>,
    /// Where asked and where little is found.
    pub relaxations: Vec<Relaxation>,
    /// Where asked.
    pub explain: Option<Explain>,
    /// What the caller should know of the question, such as a genre nobody has.
    pub warnings: Vec<Warning>,
}

/// Number of movies found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// Movies.
    pub value: u64,
    /// Whether `value` is the exact count.
    pub relation: TotalRelation,
}

/// How a count relates to the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TotalRelation {
    /// Exact.
    Equal,
    /// There are at least so many.
    AtLeast,
}

/// One page of hits.
#[derive(Clone, Debug, Default)]
pub struct HitPage {
    /// In the order of the whole list, whichever way the page was read.
    pub hits: Vec<Hit>,
    /// Whether an item stands before the first one of this page.
    pub has_previous: bool,
    /// Whether an item stands behind the last one of this page.
    pub has_next: bool,
}

/// One movie found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Opaque place in the list.
    pub cursor: String,
    /// The movie.
    pub movie: Movie,
    /// Relevance, where the question has text and sorts by it.
    pub score: Option<u32>,
    /// Texts in which typed words were found; empty unless asked.
    pub highlights: Vec<Highlight>,
    /// Why it was found; empty unless asked.
    pub reasons: Vec<Reason>,
}

/// Field of a movie that words are found in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SearchField {
    /// Title.
    Title,
    /// A name of the cast.
    Cast,
    /// A genre.
    Genres,
    /// Summary (or the part of it that holds the words).
    Summary,
    /// Year or decade.
    Year,
}

/// A text with the places of the words found in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Highlight {
    /// Where the text stands.
    pub field: SearchField,
    /// Plain text, never markup.
    pub text: String,
    /// Places, in order, never overlapping.
    pub spans: Vec<Span>,
}

/// Part of a text, in UTF-16 code units (what JavaScript's `slice` takes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First unit.
    pub start: u32,
    /// One past the last unit.
    pub end: u32,
}

/// Why a movie was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// How.
    pub kind: ReasonKind,
    /// Where, if one field can be named.
    pub field: Option<SearchField>,
    /// What was typed.
    pub typed: String,
    /// What it was found as.
    pub matched: String,
}

/// How typed text met a movie, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReasonKind {
    /// The operator pinned the movie to the text.
    Pin,
    /// The whole title.
    ExactTitle,
    /// The title starts with it.
    TitlePrefix,
    /// The word itself.
    Word,
    /// A word that starts with it.
    Prefix,
    /// The word, joined or split otherwise.
    Joined,
    /// The same number, written otherwise (`2`, `II`, `two`).
    Numeral,
    /// A synonym that the operator gave.
    Synonym,
    /// A word one or two slips away.
    Typo,
    /// The words in this order, as quoted.
    Phrase,
    /// A year or decade.
    Year,
    /// A genre.
    Genre,
    /// A person.
    Person,
}

/// One piece of text read as something more than words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Understanding {
    /// Read as.
    pub kind: UnderstandingKind,
    /// Piece of the text as typed.
    pub typed: String,
    /// What it stands for: `1980s`, `Science Fiction`, `John Wayne`, `1990-1995`, `-word`.
    pub value: String,
    /// What it does.
    pub effect: UnderstandingEffect,
    /// The question without this piece.
    pub without: Question,
}

/// What a piece of text was read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum UnderstandingKind {
    /// One year.
    Year,
    /// From a year to a year.
    YearRange,
    /// A decade.
    Decade,
    /// A genre.
    Genre,
    /// A person of the catalogue.
    Person,
    /// Words in quotes, wanted as they stand.
    Phrase,
    /// A word with a minus, not wanted.
    Excluded,
}

/// What an understanding does to the hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnderstandingEffect {
    /// Movies without it are not found.
    Filter,
    /// Movies with it come first.
    Boost,
}

/// Another spelling of the text that finds more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// The text as it may have been meant.
    pub text: String,
    /// Movies that it finds.
    pub total: u64,
    /// The question with that text.
    pub question: Question,
}

/// A part of the question that may be dropped to find more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relaxation {
    /// What would be dropped.
    pub part: RelaxedPart,
    /// How a person would call it: the word, or the filter's values.
    pub dropped: String,
    /// Movies found without it.
    pub total: u64,
    /// The question without it.
    pub question: Question,
}

/// Part of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RelaxedPart {
    /// A word of the text.
    Word,
    /// A filter by genre.
    Genres,
    /// A filter by cast.
    Cast,
    /// A filter by title.
    Title,
    /// A filter by year.
    Year,
    /// A filter by decade.
    Decades,
    /// A filter by poster.
    HasPoster,
    /// A filter by provider.
    Providers,
}

/// How the engine went about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explain {
    /// `embedded` or `elasticsearch`.
    pub engine: String,
    /// Time inside the engine, in microseconds.
    pub took_us: u64,
    /// The request as the engine got it (DSL, or the embedded plan), as JSON text.
    pub plan: String,
}

/// Something odd in the question that is no error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Stable code, such as `UNKNOWN_VALUE`.
    pub code: &'static str,
    /// One sentence for a developer.
    pub message: String,
    /// Argument it is about, such as `where.genres`.
    pub argument: String,
    /// Value as given.
    pub value: String,
    /// Values that may have been meant.
    pub suggestions: Vec<String>,
}
