//! The optional fields of a record, each from the first of its names that has a usable value. A value that cannot be
//! used is reported, and costs nothing else.

mod facts;
mod list;
mod ratings;
mod titles;

use serde_json::{Map, Value};
use wikimovie_domain::{Image, RefusalReason, Year};

use crate::{
    address::{absolute, escaped},
    clean,
    limits::{MAX_PLOT_CHARS, MAX_SUMMARY_CHARS, MAX_URL_BYTES},
    shape::{
        Shape,
        names::{AS_IS, MovieField, Treatment},
        values,
    },
    shorten::shortened,
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
    pub(crate) treatment: &'a Treatment,
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
        let own = own.iter().map(|&name| (name, &AS_IS));
        let others = shape.sources(field).iter().filter(|source| !source.is_entry()).map(|source| {
            source.read.set(true);
            (source.name.as_str(), &source.treatment)
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

    /// The values of a field that has no name of its own before others.
    fn sources(&self, field: MovieField) -> impl Iterator<Item = Candidate<'a>> + use<'a> {
        self.candidates(field, &[])
    }

    fn has_sources(&self, field: MovieField) -> bool {
        !self.shape.sources(field).is_empty()
    }

    pub(crate) fn year(&mut self) -> Option<Year> {
        for found in self.candidates(MovieField::Year, &["year"]) {
            match found.value {
                Value::String(text) if text.trim().is_empty() => {}
                Value::String(_) | Value::Number(_) => {
                    match values::year(found.value, *found.treatment == Treatment::Date) {
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

    /// Summary and plot: where there is but one text, it is the summary, unless it is too long for that.
    pub(crate) fn texts(&mut self) -> (Option<String>, Option<String>) {
        let (summary, from) = self.summary();
        let plot = self.plot(summary.as_deref(), from);
        (summary, plot)
    }

    fn summary(&mut self) -> (Option<String>, &'a str) {
        for found in self.candidates(MovieField::Summary, &["summary", "extract"]) {
            let Some(raw) = self.text(MovieField::Summary, found) else { continue };
            let summary = clean::text(raw);
            match within(found.name, &summary, MAX_SUMMARY_CHARS) {
                Ok(()) if summary.is_empty() => {}
                Ok(()) => return (Some(summary), found.name),
                Err(_) if self.shape.is_source(MovieField::Plot, found.name) => {}
                Err(fault) => self.drop(MovieField::Summary, fault),
            }
        }
        (None, "")
    }

    fn plot(&mut self, summary: Option<&str>, from: &str) -> Option<String> {
        if !self.has_sources(MovieField::Plot) {
            return None;
        }
        for found in self.sources(MovieField::Plot) {
            // Without a summary all texts were tried as one, and reported.
            if found.name == from || (from.is_empty() && !found.value.is_string()) {
                continue;
            }
            let Some(raw) = self.text(MovieField::Plot, found) else { continue };
            let plot = clean::text(raw);
            match within(found.name, &plot, MAX_PLOT_CHARS) {
                Ok(()) if plot.is_empty() || summary == Some(plot.as_str()) => {}
                Ok(()) => return Some(plot),
                Err(fault) => self.drop(MovieField::Plot, fault),
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

    /// The address as given under the project's own names, for the id, and as shown.
    pub(crate) fn url(&mut self) -> (Option<&'a str>, Option<String>) {
        for found in self.candidates(MovieField::Url, &["url", "href"]) {
            let Some(raw) = self.text(MovieField::Url, found) else { continue };
            let full = match found.treatment {
                Treatment::Below(base) if is_relative(raw) => below(base, raw),
                _ => raw.to_owned(),
            };
            let url = match (absolute(&full), found.name) {
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
                Treatment::Below(base) if is_relative(raw) => below(base, raw),
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

/// Whether an address is one below another.
fn is_relative(raw: &str) -> bool {
    !raw.is_empty() && !raw.starts_with("//") && absolute(raw).is_none() && !raw.contains("://")
}

fn below(base: &str, raw: &str) -> String {
    [base, "/", raw.trim_start_matches('/')].concat()
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
