//! Snapshots of a few movies in memory, for the tests beside the code.

use std::sync::Arc;

use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, indexer::NoMergePolicy};
use wikimovie_domain::{Movie, MovieId, Revision};
use wikimovie_engine::content_hash::content_hash;
use wikimovie_testkit_builders::dozen;

use super::{doc_set::DocSet, fields::Fields, snapshot::Snapshot};

/// Memory of the writer, in bytes: the least that tantivy takes.
const BUFFER_BYTES: usize = 15_000_000;

/// A movie as one record of an object.
pub(super) fn record(mut movie: Movie, object: &str, generation: u64, record: u64) -> Movie {
    movie.provenance.object = object.to_owned();
    movie.provenance.generation = generation;
    movie.provenance.record = record;
    movie
}

/// The snapshot of these commits, each of which is one segment, after the records of some objects were deleted.
pub(super) fn snapshot(commits: &[Vec<Movie>], deleted: &[&str]) -> Snapshot {
    let fields = Fields::new();
    let index = Index::create_in_ram(fields.schema.clone());
    let mut writer: IndexWriter = index.writer_with_num_threads(1, BUFFER_BYTES).unwrap();
    writer.set_merge_policy(Box::new(NoMergePolicy));
    for movies in commits {
        for movie in movies {
            let json = serde_json::to_vec(movie).unwrap();
            let content = content_hash(movie).unwrap();
            let document = fields.document(&movie.provenance.object, movie, &json, content);
            writer.add_document(document).unwrap();
        }
        writer.commit().unwrap();
    }
    for object in deleted {
        writer.delete_term(Fields::term(fields.object, object));
    }
    writer.commit().unwrap();
    let reader: IndexReader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().unwrap();
    Snapshot::take(&fields, reader.searcher(), Revision::default(), &Arc::default()).unwrap()
}

/// The dozen movies over two segments, among records that are not shown: an older one of each of two movies, and one of
/// a movie whose object was deleted.
pub(super) fn dozen_in_segments() -> Snapshot {
    let mut movies: Vec<Movie> =
        (1..).zip(dozen()).map(|(number, movie)| record(movie, "new", 2, number)).collect();
    let second = movies.split_off(5);
    let hidden = |at: usize| {
        let mut movie = record(dozen()[at].clone(), "old", 1, 1);
        movie.title.push_str(" hidden");
        movie.genres.push("Hidden".to_owned());
        movie.cast.push("Hidden Person".to_owned());
        movie
    };
    let mut deleted = record(hidden(0), "deleted", 3, 1);
    deleted.id = MovieId::from_record("test", "deleted");
    movies.insert(0, hidden(7));
    movies.push(deleted);
    snapshot(&[movies, [vec![hidden(2)], second].concat()], &["deleted"])
}

/// Titles of a set of documents, in title order.
pub(super) fn titles(snapshot: &Snapshot, docs: &DocSet<'_>) -> Vec<String> {
    let mut docs = docs.to_list().into_owned();
    docs.sort_by_key(|&doc| snapshot.rank[doc as usize]);
    docs.into_iter().map(|doc| snapshot.movie(doc).unwrap().title).collect()
}
