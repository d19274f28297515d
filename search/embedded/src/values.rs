//! Genres, people, languages, countries and providers: values that are compared by key and shown in their commonest spelling.

use fixedbitset::FixedBitSet;
use wikimovie_domain::Role;
use wikimovie_plan::vocabulary::{Entry, RoleCounts};

use super::{
    columns::{Segments, StringColumn},
    lists::Lists,
};

/// The values of some columns that live movies have: such as the people of cast, directors and writers.
pub(super) struct Values<const N: usize> {
    /// Sorted by key.
    pub(super) entries: Vec<Entry>,
    /// For each column and document the indices of its values in `entries`, each once, in the order of the movie. Without
    /// rows where nobody has a value.
    pub(super) rows: [Lists; N],
    /// Movies of each entry, by column.
    counts: Vec<[u32; N]>,
}

/// Values before it is known which keys live movies have.
struct ValueCounts<const N: usize> {
    /// Movies of each key.
    movies: Vec<u32>,
    /// The same by column.
    by_column: Vec<[u32; N]>,
    /// Movies that spell a value so, by spelling.
    spelled: Vec<u32>,
    /// For each column and document its keys.
    rows: [Lists; N],
}

impl<const N: usize> Values<N> {
    pub(super) fn read(
        segments: &Segments<'_>,
        live: &FixedBitSet,
        columns: [&str; N],
        key: impl Fn(&str) -> String,
    ) -> tantivy::Result<Self> {
        let columns = columns.iter().map(|name| segments.strings(name)).collect::<Result<Vec<_>, _>>()?;
        let mut spellings: Vec<&str> =
            columns.iter().flat_map(|column| column.strings.iter().map(String::as_str)).collect();
        spellings.sort_unstable();
        spellings.dedup();
        let key_of_spelling: Vec<String> = spellings.iter().map(|spelling| key(spelling)).collect();
        let mut keys: Vec<&str> = key_of_spelling.iter().map(String::as_str).collect();
        keys.sort_unstable();
        keys.dedup();
        let index = |key: &String| keys.partition_point(|other| other < &key.as_str()) as u32;
        let key_of_spelling: Vec<u32> = key_of_spelling.iter().map(index).collect();

        let named: Vec<Named<'_>> = columns.iter().map(|column| Named::new(column, &spellings)).collect();
        let counts = ValueCounts::of(segments, live, &named, &key_of_spelling, keys.len());
        let ValueCounts { movies, by_column, spelled, mut rows } = counts;
        let commonest = commonest(&spelled, &key_of_spelling, keys.len());
        let mut entries = Vec::with_capacity(keys.len());
        let mut counts = Vec::with_capacity(keys.len());
        let mut renumbered = vec![0; keys.len()];
        for (key, &movies) in movies.iter().enumerate().filter(|&(_, &movies)| movies > 0) {
            renumbered[key] = entries.len() as u32;
            let name = spellings[commonest[key]].to_owned();
            entries.push(Entry { key: keys[key].to_owned(), name, movies });
            counts.push(by_column[key]);
        }
        if entries.len() < keys.len() {
            rows.iter_mut().for_each(|rows| rows.renumber(&renumbered));
        }
        Ok(Self { entries, rows, counts })
    }
}

impl Values<3> {
    /// Movies by role of the people who direct or write.
    pub(super) fn roles(&self) -> Vec<(String, RoleCounts)> {
        let others = self.entries.iter().zip(&self.counts).filter(|(_, [_, others @ ..])| *others != [0, 0]);
        let counts = |counts: &[u32; 3]| {
            let mut roles = RoleCounts::default();
            Role::ALL.into_iter().zip(counts).for_each(|(role, &movies)| roles.add(role, movies));
            roles
        };
        others.map(|(entry, by_role)| (entry.key.clone(), counts(by_role))).collect()
    }
}

/// A column whose spellings are numbered together with those of other columns.
struct Named<'a> {
    column: &'a StringColumn,
    /// Number of each of its own spellings; `None` where all numbers are its own.
    numbers: Option<Vec<u32>>,
}

impl<'a> Named<'a> {
    fn new(column: &'a StringColumn, spellings: &[&str]) -> Self {
        let number = |own: &String| spellings.partition_point(|other| *other < own.as_str()) as u32;
        let has_all = column.strings.len() == spellings.len();
        Self { column, numbers: (!has_all).then(|| column.strings.iter().map(number).collect()) }
    }

    fn number(&self, own: u32) -> usize {
        self.numbers.as_ref().map_or(own, |numbers| numbers[own as usize]) as usize
    }
}

impl<const N: usize> ValueCounts<N> {
    fn of(
        segments: &Segments<'_>,
        live: &FixedBitSet,
        columns: &[Named<'_>],
        key_of_spelling: &[u32],
        keys: usize,
    ) -> Self {
        let mut counts = Self {
            movies: vec![0; keys],
            by_column: vec![[0; N]; keys],
            spelled: vec![0; key_of_spelling.len()],
            rows: std::array::from_fn(|_| Lists::default()),
        };
        let used: Vec<(usize, &Named<'_>)> =
            columns.iter().enumerate().filter(|(_, named)| !named.column.strings.is_empty()).collect();
        for &(at, _) in &used {
            counts.rows[at] = Lists::with_rows(segments.rows());
        }
        // The keys of a movie in the columns before the current one.
        let mut seen: Vec<u32> = Vec::new();
        let mut row: Vec<u32> = Vec::new();
        for (segment, doc, number) in segments.docs() {
            seen.clear();
            let is_live = live.contains(number as usize);
            for &(at, named) in &used {
                row.clear();
                for own in named.column.of(segment, doc).filter(|_| is_live) {
                    let spelling = named.number(own);
                    let key = key_of_spelling[spelling];
                    if row.contains(&key) {
                        continue;
                    }
                    row.push(key);
                    counts.by_column[key as usize][at] += 1;
                    // A movie that spells a value in two ways counts for the first of them.
                    if !seen.contains(&key) {
                        counts.movies[key as usize] += 1;
                        counts.spelled[spelling] += 1;
                    }
                }
                counts.rows[at].push(row.iter().copied());
                if used.len() > 1 {
                    seen.extend_from_slice(&row);
                }
            }
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
