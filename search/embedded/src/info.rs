//! What a snapshot says of its catalogue as a whole.

use wikimovie_domain::CatalogInfo;

use super::snapshot::Snapshot;

/// Name of this engine in answers.
pub(super) const ENGINE: &str = "embedded";

impl Snapshot {
    pub(super) fn info(&self) -> CatalogInfo {
        let providers = self.vocabulary.providers().iter();
        CatalogInfo {
            engine: ENGINE.into(),
            engine_version: tantivy::version_string().into(),
            movies: self.revision.movies,
            people: self.vocabulary.people().len() as u64,
            genres: self.vocabulary.genres().len() as u64,
            providers: providers.map(|entry| (entry.name.clone(), u64::from(entry.movies))).collect(),
            revision: self.revision,
        }
    }
}
