//! The movies of one object, and the account of how it was read.
//!
//! This is the whole way from bytes to movies; nothing else joins its rooms. What it yields depends on the object's
//! bytes and name, and on the [`Rules`], alone.

use std::{collections::BTreeMap, io::Read};

use serde_json::{Map, Value};
use wikimovie_domain::{DroppedValues, Movie, Reading, Refusal, RenamedGenre, SkippedRecords};

use crate::{
    document::{self, Origin},
    fields::ValueFault,
    read::{Gauges, RawRecord, RecordReader},
    rules::Rules,
    shape::{
        Shape,
        names::{self, MovieField, WRAPPERS},
    },
    vocabulary::GenreNames,
};

/// Most values of records that are no movies, counted apart; further ones are counted together.
const MAX_KINDS: usize = 20;

/// Reads an object, movie by movie.
///
/// ```
/// use wikimovie_ingest::{MovieReader, document::Origin};
/// let origin = Origin { provider: "acme".into(), object: "acme/a.csv".into(), generation: 1 };
/// let mut movies = MovieReader::new("Film;Released\nAlien;1979-05-25\n".as_bytes(), origin);
/// assert_eq!(movies.next().unwrap().unwrap().year.unwrap().get(), 1979);
/// assert_eq!(movies.reading().format, "CSV separated by semicolons");
/// ```
pub struct MovieReader<'a> {
    records: RecordReader<'a>,
    origin: Origin,
    rules: Rules,
    shape: Option<Shape>,
    /// Faults of the record at hand.
    faults: Vec<ValueFault>,
    record_bytes: usize,
    accepted: u64,
    filled: [bool; MovieField::ALL.len()],
    skipped: BTreeMap<String, u64>,
    dropped: Vec<DroppedValues>,
    renamed: BTreeMap<String, String>,
    /// Which paths of the mapping found something.
    found: Vec<bool>,
}

impl<'a> MovieReader<'a> {
    /// Prepares to read an object without a mapping; nothing is read before the first movie is asked for.
    pub fn new(source: impl Read + Send + 'a, origin: Origin) -> Self {
        Self::by(source, origin, Rules::default())
    }

    /// The same, by rules.
    pub fn by(source: impl Read + Send + 'a, origin: Origin, rules: Rules) -> Self {
        Self {
            records: RecordReader::new(source, &origin.object).by(rules.mapping.clone()),
            origin,
            rules,
            shape: None,
            faults: Vec::new(),
            record_bytes: 0,
            accepted: 0,
            filled: [false; MovieField::ALL.len()],
            skipped: BTreeMap::new(),
            dropped: Vec::new(),
            renamed: BTreeMap::new(),
            found: Vec::new(),
        }
    }

    /// Bytes that the store delivered so far, before unpacking.
    pub fn bytes(&self) -> u64 {
        self.records.bytes()
    }

    /// Length of the last record's text, in bytes.
    pub fn record_bytes(&self) -> usize {
        self.record_bytes
    }

    /// Why the store stopped delivering, if it did; reported once.
    pub fn take_failure(&self) -> Option<std::io::Error> {
        self.records.take_failure()
    }

    pub(crate) fn gauges(&self) -> Gauges {
        self.records.gauges()
    }

    /// How the object was read so far.
    pub fn reading(&self) -> Reading {
        let unread = self.shape.as_ref().filter(|_| self.accepted > 0).map(Shape::unread).unwrap_or_default();
        let is_missing = |field: &MovieField| {
            // A record has an id in any case, and is none without a title.
            !matches!(field, MovieField::Id | MovieField::Title) && !self.filled[*field as usize]
        };
        let unfilled = MovieField::ALL.iter().filter(|field| self.accepted > 0 && is_missing(field));
        let skipped = self.skipped.iter();
        Reading {
            format: self.records.format().to_owned(),
            encoding: self.records.encoding().to_owned(),
            preset: self.shape.as_ref().and_then(Shape::preset).map(|preset| preset.name.to_owned()),
            skipped: skipped
                .map(|(value, &records)| SkippedRecords { value: value.clone(), records })
                .collect(),
            unread: unread.into_iter().take(Reading::MAX_UNREAD).collect(),
            unfilled: unfilled.map(|field| field.name().to_owned()).collect(),
            mapping: self.rules.mapping.as_ref().map(|mapping| mapping.name().to_owned()),
            missing: self
                .shape
                .as_ref()
                .filter(|_| self.accepted > 0)
                .map(|shape| shape.missing(&self.found))
                .unwrap_or_default(),
            dropped: self.dropped.clone(),
            renamed: self
                .renamed
                .iter()
                .map(|(from, to)| RenamedGenre { from: from.clone(), to: to.clone() })
                .collect(),
        }
    }

    fn skip(&mut self, kind: &str) {
        const LONGEST: usize = 40;
        let mut kind: String = kind.chars().take(LONGEST).collect();
        if self.skipped.len() >= MAX_KINDS && !self.skipped.contains_key(&kind) {
            "…".clone_into(&mut kind);
        }
        *self.skipped.entry(kind).or_default() += 1;
    }

    fn note_filled(&mut self, movie: &Movie) {
        self.accepted += 1;
        let mut fill = |field: MovieField, is_there: bool| self.filled[field as usize] |= is_there;
        fill(MovieField::Year, movie.year.is_some());
        fill(MovieField::Cast, !movie.cast.is_empty());
        fill(MovieField::Genres, !movie.genres.is_empty());
        fill(MovieField::Summary, movie.summary.is_some());
        fill(MovieField::Url, movie.url.is_some());
        fill(MovieField::Poster, movie.poster.is_some());
        fill(MovieField::Directors, !movie.directors.is_empty());
        fill(MovieField::Titles, !movie.titles.is_empty());
        let details = &movie.details;
        fill(MovieField::Writers, !details.writers.is_empty());
        fill(MovieField::Plot, details.plot.is_some());
        fill(MovieField::Keywords, !details.keywords.is_empty());
        fill(MovieField::Ids, !details.ids.is_empty());
        fill(MovieField::Languages, !details.languages.is_empty());
        fill(MovieField::Countries, !details.countries.is_empty());
        fill(MovieField::Runtime, details.runtime.is_some());
        fill(MovieField::Released, details.released.is_some());
        fill(MovieField::Ratings, !details.ratings.is_empty());
        fill(MovieField::Popularity, details.popularity.is_some());
        fill(MovieField::Certificate, details.certificate.is_some());
        fill(MovieField::Attribution, details.attribution.is_some());
    }

    fn note_dropped(&mut self, line: u64, record: u64) {
        for ValueFault { field, reason, message } in self.faults.drain(..) {
            let same = |dropped: &&mut DroppedValues| dropped.field == field && dropped.reason == reason;
            match self.dropped.iter_mut().find(same) {
                Some(dropped) => dropped.values += 1,
                None => self.dropped.push(DroppedValues { field, reason, values: 1, line, record, message }),
            }
        }
    }
}

impl Iterator for MovieReader<'_> {
    type Item = Result<Movie, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let record = self.records.next()?;
            if self.shape.is_none() {
                self.shape = Some(Shape::mapped(self.records.shape_hints(), self.rules.mapping.clone()));
            }
            let shape = self.shape.get_or_insert_default();
            let mut record = match record {
                Ok(record) => record,
                Err(refusal) => return Some(Err(refusal)),
            };
            self.record_bytes = record.bytes;
            let mapping = self.rules.mapping.as_deref();
            if mapping.is_none_or(|mapping| mapping.records().is_none()) {
                unwrap(&mut record);
            }
            if let Some(mapping) = mapping {
                mapping.prepare(&mut record.fields, &mut self.found);
            }
            shape.learn_from(&record.fields);
            let mapped = mapping.and_then(|mapping| mapping.other_kind(&record.fields));
            let kind = mapped.or_else(|| shape.other_kind(&record.fields).map(str::to_owned));
            if let Some(kind) = kind {
                self.skip(&kind);
                continue;
            }
            self.faults.clear();
            let mut genres = GenreNames { vocabulary: &self.rules.vocabulary, renamed: &mut self.renamed };
            let movie = document::movie(&record, shape, &self.origin, &mut genres, &mut self.faults);
            if let Ok(movie) = &movie {
                self.note_filled(movie);
                self.note_dropped(record.line, record.record);
            }
            return Some(movie);
        }
    }
}

/// Takes a record out of what wraps it.
fn unwrap(record: &mut RawRecord) {
    if record.fields.contains_key("title") {
        return;
    }
    let is_wrapper = |name: &&&str| record.fields.get(**name).is_some_and(Value::is_object);
    let Some(wrapper) = WRAPPERS.iter().find(is_wrapper) else { return };
    let has_title = |fields: &Map<String, Value>| {
        fields.iter().any(|(name, value)| value.is_string() && names::is_plain_title(&names::normal(name)))
    };
    let inner = record.fields.get(*wrapper).and_then(Value::as_object);
    if has_title(&record.fields) || !inner.is_some_and(has_title) {
        return;
    }
    let Some(Value::Object(mut inner)) = record.fields.remove(*wrapper) else { return };
    for id in ["id", "_id"] {
        if !inner.contains_key("id")
            && !inner.contains_key("_id")
            && let Some(value) = record.fields.remove(id)
        {
            inner.insert(id.to_owned(), value);
        }
    }
    record.fields = inner;
}
