//! Genres, people and providers: values that are compared by key and shown in their commonest spelling.

use fixedbitset::FixedBitSet;
use wikimovie_plan::vocabulary::Entry;

use super::{
    columns::{Segments, StringColumn},
    lists::Lists,
};

/// The values of a column that live movies have.
pub(super) struct Values {
    /// Sorted by key.
    pub(super) entries: Vec<Entry>,
    /// For each document the indices of its values in `entries`, each once, in the order of the movie.
    pub(super) rows: Lists,
}

/// Values before it is known which keys live movies have.
struct ValueCounts {
    /// Movies of each key.
    movies: Vec<u32>,
    /// Movies that spell a value so, by spelling.
    spelled: Vec<u32>,
    /// For each document its keys.
    rows: Lists,
}

impl Values {
    pub(super) fn read(
        segments: &Segments<'_>,
        live: &FixedBitSet,
        column: &str,
        key: impl Fn(&str) -> String,
    ) -> tantivy::Result<Self> {
        let column = segments.strings(column)?;
        let key_of_spelling: Vec<String> = column.strings.iter().map(|spelling| key(spelling)).collect();
        let mut keys: Vec<&str> = key_of_spelling.iter().map(String::as_str).collect();
        keys.sort_unstable();
        keys.dedup();
        let index = |key: &String| keys.partition_point(|other| other < &key.as_str()) as u32;
        let key_of_spelling: Vec<u32> = key_of_spelling.iter().map(index).collect();

        let ValueCounts { movies, spelled, mut rows } =
            ValueCounts::of(segments, live, &column, &key_of_spelling, keys.len());
        let commonest = commonest(&spelled, &key_of_spelling, keys.len());
        let mut entries = Vec::with_capacity(keys.len());
        let mut renumbered = vec![0; keys.len()];
        for (key, &movies) in movies.iter().enumerate().filter(|&(_, &movies)| movies > 0) {
            renumbered[key] = entries.len() as u32;
            let name = column.strings[commonest[key]].clone();
            entries.push(Entry { key: keys[key].to_owned(), name, movies });
        }
        if entries.len() < keys.len() {
            rows.renumber(&renumbered);
        }
        Ok(Self { entries, rows })
    }
}

impl ValueCounts {
    fn of(
        segments: &Segments<'_>,
        live: &FixedBitSet,
        column: &StringColumn,
        key_of_spelling: &[u32],
        keys: usize,
    ) -> Self {
        let mut counts = Self {
            movies: vec![0; keys],
            spelled: vec![0; key_of_spelling.len()],
            rows: Lists::with_rows(segments.rows()),
        };
        let mut row: Vec<u32> = Vec::new();
        for (segment, doc, number) in segments.docs() {
            row.clear();
            let is_live = live.contains(number as usize);
            for spelling in column.of(segment, doc).filter(|_| is_live) {
                let key = key_of_spelling[spelling as usize];
                // A movie that spells a value in two ways counts for the first of them.
                if !row.contains(&key) {
                    row.push(key);
                    counts.movies[key as usize] += 1;
                    counts.spelled[spelling as usize] += 1;
                }
            }
            counts.rows.push(row.iter().copied());
        }
        counts
    }
}

/// The spelling of each key that most movies have; of equals the first in byte order.
fn commonest(spelled: &[u32], key_of_spelling: &[u32], keys: usize) -> Vec<usize> {
    let mut best = vec![(0, 0); keys];
    for (spelling, (&movies, &key)) in spelled.iter().zip(key_of_spelling).enumerate() {
        if movies > best[key as usize].0 {
            best[key as usize] = (movies, spelling);
        }
    }
    best.into_iter().map(|(_, spelling)| spelling).collect()
}

#[cfg(test)]
mod tests {
    use wikimovie_domain::Movie;
    use wikimovie_testkit_builders::movie;

    use crate::testing::{record, snapshot};

    /// A value as it is shown, and its movies.
    type Shown<'a> = (&'a str, u32);

    /// A movie with these genres, as a record of an object.
    fn of(id: &str, object: &str, generation: u64, genres: &str) -> Movie {
        record(movie(id, id, 1990).genres(genres).build(), object, generation, 1)
    }

    #[test]
    fn a_value_is_shown_in_its_commonest_spelling() {
        // Genres of each movie, and what is shown: each value with its movies.
        let cases: [(&[&str], &[Shown<'_>]); 5] = [
            (&["Noir", "noir", "noir"], &[("noir", 3)]),
            // Of equally common ones the first in byte order.
            (&["noir", "Noir"], &[("Noir", 2)]),
            // A movie counts once, for the spelling that it has first.
            (&["noir, Noir", "noir, Noir", "Noir"], &[("noir", 3)]),
            (&["Drama", "drame", "Drama, drame"], &[("Drama", 2), ("drame", 2)]),
            (&["", "Épée", "Epee", "Epee"], &[("Epee", 3)]),
        ];
        for (genres, expected) in cases {
            let movies: Vec<Movie> =
                genres.iter().enumerate().map(|(at, genres)| of(&at.to_string(), "a", 1, genres)).collect();
            let apart: Vec<Vec<Movie>> = movies.iter().map(|movie| vec![movie.clone()]).collect();
            for commits in [vec![movies], apart] {
                let snapshot = snapshot(&commits, &[]);
                let entries = snapshot.vocabulary.genres().iter();
                let shown: Vec<_> = entries.map(|entry| (entry.name.as_str(), entry.movies)).collect();
                assert_eq!(shown, expected, "{genres:?}");
            }
        }
    }

    #[test]
    fn values_of_hidden_records_are_left_out_and_the_rest_keep_their_order() {
        let commits = [
            vec![of("one", "old", 1, "Adventure, Musical"), of("two", "new", 2, "Western, Horror, western")],
            vec![of("one", "new", 2, "Western, Comedy"), of("three", "new", 2, "")],
        ];
        let snapshot = snapshot(&commits, &[]);
        let names: Vec<&str> = snapshot.vocabulary.genres().iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["Comedy", "Horror", "Western"]);
        let genres = |id: &str| {
            let doc = snapshot.doc_of(&format!("test:{id}")).unwrap().unwrap();
            snapshot.genres.get(doc as usize).iter().map(|&at| names[at as usize]).collect::<Vec<_>>()
        };
        assert_eq!(genres("one"), ["Western", "Comedy"]);
        assert_eq!(genres("two"), ["Western", "Horror"]);
        assert!(genres("three").is_empty());
        for (at, name) in names.iter().enumerate() {
            let docs = snapshot.genre_docs.get(at);
            assert!(docs.iter().all(|&doc| snapshot.live.contains(doc as usize)), "{name}");
            assert_eq!(docs.len(), snapshot.vocabulary.genres()[at].movies as usize, "{name}");
        }
    }
}
