//! Facts about a movie: ids elsewhere, running time, day of release, popularity, certificate, attribution.

use std::collections::BTreeMap;

use serde_json::Value;
use wikimovie_domain::{Attribution, Date, Popularity, RefusalReason};

use super::{Candidate, Fields, ValueFault, bounded_url, shown, within};
use crate::{
    address::absolute,
    clean,
    limits::{MAX_ATTRIBUTION_CHARS, MAX_ID_BYTES, MAX_IDS, MAX_RUNTIME_MINUTES, MAX_WORD_CHARS},
    shape::{
        amounts,
        names::{MovieField, Treatment, id_source, is_source_name},
        values,
    },
};

/// Thousandths of a second in a minute.
const MINUTE: u32 = 60_000;

/// Longest certificate that a name tells by its value alone, in characters.
const MAX_LIKELY_CERTIFICATE: usize = 20;

impl<'a> Fields<'a> {
    /// Ids elsewhere, by source; of two of one source the first counts.
    pub(crate) fn ids(&mut self) -> BTreeMap<String, String> {
        let mut ids = BTreeMap::new();
        if !self.has_sources(MovieField::Ids) {
            return ids;
        }
        for found in self.sources(MovieField::Ids) {
            match (found.treatment, found.value) {
                (Treatment::IdOf(source), Value::Object(members)) => {
                    // `imdb: {id, rating, votes}` of sample_mflix.
                    if let Some(id) = members.get("id") {
                        self.add_id(found.name, source, id, &mut ids);
                    }
                }
                (Treatment::IdOf(source), value) => self.add_id(found.name, source, value, &mut ids),
                (Treatment::ImdbAddress, Value::String(address)) => {
                    if let Some(id) = imdb_id_in(address) {
                        ids.entry("imdb".to_owned()).or_insert(id);
                    }
                }
                (Treatment::ImdbAddress, _) => {}
                (_, Value::Object(members)) => {
                    for (name, id) in members.iter().take(MAX_IDS * 2) {
                        self.add_id(&[found.name, ".", name].concat(), &id_source(name), id, &mut ids);
                    }
                }
                (_, other) => {
                    self.drop(MovieField::Ids, ValueFault::wrong_type(found.name, other, "an object of ids"));
                }
            }
        }
        ids
    }

    fn add_id(&mut self, name: &str, source: &str, value: &Value, ids: &mut BTreeMap<String, String>) {
        let value = values::plain(value);
        let text = match value {
            Value::Null => return,
            Value::String(text) if text.trim().is_empty() || values::is_null(text) => return,
            Value::String(text) => text.trim().to_owned(),
            Value::Number(_) => match amounts::count(value) {
                Some(number) => number.to_string(),
                None => return self.bad_id(name, value),
            },
            // Switches and the like of other APIs.
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => return self.bad_id(name, value),
        };
        let id = match source {
            "imdb" => imdb_id(&text),
            "tmdb" => amounts::count(&Value::String(text)).filter(|&id| id > 0).map(|id| id.to_string()),
            "wikidata" => {
                let last = text.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_uppercase();
                let digits = last.strip_prefix('Q').unwrap_or_default();
                (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(last)
            }
            _ => Some(text).filter(|id| id.len() <= MAX_ID_BYTES && !id.chars().any(char::is_control)),
        };
        match id {
            Some(id) if is_source_name(source) && ids.len() < MAX_IDS => {
                ids.entry(source.to_owned()).or_insert(id);
            }
            Some(_) if ids.len() >= MAX_IDS => {
                let message = format!("{name}: at most {MAX_IDS} ids are kept");
                self.drop(MovieField::Ids, ValueFault::new(name, RefusalReason::TooLarge, message));
            }
            _ => self.bad_id(name, value),
        }
    }

    fn bad_id(&mut self, name: &str, value: &Value) {
        let message = format!("{name} is {}, which is no such id", shown(value));
        self.drop(MovieField::Ids, ValueFault::new(name, RefusalReason::Invalid, message));
    }

    /// Minutes; 0 says that they are not known.
    pub(crate) fn runtime(&mut self) -> Option<u16> {
        if !self.has_sources(MovieField::Runtime) {
            return None;
        }
        for found in self.sources(MovieField::Runtime) {
            let unit = match found.treatment {
                Treatment::Seconds(thousandths) => *thousandths,
                _ => MINUTE,
            };
            let minutes = match found.value {
                Value::String(text) if text.trim().is_empty() => continue,
                Value::String(_) | Value::Number(_) => amounts::minutes(found.value, unit),
                _ => {
                    let fault = ValueFault::wrong_type(found.name, found.value, "a number of minutes");
                    self.drop(MovieField::Runtime, fault);
                    continue;
                }
            };
            match minutes.map(f64::round) {
                Some(0.0) => {}
                Some(minutes) if (1.0..=f64::from(MAX_RUNTIME_MINUTES)).contains(&minutes) => {
                    return Some(minutes as u16);
                }
                _ => {
                    let message = format!(
                        "{} is {}, which is no running time of 1 to {MAX_RUNTIME_MINUTES} minutes",
                        found.name,
                        shown(found.value)
                    );
                    self.drop(
                        MovieField::Runtime,
                        ValueFault::new(found.name, RefusalReason::Invalid, message),
                    );
                }
            }
        }
        None
    }

    /// Day of the first release.
    pub(crate) fn released(&mut self) -> Option<Date> {
        if !self.has_sources(MovieField::Released) {
            return None;
        }
        let order = self.shape.dates();
        for found in self.sources(MovieField::Released) {
            match found.value {
                Value::String(text) if text.trim().is_empty() => {}
                Value::String(_) | Value::Number(_) => match amounts::day(found.value, order) {
                    Ok(Some(day))
                        if *found.treatment == Treatment::YearlyDate
                            && day.to_string().ends_with("-01-01") => {}
                    Ok(Some(day)) => return Some(day),
                    Ok(None) => {}
                    Err(why) => {
                        let message = format!("{} {why}", found.name);
                        let fault = ValueFault::new(found.name, RefusalReason::Invalid, message);
                        self.drop(MovieField::Released, fault);
                    }
                },
                other => {
                    let fault = ValueFault::wrong_type(found.name, other, "a date");
                    self.drop(MovieField::Released, fault);
                }
            }
        }
        None
    }

    pub(crate) fn popularity(&mut self) -> Option<Popularity> {
        if !self.has_sources(MovieField::Popularity) {
            return None;
        }
        for found in self.sources(MovieField::Popularity) {
            if found.value.as_str().is_some_and(|text| text.trim().is_empty()) {
                continue;
            }
            match amounts::number(found.value).and_then(Popularity::new) {
                Some(popularity) => return Some(popularity),
                None => {
                    let message =
                        format!("{} is {}, which is no popularity in range", found.name, shown(found.value));
                    let fault = ValueFault::new(found.name, RefusalReason::Invalid, message);
                    self.drop(MovieField::Popularity, fault);
                }
            }
        }
        None
    }

    pub(crate) fn certificate(&mut self) -> Option<String> {
        if !self.has_sources(MovieField::Certificate) {
            return None;
        }
        for found in self.sources(MovieField::Certificate) {
            if *found.treatment == Treatment::ByValue {
                if let Some(certificate) = likely_certificate(found.value) {
                    return Some(certificate);
                }
                continue;
            }
            let certificate = match found.value {
                Value::Number(number) => number.to_string(),
                _ => match self.text(MovieField::Certificate, found) {
                    Some(text) => clean::text(text),
                    None => continue,
                },
            };
            match within(found.name, &certificate, MAX_WORD_CHARS) {
                Ok(()) if certificate.is_empty() => {}
                Ok(()) => return Some(certificate),
                Err(fault) => self.drop(MovieField::Certificate, fault),
            }
        }
        None
    }

    pub(crate) fn attribution(&mut self) -> Option<Attribution> {
        if !self.has_sources(MovieField::Attribution) {
            return None;
        }
        for found in self.sources(MovieField::Attribution) {
            let (text, licence, url) = match found.value {
                Value::Object(members) => {
                    let member = |names: [&str; 2]| names.into_iter().find_map(|name| members.get(name));
                    (member(["text", "name"]), member(["licence", "license"]), member(["url", "href"]))
                }
                other => (Some(other), None, None),
            };
            let mut part = |value: Option<&'a Value>, most: usize| {
                let value = value.filter(|value| !value.is_null())?;
                let text = clean::text(self.text(MovieField::Attribution, Candidate { value, ..found })?);
                match within(found.name, &text, most) {
                    Ok(()) => Some(text).filter(|text| !text.is_empty()),
                    Err(fault) => {
                        self.drop(MovieField::Attribution, fault);
                        None
                    }
                }
            };
            let (text, licence) = (part(text, MAX_ATTRIBUTION_CHARS), part(licence, MAX_WORD_CHARS));
            let url = part(url, usize::MAX).and_then(|raw| self.attribution_url(found.name, &raw));
            match text {
                Some(text) => return Some(Attribution { text, licence, url }),
                None if found.value.is_object() => {
                    let message = format!("{} has no text", found.name);
                    let fault = ValueFault::new(found.name, RefusalReason::Missing, message);
                    self.drop(MovieField::Attribution, fault);
                }
                None => {}
            }
        }
        None
    }

    fn attribution_url(&mut self, name: &str, raw: &str) -> Option<String> {
        let name = [name, ".url"].concat();
        let Some(url) = absolute(raw) else {
            self.drop(MovieField::Attribution, super::not_absolute(&name, raw));
            return None;
        };
        match bounded_url(&name, &url) {
            Ok(()) => Some(url),
            Err(fault) => {
                self.drop(MovieField::Attribution, fault);
                None
            }
        }
    }
}

/// A certificate in a column that may hold ratings as well: a short text that is no number and no running time.
fn likely_certificate(value: &Value) -> Option<String> {
    let text = clean::text(value.as_str()?);
    let is_other = amounts::rating(value, 10).is_some() || amounts::minutes(value, MINUTE).is_some();
    (!is_other && !text.is_empty() && text.chars().count() <= MAX_LIKELY_CERTIFICATE).then_some(text)
}

/// An id of IMDb: `tt` and seven digits or more. Files of MovieLens have the digits alone.
fn imdb_id(text: &str) -> Option<String> {
    if text.contains('/') {
        return imdb_id_in(text);
    }
    // Tables make numbers of them: 114709.0.
    let digits = text.strip_prefix("tt").unwrap_or(text.strip_suffix(".0").unwrap_or(text));
    let is_number =
        !digits.is_empty() && digits.len() <= 12 && digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && digits.bytes().any(|byte| byte != b'0')).then(|| format!("tt{digits:0>7}"))
}

/// The id in an address at IMDb.
fn imdb_id_in(address: &str) -> Option<String> {
    address.split(['/', '?', '#']).find_map(|part| {
        let digits = part.strip_prefix("tt")?;
        (digits.len() >= 7).then(|| imdb_id(part)).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_imdb_have_one_form() {
        for (text, id) in [
            ("tt0078748", Some("tt0078748")),
            ("78748", Some("tt0078748")),
            ("0078748", Some("tt0078748")),
            ("78748.0", Some("tt0078748")),
            ("tt12345678", Some("tt12345678")),
            ("https://www.imdb.com/title/tt0078748/?ref_=fn", Some("tt0078748")),
            ("https://www.imdb.com/title/", None),
            ("nm0000244", None),
            ("0", None),
            ("tt", None),
        ] {
            assert_eq!(imdb_id(text).as_deref(), id, "{text}");
        }
    }
}
