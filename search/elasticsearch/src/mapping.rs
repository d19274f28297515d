//! Mapping and settings of our indices: the one place where fields are named.
//!
//! Words are written by `search::text` and parted at white space only; each word field has a keyword twin, from
//! which the vocabulary is counted. The engine has no synonyms, n-grams, stemming or fuzziness to do.

use serde_json::{Value, json};
use wikimovie_engine::indexed::FORMAT;
use wikimovie_plan::{NAME_GAP, WordField};

/// Names of the fields of a listing.
pub(crate) mod field {
    /// Whether this listing is the movie's shown one; the read alias finds no other.
    pub(crate) const SHOWN: &str = "shown";
    /// The movie's id.
    pub(crate) const ID: &str = "id";
    /// Ledger key of the object that lists it.
    pub(crate) const OBJECT: &str = "object";
    /// Generation of that object.
    pub(crate) const GENERATION: &str = "generation";
    /// Place of the record in it.
    pub(crate) const ORDINAL: &str = "ordinal";
    /// Version at which the application that wrote this listing began; whoever shows or hides it later keeps it.
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
    pub(crate) const CAST: &str = "cast";
    pub(crate) const CAST_WORD: &str = "cast_word";
    pub(crate) const CAST_PREFIX: &str = "cast_prefix";
    pub(crate) const SUMMARY: &str = "summary";
    pub(crate) const SUMMARY_WORD: &str = "summary_word";
    /// Keys of genres.
    pub(crate) const GENRE: &str = "genre";
    /// Key, NUL, spelling of each genre.
    pub(crate) const GENRE_NAME: &str = "genre_name";
    /// Keys of people.
    pub(crate) const PERSON: &str = "person";
    /// Key, NUL, spelling of each person.
    pub(crate) const PERSON_NAME: &str = "person_name";
    pub(crate) const PROVIDER: &str = "provider";
    pub(crate) const YEAR: &str = "year";
    pub(crate) const POSTER: &str = "poster";
    pub(crate) const PRIOR: &str = "prior";
    /// How much a movie is expected while its title is typed.
    pub(crate) const KNOWN: &str = "known";
    /// The title's key in natural order, NUL, id: the unique end of every order.
    pub(crate) const ORDER: &str = "order";
}

/// Word fields by name.
pub(crate) fn words(field: WordField) -> &'static str {
    match field {
        WordField::Title => field::TITLE,
        WordField::Cast => field::CAST,
        WordField::Summary => field::SUMMARY,
    }
}

/// The keyword twin of a word field.
pub(crate) fn word_twin(field: WordField) -> &'static str {
    match field {
        WordField::Title => field::TITLE_WORD,
        WordField::Cast => field::CAST_WORD,
        WordField::Summary => field::SUMMARY_WORD,
    }
}

/// The field of a word field's short prefixes; the summary has none.
pub(crate) fn prefixes(field: WordField) -> Option<&'static str> {
    match field {
        WordField::Title => Some(field::TITLE_PREFIX),
        WordField::Cast => Some(field::CAST_PREFIX),
        WordField::Summary => None,
    }
}

/// What an index of ours says of itself, in its mapping's `_meta`.
pub(crate) const META: &str = "wikimovie_format";

/// How long an engine remembers the versions of deleted documents.
const GC_DELETES: &str = "1d";

/// Body that creates an index of listings.
pub(crate) fn listings(shards: u32, replicas: u32) -> Value {
    json!({
        "settings": {
            "index": {
                "number_of_shards": shards,
                "number_of_replicas": replicas,
                // A commit of the writer makes its changes visible at once, and nothing else does.
                "refresh_interval": "-1",
                // Versions of deleted documents, so that a write which comes late does not revive one.
                "gc_deletes": GC_DELETES,
            }
        },
        "mappings": {
            "dynamic": "strict",
            "_meta": { META: FORMAT },
            "_source": { "includes": [field::MOVIE, field::OBJECT, field::CONTENT, field::APPLIED] },
            "properties": properties(),
        }
    })
}

/// Body that creates the ledger.
pub(crate) fn ledger(replicas: u32) -> Value {
    let keyword = json!({ "type": "keyword" });
    json!({
        "settings": {
            "index": { "number_of_shards": 1, "number_of_replicas": replicas, "gc_deletes": GC_DELETES }
        },
        "mappings": {
            "dynamic": "strict",
            "_meta": { META: FORMAT },
            "properties": {
                "kind": keyword,
                "key": keyword,
                "object": keyword,
                "status": keyword,
                "generation": { "type": "long" },
                "data": { "type": "object", "enabled": false },
            }
        }
    })
}

fn properties() -> Value {
    let text = |gap: usize| {
        json!({
            "type": "text",
            "analyzer": "whitespace",
            "norms": false,
            "index_options": "positions",
            "position_increment_gap": gap,
        })
    };
    let lookup = json!({ "type": "keyword", "doc_values": false });
    let keyword = json!({ "type": "keyword" });
    let counted = json!({ "type": "keyword", "index": false });
    let number = |kind: &str| json!({ "type": kind });
    let properties = [
        (field::SHOWN, json!({ "type": "boolean" })),
        (field::ID, keyword.clone()),
        (field::OBJECT, keyword.clone()),
        (field::GENERATION, number("long")),
        (field::ORDINAL, number("long")),
        (field::APPLIED, number("long")),
        (field::CONTENT, counted.clone()),
        (field::MOVIE, json!({ "type": "object", "enabled": false })),
        (field::TITLE, text(NAME_GAP)),
        (field::TITLE_WORD, counted.clone()),
        (field::TITLE_PREFIX, lookup.clone()),
        (field::TITLE_KEY, lookup.clone()),
        (field::TITLE_FORM, lookup.clone()),
        (field::TITLE_PART, lookup.clone()),
        (field::TITLE_START, lookup.clone()),
        (field::CAST, text(NAME_GAP)),
        (field::CAST_WORD, counted.clone()),
        (field::CAST_PREFIX, lookup.clone()),
        (field::SUMMARY, text(NAME_GAP)),
        (field::SUMMARY_WORD, counted.clone()),
        (field::GENRE, keyword.clone()),
        (field::GENRE_NAME, counted.clone()),
        (field::PERSON, keyword.clone()),
        (field::PERSON_NAME, counted.clone()),
        (field::PROVIDER, keyword.clone()),
        (field::YEAR, number("short")),
        (field::POSTER, json!({ "type": "boolean" })),
        (field::PRIOR, number("short")),
        (field::KNOWN, number("short")),
        (field::ORDER, counted.clone()),
    ];
    Value::Object(properties.into_iter().map(|(name, kind)| (name.to_owned(), kind)).collect())
}
