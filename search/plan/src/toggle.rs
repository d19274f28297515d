//! Turning one facet value of a question on or off: what a click on it asks.

use wikimovie_domain::{FacetField, Question};
use wikimovie_text::key;

/// The question with one value added to the facet's own `anyOf`, or removed from it where it is there in
/// any spelling.
pub fn toggle_value(question: &Question, field: FacetField, value: &str) -> Question {
    let mut toggled = question.clone();
    let filter = &mut toggled.filter;
    let list = match field {
        FacetField::Genres => &mut filter.genres.any_of,
        FacetField::Cast => &mut filter.cast.any_of,
        FacetField::Providers => &mut filter.providers.any_of,
        FacetField::Decades => {
            if let Ok(decade) = value.parse() {
                toggle(&mut filter.decades, decade, |a, b| a == b);
            }
            return toggled;
        }
    };
    toggle(list, value.to_owned(), |a, b| key(a) == key(b));
    toggled
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

fn toggle<T>(list: &mut Vec<T>, value: T, same: impl Fn(&T, &T) -> bool) {
    let before = list.len();
    list.retain(|item| !same(item, &value));
    if list.len() == before {
        list.push(value);
    }
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
    fn spellings_are_one() {
        let on = toggle_value(&Question::default(), FacetField::Cast, "Renée Zellweger");
        assert_eq!(toggle_value(&on, FacetField::Cast, "renee zellweger"), Question::default());
    }
}
