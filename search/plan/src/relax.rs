//! What a question may drop to find more: each word, each top-level filter. Pure; an engine counts what is found.

use wikimovie_domain::{Filter, Question, RelaxedPart, ValueMatch, YearRange};
use wikimovie_text::{reading, stop};

/// The question with each of its words and each of its top-level filters dropped in turn, and how a person would
/// call what is dropped. The last word is not dropped: without text every movie is found.
pub fn relaxations(question: &Question) -> Vec<(RelaxedPart, String, Question)> {
    let text = reading::cut(&question.text);
    let reading = reading::read(text);
    let mut found = Vec::new();
    let several = reading.words.len() > 1;
    for word in reading.words.iter().filter(|word| several && !stop::is_stop_word(&word.text)) {
        let typed = text.get(word.place.clone()).unwrap_or(&word.text).to_owned();
        let text = reading::without(text, &word.place);
        found.push((RelaxedPart::Word, typed, Question { text, ..question.clone() }));
    }
    let filter = &question.filter;
    let mut drop = |part, dropped: String, change: fn(&mut Filter)| {
        if !dropped.is_empty() {
            let mut relaxed = question.clone();
            change(&mut relaxed.filter);
            found.push((part, dropped, relaxed));
        }
    };
    let list = |values: &ValueMatch| values.values().cloned().collect::<Vec<_>>().join(", ");
    drop(RelaxedPart::Genres, list(&filter.genres), |filter| filter.genres = ValueMatch::default());
    drop(RelaxedPart::Cast, list(&filter.cast), |filter| filter.cast = ValueMatch::default());
    drop(RelaxedPart::Title, filter.title.clone().unwrap_or_default(), |filter| filter.title = None);
    drop(RelaxedPart::Year, years(filter.year), |filter| filter.year = YearRange::default());
    let decades: Vec<String> = filter.decades.iter().map(|decade| format!("{decade}s")).collect();
    drop(RelaxedPart::Decades, decades.join(", "), |filter| filter.decades.clear());
    let poster = filter.has_poster.map_or("", |has| if has { "with a poster" } else { "without a poster" });
    drop(RelaxedPart::HasPoster, poster.to_owned(), |filter| filter.has_poster = None);
    drop(RelaxedPart::Providers, list(&filter.providers), |filter| filter.providers = ValueMatch::default());
    found
}

fn years(range: YearRange) -> String {
    let end = |year: Option<i64>| year.map(|year| year.to_string()).unwrap_or_default();
    match (range.gte, range.lte) {
        (None, None) => String::new(),
        (Some(gte), Some(lte)) if gte == lte => gte.to_string(),
        (gte, lte) => format!("{}-{}", end(gte), end(lte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_can_be_relaxed() {
        let mut question = Question { text: "the matrix spiderman".into(), ..Question::default() };
        question.filter.genres.any_of = vec!["Drama".into(), "War".into()];
        question.filter.year = YearRange { gte: Some(1990), lte: None };
        let found: Vec<(RelaxedPart, String)> =
            relaxations(&question).into_iter().map(|(part, dropped, _)| (part, dropped)).collect();
        let expected = [
            (RelaxedPart::Word, "matrix"),
            (RelaxedPart::Word, "spiderman"),
            (RelaxedPart::Genres, "Drama, War"),
            (RelaxedPart::Year, "1990-"),
        ];
        assert_eq!(found, expected.map(|(part, dropped)| (part, dropped.to_owned())));
    }
}
