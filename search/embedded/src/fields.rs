//! The index's fields, and how a movie becomes a document of it.
//!
//! Every listing of a movie by an object is a document; which of several listings is shown is decided when a
//! snapshot is taken, never when one is written (see [`super::snapshot`]). Words come from our own tokenizer
//! with their positions; tantivy's tokenizers are not used.

use tantivy::{
    TantivyDocument, Term,
    schema::{
        FAST, Field, IndexRecordOption, STORED, STRING, Schema, SchemaBuilder, TextFieldIndexing, TextOptions,
    },
    tokenizer::{PreTokenizedString, Token},
};
use wikimovie_domain::Movie;
use wikimovie_engine::{
    content_hash::hash64,
    indexed::{self, keyword, order_key},
};
use wikimovie_plan::{NAME_GAP, WordField, rank, texts};
use wikimovie_text as text;
use wikimovie_text::{Word, words};

/// Handles of the fields.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    pub(super) schema: Schema,
    /// Ledger key of the object that lists the movie.
    pub(super) object: Field,
    /// The movie's id.
    pub(super) id: Field,
    /// The whole movie as JSON.
    pub(super) record: Field,
    title: Field,
    other_title: Field,
    people: Field,
    summary: Field,
    title_prefix: Field,
    other_title_prefix: Field,
    people_prefix: Field,
    /// Other whole-title forms.
    pub(super) title_form: Field,
    /// Parts of words of the title at an apostrophe.
    pub(super) title_part: Field,
    /// Forms of other titles.
    pub(super) other_title_form: Field,
    /// Keys of other titles, with and without a leading article.
    pub(super) other_title_start: Field,
    order: Field,
    genre: Field,
    cast: Field,
    director: Field,
    writer: Field,
    language: Field,
    country: Field,
    provider: Field,
    year: Field,
    runtime: Field,
    rating: Field,
    poster: Field,
    standing: Field,
    known: Field,
    id_hash: Field,
    content: Field,
    generation: Field,
    ordinal: Field,
    /// Ledger key of a ledger row (such documents have no other movie field).
    pub(super) ledger: Field,
    /// The ledger row as JSON.
    pub(super) ledger_row: Field,
}

/// Names of the columns that a snapshot reads.
pub(super) mod column {
    pub(in super::super) const OBJECT: &str = "object";
    pub(in super::super) const ORDER: &str = "order";
    pub(in super::super) const GENRE: &str = "genre";
    pub(in super::super) const CAST: &str = "cast";
    pub(in super::super) const DIRECTOR: &str = "director";
    pub(in super::super) const WRITER: &str = "writer";
    pub(in super::super) const LANGUAGE: &str = "language";
    pub(in super::super) const COUNTRY: &str = "country";
    pub(in super::super) const PROVIDER: &str = "provider";
    pub(in super::super) const YEAR: &str = "year";
    pub(in super::super) const POSTER: &str = "poster";
    pub(in super::super) const RUNTIME: &str = "runtime";
    pub(in super::super) const RATING: &str = "rating";
    pub(in super::super) const STANDING: &str = "standing";
    pub(in super::super) const KNOWN: &str = "known";
    pub(in super::super) const ID_HASH: &str = "id_hash";
    pub(in super::super) const CONTENT: &str = "content";
    pub(in super::super) const GENERATION: &str = "generation";
    pub(in super::super) const ORDINAL: &str = "ordinal";
}

impl Fields {
    pub(super) fn new() -> Self {
        let mut builder = SchemaBuilder::new();
        let words = |builder: &mut SchemaBuilder, name: &str| {
            let indexing = TextFieldIndexing::default()
                .set_tokenizer("raw")
                .set_fieldnorms(false)
                .set_index_option(IndexRecordOption::WithFreqsAndPositions);
            builder.add_text_field(name, TextOptions::default().set_indexing_options(indexing))
        };
        let keyword = |builder: &mut SchemaBuilder, name: &str| {
            let indexing = TextFieldIndexing::default()
                .set_tokenizer("raw")
                .set_fieldnorms(false)
                .set_index_option(IndexRecordOption::Basic);
            builder.add_text_field(name, TextOptions::default().set_indexing_options(indexing))
        };
        let strings = |builder: &mut SchemaBuilder, name: &str| {
            builder.add_text_field(name, TextOptions::default().set_fast("raw"))
        };
        let title = words(&mut builder, "title");
        let other_title = words(&mut builder, "other_title");
        let people = words(&mut builder, "people");
        let summary = words(&mut builder, "summary");
        let title_prefix = keyword(&mut builder, "title_prefix");
        let other_title_prefix = keyword(&mut builder, "other_title_prefix");
        let people_prefix = keyword(&mut builder, "people_prefix");
        let title_form = keyword(&mut builder, "title_form");
        let title_part = keyword(&mut builder, "title_part");
        let other_title_form = keyword(&mut builder, "other_title_form");
        let other_title_start = keyword(&mut builder, "other_title_start");
        let order = strings(&mut builder, column::ORDER);
        let genre = strings(&mut builder, column::GENRE);
        let cast = strings(&mut builder, column::CAST);
        let director = strings(&mut builder, column::DIRECTOR);
        let writer = strings(&mut builder, column::WRITER);
        let language = strings(&mut builder, column::LANGUAGE);
        let country = strings(&mut builder, column::COUNTRY);
        let provider = strings(&mut builder, column::PROVIDER);
        let object = builder.add_text_field(column::OBJECT, STRING | FAST);
        let id = builder.add_text_field("id", STRING);
        let record = builder.add_bytes_field("record", STORED);
        let year = builder.add_u64_field(column::YEAR, FAST);
        let poster = builder.add_u64_field(column::POSTER, FAST);
        let runtime = builder.add_u64_field(column::RUNTIME, FAST);
        let rating = builder.add_u64_field(column::RATING, FAST);
        let standing = builder.add_u64_field(column::STANDING, FAST);
        let known = builder.add_u64_field(column::KNOWN, FAST);
        let id_hash = builder.add_u64_field(column::ID_HASH, FAST);
        let content = builder.add_u64_field(column::CONTENT, FAST);
        let generation = builder.add_u64_field(column::GENERATION, FAST);
        let ordinal = builder.add_u64_field(column::ORDINAL, FAST);
        let ledger = builder.add_text_field("ledger", STRING);
        let ledger_row = builder.add_bytes_field("ledger_row", STORED);
        let schema = builder.build();
        Self {
            schema,
            object,
            id,
            record,
            title,
            other_title,
            people,
            summary,
            title_prefix,
            other_title_prefix,
            people_prefix,
            title_form,
            title_part,
            other_title_form,
            other_title_start,
            order,
            genre,
            cast,
            director,
            writer,
            language,
            country,
            provider,
            year,
            runtime,
            rating,
            poster,
            standing,
            known,
            id_hash,
            content,
            generation,
            ordinal,
            ledger,
            ledger_row,
        }
    }

    pub(super) fn words(&self, field: WordField) -> Field {
        match field {
            WordField::Title => self.title,
            WordField::OtherTitle => self.other_title,
            WordField::People => self.people,
            WordField::Summary => self.summary,
        }
    }

    /// The field of a word field's short prefixes; the summary has none.
    pub(super) fn prefixes(&self, field: WordField) -> Option<Field> {
        match field {
            WordField::Title => Some(self.title_prefix),
            WordField::OtherTitle => Some(self.other_title_prefix),
            WordField::People => Some(self.people_prefix),
            WordField::Summary => None,
        }
    }

    /// The document of one listing.
    pub(super) fn document(&self, object: &str, movie: &Movie, json: &[u8], content: u64) -> TantivyDocument {
        let mut doc = TantivyDocument::new();
        doc.add_text(self.object, object);
        doc.add_text(self.id, movie.id.as_str());
        doc.add_bytes(self.record, json);
        doc.add_u64(self.id_hash, hash64(movie.id.as_str().as_bytes()));
        doc.add_u64(self.content, content);
        doc.add_u64(self.generation, movie.provenance.generation);
        doc.add_u64(self.ordinal, movie.provenance.record);

        for field in WordField::ALL {
            let texts = texts(movie, field);
            if texts.is_empty() {
                continue;
            }
            let words = positioned(texts.iter().map(|(_, text)| *text));
            if let Some(prefixes) = self.prefixes(field) {
                add_prefixes(&mut doc, prefixes, &words);
            }
            doc.add_pre_tokenized_text(self.words(field), words);
        }
        for form in text::title_normal_forms(&movie.title) {
            doc.add_text(self.title_form, keyword(&form));
        }
        for part in text::apostrophe_parts(&movie.title) {
            doc.add_text(self.title_part, part);
        }
        for other in &movie.titles {
            for form in text::title_normal_forms(&other.title) {
                doc.add_text(self.other_title_form, keyword(&form));
            }
            for start in indexed::title_starts(&text::title_key(&other.title)) {
                doc.add_text(self.other_title_start, start);
            }
        }
        doc.add_text(self.order, order_key(movie));
        let details = &movie.details;
        for (field, values) in [
            (self.genre, &movie.genres),
            (self.cast, &movie.cast),
            (self.director, &movie.directors),
            (self.writer, &details.writers),
            (self.language, &details.languages),
            (self.country, &details.countries),
        ] {
            for value in values {
                doc.add_text(field, keyword(value));
            }
        }
        doc.add_text(self.provider, &movie.provenance.provider);
        doc.add_u64(self.year, movie.year.map_or(0, |year| year.get().unsigned_abs()));
        doc.add_u64(self.poster, u64::from(movie.poster.is_some()));
        doc.add_u64(self.standing, rank::standing(movie));
        // Most records have neither: what is not there takes no room.
        if let Some(runtime) = details.runtime {
            doc.add_u64(self.runtime, u64::from(runtime) + 1);
        }
        if rank::rating(movie) > 0 {
            doc.add_u64(self.rating, u64::from(rank::rating(movie)));
        }
        doc.add_u64(self.known, u64::from(rank::known(movie)));
        doc
    }

    pub(super) fn term(field: Field, text: &str) -> Term {
        Term::from_field_text(field, text)
    }
}

/// The words of texts one behind another, then their single characters.
fn positioned<'a>(texts: impl IntoIterator<Item = &'a str> + Clone) -> PreTokenizedString {
    let mut tokens = Vec::new();
    let mut position = 0;
    let reads: [fn(&str) -> Vec<Word>; 2] = [words, indexed::characters];
    for read in reads {
        for text in texts.clone() {
            let found = read(text);
            let is_empty = found.is_empty();
            for word in found {
                tokens.push(Token {
                    offset_from: word.start,
                    offset_to: word.end,
                    position,
                    text: word.text,
                    position_length: 1,
                });
                position += 1;
            }
            position += if is_empty { 0 } else { NAME_GAP };
        }
    }
    PreTokenizedString { text: String::new(), tokens }
}

fn add_prefixes(doc: &mut TantivyDocument, field: Field, text: &PreTokenizedString) {
    for prefix in indexed::prefixes(text.tokens.iter().map(|token| token.text.as_str())) {
        doc.add_text(field, prefix);
    }
}
