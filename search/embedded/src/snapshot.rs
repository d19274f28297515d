//! One revision of the catalogue, as questions see it: immutable, and complete in memory but for the texts.
//!
//! Documents are numbered through all segments. What ranking, filtering and counting need of each is held in
//! flat columns; words and stored records stay in tantivy. A snapshot also settles which listing of a movie is
//! shown: of all documents with one id the one of the greatest (generation, object key, record) wins, the rest
//! is masked. So the catalogue is a pure function of the listings, whatever order they came in.
//!
//! Taking one costs time and memory in proportion to the catalogue: about 60 bytes a movie besides the
//! vocabulary.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use fixedbitset::FixedBitSet;
use tantivy::{DocAddress, Searcher, SegmentReader, columnar::StrColumn, schema::IndexRecordOption};
use wikimovie_domain::{Movie, Revision};
use wikimovie_engine::{catalog::ReceiptsOf, indexed::title_with_article, writer::LedgerRow};
use wikimovie_plan::{
    WordField,
    rules::Rules,
    vocabulary::{Entry, Vocabulary, VocabularyBuilder, WordCounts},
};
use wikimovie_text as text;

use super::{
    fields::{Fields, column},
    ledger,
    lists::{Lists, Strings},
};

/// Document number across all segments.
pub(super) type Doc = u32;

#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) searcher: Searcher,
    pub(super) fields: Fields,
    /// First document of each segment.
    pub(super) bases: Vec<Doc>,
    /// Documents that are shown movies.
    pub(super) live: FixedBitSet,
    /// Year of release, 0 where it is not known.
    pub(super) year: Vec<u16>,
    pub(super) prior: Vec<u16>,
    pub(super) poster: FixedBitSet,
    /// Position of each shown movie in title order, then id.
    pub(super) rank: Vec<u32>,
    /// The movie at each position.
    pub(super) doc_at_rank: Vec<Doc>,
    /// Order keys (see [`wikimovie_engine::indexed::order_key`]) by position.
    pub(super) orders: Strings,
    /// Whole title keys of the titles that have a leading article, sorted; order keys lack it.
    pub(super) titles_with_article: Strings,
    pub(super) with_article_docs: Vec<Doc>,
    pub(super) genres: Lists,
    pub(super) genre_docs: Lists,
    pub(super) people: Lists,
    pub(super) person_docs: Lists,
    pub(super) providers: Lists,
    pub(super) provider_docs: Lists,
    pub(super) vocabulary: Vocabulary,
    pub(super) ledger: BTreeMap<String, LedgerRow>,
    pub(super) revision: Revision,
}

impl Snapshot {
    pub(super) fn take(
        fields: &Fields,
        searcher: Searcher,
        revision: Revision,
        rules: &Arc<Rules>,
    ) -> tantivy::Result<Self> {
        let ledger = ledger::read_rows(&searcher, fields)?;
        Self::among(fields, searcher, revision, rules, None, ledger)
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
        Self::among(&self.fields, self.searcher.clone(), self.revision, rules, Some(among), ledger)
    }

    fn among(
        fields: &Fields,
        searcher: Searcher,
        mut revision: Revision,
        rules: &Arc<Rules>,
        among: Option<&FixedBitSet>,
        ledger: BTreeMap<String, LedgerRow>,
    ) -> tantivy::Result<Self> {
        let readers = searcher.segment_readers();
        let mut bases = Vec::with_capacity(readers.len());
        let mut docs = 0;
        for reader in readers {
            bases.push(docs);
            docs += reader.max_doc();
        }
        let rows = docs as usize;

        let live = match among {
            Some(among) => among.clone(),
            None => shown(readers, &bases, rows)?,
        };
        let movies = live.count_ones(..) as u64;
        let whole = |reader: &SegmentReader, base: Doc| {
            live.count_ones(base as usize..(base + reader.max_doc()) as usize) == reader.max_doc() as usize
        };

        let mut words: HashMap<String, WordCounts> = HashMap::new();
        for (reader, &base) in readers.iter().zip(&bases) {
            let exact = whole(reader, base);
            for field in [WordField::Title, WordField::Cast, WordField::Summary] {
                count_words(
                    reader,
                    fields,
                    field,
                    &mut words,
                    |doc| live.contains((base + doc) as usize),
                    exact,
                )?;
            }
        }

        let genres = values(readers, &bases, &live, column::GENRE, text::key)?;
        let people = values(readers, &bases, &live, column::PERSON, text::key)?;
        let providers = values(readers, &bases, &live, column::PROVIDER, str::to_owned)?;
        let order = order(readers, &bases, &live)?;
        let mut poster = FixedBitSet::with_capacity(rows);
        for (doc, has) in numbers(readers, column::POSTER, rows)?.into_iter().enumerate() {
            poster.set(doc, has == 1);
        }
        let vocabulary = VocabularyBuilder::new(movies)
            .words(words)
            .people(people.entries)
            .genres(genres.entries)
            .providers(providers.entries)
            .rules(Arc::clone(rules))
            .build();
        revision.movies = movies;
        Ok(Self {
            fields: fields.clone(),
            bases,
            year: narrow(numbers(readers, column::YEAR, rows)?),
            prior: narrow(numbers(readers, column::PRIOR, rows)?),
            poster,
            rank: order.rank,
            doc_at_rank: order.doc_at_rank,
            orders: order.keys,
            titles_with_article: order.with_article,
            with_article_docs: order.with_article_docs,
            genre_docs: genres.rows.inverted(vocabulary.genres().len(), |_| true),
            genres: genres.rows,
            person_docs: people.rows.inverted(vocabulary.people().len(), |_| true),
            people: people.rows,
            provider_docs: providers.rows.inverted(vocabulary.providers().len(), |_| true),
            providers: providers.rows,
            live,
            vocabulary,
            ledger,
            revision,
            searcher,
        })
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
        let term = Fields::term(self.fields.id, id);
        for (reader, &base) in self.searcher.segment_readers().iter().zip(&self.bases) {
            let index = reader.inverted_index(self.fields.id)?;
            if let Some(mut postings) = index.read_block_postings(&term, IndexRecordOption::Basic)? {
                while !postings.docs().is_empty() {
                    let found = postings.docs().iter().map(|doc| base + doc);
                    if let Some(doc) = found.into_iter().find(|&doc| self.live.contains(doc as usize)) {
                        return Ok(Some(doc));
                    }
                    postings.advance();
                }
            }
        }
        Ok(None)
    }
}

/// Reads a number column; 0 where a document has none.
fn numbers(readers: &[SegmentReader], name: &str, rows: usize) -> tantivy::Result<Vec<u64>> {
    let mut all = Vec::with_capacity(rows);
    for reader in readers {
        match reader.fast_fields().column_opt::<u64>(name)? {
            Some(column) => all.extend((0..reader.max_doc()).map(|doc| column.first(doc).unwrap_or(0))),
            None => all.resize(all.len() + reader.max_doc() as usize, 0),
        }
    }
    Ok(all)
}

fn narrow(numbers: Vec<u64>) -> Vec<u16> {
    numbers.into_iter().map(|number| u16::try_from(number).unwrap_or(u16::MAX)).collect()
}

/// One document of a string column at a time, with the column's distinct strings.
struct StringColumn {
    /// Distinct strings of all segments, sorted.
    strings: Vec<String>,
    /// For each segment, place in `strings` of each of its own ordinals.
    places: Vec<Vec<u32>>,
    columns: Vec<Option<StrColumn>>,
}

impl StringColumn {
    fn read(readers: &[SegmentReader], name: &str) -> tantivy::Result<Self> {
        let mut columns = Vec::with_capacity(readers.len());
        let mut own: Vec<Vec<String>> = Vec::with_capacity(readers.len());
        for reader in readers {
            let column = reader.fast_fields().str(name)?;
            let mut strings = Vec::new();
            if let Some(column) = &column {
                let mut stream = column.dictionary().stream()?;
                while stream.advance() {
                    strings.push(String::from_utf8_lossy(stream.key()).into_owned());
                }
            }
            own.push(strings);
            columns.push(column);
        }
        let mut strings: Vec<String> = own.iter().flatten().cloned().collect();
        strings.sort_unstable();
        strings.dedup();
        let place = |string: &String| strings.partition_point(|other| other < string) as u32;
        let places = own.iter().map(|own| own.iter().map(place).collect()).collect();
        Ok(Self { strings, places, columns })
    }

    /// Places of a document's strings, in the order they were added.
    fn of(&self, segment: usize, doc: u32) -> impl Iterator<Item = u32> {
        let places = &self.places[segment];
        self.columns[segment]
            .iter()
            .flat_map(move |column| column.term_ords(doc))
            .map(|ord| places[ord as usize])
    }
}

/// Which documents are shown: of each movie the listing of the greatest (generation, object, record).
fn shown(readers: &[SegmentReader], bases: &[Doc], rows: usize) -> tantivy::Result<FixedBitSet> {
    let generations = numbers(readers, column::GENERATION, rows)?;
    let ordinals = numbers(readers, column::ORDINAL, rows)?;
    let objects = StringColumn::read(readers, column::OBJECT)?;
    let mut listings: Vec<(u64, u64, u32, u64, Doc)> = Vec::with_capacity(rows);
    for (segment, (reader, &base)) in readers.iter().zip(bases).enumerate() {
        let Some(ids) = reader.fast_fields().column_opt::<u64>(column::ID_HASH)? else { continue };
        for doc in 0..reader.max_doc() {
            if let Some(id) = ids.first(doc).filter(|_| !reader.is_deleted(doc)) {
                let row = (base + doc) as usize;
                let object = objects.of(segment, doc).next().unwrap_or(0);
                listings.push((id, generations[row], object, ordinals[row], base + doc));
            }
        }
    }
    listings.sort_unstable();
    let mut live = FixedBitSet::with_capacity(rows);
    for (place, &(id, .., doc)) in listings.iter().enumerate() {
        if listings.get(place + 1).is_none_or(|next| next.0 != id) {
            live.insert(doc as usize);
        }
    }
    Ok(live)
}

fn count_words(
    reader: &SegmentReader,
    fields: &Fields,
    field: WordField,
    words: &mut HashMap<String, WordCounts>,
    is_live: impl Fn(u32) -> bool,
    all_live: bool,
) -> tantivy::Result<()> {
    let index = reader.inverted_index(fields.words(field))?;
    let mut terms = index.terms().stream()?;
    while terms.advance() {
        let movies = if all_live {
            terms.value().doc_freq
        } else {
            let mut postings =
                index.read_block_postings_from_terminfo(terms.value(), IndexRecordOption::Basic)?;
            let mut movies = 0;
            while !postings.docs().is_empty() {
                movies += postings.docs().iter().filter(|&&doc| is_live(doc)).count() as u32;
                postings.advance();
            }
            movies
        };
        let Ok(word) = str::from_utf8(terms.key()) else { continue };
        if movies == 0 {
            continue;
        }
        let counts = match words.get_mut(word) {
            Some(counts) => counts,
            None => words.entry(word.to_owned()).or_default(),
        };
        match field {
            WordField::Title => counts.title += movies,
            WordField::Cast => counts.cast += movies,
            WordField::Summary => counts.summary += movies,
        }
    }
    Ok(())
}

/// A column whose values are compared by key and shown in their commonest spelling.
struct Values {
    entries: Vec<Entry>,
    /// For each document the places of its values in `entries`, each once.
    rows: Lists,
}

fn values(
    readers: &[SegmentReader],
    bases: &[Doc],
    live: &FixedBitSet,
    name: &str,
    key: impl Fn(&str) -> String,
) -> tantivy::Result<Values> {
    let column = StringColumn::read(readers, name)?;
    let live_docs = |segment: usize| {
        let base = bases[segment];
        (0..readers[segment].max_doc()).map(move |doc| (doc, live.contains((base + doc) as usize)))
    };
    let key_of: Vec<String> = column.strings.iter().map(|spelling| key(spelling)).collect();
    let mut spelled = vec![0_u64; column.strings.len()];
    let mut seen: Vec<&str> = Vec::new();
    for segment in 0..readers.len() {
        for (doc, _) in live_docs(segment).filter(|&(_, live)| live) {
            seen.clear();
            for spelling in column.of(segment, doc) {
                // A movie that spells a value in two ways speaks for the first of them.
                let key = key_of[spelling as usize].as_str();
                if !seen.contains(&key) {
                    seen.push(key);
                    spelled[spelling as usize] += 1;
                }
            }
        }
    }
    // Keys in use, each with its commonest spelling; of equals the first in byte order.
    let mut keys: BTreeMap<String, (u64, usize)> = BTreeMap::new();
    let mut key_of_spelling: Vec<Option<String>> = vec![None; spelled.len()];
    for (spelling, &movies) in spelled.iter().enumerate().filter(|&(_, &movies)| movies > 0) {
        let key = key_of[spelling].clone();
        let best = keys.entry(key.clone()).or_insert((movies, spelling));
        if movies > best.0 {
            *best = (movies, spelling);
        }
        key_of_spelling[spelling] = Some(key);
    }
    let places: HashMap<&str, u32> = keys.keys().zip(0..).map(|(key, place)| (key.as_str(), place)).collect();
    let place_of_spelling: Vec<Option<u32>> =
        key_of_spelling.iter().map(|key| key.as_deref().and_then(|key| places.get(key).copied())).collect();

    let mut counts = vec![0_u32; keys.len()];
    let mut rows = Lists::with_rows(live.len());
    let mut row: Vec<u32> = Vec::new();
    for segment in 0..readers.len() {
        for (doc, is_live) in live_docs(segment) {
            row.clear();
            if is_live {
                for place in
                    column.of(segment, doc).filter_map(|spelling| place_of_spelling[spelling as usize])
                {
                    if !row.contains(&place) {
                        row.push(place);
                        counts[place as usize] += 1;
                    }
                }
            }
            rows.push(row.iter().copied());
        }
    }
    let entries = keys
        .into_iter()
        .zip(counts)
        .map(|((key, (_, spelling)), movies)| Entry { key, name: column.strings[spelling].clone(), movies })
        .collect();
    Ok(Values { entries, rows })
}

struct TitleOrder {
    rank: Vec<u32>,
    doc_at_rank: Vec<Doc>,
    keys: Strings,
    with_article: Strings,
    with_article_docs: Vec<Doc>,
}

fn order(readers: &[SegmentReader], bases: &[Doc], live: &FixedBitSet) -> tantivy::Result<TitleOrder> {
    let column = StringColumn::read(readers, column::ORDER)?;
    let mut placed: Vec<(u32, Doc)> = Vec::with_capacity(live.len());
    for (segment, (reader, &base)) in readers.iter().zip(bases).enumerate() {
        for doc in (0..reader.max_doc()).filter(|doc| live.contains((base + doc) as usize)) {
            placed.extend(column.of(segment, doc).map(|place| (place, base + doc)));
        }
    }
    placed.sort_unstable();
    let mut order = TitleOrder {
        rank: vec![0; live.len()],
        doc_at_rank: Vec::with_capacity(placed.len()),
        keys: Strings::default(),
        with_article: Strings::default(),
        with_article_docs: Vec::new(),
    };
    let mut with_article: Vec<(String, Doc)> = Vec::new();
    for (rank, &(place, doc)) in placed.iter().enumerate() {
        let key = column.strings[place as usize].as_str();
        order.rank[doc as usize] = rank as u32;
        order.doc_at_rank.push(doc);
        order.keys.push(key);
        with_article.extend(title_with_article(key).map(|title| (title, doc)));
    }
    with_article.sort_unstable();
    for (title, doc) in with_article {
        order.with_article.push(&title);
        order.with_article_docs.push(doc);
    }
    Ok(order)
}
