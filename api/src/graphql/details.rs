//! What hangs on a movie beside its own texts: other titles, ids elsewhere, ratings, and whom to name.

use async_graphql::{Enum, SimpleObject};
use wikimovie_domain as domain;

/// A title under which a movie is known besides its own.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct OtherTitle {
    /// The title as the provider writes it.
    title: String,
    /// Language of the title, a tag of BCP 47 such as `ja` or `pt-BR`; null where it is not known.
    language: Option<String>,
    /// What it is to the movie.
    kind: TitleKind,
}

/// What an other title is to its movie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::TitleKind")]
pub(crate) enum TitleKind {
    /// The title in the language in which the movie was made.
    Original,
    /// The title elsewhere, or one by which people call it.
    Alternative,
    /// The title of a version while it was made.
    Working,
}

impl From<&domain::OtherTitle> for OtherTitle {
    fn from(other: &domain::OtherTitle) -> Self {
        Self { title: other.title.clone(), language: other.language.clone(), kind: other.kind.into() }
    }
}

/// The id of a movie elsewhere.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ExternalId {
    /// Who gave the id, in lower case, such as `imdb`, `tmdb` and `wikidata`.
    source: String,
    /// The id as its source writes it, such as `tt0068646`.
    id: String,
}

impl ExternalId {
    /// The ids of a movie, by source.
    pub(crate) fn of(details: &domain::Details) -> Vec<Self> {
        details.ids.iter().map(|(source, id)| Self { source: source.clone(), id: id.clone() }).collect()
    }
}

/// What one source thinks of a movie.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Rating {
    /// Who rates, such as `imdb`.
    source: String,
    /// From 0 to 10, in hundredths.
    value: f64,
    /// Number of votes, at most the largest `Int`; null where it is not known.
    votes: Option<i32>,
}

impl From<&domain::Rating> for Rating {
    fn from(rating: &domain::Rating) -> Self {
        let votes = rating.votes.map(|votes| i32::try_from(votes).unwrap_or(i32::MAX));
        Self { source: rating.source.clone(), value: rating.value.get(), votes }
    }
}

/// Whom to name where a movie is shown, and under which terms.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Attribution {
    /// What to show, in plain text.
    text: String,
    /// Name of the licence, such as `CC BY-SA 4.0`.
    licence: Option<String>,
    /// Page about source or licence, an absolute `http` or `https` address.
    url: Option<String>,
}

impl From<&domain::Attribution> for Attribution {
    fn from(attribution: &domain::Attribution) -> Self {
        Self {
            text: attribution.text.clone(),
            licence: attribution.licence.clone(),
            url: attribution.url.clone(),
        }
    }
}
