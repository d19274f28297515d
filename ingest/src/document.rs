//! A record becomes a movie, or a refusal that names the field and the reason.
//!
//! Fields read, others are ignored; null and absent are the same:
//!
//! | field | type | rule |
//! | --- | --- | --- |
//! | `id` | text or integer | the record's own id, 1 to 128 bytes; without one it is made of title, year and address |
//! | `title` | text | must be there |
//! | `year` | integer or its digits | 1870 to 2100 |
//! | `cast` | list of texts | scraps that are no names are dropped, see [`crate::names`] |
//! | `genres` | list of texts | |
//! | `summary` or `extract` | text | |
//! | `url` or `href` | text | an `href` that is no http address is the name of an English Wikipedia article |
//! | `poster` | address, or `{url, width, height}` | |
//! | `thumbnail`, `thumbnail_width`, `thumbnail_height` | address, integers | used where there is no `poster` |
//!
//! Texts are cleaned by [`crate::clean`]; a value twice in a list is kept once, whatever its case and accents. The
//! id is made of the title as given (only trimmed), so that cleaning never joins two records.

use std::collections::HashSet;

use serde_json::{Map, Value};
use wikimovie_domain::{Image, Movie, MovieId, Provenance, Refusal, RefusalReason, Year};
use wikimovie_text::key;

use crate::{
    clean,
    limits::{
        MAX_CAST, MAX_GENRE_CHARS, MAX_GENRES, MAX_ID_BYTES, MAX_NAME_CHARS, MAX_SUMMARY_CHARS,
        MAX_TITLE_CHARS, MAX_URL_BYTES,
    },
    names,
    read::RawRecord,
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

/// Makes a movie of a record.
///
/// # Errors
/// The refusal of the record, for its first fault in the order of the fields above.
pub fn movie(record: &RawRecord, origin: &Origin) -> Result<Movie, Refusal> {
    read(record, origin).map_err(|fault| Refusal {
        line: record.line,
        record: record.record,
        field: Some(fault.field),
        reason: fault.reason,
        message: fault.message,
    })
}

struct Fault {
    field: String,
    reason: RefusalReason,
    message: String,
}

impl Fault {
    fn new(field: impl Into<String>, reason: RefusalReason, message: impl Into<String>) -> Self {
        Self { field: field.into(), reason, message: message.into() }
    }

    fn wrong_type(field: &str, found: &Value, expected: &str) -> Self {
        let message = format!("{field} is {}, where {expected} is expected", shown(found));
        Self::new(field, RefusalReason::WrongType, message)
    }
}

fn read(record: &RawRecord, origin: &Origin) -> Result<Movie, Fault> {
    let fields = Fields(&record.fields);
    let own_id = own_id(&fields)?;
    let raw_title = fields.text("title")?.map(str::trim).filter(|title| !title.is_empty());
    let raw_title =
        raw_title.ok_or_else(|| Fault::new("title", RefusalReason::Missing, "the record has no title"))?;
    let title = clean::title(raw_title);
    if title.is_empty() {
        return Err(Fault::new("title", RefusalReason::Invalid, "the title has no visible character"));
    }
    within("title", &title, MAX_TITLE_CHARS)?;
    let year = year(&fields)?;
    let cast = list(&fields, "cast", MAX_CAST, MAX_NAME_CHARS, names::name)?;
    let genres = list(&fields, "genres", MAX_GENRES, MAX_GENRE_CHARS, |raw| {
        Some(clean::text(raw)).filter(|genre| genre.chars().any(char::is_alphanumeric))
    })?;
    let summary = summary(&fields)?;
    let (raw_href, url) = url(&fields)?;
    let poster = poster(&fields)?;
    let id = match own_id {
        Some(id) => MovieId::from_record(&origin.provider, &id),
        None => MovieId::from_content(&origin.provider, raw_title, year, raw_href),
    };
    let provenance = Provenance {
        provider: origin.provider.clone(),
        object: origin.object.clone(),
        record: record.place,
        generation: origin.generation,
    };
    Ok(Movie { id, title, year, cast, genres, summary, url, poster, provenance })
}

fn own_id(fields: &Fields<'_>) -> Result<Option<String>, Fault> {
    let id = match fields.get("id") {
        None => return Ok(None),
        Some(Value::String(id)) => id.trim().to_owned(),
        Some(Value::Number(id)) if id.is_i64() || id.is_u64() => id.to_string(),
        Some(other) => return Err(Fault::wrong_type("id", other, "a text or an integer")),
    };
    let invalid = |message: &str| Err(Fault::new("id", RefusalReason::Invalid, message));
    if id.is_empty() {
        return invalid("id is empty: omit it instead");
    }
    if id.len() > MAX_ID_BYTES {
        let message = format!("id has {} bytes, at most {MAX_ID_BYTES} are allowed", id.len());
        return Err(Fault::new("id", RefusalReason::TooLarge, message));
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

fn year(fields: &Fields<'_>) -> Result<Option<Year>, Fault> {
    let Some(number) = fields.integer("year")? else { return Ok(None) };
    Year::try_from(number)
        .map(Some)
        .map_err(|outside| Fault::new("year", RefusalReason::Invalid, outside.to_string()))
}

fn summary(fields: &Fields<'_>) -> Result<Option<String>, Fault> {
    let Some((field, raw)) = fields.first_text(&["summary", "extract"])? else { return Ok(None) };
    let summary = clean::text(raw);
    within(field, &summary, MAX_SUMMARY_CHARS)?;
    Ok(Some(summary).filter(|summary| !summary.is_empty()))
}

fn list(
    fields: &Fields<'_>,
    field: &str,
    most: usize,
    longest: usize,
    clean: impl Fn(&str) -> Option<String>,
) -> Result<Vec<String>, Fault> {
    let items = match fields.get(field) {
        None => return Ok(Vec::new()),
        Some(Value::Array(items)) => items,
        Some(other) => return Err(Fault::wrong_type(field, other, "a list of texts")),
    };
    if items.len() > most {
        let message = format!("{field} has {} entries, at most {most} are allowed", items.len());
        return Err(Fault::new(field, RefusalReason::TooLarge, message));
    }
    let mut kept = Vec::with_capacity(items.len());
    let mut seen = HashSet::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        let Value::String(raw) = item else {
            return Err(Fault::wrong_type(&format!("{field}[{at}]"), item, "a text"));
        };
        if let Some(value) = clean(raw) {
            within(&format!("{field}[{at}]"), &value, longest)?;
            if seen.insert(key(&value)) {
                kept.push(value);
            }
        }
    }
    Ok(kept)
}

/// The address as given, for the id, and as shown.
fn url<'a>(fields: &Fields<'a>) -> Result<(Option<&'a str>, Option<String>), Fault> {
    let Some((field, raw)) = fields.first_text(&["url", "href"])? else { return Ok((None, None)) };
    let url = match (absolute(raw), field) {
        (Some(url), _) => url,
        (None, "href") => format!("https://en.wikipedia.org/wiki/{}", escaped(&raw.replace(' ', "_"), "?")),
        (None, _) => return Err(not_absolute(field, raw)),
    };
    bounded_url(field, &url)?;
    Ok((Some(raw), Some(url)))
}

fn poster(fields: &Fields<'_>) -> Result<Option<Image>, Fault> {
    if let Some(Value::Object(poster)) = fields.get("poster") {
        let poster = Fields(poster);
        let named = |mut fault: Fault| {
            fault.field = format!("poster.{}", fault.field);
            fault.message = format!("poster.{}", fault.message);
            fault
        };
        let size = || Ok((poster.pixels("width")?, poster.pixels("height")?));
        let (width, height) = size().map_err(named)?;
        return match poster.first_text(&["url"]).map_err(named)? {
            Some((_, raw)) => image("poster.url", raw, width, height).map(Some),
            None => Ok(None),
        };
    }
    let Some((field, raw)) = fields.first_text(&["poster", "thumbnail"])? else { return Ok(None) };
    let (width, height) = match field {
        "poster" => ("poster_width", "poster_height"),
        _ => ("thumbnail_width", "thumbnail_height"),
    };
    image(field, raw, fields.pixels(width)?, fields.pixels(height)?).map(Some)
}

fn image(field: &str, raw: &str, width: Option<u32>, height: Option<u32>) -> Result<Image, Fault> {
    let given = if raw.starts_with("//") { format!("https:{raw}") } else { raw.to_owned() };
    let url = absolute(&given).ok_or_else(|| not_absolute(field, raw))?;
    bounded_url(field, &url)?;
    Ok(Image { url, width, height })
}

/// An absolute http or https address, what may not stand in it escaped; `None` for anything else.
fn absolute(raw: &str) -> Option<String> {
    let scheme = ["http://", "https://"]
        .into_iter()
        .find(|scheme| raw.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))?;
    let rest = &raw[scheme.len()..];
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_host =
        !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || c.is_control() || c == '@');
    is_host.then(|| format!("{scheme}{}", escaped(rest, "")))
}

/// Percent-escapes what RFC 3986 does not allow in an address, and the characters in `also`.
fn escaped(text: &str, also: &str) -> String {
    let mut address = String::with_capacity(text.len());
    for c in text.chars() {
        let may_stay =
            c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}');
        if may_stay && !also.contains(c) {
            address.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                address.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    address
}

fn not_absolute(field: &str, raw: &str) -> Fault {
    let message = format!("{field} {} is no absolute http or https address", quoted(raw));
    Fault::new(field, RefusalReason::Invalid, message)
}

fn bounded_url(field: &str, url: &str) -> Result<(), Fault> {
    if url.len() > MAX_URL_BYTES {
        let message = format!("{field} has {} bytes, at most {MAX_URL_BYTES} are allowed", url.len());
        return Err(Fault::new(field, RefusalReason::TooLarge, message));
    }
    Ok(())
}

fn within(field: &str, text: &str, most: usize) -> Result<(), Fault> {
    // Bytes are never fewer than characters, so most texts need no counting.
    if text.len() <= most {
        return Ok(());
    }
    match text.chars().count() {
        count if count > most => {
            let message = format!("{field} has {count} characters, at most {most} are allowed");
            Err(Fault::new(field, RefusalReason::TooLarge, message))
        }
        _ => Ok(()),
    }
}

/// The fields of a record; null reads as absent.
struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    fn get(&self, field: &str) -> Option<&'a Value> {
        self.0.get(field).filter(|value| !value.is_null())
    }

    fn text(&self, field: &str) -> Result<Option<&'a str>, Fault> {
        match self.get(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(Fault::wrong_type(field, other, "a text")),
        }
    }

    /// The first of the fields that holds a text with something in it, trimmed. All of them must be texts.
    fn first_text<'f>(&self, names: &[&'f str]) -> Result<Option<(&'f str, &'a str)>, Fault> {
        let mut first = None;
        for &name in names {
            let text = self.text(name)?.map(str::trim).filter(|text| !text.is_empty());
            first = first.or(text.map(|text| (name, text)));
        }
        Ok(first)
    }

    fn integer(&self, field: &str) -> Result<Option<i64>, Fault> {
        match self.get(field) {
            None => Ok(None),
            Some(Value::Number(number)) => match number.as_i64() {
                Some(number) => Ok(Some(number)),
                None => Err(Fault::new(
                    field,
                    RefusalReason::Invalid,
                    format!("{field} {number} is no whole number in range"),
                )),
            },
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(Value::String(text)) => text.trim().parse().map(Some).map_err(|_| {
                Fault::new(
                    field,
                    RefusalReason::Invalid,
                    format!("{field} {} is no whole number", quoted(text)),
                )
            }),
            Some(other) => Err(Fault::wrong_type(field, other, "a whole number")),
        }
    }

    /// Pixels; 0 says that the size is not known.
    fn pixels(&self, field: &str) -> Result<Option<u32>, Fault> {
        let Some(number) = self.integer(field)? else { return Ok(None) };
        u32::try_from(number).map(|pixels| Some(pixels).filter(|&pixels| pixels > 0)).map_err(|_| {
            Fault::new(field, RefusalReason::Invalid, format!("{field} {number} is no number of pixels"))
        })
    }
}

/// A value in a message: short, so that receipts stay small.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => format!("the boolean {value}"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => format!("the text {}", quoted(text)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

fn quoted(text: &str) -> String {
    const MOST: usize = 40;
    let mut short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("{short:?}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn origin() -> Origin {
        Origin { provider: "p".into(), object: "p/a.json".into(), generation: 7 }
    }

    fn read(value: Value) -> Result<Movie, Refusal> {
        let Value::Object(fields) = value else { panic!("an object") };
        movie(&RawRecord { line: 3, record: 2, place: 2, bytes: 0, fields }, &origin())
    }

    #[test]
    fn every_spelling_is_understood() {
        let new = read(json!({
            "id": 12, "title": " The  Kid[1] ", "year": "1921", "cast": ["Charles Chaplin", "charles chaplin", "and"],
            "genres": ["Comedy", "Silent", "comedy"], "summary": "A tramp.\nA boy.", "url": "http://example.org/a b",
            "poster": {"url": "https://example.org/p.jpg", "width": 10, "height": "20"}, "unknown": {"a": [1]}
        }))
        .unwrap();
        assert_eq!(new.id.as_str(), "p:12");
        assert_eq!((new.title.as_str(), new.year.map(Year::get)), ("The Kid", Some(1921)));
        assert_eq!(new.cast, ["Charles Chaplin"]);
        assert_eq!(new.genres, ["Comedy", "Silent"]);
        assert_eq!(new.summary.as_deref(), Some("A tramp. A boy."));
        assert_eq!(new.url.as_deref(), Some("http://example.org/a%20b"));
        let poster = new.poster.unwrap();
        assert_eq!((poster.width, poster.height), (Some(10), Some(20)));
        assert_eq!(new.provenance.record, 2);
        assert_eq!(new.provenance.generation, 7);

        let old = read(json!({
            "title": "M", "year": 1931, "cast": null, "genres": null, "href": "M_(1931_film)", "extract": " ",
            "thumbnail": "//upload.example.org/m.jpg", "thumbnail_width": 0, "thumbnail_height": 5
        }))
        .unwrap();
        let id = MovieId::from_content("p", "M", Year::try_from(1931).ok(), Some("M_(1931_film)"));
        assert_eq!(old.id, id);
        assert_eq!(old.url.as_deref(), Some("https://en.wikipedia.org/wiki/M_(1931_film)"));
        assert_eq!(old.summary, None);
        let poster = old.poster.unwrap();
        assert_eq!(poster.url, "https://upload.example.org/m.jpg");
        assert_eq!((poster.width, poster.height), (None, Some(5)));
    }

    #[test]
    fn ids_come_of_the_title_as_given() {
        let marked = read(json!({"title": "The Cord of Life[1]", "year": 1909})).unwrap();
        let plain = read(json!({"title": " The Cord of Life ", "year": 1909})).unwrap();
        assert_eq!(marked.title, plain.title);
        assert_ne!(marked.id, plain.id);
    }

    #[test]
    fn addresses_are_absolute_or_articles() {
        let cases = [
            ("href", "King_Lear#Film", "https://en.wikipedia.org/wiki/King_Lear#Film"),
            ("href", "What%27s Up?", "https://en.wikipedia.org/wiki/What%27s_Up%3F"),
            ("href", "javascript:alert(1)", "https://en.wikipedia.org/wiki/javascript:alert(1)"),
            ("href", "https://example.org/x", "https://example.org/x"),
            ("url", "HTTPS://example.org", "https://example.org"),
            ("url", "https://example.org/é\"<", "https://example.org/%C3%A9%22%3C"),
        ];
        for (field, raw, expected) in cases {
            assert_eq!(
                read(json!({"title": "M", field: raw})).unwrap().url.as_deref(),
                Some(expected),
                "{raw}"
            );
        }
    }

    #[test]
    fn faults_name_field_and_reason() {
        use RefusalReason::{Invalid, Missing, TooLarge, WrongType};
        let long = |count: usize| "x".repeat(count);
        let cases = [
            (json!({}), "title", Missing),
            (json!({"title": null}), "title", Missing),
            (json!({"title": "  "}), "title", Missing),
            (json!({"title": "\u{200b}"}), "title", Invalid),
            (json!({"title": 1917}), "title", WrongType),
            (json!({"title": ["M"]}), "title", WrongType),
            (json!({"title": long(501)}), "title", TooLarge),
            (json!({"title": "M", "id": ""}), "id", Invalid),
            (json!({"title": "M", "id": "~a"}), "id", Invalid),
            (json!({"title": "M", "id": "a\u{0}"}), "id", Invalid),
            (json!({"title": "M", "id": 1.5}), "id", WrongType),
            (json!({"title": "M", "id": {}}), "id", WrongType),
            (json!({"title": "M", "id": long(129)}), "id", TooLarge),
            (json!({"title": "M", "year": 18}), "year", Invalid),
            (json!({"title": "M", "year": 2101}), "year", Invalid),
            (json!({"title": "M", "year": 1999.5}), "year", Invalid),
            (json!({"title": "M", "year": 1e300}), "year", Invalid),
            (json!({"title": "M", "year": "MCMXC"}), "year", Invalid),
            (json!({"title": "M", "year": true}), "year", WrongType),
            (json!({"title": "M", "year": [1999]}), "year", WrongType),
            (json!({"title": "M", "cast": "Peter Lorre"}), "cast", WrongType),
            (json!({"title": "M", "cast": ["Peter Lorre", null]}), "cast[1]", WrongType),
            (json!({"title": "M", "cast": [long(201)]}), "cast[0]", TooLarge),
            (json!({"title": "M", "cast": vec!["x"; 1001]}), "cast", TooLarge),
            (json!({"title": "M", "genres": {"a": 1}}), "genres", WrongType),
            (json!({"title": "M", "genres": [7]}), "genres[0]", WrongType),
            (json!({"title": "M", "genres": vec!["x"; 51]}), "genres", TooLarge),
            (json!({"title": "M", "summary": 5}), "summary", WrongType),
            (json!({"title": "M", "extract": long(10_001)}), "extract", TooLarge),
            (json!({"title": "M", "url": "M_(film)"}), "url", Invalid),
            (json!({"title": "M", "url": "javascript:alert(1)"}), "url", Invalid),
            (json!({"title": "M", "url": "https://"}), "url", Invalid),
            (json!({"title": "M", "url": "https://user@host/"}), "url", Invalid),
            (json!({"title": "M", "href": 3}), "href", WrongType),
            (json!({"title": "M", "href": long(3000)}), "href", TooLarge),
            (json!({"title": "M", "poster": "p.jpg"}), "poster", Invalid),
            (json!({"title": "M", "poster": 1}), "poster", WrongType),
            (json!({"title": "M", "poster": {"url": 1}}), "poster.url", WrongType),
            (json!({"title": "M", "poster": {"url": "x"}}), "poster.url", Invalid),
            (json!({"title": "M", "poster": {"url": "https://a/b", "width": -1}}), "poster.width", Invalid),
            (
                json!({"title": "M", "thumbnail": "https://a/b", "thumbnail_width": []}),
                "thumbnail_width",
                WrongType,
            ),
        ];
        for (record, field, reason) in cases {
            let shown: String = record.to_string().chars().take(80).collect();
            let refusal = read(record).expect_err(&shown);
            assert_eq!((refusal.field.as_deref(), refusal.reason), (Some(field), reason), "{shown}");
            assert_eq!((refusal.line, refusal.record), (3, 2));
            assert!(refusal.message.len() < 200 && !refusal.message.ends_with('.'), "{}", refusal.message);
        }
    }
}
