//! The optional fields of a record, each from the first of its names that has a usable value. A value that cannot be
//! used is reported, and costs nothing else.

use std::collections::HashSet;

use serde_json::{Map, Value};
use wikimovie_domain::{Image, RefusalReason, Year};
use wikimovie_text::key;

use crate::{
    address::{absolute, escaped},
    clean,
    limits::{MAX_SUMMARY_CHARS, MAX_URL_BYTES},
    shape::{
        NamedSource, Shape,
        names::{MovieField, Treatment},
        values::{self, shortened},
    },
};

/// Why a value cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ValueFault {
    pub(crate) field: String,
    pub(crate) reason: RefusalReason,
    pub(crate) message: String,
}

impl ValueFault {
    pub(crate) fn new(field: impl Into<String>, reason: RefusalReason, message: impl Into<String>) -> Self {
        Self { field: field.into(), reason, message: message.into() }
    }

    pub(crate) fn wrong_type(field: &str, found: &Value, expected: &str) -> Self {
        let message = format!("{field} is {}, where {expected} is expected", shown(found));
        Self::new(field, RefusalReason::WrongType, message)
    }

    fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::new(field, RefusalReason::Invalid, message)
    }
}

/// The fields of a record.
pub(crate) struct Fields<'a> {
    pub(crate) record: &'a Map<String, Value>,
    pub(crate) shape: &'a Shape,
    /// Values that could not be used.
    pub(crate) dropped: &'a mut Vec<ValueFault>,
}

/// A value that a field may have.
#[derive(Clone, Copy)]
pub(crate) struct Candidate<'a> {
    /// As the record names it.
    pub(crate) name: &'a str,
    pub(crate) value: &'a Value,
    pub(crate) treatment: Treatment,
}

impl<'a> Fields<'a> {
    /// The values of a field that are there, the best first: those under the project's own names, then others.
    pub(crate) fn candidates(
        &self,
        field: MovieField,
        own: &'static [&'static str],
    ) -> impl Iterator<Item = Candidate<'a>> + use<'a> {
        let (record, shape) = (self.record, self.shape);
        let own = if shape.reads_own(field) { own } else { &[] };
        let own = own.iter().map(|&name| (name, Treatment::AsIs));
        let others = shape.sources(field).iter().filter(|source| !is_part(source)).map(|source| {
            source.read.set(true);
            (source.name.as_str(), source.treatment)
        });
        own.chain(others).filter_map(move |(name, treatment)| {
            let value = values::plain(record.get(name)?);
            let is_there = match value {
                Value::Null => false,
                Value::String(text) if field == MovieField::Title => text != "\\N",
                Value::String(text) => !values::is_null(text),
                _ => true,
            };
            is_there.then_some(Candidate { name, value, treatment })
        })
    }

    pub(crate) fn year(&mut self) -> Option<Year> {
        for found in self.candidates(MovieField::Year, &["year"]) {
            match found.value {
                Value::String(text) if text.trim().is_empty() => {}
                Value::String(_) | Value::Number(_) => {
                    match values::year(found.value, found.treatment == Treatment::Date) {
                        Ok(year) => return Some(year),
                        Err(why) => {
                            let message = format!("{} {why}", found.name);
                            self.dropped.push(ValueFault::invalid("year", message));
                        }
                    }
                }
                other => {
                    let fault = ValueFault::wrong_type(found.name, other, "a year");
                    self.dropped.push(ValueFault { field: "year".to_owned(), ..fault });
                }
            }
        }
        None
    }

    pub(crate) fn summary(&mut self) -> Option<String> {
        for found in self.candidates(MovieField::Summary, &["summary", "extract"]) {
            let Some(raw) = self.text(MovieField::Summary, found) else { continue };
            let summary = clean::text(raw);
            match within(found.name, &summary, MAX_SUMMARY_CHARS) {
                Ok(()) if summary.is_empty() => {}
                Ok(()) => return Some(summary),
                Err(fault) => self.drop(MovieField::Summary, fault),
            }
        }
        None
    }

    /// The text of a value, trimmed; `None` where there is nothing in it.
    fn text(&mut self, field: MovieField, found: Candidate<'a>) -> Option<&'a str> {
        match found.value {
            Value::String(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            other => {
                self.drop(field, ValueFault::wrong_type(found.name, other, "a text"));
                None
            }
        }
    }

    fn drop(&mut self, field: MovieField, fault: ValueFault) {
        self.dropped.push(ValueFault { field: field.name().to_owned(), ..fault });
    }

    /// The values of a list, each once.
    pub(crate) fn list(
        &mut self,
        field: MovieField,
        most: usize,
        longest: usize,
        clean: impl Fn(&str) -> Option<String>,
    ) -> Vec<String> {
        let own: &[&str] = if field == MovieField::Cast { &["cast"] } else { &["genres"] };
        for found in self.candidates(field, own) {
            let mut entries = Entries::new(field, most, longest, &clean);
            self.add_entries(field, found, &mut entries);
            let kept = entries.finish(self.dropped);
            if !kept.is_empty() {
                return kept;
            }
        }
        self.parts(field, most, longest, &clean)
    }

    fn add_entries(
        &mut self,
        field: MovieField,
        found: Candidate<'a>,
        entries: &mut Entries<'_, impl Fn(&str) -> Option<String>>,
    ) {
        let value = match found.treatment {
            Treatment::Inner(member) => found.value.get(member).unwrap_or(&Value::Null),
            _ => found.value,
        };
        match value {
            Value::Null => {}
            Value::Array(items) if found.treatment == Treatment::TmdbGenres => {
                entries.add_genres(found.name, items);
            }
            Value::Array(items) => entries.add_all(found.name, items),
            Value::String(text) => {
                let separator = self.shape.list_separator(found.name);
                let items = values::list_of_text(text, separator, field == MovieField::Cast);
                match found.treatment {
                    Treatment::TmdbGenres => entries.add_genres(found.name, &items),
                    _ => entries.add_all(found.name, &items),
                }
            }
            one if values::name_of(one).is_some() => entries.add_all(found.name, std::slice::from_ref(one)),
            other => self.drop(field, ValueFault::wrong_type(found.name, other, "a list of texts")),
        }
    }

    /// A list of which each entry has a name of its own.
    fn parts(
        &mut self,
        field: MovieField,
        most: usize,
        longest: usize,
        clean: &impl Fn(&str) -> Option<String>,
    ) -> Vec<String> {
        let shape = self.shape;
        let mut entries = Entries::new(field, most, longest, clean);
        for source in shape.sources(field).iter().filter(|source| is_part(source)) {
            source.read.set(true);
            match self.record.get(&source.name) {
                Some(Value::String(flag)) if source.treatment == Treatment::Flag => {
                    if flag == "1" {
                        entries.add_text(&source.name, &source.name);
                    }
                }
                Some(Value::String(text)) if !values::is_null(text) => entries.add_text(&source.name, text),
                Some(Value::String(_) | Value::Null) | None => {}
                Some(other) => self.drop(field, ValueFault::wrong_type(&source.name, other, "a text")),
            }
        }
        entries.finish(self.dropped)
    }

    /// The address as given under the project's own names, for the id, and as shown.
    pub(crate) fn url(&mut self) -> (Option<&'a str>, Option<String>) {
        for found in self.candidates(MovieField::Url, &["url", "href"]) {
            let Some(raw) = self.text(MovieField::Url, found) else { continue };
            let url = match (absolute(raw), found.name) {
                (Some(url), _) => url,
                (None, "href") => {
                    format!("https://en.wikipedia.org/wiki/{}", escaped(&raw.replace(' ', "_"), "?"))
                }
                (None, name) => {
                    self.drop(MovieField::Url, not_absolute(name, raw));
                    continue;
                }
            };
            match bounded_url(found.name, &url) {
                Ok(()) => {
                    let is_own = matches!(found.name, "url" | "href");
                    return (is_own.then_some(raw), Some(url));
                }
                Err(fault) => self.drop(MovieField::Url, fault),
            }
        }
        (None, None)
    }

    pub(crate) fn poster(&mut self) -> Option<Image> {
        for found in self.candidates(MovieField::Poster, &["poster", "thumbnail"]) {
            let value = match found.value {
                Value::Array(pictures) => best_picture(pictures),
                other => other,
            };
            let (name, raw, holder, width, height) = match value {
                Value::Object(picture) => {
                    let (name, address) = match address_of(picture) {
                        Some(address) => address,
                        None => continue,
                    };
                    let Value::String(raw) = address else {
                        let name = format!("{}.{name}", found.name);
                        self.drop(MovieField::Poster, ValueFault::wrong_type(&name, address, "a text"));
                        continue;
                    };
                    (format!("{}.{name}", found.name), raw.trim(), picture, "width", "height")
                }
                Value::Null => continue,
                _ => {
                    let Some(raw) = self.text(MovieField::Poster, Candidate { value, ..found }) else {
                        continue;
                    };
                    let (width, height) = match found.name {
                        "poster" => ("poster_width", "poster_height"),
                        "thumbnail" => ("thumbnail_width", "thumbnail_height"),
                        _ => ("", ""),
                    };
                    (found.name.to_owned(), raw, self.record, width, height)
                }
            };
            let full = match found.treatment {
                Treatment::Below(base) if raw.starts_with('/') && !raw.starts_with("//") => {
                    format!("{base}{raw}")
                }
                _ => raw.to_owned(),
            };
            if full.is_empty() {
                continue;
            }
            match image_url(&name, &full) {
                Ok(url) => {
                    let (width, height) = (self.pixels(holder, width), self.pixels(holder, height));
                    return Some(Image { url, width, height });
                }
                Err(fault) => self.drop(MovieField::Poster, fault),
            }
        }
        None
    }

    /// Pixels; 0 says that the size is not known.
    fn pixels(&mut self, holder: &Map<String, Value>, name: &str) -> Option<u32> {
        let value = values::plain(holder.get(name).filter(|_| !name.is_empty())?);
        let number = match value {
            Value::Null => return None,
            Value::String(text) if text.trim().is_empty() || values::is_null(text) => return None,
            Value::String(text) => text.trim().parse::<u32>().ok(),
            Value::Number(number) => number.as_u64().and_then(|number| u32::try_from(number).ok()),
            other => {
                self.drop(MovieField::Poster, ValueFault::wrong_type(name, other, "a whole number"));
                return None;
            }
        };
        if number.is_none() {
            let message = format!("{name} is {}, which is no number of pixels", shown(value));
            self.drop(MovieField::Poster, ValueFault::invalid(name, message));
        }
        number.filter(|&pixels| pixels > 0)
    }
}

/// Checks that a text has at most so many characters.
pub(crate) fn within(field: &str, text: &str, most: usize) -> Result<(), ValueFault> {
    // Bytes are never fewer than characters, so most texts need no counting.
    if text.len() <= most {
        return Ok(());
    }
    match text.chars().count() {
        count if count > most => {
            let message = format!("{field} has {count} characters, at most {most} are allowed");
            Err(ValueFault::new(field, RefusalReason::TooLarge, message))
        }
        _ => Ok(()),
    }
}

fn is_part(source: &NamedSource) -> bool {
    matches!(source.treatment, Treatment::Entry(_) | Treatment::Flag)
}

/// The poster among pictures of several kinds, else the first.
fn best_picture(pictures: &[Value]) -> &Value {
    let is_poster = |picture: &&Value| {
        let kind = picture.get("coverType").or_else(|| picture.get("type"));
        kind.and_then(Value::as_str) == Some("poster")
    };
    pictures.iter().find(is_poster).or(pictures.first()).unwrap_or(&Value::Null)
}

/// The address in the description of a picture, with its name.
fn address_of(picture: &Map<String, Value>) -> Option<(&'static str, &Value)> {
    let names = ["remoteUrl", "url"];
    names.into_iter().find_map(|name| Some((name, picture.get(name)?)).filter(|(_, value)| !value.is_null()))
}

/// Entries of a list, as they are added.
struct Entries<'c, C> {
    field: MovieField,
    most: usize,
    longest: usize,
    clean: &'c C,
    kept: Vec<String>,
    seen: HashSet<String>,
    faults: Vec<ValueFault>,
}

impl<'c, C: Fn(&str) -> Option<String>> Entries<'c, C> {
    fn new(field: MovieField, most: usize, longest: usize, clean: &'c C) -> Self {
        Self { field, most, longest, clean, kept: Vec::new(), seen: HashSet::new(), faults: Vec::new() }
    }

    fn add_all(&mut self, name: &str, items: &[Value]) {
        self.kept.reserve(items.len().min(self.most));
        for (at, item) in items.iter().take(self.most).enumerate() {
            match item {
                Value::String(text) => self.add_entry(name, at, text),
                other => match values::name_of(other) {
                    Some(text) => self.add_entry(name, at, text),
                    None => {
                        let place = format!("{name}[{at}]");
                        self.fault(ValueFault::wrong_type(&place, other, "a text"));
                    }
                },
            }
        }
        self.bound(name, items.len());
    }

    fn add_genres(&mut self, name: &str, numbers: &[Value]) {
        for (at, number) in numbers.iter().take(self.most).enumerate() {
            match values::tmdb_genre(number) {
                Some(genre) => self.add_entry(name, at, genre),
                None => {
                    let message = format!("{name}[{at}] is {}, which is no genre of TMDB", shown(number));
                    self.fault(ValueFault::invalid(name, message));
                }
            }
        }
        self.bound(name, numbers.len());
    }

    fn bound(&mut self, name: &str, count: usize) {
        if count > self.most {
            let message = format!("{name} has {count} entries, of which the first {} are read", self.most);
            self.fault(ValueFault::new(name, RefusalReason::TooLarge, message));
        }
    }

    fn add_entry(&mut self, name: &str, at: usize, text: &str) {
        self.add(|| format!("{name}[{at}]"), text);
    }

    fn add_text(&mut self, name: &str, text: &str) {
        self.add(|| name.to_owned(), text);
    }

    fn add(&mut self, place: impl Fn() -> String, text: &str) {
        if text.starts_with("http://") || text.starts_with("https://") {
            let place = place();
            let message = format!("{place} {} is an address, where a name is expected", shortened(text));
            return self.fault(ValueFault::invalid(&place, message));
        }
        let Some(value) = (self.clean)(text) else { return };
        if value.len() > self.longest
            && let Err(fault) = within(&place(), &value, self.longest)
        {
            return self.fault(fault);
        }
        if self.seen.insert(key(&value)) {
            self.kept.push(value);
        }
    }

    fn fault(&mut self, fault: ValueFault) {
        self.faults.push(ValueFault { field: self.field.name().to_owned(), ..fault });
    }

    fn finish(self, dropped: &mut Vec<ValueFault>) -> Vec<String> {
        dropped.extend(self.faults);
        self.kept
    }
}

fn image_url(field: &str, raw: &str) -> Result<String, ValueFault> {
    let given = if raw.starts_with("//") { format!("https:{raw}") } else { raw.to_owned() };
    let url = absolute(&given).ok_or_else(|| not_absolute(field, raw))?;
    bounded_url(field, &url)?;
    Ok(url)
}

fn not_absolute(field: &str, raw: &str) -> ValueFault {
    ValueFault::invalid(field, format!("{field} {} is no absolute http or https address", shortened(raw)))
}

fn bounded_url(field: &str, url: &str) -> Result<(), ValueFault> {
    if url.len() > MAX_URL_BYTES {
        let message = format!("{field} has {} bytes, at most {MAX_URL_BYTES} are allowed", url.len());
        return Err(ValueFault::new(field, RefusalReason::TooLarge, message));
    }
    Ok(())
}

/// A value in a message: short, so that receipts stay small.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => format!("the boolean {value}"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => format!("the text {}", shortened(text)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}
