//! One revision of the catalogue, as questions see it: immutable, and complete in memory but for the texts.
//!
//! Documents are numbered through all segments. What ranking, filtering and counting need of each is held in
//! flat columns; words and stored records stay in tantivy. A snapshot also decides which source record of a movie is
//! shown: of all documents with one id the one of the greatest (generation, object key, record) wins, the rest
//! is masked. So the catalogue is a pure function of the source records, whatever order they came in.
//!
//! Taking one costs time and memory in proportion to the catalogue (see [`super::memory`]).

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use fixedbitset::FixedBitSet;
use tantivy::{DocAddress, InvertedIndexReader, Searcher, Term, postings::TermInfo};
use wikimovie_domain::{Movie, Revision, Role};
use wikimovie_engine::{catalog::ReceiptsOf, indexed::title_of};
use wikimovie_plan::{
    WordField,
    rules::Rules,
    vocabulary::{Entry, Vocabulary, VocabularyBuilder, WordCounts},
};
use wikimovie_text as text;

use super::{
    columns::{Doc, DocColumns, Segments},
    doc_set::Union,
    fields::{Fields, column},
    ledger::{self, Ledger},
    lists::{Lists, Strings},
    postings,
    values::Values,
};

#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) searcher: Searcher,
    pub(super) fields: Fields,
    /// First document of each segment.
    pub(super) bases: Vec<Doc>,
    /// Documents that are shown movies.
    pub(super) live: FixedBitSet,
    pub(super) columns: Arc<DocColumns>,
    /// Position of each shown movie in title order, then id.
    pub(super) rank: Vec<u32>,
    /// The movie at each position.
    pub(super) doc_at_rank: Vec<Doc>,
    /// Order keys (see [`wikimovie_engine::indexed::order_key`]) by position.
    pub(super) orders: Strings,
    /// Whole title keys of the titles that have a leading article; order keys lack it.
    pub(super) titles_with_article: Titles,
    /// Title keys, without a leading article, of the titles that have a number; order keys write those otherwise.
    pub(super) titles_with_number: Titles,
    pub(super) genres: Lists,
    pub(super) genre_docs: Lists,
    /// People of each movie's cast.
    pub(super) cast: Lists,
    pub(super) cast_docs: Lists,
    pub(super) directors: Lists,
    pub(super) director_docs: Lists,
    pub(super) writer_docs: Lists,
    pub(super) languages: Lists,
    pub(super) language_docs: Lists,
    pub(super) countries: Lists,
    pub(super) country_docs: Lists,
    pub(super) providers: Lists,
    pub(super) provider_docs: Lists,
    pub(super) vocabulary: Vocabulary,
    pub(super) ledger: Ledger,
    pub(super) revision: Revision,
    /// See [`Self::digest`].
    pub(super) digest: OnceLock<u64>,
}

impl Snapshot {
    pub(super) fn take(
        fields: &Fields,
        searcher: Searcher,
        revision: Revision,
        rules: &Arc<Rules>,
    ) -> tantivy::Result<Self> {
        let live = shown(&Segments::of(&searcher))?;
        let ledger = ledger::read_rows(&searcher, fields)?;
        Commit { fields, searcher, revision, rules, ledger, columns: None }.snapshot(live)
    }

    /// The same commit as if it held no other movies than these.
    pub(super) fn restricted(
        &self,
        among: &FixedBitSet,
        receipts: &ReceiptsOf,
        rules: &Arc<Rules>,
    ) -> tantivy::Result<Self> {
        let rows = self.ledger.iter().filter(|(_, row)| receipts.has(&row.provider));
        let ledger = rows.map(|(key, row)| (key.clone(), row.clone())).collect();
        let (fields, searcher) = (&self.fields, self.searcher.clone());
        let columns = Some(Arc::clone(&self.columns));
        Commit { fields, searcher, revision: self.revision, rules, ledger, columns }.snapshot(among.clone())
    }

    /// The documents of each person in a role.
    pub(super) fn docs_of(&self, role: Role) -> &Lists {
        match role {
            Role::Cast => &self.cast_docs,
            Role::Director => &self.director_docs,
            Role::Writer => &self.writer_docs,
        }
    }

    /// Documents, shown or not.
    pub(super) fn rows(&self) -> usize {
        self.live.len()
    }

    /// Reads a movie.
    pub(super) fn movie(&self, doc: Doc) -> tantivy::Result<Movie> {
        let segment = self.bases.partition_point(|&base| base <= doc) - 1;
        let address = DocAddress::new(segment as u32, doc - self.bases[segment]);
        ledger::read_json(&self.searcher, address, self.fields.record)
    }

    /// The shown movie with an id.
    pub(super) fn doc_of(&self, id: &str) -> tantivy::Result<Option<Doc>> {
        let mut found = None;
        self.for_each_doc(&Fields::term(self.fields.id, id), |doc| {
            if self.live.contains(doc as usize) {
                found = Some(doc);
            }
        })?;
        Ok(found)
    }

    /// Visits each document that holds a term, shown or not.
    pub(super) fn for_each_doc(&self, term: &Term, mut visit: impl FnMut(Doc)) -> tantivy::Result<()> {
        for (reader, &base) in self.searcher.segment_readers().iter().zip(&self.bases) {
            postings::for_each_doc(reader, term, |doc| visit(base + doc))?;
        }
        Ok(())
    }
}

/// What a snapshot is taken of.
struct Commit<'a> {
    fields: &'a Fields,
    searcher: Searcher,
    revision: Revision,
    rules: &'a Arc<Rules>,
    ledger: Ledger,
    /// Those of another snapshot of the commit.
    columns: Option<Arc<DocColumns>>,
}

impl Commit<'_> {
    /// The snapshot in which these documents are the movies.
    fn snapshot(self, live: FixedBitSet) -> tantivy::Result<Snapshot> {
        let segments = Segments::of(&self.searcher);
        let read = |column| Values::read(&segments, &live, [column], text::key);
        let (genres, languages, countries) =
            (read(column::GENRE)?, read(column::LANGUAGE)?, read(column::COUNTRY)?);
        let columns = [column::CAST, column::DIRECTOR, column::WRITER];
        let people = Values::read(&segments, &live, columns, text::key)?;
        let providers = Values::read(&segments, &live, [column::PROVIDER], str::to_owned)?;
        let roles = people.roles();
        let order = TitleOrder::read(&segments, &live)?;
        let movies = live.count_ones(..) as u64;
        let vocabulary = VocabularyBuilder::new(movies)
            .words(words(&segments, self.fields, &live)?)
            .people(people.entries)
            .roles(roles)
            .genres(genres.entries)
            .languages(languages.entries)
            .countries(countries.entries)
            .providers(providers.entries)
            .rules(Arc::clone(self.rules))
            .build();
        let [cast, directors, writers] = people.rows;
        let ([genres], [languages], [countries], [providers]) =
            (genres.rows, languages.rows, countries.rows, providers.rows);
        Ok(Snapshot {
            fields: self.fields.clone(),
            columns: match self.columns {
                Some(columns) => columns,
                None => Arc::new(DocColumns::read(&segments)?),
            },
            rank: order.rank,
            doc_at_rank: order.doc_at_rank,
            orders: order.keys,
            titles_with_article: Titles::of(order.with_article),
            titles_with_number: Titles::of(order.with_number),
            genre_docs: docs_of(&genres, vocabulary.genres()),
            genres,
            cast_docs: docs_of(&cast, vocabulary.people()),
            cast,
            director_docs: docs_of(&directors, vocabulary.people()),
            directors,
            writer_docs: docs_of(&writers, vocabulary.people()),
            language_docs: docs_of(&languages, vocabulary.languages()),
            languages,
            country_docs: docs_of(&countries, vocabulary.countries()),
            countries,
            provider_docs: docs_of(&providers, vocabulary.providers()),
            providers,
            bases: segments.bases,
            live,
            vocabulary,
            ledger: self.ledger,
            revision: Revision { movies, ..self.revision },
            searcher: self.searcher,
            digest: OnceLock::new(),
        })
    }
}

/// The documents of each entry.
fn docs_of(rows: &Lists, entries: &[Entry]) -> Lists {
    if rows.is_empty() { Lists::default() } else { rows.inverted(entries.len(), |_| true) }
}

/// Which documents are shown: of each movie the source record of the greatest (generation, object, record).
fn shown(segments: &Segments<'_>) -> tantivy::Result<FixedBitSet> {
    let generations = segments.numbers(column::GENERATION)?;
    let ordinals = segments.numbers(column::ORDINAL)?;
    let objects = segments.strings(column::OBJECT)?;
    let mut records: Vec<(u64, u64, u32, u64, Doc)> = Vec::with_capacity(segments.rows());
    for (segment, (reader, base)) in segments.iter().enumerate() {
        let Some(ids) = reader.fast_fields().column_opt::<u64>(column::ID_HASH)? else { continue };
        for doc in 0..reader.max_doc() {
            if let Some(id) = ids.first(doc).filter(|_| !reader.is_deleted(doc)) {
                let row = (base + doc) as usize;
                let object = objects.of(segment, doc).next().unwrap_or(0);
                records.push((id, generations[row], object, ordinals[row], base + doc));
            }
        }
    }
    records.sort_unstable();
    let mut live = FixedBitSet::with_capacity(segments.rows());
    for (index, &(id, .., doc)) in records.iter().enumerate() {
        if records.get(index + 1).is_none_or(|next| next.0 != id) {
            live.insert(doc as usize);
        }
    }
    Ok(live)
}

/// How many of the movies hold each word, by field.
fn words(
    segments: &Segments<'_>,
    fields: &Fields,
    live: &FixedBitSet,
) -> tantivy::Result<HashMap<String, WordCounts>> {
    let mut words: HashMap<String, WordCounts> = HashMap::new();
    for (reader, base) in segments.iter() {
        let docs = base..base + reader.max_doc();
        // Where every document is shown, the dictionary's own count is right, and no posting is read.
        let all_live = live.count_ones(docs.start as usize..docs.end as usize) == docs.len();
        for field in WordField::ALL {
            let index = reader.inverted_index(fields.words(field))?;
            let mut terms = index.terms().stream()?;
            while terms.advance() {
                let movies = if all_live {
                    terms.value().doc_freq
                } else {
                    live_docs(&index, terms.value(), base, live)?
                };
                let Ok(word) = str::from_utf8(terms.key()) else { continue };
                if movies == 0 {
                    continue;
                }
                // Only a word that is new is copied.
                let counts = match words.get_mut(word) {
                    Some(counts) => counts,
                    None => words.entry(word.to_owned()).or_default(),
                };
                counts.add(field, movies);
            }
        }
    }
    Ok(words)
}

/// How many live documents hold a term of a segment; `base` is the number of the segment's first document.
fn live_docs(
    index: &InvertedIndexReader,
    entry: &TermInfo,
    base: Doc,
    live: &FixedBitSet,
) -> tantivy::Result<u32> {
    let mut count = 0;
    postings::for_each_doc_of_entry(index, entry, |doc| {
        count += u32::from(live.contains((base + doc) as usize));
    })?;
    Ok(count)
}

/// The live movies as titles are sorted.
struct TitleOrder {
    rank: Vec<u32>,
    doc_at_rank: Vec<Doc>,
    keys: Strings,
    with_article: Vec<(String, Doc)>,
    with_number: Vec<(String, Doc)>,
}

/// Some titles by another key than the order key, sorted, and their documents.
#[derive(Debug, Default)]
pub(super) struct Titles {
    pub(super) keys: Strings,
    pub(super) docs: Vec<Doc>,
}

impl Titles {
    fn of(mut titles: Vec<(String, Doc)>) -> Self {
        titles.sort_unstable();
        let mut sorted = Self::default();
        for (key, doc) in titles {
            sorted.keys.push(&key);
            sorted.docs.push(doc);
        }
        sorted
    }

    /// Adds the documents of titles that start so.
    pub(super) fn add_starting_with(&self, prefix: &str, found: &mut Union) {
        found.extend(&self.docs[self.keys.starting_with(prefix)]);
    }

    /// Adds the documents of titles with this key.
    pub(super) fn add_equal(&self, key: &str, found: &mut Union) {
        for place in self.keys.starting_with(key).take_while(|&place| self.keys.get(place) == key) {
            found.push(self.docs[place]);
        }
    }
}

impl TitleOrder {
    fn read(segments: &Segments<'_>, live: &FixedBitSet) -> tantivy::Result<Self> {
        let column = segments.strings(column::ORDER)?;
        let mut sorted: Vec<(u32, Doc)> = Vec::with_capacity(live.len());
        for (segment, doc, number) in segments.docs().filter(|&(.., doc)| live.contains(doc as usize)) {
            sorted.extend(column.of(segment, doc).map(|key| (key, number)));
        }
        sorted.sort_unstable();
        let mut order = Self {
            rank: vec![0; live.len()],
            doc_at_rank: Vec::with_capacity(sorted.len()),
            keys: Strings::default(),
            with_article: Vec::new(),
            with_number: Vec::new(),
        };
        for (rank, &(key, doc)) in sorted.iter().enumerate() {
            let key = column.strings[key as usize].as_str();
            order.rank[doc as usize] = rank as u32;
            order.doc_at_rank.push(doc);
            order.keys.push(key);
            let (rest, article) = title_of(key);
            order.with_article.extend(article.map(|article| ([article, &rest].join(" "), doc)));
            if rest.contains(|c: char| c.is_ascii_digit()) {
                order.with_number.push((rest, doc));
            }
        }
        Ok(order)
    }
}

#[cfg(test)]
mod tests {
    use wikimovie_domain::MovieId;
    use wikimovie_testkit_builders::{dozen, movie};

    use super::*;
    use crate::doc_set::DocSet;
    use crate::testing::{dozen_in_segments, record, snapshot, titles};

    /// Object, generation and number of a source record, and the title it gives.
    type Source<'a> = (&'a str, u64, u64, &'a str);

    /// What a snapshot knows of its catalogue besides the words: titles in order, people, genres, providers.
    fn facts(snapshot: &Snapshot) -> (Vec<String>, [Vec<Entry>; 3]) {
        let vocabulary = &snapshot.vocabulary;
        let entries =
            [vocabulary.people(), vocabulary.genres(), vocabulary.providers()].map(<[Entry]>::to_vec);
        (titles(snapshot, &DocSet::of_bits(&snapshot.live)), entries)
    }

    /// Every word that stands anywhere in the movies.
    fn words_of(movies: &[Movie]) -> Vec<String> {
        let text = |movie: &Movie| {
            [&[movie.title.clone()][..], &movie.cast[..], movie.summary.as_slice()].concat().join(" ")
        };
        movies.iter().flat_map(|movie| text::words(&text(movie))).map(|word| word.text).collect()
    }

    #[test]
    fn the_greatest_source_record_of_a_movie_is_shown() {
        let cases: [(&[Source<'_>], &str); 5] = [
            (&[("a", 1, 1, "Older"), ("a", 2, 1, "Newer")], "Newer"),
            (&[("a", 9, 1, "Newer"), ("b", 2, 1, "Older")], "Newer"),
            (&[("a", 1, 5, "First"), ("b", 1, 1, "Second")], "Second"),
            (&[("a", 1, 2, "Later"), ("a", 1, 1, "Earlier")], "Later"),
            (&[("a", 1, 1, "One"), ("b", 3, 1, "Three"), ("c", 2, 1, "Two")], "Three"),
        ];
        for (records, expected) in cases {
            let of = |&(object, generation, number, title): &Source<'_>| {
                record(movie("same", title, 1990).build(), object, generation, number)
            };
            let movies: Vec<Movie> = records.iter().map(of).collect();
            let reversed: Vec<Movie> = movies.iter().rev().cloned().collect();
            let apart = movies.iter().map(|movie| vec![movie.clone()]).collect();
            let apart_reversed = reversed.iter().map(|movie| vec![movie.clone()]).collect();
            for commits in [vec![movies], vec![reversed], apart, apart_reversed] {
                let snapshot = snapshot(&commits, &[]);
                let doc = snapshot.doc_of("test:same").unwrap().unwrap();
                assert_eq!(snapshot.movie(doc).unwrap().title, expected, "{records:?}");
                assert_eq!(titles(&snapshot, &DocSet::of_bits(&snapshot.live)), [expected], "{records:?}");
                for &(.., title) in records {
                    let counts = snapshot.vocabulary.counts(&text::key(title));
                    assert_eq!(counts.title, u32::from(title == expected), "{title} of {records:?}");
                }
            }
        }
    }

    #[test]
    fn records_that_are_not_shown_leave_no_trace() {
        let (shown, alone) = (dozen_in_segments(), snapshot(&[dozen()], &[]));
        assert_eq!(facts(&shown), facts(&alone));
        assert_eq!(shown.revision.movies, 12);
        assert_eq!(shown.vocabulary.word_count(), alone.vocabulary.word_count());
        for word in words_of(&dozen()).iter().map(String::as_str).chain(["hidden", "person"]) {
            assert_eq!(shown.vocabulary.counts(word), alone.vocabulary.counts(word), "{word}");
        }
        for movie in dozen() {
            let doc = shown.doc_of(movie.id.as_str()).unwrap().unwrap();
            assert_eq!(shown.movie(doc).unwrap().title, movie.title);
            assert_eq!(i64::from(shown.columns.year[doc as usize]), movie.year.map_or(0, |year| year.get()));
        }
        for absent in [MovieId::from_record("test", "deleted"), MovieId::from_record("test", "nobody")] {
            assert_eq!(shown.doc_of(absent.as_str()).unwrap(), None);
        }
    }

    #[test]
    fn a_restricted_snapshot_is_that_of_its_movies_alone() {
        let whole = dozen_in_segments();
        let is_crime = |movie: &Movie| movie.genres.iter().any(|genre| genre == "Crime");
        let crime: Vec<Movie> = dozen().into_iter().filter(is_crime).collect();
        let mut among = FixedBitSet::with_capacity(whole.rows());
        for movie in &crime {
            among.insert(whole.doc_of(movie.id.as_str()).unwrap().unwrap() as usize);
        }
        let part = whole.restricted(&among, &ReceiptsOf::Everyone, &Arc::default()).unwrap();
        let alone = snapshot(&[crime], &[]);
        assert_eq!(facts(&part), facts(&alone));
        assert_eq!(part.revision.movies, 5);
        for word in words_of(&dozen()) {
            assert_eq!(part.vocabulary.counts(&word), alone.vocabulary.counts(&word), "{word}");
        }
        assert_eq!(part.doc_of(dozen()[5].id.as_str()).unwrap(), None, "Alien is no part of it");
    }
}
