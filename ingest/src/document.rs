//! A record becomes a movie, or a refusal that names the field and the reason.
//!
//! Fields read under names of the project's own; null and absent are the same. Other names of theirs are in
//! [`crate::shape`], which also knows the names of other formats:
//!
//! | field | type | rule |
//! | --- | --- | --- |
//! | `id` | text or integer | the record's own id, 1 to 128 bytes; without one it is made of title, year and address |
//! | `title` | text or number | must be there |
//! | `year` | number, or a text with a year in it | 1870 to 2100; without one, `Title (1995)` is taken apart |
//! | `cast` | list, or a text that is split | scraps that are no names are dropped, see [`crate::names`] |
//! | `genres` | list, or a text that is split | |
//! | `summary` or `extract` | text | |
//! | `url` or `href` | text | an `href` that is no http address is the name of an English Wikipedia article |
//! | `poster` | address, or `{url, width, height}` | |
//! | `thumbnail`, `thumbnail_width`, `thumbnail_height` | address, integers | used where there is no `poster` |
//! | `directors`, `writers` | list, or a text that is split | as `cast` |
//! | `titles` | list of `{title, language, kind}` or of texts | without the movie's own |
//! | `plot` | text | beside a summary; alone it is the summary, unless it is too long for that |
//! | `keywords`, `languages`, `countries` | list, or a text that is split | |
//! | `ids` | object of ids by source | those of IMDb, TMDB and Wikidata in one form |
//! | `runtime` | minutes, or a text such as `2h 22m` | 0 says that it is not known |
//! | `released` | date | |
//! | `ratings` | list of `{source, value, votes}` | from 0 to 10; `94%` and `77/100` are made so |
//! | `popularity` | number | |
//! | `certificate` | text | |
//! | `attribution` | `{text, licence, url}`, or a text | |
//!
//! A wrong id or title costs the record; anything else wrong costs the value alone, and is reported. Texts are cleaned
//! by [`crate::clean`]; a value twice in a list is kept once, whatever its case and accents. The id is made of the
//! title as given (only trimmed), so that cleaning never joins two records.

use std::borrow::Cow;

use serde_json::Value;
use wikimovie_domain::{Details, Movie, MovieId, Provenance, Refusal, RefusalReason};

use crate::{
    clean,
    fields::{Fields, ValueFault, within},
    limits::{
        MAX_CAST, MAX_GENRE_CHARS, MAX_GENRES, MAX_ID_BYTES, MAX_KEYWORDS, MAX_MAKERS, MAX_NAME_CHARS,
        MAX_PLACES, MAX_TITLE_CHARS, MAX_WORD_CHARS,
    },
    mapping::NAME_THE_TITLE,
    names,
    read::RawRecord,
    shape::{
        Shape,
        names::{MovieField, Treatment},
        values,
    },
    shorten::shortened,
    vocabulary::GenreNames,
};

/// What a record does not say itself: the object it stands in.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Provider of the object.
    pub provider: String,
    /// Key of the object, as people know it.
    pub object: String,
    /// Generation of the object.
    pub generation: u64,
}

/// Makes a movie of a record; values that it cannot have are added to `dropped`, genres that it has by other names to those.
///
/// # Errors
/// The refusal of the record, for its first fault in the order of the fields above.
pub(crate) fn movie(
    record: &RawRecord,
    shape: &Shape,
    origin: &Origin,
    genres: &mut GenreNames<'_>,
    dropped: &mut Vec<ValueFault>,
) -> Result<Movie, Refusal> {
    let mut fields = Fields { record: &record.fields, shape, dropped };
    read(record, &mut fields, origin, genres).map_err(|fault| Refusal {
        line: record.line,
        record: record.record,
        field: Some(fault.field),
        reason: fault.reason,
        message: fault.message,
    })
}

fn read(
    record: &RawRecord,
    fields: &mut Fields<'_>,
    origin: &Origin,
    genre_names: &mut GenreNames<'_>,
) -> Result<Movie, ValueFault> {
    let own_id = own_id(fields, record.key.as_deref())?;
    let given = title(fields)?;
    let raw_title = given.as_ref();
    let mut title = clean::title(raw_title);
    if title.is_empty() {
        let message = "the title has no visible character";
        return Err(ValueFault::new("title", RefusalReason::Invalid, message));
    }
    within("title", &title, MAX_TITLE_CHARS)?;
    let mut year = fields.year();
    if fields.shape.title_has_year().unwrap_or(year.is_none()) {
        let apart = values::title_and_year(&title).map(|(title, year)| (title.to_owned(), year));
        if let Some((bare, behind)) = apart {
            title = bare;
            year = year.or(Some(behind));
        }
    }
    let cast = fields.list(MovieField::Cast, MAX_CAST, MAX_NAME_CHARS, names::name);
    let genres = fields.list(MovieField::Genres, MAX_GENRES, MAX_GENRE_CHARS, word);
    let (genres, original_genres) = genre_names.renamed(genres);
    let (summary, plot) = fields.texts();
    let (raw_href, url) = fields.url();
    let poster = fields.poster();
    let id = match own_id {
        Some(id) => MovieId::from_record(&origin.provider, &id),
        None => MovieId::from_content(&origin.provider, raw_title, year, raw_href),
    };
    let provenance = Provenance {
        provider: origin.provider.clone(),
        object: origin.object.clone(),
        record: record.place,
        generation: origin.generation,
        original_genres,
    };
    let directors = fields.list(MovieField::Directors, MAX_MAKERS, MAX_NAME_CHARS, names::name);
    let titles = fields.titles(&title);
    let details = details(fields, plot, origin);
    Ok(Movie { id, title, year, cast, genres, summary, url, poster, directors, titles, details, provenance })
}

fn details(fields: &mut Fields<'_>, plot: Option<String>, origin: &Origin) -> Details {
    let language = |raw: &str| word(raw).filter(|tag| tag != "xx" && tag != "zxx");
    Details {
        writers: fields.list(MovieField::Writers, MAX_MAKERS, MAX_NAME_CHARS, names::name),
        plot,
        keywords: fields.list(MovieField::Keywords, MAX_KEYWORDS, MAX_WORD_CHARS, word),
        ids: fields.ids(),
        languages: fields.list(MovieField::Languages, MAX_PLACES, MAX_WORD_CHARS, language),
        countries: fields.list(MovieField::Countries, MAX_PLACES, MAX_WORD_CHARS, word),
        runtime: fields.runtime(),
        released: fields.released(),
        ratings: fields.ratings(&origin.provider),
        popularity: fields.popularity(),
        certificate: fields.certificate(),
        attribution: fields.attribution(),
    }
}

/// A word or name in a list; `None` where nothing in it is one.
fn word(raw: &str) -> Option<String> {
    Some(clean::text(raw)).filter(|word| word.chars().any(char::is_alphanumeric))
}

fn own_id(fields: &Fields<'_>, key: Option<&str>) -> Result<Option<String>, ValueFault> {
    let id = match fields.candidates(MovieField::Id, &["id"]).next() {
        None => match key {
            Some(key) => key.trim().to_owned(),
            None => return Ok(None),
        },
        Some(found) => match found.value {
            Value::String(id) if *found.treatment == Treatment::LastSegment => {
                id.trim().trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned()
            }
            Value::String(id) => id.trim().to_owned(),
            Value::Number(id) if id.is_i64() || id.is_u64() => id.to_string(),
            other => return Err(ValueFault::wrong_type("id", other, "a text or an integer")),
        },
    };
    let invalid = |message: &str| Err(ValueFault::new("id", RefusalReason::Invalid, message));
    if id.is_empty() {
        return invalid("id is empty: omit it instead");
    }
    if id.len() > MAX_ID_BYTES {
        let message = format!("id has {} bytes, at most {MAX_ID_BYTES} are allowed", id.len());
        return Err(ValueFault::new("id", RefusalReason::TooLarge, message));
    }
    if id.chars().any(char::is_control) {
        return invalid("id holds a control character");
    }
    // Ids made of content start with it, and must stay apart.
    if id.starts_with('~') {
        return invalid("id starts with ~, which is reserved for ids derived from content");
    }
    Ok(Some(id))
}

/// The title as given, trimmed.
fn title<'a>(fields: &Fields<'a>) -> Result<Cow<'a, str>, ValueFault> {
    let mut wrong = None;
    for found in fields.candidates(MovieField::Title, &["title"]) {
        match found.value {
            Value::String(text) if text.trim().is_empty() => {}
            Value::String(text) => return Ok(Cow::Borrowed(text.trim())),
            Value::Number(number) => return Ok(Cow::Owned(number.to_string())),
            other => wrong = wrong.or_else(|| Some(ValueFault::wrong_type(found.name, other, "a text"))),
        }
    }
    Err(wrong.unwrap_or_else(|| {
        const SHOWN: usize = 8;
        let mut names: Vec<&str> = fields.record.keys().map(String::as_str).collect();
        names.sort_unstable();
        let more = if names.len() > SHOWN { ", …" } else { "" };
        let names: Vec<String> = names.iter().take(SHOWN).map(|name| shortened(name)).collect();
        let message = match names.as_slice() {
            [] => "the record has no title".to_owned(),
            names => {
                format!(
                    "the record has no title; its fields are {}{more}: {NAME_THE_TITLE}",
                    names.join(", ")
                )
            }
        };
        ValueFault::new("title", RefusalReason::Missing, message)
    }))
}

#[cfg(test)]
mod tests;
