//! Titles under which a movie is known besides its own.

use std::collections::HashSet;

use serde_json::{Map, Value};
use wikimovie_domain::{OtherTitle, RefusalReason, TitleKind};
use wikimovie_text::key;

use super::{Candidate, Fields, ValueFault, list::only_list, within};
use crate::{
    clean,
    limits::{MAX_TITLE_CHARS, MAX_TITLES},
    shape::{
        ListSeparator,
        names::{MovieField, Treatment},
        values,
    },
    shorten::shortened,
};

/// Longest tag of a language, in bytes: RFC 5646 asks for 35 at least.
const MAX_TAG_BYTES: usize = 35;

/// Titles as they are added.
struct TitleList {
    kept: Vec<OtherTitle>,
    seen: HashSet<String>,
}

impl<'a> Fields<'a> {
    /// Other titles, each once, without the movie's own.
    pub(crate) fn titles(&mut self, own: &str) -> Vec<OtherTitle> {
        if !self.has_sources(MovieField::Titles) {
            return Vec::new();
        }
        let mut titles = TitleList { kept: Vec::new(), seen: HashSet::from([key(own)]) };
        let original = self.sources(MovieField::Titles).find_map(|found| {
            let tag = (*found.treatment == Treatment::OriginalLanguage).then(|| found.value.as_str())??;
            Some(tag.to_owned()).filter(|tag| is_tag(tag))
        });
        for found in self.sources(MovieField::Titles) {
            match found.treatment {
                Treatment::OriginalLanguage => {}
                Treatment::Original => {
                    let other = OtherTitle {
                        title: String::new(),
                        language: original.clone(),
                        kind: TitleKind::Original,
                    };
                    self.add_title(found, other, &mut titles);
                }
                _ => self.add_titles(found, &mut titles),
            }
        }
        titles.kept
    }

    fn add_titles(&mut self, found: Candidate<'a>, titles: &mut TitleList) {
        let items = match found.value {
            Value::String(text) => {
                let separator = match self.shape.list_separator(MovieField::Titles, found.name) {
                    // Titles hold commas.
                    ListSeparator::Only(",") | ListSeparator::Any if text.contains('|') => {
                        ListSeparator::Only("|")
                    }
                    ListSeparator::Only(",") | ListSeparator::Any => ListSeparator::Only(";"),
                    other => other,
                };
                return self.add_items(found, &values::list_of_text(text, separator, false), titles);
            }
            Value::Array(items) => items,
            Value::Object(members) => match title_of(members) {
                Some(_) => std::slice::from_ref(found.value),
                None => match only_list(members) {
                    Some(items) => items,
                    // `{"fr": "…", "ja": "…"}`
                    None => return self.add_by_language(found, members, titles),
                },
            },
            other => {
                self.drop(MovieField::Titles, ValueFault::wrong_type(found.name, other, "a list of titles"));
                return;
            }
        };
        self.add_items(found, items, titles);
    }

    fn add_by_language(
        &mut self,
        found: Candidate<'a>,
        members: &Map<String, Value>,
        titles: &mut TitleList,
    ) {
        for (tag, value) in members.iter().filter(|(tag, value)| is_tag(tag) && value.is_string()) {
            let other = OtherTitle {
                title: value.as_str().unwrap_or_default().to_owned(),
                language: Some(tag.clone()),
                kind: TitleKind::Alternative,
            };
            self.keep(found.name, other, titles);
        }
    }

    fn add_items(&mut self, found: Candidate<'a>, items: &[Value], titles: &mut TitleList) {
        for item in items {
            let (title, language, kind) = match item {
                Value::String(text) => (text.as_str(), None, TitleKind::Alternative),
                Value::Object(members) => match title_of(members) {
                    Some(title) => (title, self.language(found.name, members), kind_of(members)),
                    None => continue,
                },
                Value::Null => continue,
                other => {
                    let fault = ValueFault::wrong_type(found.name, other, "a title");
                    self.drop(MovieField::Titles, fault);
                    continue;
                }
            };
            if values::is_null(title) {
                continue;
            }
            self.keep(found.name, OtherTitle { title: title.to_owned(), language, kind }, titles);
        }
    }

    fn add_title(&mut self, found: Candidate<'a>, other: OtherTitle, titles: &mut TitleList) {
        let title = match found.value {
            Value::Number(number) => number.to_string(),
            _ => match self.text(MovieField::Titles, found) {
                Some(text) => text.to_owned(),
                None => return,
            },
        };
        self.keep(found.name, OtherTitle { title, ..other }, titles);
    }

    fn keep(&mut self, name: &str, other: OtherTitle, titles: &mut TitleList) {
        let title = clean::title(&other.title);
        if title.is_empty() || titles.seen.contains(&key(&title)) {
            return;
        }
        if titles.kept.len() >= MAX_TITLES {
            let message = format!("{name}: at most {MAX_TITLES} other titles are kept");
            return self.drop(MovieField::Titles, ValueFault::new(name, RefusalReason::TooLarge, message));
        }
        match within(name, &title, MAX_TITLE_CHARS) {
            Ok(()) => {
                titles.seen.insert(key(&title));
                titles.kept.push(OtherTitle { title, ..other });
            }
            Err(fault) => self.drop(MovieField::Titles, fault),
        }
    }

    fn language(&mut self, name: &str, members: &Map<String, Value>) -> Option<String> {
        let tag = ["language", "lang", "iso_639_1"].iter().find_map(|name| members.get(*name)?.as_str())?;
        let tag = tag.trim();
        if is_tag(tag) {
            return Some(tag.to_owned());
        }
        if !tag.is_empty() && !values::is_null(tag) {
            let message = format!("{name}: the language {} is no tag such as ja or pt-BR", shortened(tag));
            self.drop(MovieField::Titles, ValueFault::new(name, RefusalReason::Invalid, message));
        }
        None
    }
}

fn title_of(members: &Map<String, Value>) -> Option<&str> {
    let own = ["title", "name", "label", "value"].iter().find_map(|name| members.get(*name)?.as_str());
    // Translations of TMDB.
    own.filter(|_| !members.contains_key("data")).or_else(|| members.get("data")?.get("title")?.as_str())
}

fn kind_of(members: &Map<String, Value>) -> TitleKind {
    let kind = ["kind", "type"].iter().find_map(|name| members.get(*name)?.as_str()).unwrap_or_default();
    let kind = kind.to_lowercase();
    if kind.starts_with("original") {
        TitleKind::Original
    } else if kind.starts_with("working") {
        TitleKind::Working
    } else {
        TitleKind::Alternative
    }
}

/// Whether a text can be a tag of BCP 47: a language of two or three letters, and perhaps more behind it.
fn is_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let is_language = parts.next().is_some_and(|part| {
        (2..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic())
    });
    text.len() <= MAX_TAG_BYTES
        && is_language
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}
