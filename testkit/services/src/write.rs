//! One object applied to an index of any engine.

use wikimovie_domain::Movie;
use wikimovie_engine::{CatalogWriter, ObjectState, Tally, WriteError};

/// Applies an object that lists these movies to an index, and commits.
///
/// # Errors
/// Those of the writer.
pub fn apply(
    writer: &mut dyn CatalogWriter,
    key: &str,
    modified_ms: u64,
    movies: Vec<Movie>,
) -> Result<(), WriteError> {
    let provider = key.split_once('/').map_or("default", |(provider, _)| provider).to_owned();
    let fingerprint = modified_ms.to_string();
    let object = writer.begin(&ObjectState {
        key: key.to_owned(),
        object: key.to_owned(),
        provider,
        modified_ms,
        fingerprint,
    })?;
    for (place, mut movie) in movies.into_iter().enumerate() {
        movie.provenance.object = key.to_owned();
        movie.provenance.record = place as u64 + 1;
        movie.provenance.generation = object.generation();
        writer.put(&object, movie)?;
    }
    writer.finish(object, Tally::default())?;
    writer.commit()?;
    Ok(())
}
