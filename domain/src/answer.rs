//! The answer to a search, in the terms of the contract: it has no engine types.

use serde::{Deserialize, Serialize};

use crate::{facet::FacetAnswer, movie::Movie, question::Question};

/// Answer to one [`crate::SearchRequest`].
#[derive(Clone, Debug, Default)]
pub struct SearchAnswer {
    /// Present if requested.
    pub total: Option<Total>,
    /// One for each requested page, in order.
    pub hits: Vec<HitPage>,
    /// One for each requested facet, in order.
    pub facets: Vec<FacetAnswer>,
    /// How the text was understood.
    pub understood: Vec<Understanding>,
    /// Present if requested and if it finds more.
    pub did_you_mean: Option<Correction>,
    /// How much of the text the movies found meet.
    pub matching: Matching,
    /// Filled if requested and if few movies are found.
    pub relaxations: Vec<Relaxation>,
    /// Present if requested.
    pub explain: Option<Explain>,
    /// What the caller should know about the question, such as a genre that no movie has.
    pub warnings: Vec<Warning>,
}

/// How much of the text every movie found meets. Where few movies meet all of it, those are found that meet most of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matching {
    /// The pieces of the text that a movie should meet, as typed: words, names, years; without stop words and fillers.
    pub words: Vec<String>,
    /// Number of those pieces.
    pub of: usize,
    /// How many of them every movie found meets at least.
    pub at_least: usize,
    /// The weakest kind of match that is among the movies found.
    pub weakest: MatchKind,
}

impl Matching {
    /// Whether movies are among those found that miss a part of the text, or meet it with a typo only.
    pub fn is_weak(&self) -> bool {
        self.at_least < self.of || self.weakest == MatchKind::Typo
    }
}

/// Kinds of match of a word, strongest first. Weaker ones are found only where the stronger ones find few movies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MatchKind {
    /// In a title or a name of cast or directors, or as the year, genre or person that it is understood as.
    #[default]
    Exact,
    /// In summary, plot, keywords or a writer's name, or as the start of a word of a title or a name.
    Mention,
    /// With a typo.
    Typo,
}

/// Number of movies found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// Movies.
    pub value: u64,
    /// Whether `value` is the exact count.
    pub relation: TotalRelation,
}

/// Whether a count is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TotalRelation {
    /// Exact.
    Equal,
    /// The count is a lower bound.
    AtLeast,
}

/// One page of hits.
#[derive(Clone, Debug, Default)]
pub struct HitPage {
    /// In the order of the whole list, whatever the direction of the page.
    pub hits: Vec<Hit>,
    /// Whether there is an item before the first one of this page.
    pub has_previous: bool,
    /// Whether there is an item after the last one of this page.
    pub has_next: bool,
}

/// One movie found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Opaque position in the list.
    pub cursor: String,
    /// The movie.
    pub movie: Movie,
    /// Relevance, where the question has text and sorts by it.
    pub score: Option<u32>,
    /// Texts that contain typed words; empty unless requested.
    pub highlights: Vec<Highlight>,
    /// Why it was found; empty unless requested.
    pub reasons: Vec<Reason>,
}

/// Searchable field of a movie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SearchField {
    /// Title.
    Title,
    /// A name of the cast.
    Cast,
    /// A genre.
    Genres,
    /// Summary (or the part of it that contains the words).
    Summary,
    /// Year or decade.
    Year,
    /// A name of the directors.
    Directors,
    /// A name of the writers.
    Writers,
    /// An other title.
    Titles,
    /// The whole plot (or the part of it that contains the words).
    Plot,
    /// A keyword.
    Keywords,
}

/// A text with the spans of the matching words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Highlight {
    /// Field of the text.
    pub field: SearchField,
    /// Plain text, never markup.
    pub text: String,
    /// Matching words, in order, never overlapping.
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
    /// What it matched.
    pub matched: String,
}

/// How typed text matched a movie, best first.
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
    /// The word with another ending: a plural, or another form of the verb.
    Inflected,
    /// The word, joined or split.
    Joined,
    /// The same number in another notation (`2`, `II`, `two`).
    Numeral,
    /// A synonym: of the operator's list, or another everyday word for it.
    Synonym,
    /// A word one or two typos away (edit distance).
    Typo,
    /// The words in this order, as quoted.
    Phrase,
    /// A year or decade.
    Year,
    /// A genre.
    Genre,
    /// A person.
    Person,
    /// The movie does not have it.
    Missing,
}

/// One part of the text that is understood as more than words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Understanding {
    /// What it is understood as.
    pub kind: UnderstandingKind,
    /// Part of the text as typed.
    pub typed: String,
    /// What it means: `1980s`, `Science Fiction`, `John Wayne`, `1990-1995`, `-word`.
    pub value: String,
    /// What it does to the hits.
    pub effect: UnderstandingEffect,
    /// The question without this part.
    pub without: Question,
}

/// What a part of the text is understood as.
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
    /// A person of the catalogue who directs: one who stands in no cast, or whom the text calls a director.
    Director,
    /// Words in quotes, which must occur exactly.
    Phrase,
    /// What must not occur: behind a minus, or behind a word such as `without`.
    Excluded,
    /// Words that name nothing of a movie, such as `movie` or `1080p`.
    Filler,
    /// A movie that others are wanted to be like.
    Similar,
}

/// What an understanding does to the hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnderstandingEffect {
    /// Movies without it are not found.
    Filter,
    /// Movies with it come first.
    Boost,
    /// None: it is not searched for.
    Ignored,
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

/// A part of the question that can be dropped to find more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relaxation {
    /// What would be dropped.
    pub part: RelaxedPart,
    /// Text to show: the word, or the filter's values.
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
    /// A person named in the text.
    Person,
    /// Another part of the text that is understood as more than words.
    Understood,
    /// The whole text.
    Text,
    /// Several parts at once.
    Several,
    /// A filter by genre.
    Genres,
    /// A filter by cast.
    Cast,
    /// A filter by directors.
    Directors,
    /// A filter by writers.
    Writers,
    /// A filter by language.
    Languages,
    /// A filter by country.
    Countries,
    /// A filter by runtime.
    Runtime,
    /// A filter by rating.
    Rating,
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

/// How the engine executed the question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explain {
    /// `embedded` or `elasticsearch`.
    pub engine: String,
    /// Time inside the engine, in microseconds.
    pub took_us: u64,
    /// The request as the engine received it (DSL, or the embedded plan), as JSON text.
    pub plan: String,
}

/// Something unexpected in the question that is not an error.
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
