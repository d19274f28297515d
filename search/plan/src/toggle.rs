//! Turning one facet value of a question on or off: what a click on it asks.

use wikimovie_domain::{FacetField, Filter, Question, ValueMatch};
use wikimovie_text::key;

use crate::facets::chosen;

/// The question with one value added to the facet's own `anyOf`; or without it where the filter names it, in any spelling,
/// as one that is asked for or excluded.
pub fn toggle_value(question: &Question, field: FacetField, value: &str) -> Question {
    let mut toggled = question.clone();
    if !remove(&mut toggled.filter, field, value) {
        add(&mut toggled.filter, field, value);
    }
    toggled
}

/// The question with one value added to the facet's own `anyOf`; the same question where it asks for the value.
pub fn with_value(question: &Question, field: FacetField, value: &str) -> Question {
    let mut with = question.clone();
    let key = if field == FacetField::Providers { value.to_owned() } else { key(value) };
    if !chosen(&question.filter, field).iter().any(|chosen| chosen.selected && chosen.key == key) {
        add(&mut with.filter, field, value);
    }
    with
}

fn add(filter: &mut Filter, field: FacetField, value: &str) {
    match values(filter, field) {
        Some(values) => values.any_of.push(value.to_owned()),
        None => filter.decades.extend(value.parse::<i64>().ok()),
    }
}

/// Takes a value out of the filter and of its `and`; whether it was there.
fn remove(filter: &mut Filter, field: FacetField, value: &str) -> bool {
    let same = |other: &String| {
        if field == FacetField::Providers { other == value } else { key(other) == key(value) }
    };
    let before = filter.leaves();
    match values(filter, field) {
        Some(values) => {
            for list in [&mut values.any_of, &mut values.all_of, &mut values.none_of] {
                list.retain(|other| !same(other));
            }
        }
        None => filter.decades.retain(|decade| decade.to_string() != value),
    }
    let mut removed = filter.leaves() < before;
    for inner in &mut filter.and {
        removed |= remove(inner, field, value);
    }
    if removed {
        filter.and.retain(|inner| !inner.is_empty());
    }
    removed
}

fn values(filter: &mut Filter, field: FacetField) -> Option<&mut ValueMatch> {
    match field {
        FacetField::Genres => Some(&mut filter.genres),
        FacetField::Cast => Some(&mut filter.cast),
        FacetField::Directors => Some(&mut filter.directors),
        FacetField::Languages => Some(&mut filter.languages),
        FacetField::Countries => Some(&mut filter.countries),
        FacetField::Providers => Some(&mut filter.providers),
        FacetField::Decades => None,
    }
}

/// The question with its year range set to these years, or without one where it is set to just these.
pub fn toggle_years(question: &Question, from: i64, to: i64) -> Question {
    let mut toggled = question.clone();
    let year = &mut toggled.filter.year;
    if (year.gte, year.lte) == (Some(from), Some(to)) {
        (year.gte, year.lte) = (None, None);
    } else {
        (year.gte, year.lte) = (Some(from), Some(to));
    }
    toggled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_click_undoes_the_first() {
        let question = Question::default();
        let fields = [
            (FacetField::Genres, "Drama"),
            (FacetField::Cast, "Renée Zellweger"),
            (FacetField::Directors, "Agnès Varda"),
            (FacetField::Languages, "pt-BR"),
            (FacetField::Countries, "Japan"),
            (FacetField::Decades, "1980"),
            (FacetField::Providers, "default"),
        ];
        for (field, value) in fields {
            let on = toggle_value(&question, field, value);
            assert_ne!(on, question);
            assert_eq!(toggle_value(&on, field, value), question);
        }
        let on = toggle_years(&question, 1980, 1989);
        assert_eq!(toggle_years(&on, 1980, 1989), question);
        assert_eq!(toggle_years(&on, 1990, 1990).filter.year.gte, Some(1990));
    }

    #[test]
    fn a_value_is_taken_from_wherever_the_filter_names_it() {
        let list = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect::<Vec<_>>();
        let named = |any: &[&str], all: &[&str], none: &[&str]| Question {
            filter: Filter {
                genres: ValueMatch { any_of: list(any), all_of: list(all), none_of: list(none) },
                ..Filter::default()
            },
            ..Question::default()
        };
        let off = |question: &Question| toggle_value(question, FacetField::Genres, "horror");
        assert_eq!(off(&named(&[], &["Horror", "Drama"], &[])), named(&[], &["Drama"], &[]));
        assert_eq!(off(&named(&["War"], &[], &["HORROR"])), named(&["War"], &[], &[]));
        let nested = Question {
            filter: Filter { and: vec![named(&["Horror"], &[], &[]).filter], ..Filter::default() },
            ..Question::default()
        };
        assert_eq!(off(&nested), Question::default());
        let with = |question: &Question| with_value(question, FacetField::Genres, "Horror");
        assert_eq!(with(&nested), nested);
        assert_eq!(with(&Question::default()), named(&["Horror"], &[], &[]));
        assert_eq!(with(&named(&[], &[], &["Horror"])), named(&["Horror"], &[], &["Horror"]));
    }

    #[test]
    fn spellings_are_one() {
        let on = toggle_value(&Question::default(), FacetField::Cast, "Renée Zellweger");
        assert_eq!(toggle_value(&on, FacetField::Cast, "renee zellweger"), Question::default());
    }
}
