//! The catalogue as a whole, and the people in it.

/// State of the catalogue at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogInfo {
    /// `embedded` or `elasticsearch`.
    pub engine: String,
    /// Engine's version.
    pub engine_version: String,
    /// Movies that can be found.
    pub movies: u64,
    /// Different people.
    pub people: u64,
    /// Different genres.
    pub genres: u64,
    /// Movies by provider, by name.
    pub providers: Vec<(String, u64)>,
    /// Revision of this state.
    pub revision: Revision,
}

/// One state of the catalogue; it changes with each change of a movie and with nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Revision {
    /// Strictly growing over the life of the index.
    pub number: u64,
    /// Milliseconds since the Unix epoch at which it became visible.
    pub as_of_ms: u64,
    /// Movies in it.
    pub movies: u64,
}

/// A person, known by the names of casts, directors and writers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonSummary {
    /// Identity: the name folded (no case, diacritics, punctuation).
    pub key: String,
    /// Commonest spelling.
    pub name: String,
    /// Movies with this person, in whatever role; one in which they have several roles counts once.
    pub movies: u64,
}

/// Someone who is in the same casts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Costar {
    /// Who.
    pub person: PersonSummary,
    /// Movies together.
    pub together: u64,
}

/// How two people are connected through casts, by the fewest movies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostarPath {
    /// Where it starts.
    pub from: PersonSummary,
    /// Where it ends.
    pub to: PersonSummary,
    /// Movies between them in order; empty when both are the same person.
    pub steps: Vec<CostarStep>,
}

/// One movie that connects two people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostarStep {
    /// The movie's id.
    pub movie: crate::movie::MovieId,
    /// Who it leads to.
    pub person: PersonSummary,
}
