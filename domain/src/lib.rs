//! Movies, and questions and answers about movies.
//!
//! The lowest crate of the workspace: plain types that are valid by construction. It does no I/O, knows no engine, no
//! HTTP and no AWS, and is never async. All other crates translate into or out of it.

pub mod answer;
pub mod catalog;
pub mod details;
pub mod facet;
pub mod filter;
pub mod movie;
pub mod page;
pub mod question;
pub mod receipt;
pub mod suggest;
pub mod year;

pub use answer::{
    Correction, Explain, Highlight, Hit, HitPage, MatchKind, Matching, Reason, ReasonKind, Relaxation,
    RelaxedPart, SearchAnswer, SearchField, Span, Total, TotalRelation, Understanding, UnderstandingEffect,
    UnderstandingKind, Warning,
};
pub use catalog::{CatalogInfo, Costar, CostarPath, CostarStep, PersonSummary, Revision};
pub use details::{Attribution, Date, Details, Popularity, Rating, RatingValue};
pub use facet::{FacetAnswer, FacetField, FacetOrder, FacetRequest, FacetValue, YearBucket, YearHistogram};
pub use filter::{Filter, FilterError, RatingRange, RuntimeRange, ValueMatch, YearRange};
pub use movie::{Image, Movie, MovieId, OtherTitle, Provenance, Role, TitleKind};
pub use page::{Direction, PageError, PageRequest};
pub use question::{HitsRequest, MovieParts, MovieSort, Question, SearchRequest, Wanted};
pub use receipt::{
    DroppedValues, ObjectReceipt, Reading, ReceiptStatus, Refusal, RefusalReason, RenamedGenre,
    SkippedRecords,
};
pub use suggest::{AutocompleteRequest, Suggested, Suggestion, SuggestionKind};
pub use year::{Year, YearOutOfRange};
