//! Lists of texts: cast, genres, makers, keywords, languages, countries.

use std::collections::HashSet;

use serde_json::{Map, Value};
use wikimovie_domain::RefusalReason;
use wikimovie_text::key;

use super::{Candidate, Fields, ValueFault, shown, within};
use crate::{
    shape::{
        names::{MovieField, Treatment},
        values,
    },
    shorten::shortened,
};

impl<'a> Fields<'a> {
    /// The values of a list, each once.
    pub(crate) fn list(
        &mut self,
        field: MovieField,
        most: usize,
        longest: usize,
        clean: impl Fn(&str) -> Option<String>,
    ) -> Vec<String> {
        let own: &'static [&'static str] = match field {
            MovieField::Cast => &["cast"],
            MovieField::Genres => &["genres"],
            _ if !self.has_sources(field) => return Vec::new(),
            _ => &[],
        };
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
            Treatment::Crew(_) => found.value.get("crew").unwrap_or(found.value),
            _ => found.value,
        };
        match value {
            Value::Null => {}
            Value::Array(items) if *found.treatment == Treatment::TmdbGenres => {
                entries.add_genres(found.name, items);
            }
            Value::Array(items) => {
                if let Treatment::Crew(jobs) = found.treatment {
                    entries.add_crew(found.name, items, jobs);
                } else {
                    entries.add_all(found.name, items);
                }
            }
            Value::String(text) => {
                let separator = self.shape.list_separator(field, found.name);
                let items = values::list_of_text(text, separator, field.is_of_people());
                match found.treatment {
                    Treatment::TmdbGenres => entries.add_genres(found.name, &items),
                    Treatment::Crew(jobs) => entries.add_crew(found.name, &items, jobs),
                    _ => entries.add_all(found.name, &items),
                }
            }
            // A crew that is none: `credits` of another shape.
            _ if matches!(found.treatment, Treatment::Crew(_)) => {}
            one if values::entry_name(field, one).is_some() => {
                entries.add_all(found.name, std::slice::from_ref(one));
            }
            Value::Object(members) if !matches!(field, MovieField::Cast | MovieField::Genres) => {
                match only_list(members) {
                    Some(items) => entries.add_all(found.name, items),
                    None => self.drop(field, ValueFault::wrong_type(found.name, value, "a list of texts")),
                }
            }
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
        for source in shape.sources(field).iter().filter(|source| source.is_entry()) {
            source.read.set(true);
            match self.record.get(&source.name) {
                Some(Value::String(flag)) if matches!(source.treatment, Treatment::Flag) => {
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
}

/// The list in an object that has no other: `{"keywords": [...]}`.
pub(super) fn only_list(members: &Map<String, Value>) -> Option<&[Value]> {
    let mut lists = members.values().filter_map(Value::as_array);
    lists.next().filter(|_| lists.next().is_none()).map(Vec::as_slice)
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
                other => match values::entry_name(self.field, other) {
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

    /// People of a crew who have one of these jobs; others are none of the field's.
    fn add_crew(&mut self, name: &str, crew: &[Value], jobs: &[&str]) {
        for (at, person) in crew.iter().enumerate() {
            let job = person.get("job").and_then(Value::as_str).unwrap_or_default();
            if jobs.contains(&job)
                && self.kept.len() < self.most
                && let Some(text) = values::name_of(person)
            {
                self.add_entry(name, at, text);
            }
        }
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
