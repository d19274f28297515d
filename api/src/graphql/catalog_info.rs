//! The catalogue as a whole.

use async_graphql::SimpleObject;
use wikimovie_domain as domain;

use crate::graphql::scalars::DateTime;

/// The catalogue as a whole, at one moment.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct CatalogInfo {
    /// Name of the engine: `embedded` or `elasticsearch`.
    engine: String,
    /// Version of the engine.
    engine_version: String,
    /// Number of movies that can be found.
    movies: u64,
    /// Number of different people.
    people: u64,
    /// Number of different genres.
    genres: u64,
    /// Providers with their movies, by name.
    providers: Vec<ProviderInfo>,
    /// Revision of the catalogue: a number that grows with every change of a movie and with nothing else.
    generation: String,
    /// Moment at which this revision became visible.
    as_of: DateTime,
}

/// A provider of movies.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ProviderInfo {
    /// Name of the provider.
    name: String,
    /// Number of its movies.
    movies: u64,
}

/// A new state of the catalogue.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct CatalogRevision {
    /// Revision of the catalogue, as in `CatalogInfo.generation`.
    generation: String,
    /// Moment at which it became visible.
    as_of: DateTime,
    /// Number of movies in it.
    movies: u64,
}

impl From<domain::CatalogInfo> for CatalogInfo {
    fn from(info: domain::CatalogInfo) -> Self {
        let providers = info.providers.into_iter().map(|(name, movies)| ProviderInfo { name, movies });
        Self {
            engine: info.engine,
            engine_version: info.engine_version,
            movies: info.movies,
            people: info.people,
            genres: info.genres,
            providers: providers.collect(),
            generation: info.revision.number.to_string(),
            as_of: DateTime::from_ms(info.revision.as_of_ms),
        }
    }
}

impl From<domain::Revision> for CatalogRevision {
    fn from(revision: domain::Revision) -> Self {
        Self {
            generation: revision.number.to_string(),
            as_of: DateTime::from_ms(revision.as_of_ms),
            movies: revision.movies,
        }
    }
}
