//! Mapping and settings of our indices: the one place where fields are named.
//!
//! Words are written by `wikimovie_text` and split at white space only; each word field has a keyword twin, from
//! which the vocabulary is counted. The engine has no synonyms, n-grams, stemming or fuzziness to do.

use wikimovie_elasticsearch_dsl::{CreateIndex, IndexSettings, Mapping, Property, Query};
use wikimovie_engine::indexed::FORMAT;
use wikimovie_plan::{NAME_GAP, WordField};

/// Names of the fields of a source record.
pub(crate) mod field {
    /// Whether this record is the movie's shown one; the read alias finds no other.
    pub(crate) const SHOWN: &str = "shown";
    /// The movie's id.
    pub(crate) const ID: &str = "id";
    /// Ledger key of the object that lists it.
    pub(crate) const OBJECT: &str = "object";
    /// Generation of that object.
    pub(crate) const GENERATION: &str = "generation";
    /// Place of the record in it.
    pub(crate) const ORDINAL: &str = "ordinal";
    /// Version at which the application that wrote this record began; whoever shows or hides it later keeps it.
    pub(crate) const APPLIED: &str = "applied";
    /// Hash of what the record says.
    pub(crate) const CONTENT: &str = "content";
    /// The movie as it is answered; stored, not indexed.
    pub(crate) const MOVIE: &str = "movie";
    pub(crate) const TITLE: &str = "title";
    pub(crate) const TITLE_WORD: &str = "title_word";
    pub(crate) const TITLE_PREFIX: &str = "title_prefix";
    /// Key of the whole title.
    pub(crate) const TITLE_KEY: &str = "title_key";
    /// Other whole-title forms.
    pub(crate) const TITLE_FORM: &str = "title_form";
    /// Parts of words of the title at an apostrophe.
    pub(crate) const TITLE_PART: &str = "title_part";
    /// Key of the title, with and without its leading article.
    pub(crate) const TITLE_START: &str = "title_start";
    pub(crate) const OTHER_TITLE: &str = "other_title";
    pub(crate) const OTHER_TITLE_WORD: &str = "other_title_word";
    pub(crate) const OTHER_TITLE_PREFIX: &str = "other_title_prefix";
    /// Forms of other titles.
    pub(crate) const OTHER_TITLE_FORM: &str = "other_title_form";
    /// Keys of other titles, with and without their leading article.
    pub(crate) const OTHER_TITLE_START: &str = "other_title_start";
    pub(crate) const PEOPLE: &str = "people";
    pub(crate) const PEOPLE_WORD: &str = "people_word";
    pub(crate) const PEOPLE_PREFIX: &str = "people_prefix";
    pub(crate) const SUMMARY: &str = "summary";
    pub(crate) const SUMMARY_WORD: &str = "summary_word";
    /// Keys of genres.
    pub(crate) const GENRE: &str = "genre";
    /// Key, NUL, spelling of each genre.
    pub(crate) const GENRE_NAME: &str = "genre_name";
    /// Keys of the cast.
    pub(crate) const CAST: &str = "cast";
    /// Keys of the directors.
    pub(crate) const DIRECTOR: &str = "director";
    /// Keys of the writers.
    pub(crate) const WRITER: &str = "writer";
    /// Keys of spoken languages.
    pub(crate) const LANGUAGE: &str = "language";
    /// Key, NUL, spelling of each language.
    pub(crate) const LANGUAGE_NAME: &str = "language_name";
    /// Keys of countries of production.
    pub(crate) const COUNTRY: &str = "country";
    /// Key, NUL, spelling of each country.
    pub(crate) const COUNTRY_NAME: &str = "country_name";
    /// Key, NUL, spelling of each person; behind another NUL the roles, but for who is in the cast only.
    pub(crate) const PERSON_NAME: &str = "person_name";
    pub(crate) const PROVIDER: &str = "provider";
    pub(crate) const YEAR: &str = "year";
    pub(crate) const POSTER: &str = "poster";
    /// Minutes.
    pub(crate) const RUNTIME: &str = "runtime";
    /// Mean rating, see [`wikimovie_plan::rank::rating`].
    pub(crate) const RATING: &str = "rating";
    /// Popularity, see [`wikimovie_plan::rank::popularity`].
    pub(crate) const POPULARITY: &str = "popularity";
    /// Popularity and prior, see [`wikimovie_plan::rank::standing`].
    pub(crate) const STANDING: &str = "standing";
    /// How much a movie is expected while its title is typed.
    pub(crate) const KNOWN: &str = "known";
    /// The title's key in natural order, NUL, id: the unique end of every order.
    pub(crate) const ORDER: &str = "order";
}

/// Word fields by name.
pub(crate) fn words(field: WordField) -> &'static str {
    match field {
        WordField::Title => field::TITLE,
        WordField::OtherTitle => field::OTHER_TITLE,
        WordField::People => field::PEOPLE,
        WordField::Summary => field::SUMMARY,
    }
}

/// The keyword twin of a word field.
pub(crate) fn word_twin(field: WordField) -> &'static str {
    match field {
        WordField::Title => field::TITLE_WORD,
        WordField::OtherTitle => field::OTHER_TITLE_WORD,
        WordField::People => field::PEOPLE_WORD,
        WordField::Summary => field::SUMMARY_WORD,
    }
}

/// The field of a word field's short prefixes; the summary has none.
pub(crate) fn prefixes(field: WordField) -> Option<&'static str> {
    match field {
        WordField::Title => Some(field::TITLE_PREFIX),
        WordField::OtherTitle => Some(field::OTHER_TITLE_PREFIX),
        WordField::People => Some(field::PEOPLE_PREFIX),
        WordField::Summary => None,
    }
}

/// What an index of ours says of itself, in its mapping's `_meta`.
pub(crate) const META: &str = "wikimovie_format";

/// How long an engine remembers the versions of deleted documents, so that a write which comes late does not revive one.
const GC_DELETES: &str = "1d";

/// Records that are shown: the filter of the read alias.
pub(crate) fn shown() -> Query {
    Query::term(field::SHOWN, true)
}

/// Creates an index of source records.
pub(crate) fn records(shards: u32, replicas: u32) -> CreateIndex {
    let settings = IndexSettings {
        number_of_shards: shards,
        number_of_replicas: replicas,
        // A commit of the writer makes its changes visible at once, and nothing else does.
        refresh_interval: Some("-1"),
        gc_deletes: GC_DELETES,
    };
    let words = || Property::words(NAME_GAP);
    let properties = [
        (field::SHOWN, Property::Boolean),
        (field::ID, Property::KEYWORD),
        (field::OBJECT, Property::KEYWORD),
        (field::GENERATION, Property::Long),
        (field::ORDINAL, Property::Long),
        (field::APPLIED, Property::Long),
        (field::CONTENT, Property::COUNTED),
        (field::MOVIE, Property::STORED),
        (field::TITLE, words()),
        (field::TITLE_WORD, Property::COUNTED),
        (field::TITLE_PREFIX, Property::LOOKUP),
        (field::TITLE_KEY, Property::LOOKUP),
        (field::TITLE_FORM, Property::LOOKUP),
        (field::TITLE_PART, Property::LOOKUP),
        (field::TITLE_START, Property::LOOKUP),
        (field::OTHER_TITLE, words()),
        (field::OTHER_TITLE_WORD, Property::COUNTED),
        (field::OTHER_TITLE_PREFIX, Property::LOOKUP),
        (field::OTHER_TITLE_FORM, Property::LOOKUP),
        (field::OTHER_TITLE_START, Property::LOOKUP),
        (field::PEOPLE, words()),
        (field::PEOPLE_WORD, Property::COUNTED),
        (field::PEOPLE_PREFIX, Property::LOOKUP),
        (field::SUMMARY, words()),
        (field::SUMMARY_WORD, Property::COUNTED),
        (field::GENRE, Property::KEYWORD),
        (field::GENRE_NAME, Property::COUNTED),
        (field::CAST, Property::KEYWORD),
        (field::DIRECTOR, Property::KEYWORD),
        (field::WRITER, Property::KEYWORD),
        (field::PERSON_NAME, Property::COUNTED),
        (field::LANGUAGE, Property::KEYWORD),
        (field::LANGUAGE_NAME, Property::COUNTED),
        (field::COUNTRY, Property::KEYWORD),
        (field::COUNTRY_NAME, Property::COUNTED),
        (field::PROVIDER, Property::KEYWORD),
        (field::YEAR, Property::Short),
        (field::POSTER, Property::Boolean),
        (field::RUNTIME, Property::Integer),
        (field::RATING, Property::Short),
        (field::POPULARITY, Property::Long),
        (field::STANDING, Property::Long),
        (field::KNOWN, Property::Short),
        (field::ORDER, Property::COUNTED),
    ];
    let stored = vec![field::MOVIE, field::OBJECT, field::CONTENT, field::APPLIED];
    CreateIndex::new(settings, Mapping::new((META, FORMAT), properties).storing(stored))
}

/// Names of the fields of the ledger.
pub(crate) mod ledger_field {
    pub(crate) const KIND: &str = "kind";
    /// Ledger key of the row's object.
    pub(crate) const KEY: &str = "key";
    /// The object's key as people know it.
    pub(crate) const OBJECT: &str = "object";
    /// Status of the receipt.
    pub(crate) const STATUS: &str = "status";
    pub(crate) const GENERATION: &str = "generation";
    /// The row, the revision and so on; stored, not indexed.
    pub(super) const DATA: &str = "data";
}

/// Creates the ledger.
pub(crate) fn ledger(replicas: u32) -> CreateIndex {
    let settings = IndexSettings {
        number_of_shards: 1,
        number_of_replicas: replicas,
        refresh_interval: None,
        gc_deletes: GC_DELETES,
    };
    let properties = [
        (ledger_field::KIND, Property::KEYWORD),
        (ledger_field::KEY, Property::KEYWORD),
        (ledger_field::OBJECT, Property::KEYWORD),
        (ledger_field::STATUS, Property::KEYWORD),
        (ledger_field::GENERATION, Property::Long),
        (ledger_field::DATA, Property::STORED),
    ];
    CreateIndex::new(settings, Mapping::new((META, FORMAT), properties))
}
