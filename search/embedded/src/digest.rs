//! The digest of a snapshot's movies.

use std::hash::{DefaultHasher, Hash, Hasher};

use tantivy::Result;
use wikimovie_engine::catalog::CatalogDigest;

use super::{
    columns::Segments,
    fields::column::{CONTENT, GENERATION, ID_HASH, OBJECT, ORDINAL},
    snapshot::Snapshot,
};

impl Snapshot {
    /// The digest, computed once.
    pub(super) fn digest(&self) -> Result<CatalogDigest> {
        let digest = match self.digest.get() {
            Some(&known) => known,
            None => {
                let sum = self.sum_of_records()?;
                *self.digest.get_or_init(|| sum)
            }
        };
        Ok(CatalogDigest { movies: self.revision.movies, digest })
    }

    /// The sum of a hash of each shown record. Documents are renumbered by merges, which changes no sum.
    fn sum_of_records(&self) -> Result<u64> {
        let segments = Segments::of(&self.searcher);
        let objects = segments.strings(OBJECT)?;
        let columns = [ID_HASH, CONTENT, GENERATION, ORDINAL];
        let columns = columns.into_iter().map(|name| segments.numbers(name)).collect::<Result<Vec<_>>>()?;
        let mut sum = 0_u64;
        for (segment, doc, number) in segments.docs().filter(|&(.., doc)| self.live.contains(doc as usize)) {
            let mut hasher = DefaultHasher::new();
            for column in &columns {
                column[number as usize].hash(&mut hasher);
            }
            for object in objects.of(segment, doc) {
                objects.strings[object as usize].hash(&mut hasher);
            }
            sum = sum.wrapping_add(hasher.finish());
        }
        Ok(sum)
    }
}

#[cfg(test)]
mod tests {
    use wikimovie_domain::Movie;
    use wikimovie_testkit_builders::{dozen, movie};

    use crate::testing::{record, snapshot};

    fn records(movies: &[Movie]) -> Vec<Movie> {
        movies.iter().zip(1..).map(|(movie, at)| record(movie.clone(), "acme/a.json", 1_000, at)).collect()
    }

    #[test]
    fn a_digest_is_of_the_movies_and_not_of_their_documents() {
        let all = records(&dozen());
        let digest = |commits: &[Vec<Movie>]| snapshot(commits, &[]).digest().unwrap();
        let whole = digest(std::slice::from_ref(&all));
        assert_eq!(whole.movies, 12);
        let in_parts = [all[7..].to_vec(), all[..7].to_vec()];
        assert_eq!(digest(&in_parts), whole, "other segments, the same movies");
        let mut other = all.clone();
        other[3] = record(movie("other", "Other", 1990).build(), "acme/a.json", 1_000, 4);
        let mut changed = all.clone();
        changed[3].summary = Some("Another one".to_owned());
        let mut elsewhere = all.clone();
        elsewhere[3].provenance.object = "acme/b.json".to_owned();
        let mut newer = all.clone();
        newer[3].provenance.generation = 2_000;
        let fewer = all[1..].to_vec();
        for (name, movies) in [
            ("another movie", other),
            ("another text", changed),
            ("another object", elsewhere),
            ("a newer object", newer),
            ("a movie less", fewer),
        ] {
            assert_ne!(digest(&[movies]).digest, whole.digest, "{name}");
        }
    }
}
