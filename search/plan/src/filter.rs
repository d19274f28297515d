//! A filter as clauses, with a warning for each value that the catalogue has not.

use wikimovie_domain::{Filter, Role, ValueMatch, Warning, YearRange};
use wikimovie_text::{key, words};

use super::{Clause, Drill, WordField};
use crate::{
    suggest::{Typos, suggest_entries},
    vocabulary::Vocabulary,
    work::Work,
};

/// Code of the warning for a value that no movie has.
pub const UNKNOWN_VALUE: &str = "UNKNOWN_VALUE";
/// Most values suggested in place of an unknown one.
const SUGGESTIONS: usize = 3;

/// Most unknown values of a question for which others are suggested: each is a fuzzy search for each of its words.
const SUGGESTED_VALUES: usize = 5;
/// Most words of an unknown value that are compared.
const SUGGESTED_WORDS: usize = 5;
/// Most bytes of an unknown value that are compared; no name is longer.
const SUGGESTED_BYTES: usize = 100;

/// A filter made ready.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filtered {
    /// What must hold besides `drill`.
    pub must: Vec<Clause>,
    /// What facets ignore, each its own.
    pub drill: Drill,
}

/// Reads a filter. Its top-level `anyOf` lists, decades and years become the drill, all else clauses.
pub fn compile(filter: &Filter) -> Filtered {
    let drill = Drill {
        genres: keys(&filter.genres.any_of),
        cast: keys(&filter.cast.any_of),
        directors: keys(&filter.directors.any_of),
        languages: keys(&filter.languages.any_of),
        countries: keys(&filter.countries.any_of),
        providers: filter.providers.any_of.clone(),
        decades: filter.decades.iter().map(|&decade| decade_range(decade)).collect(),
        years: filter.year,
    };
    let without_any = |list: &ValueMatch| ValueMatch { any_of: Vec::new(), ..list.clone() };
    let rest = Filter {
        genres: without_any(&filter.genres),
        cast: without_any(&filter.cast),
        directors: without_any(&filter.directors),
        languages: without_any(&filter.languages),
        countries: without_any(&filter.countries),
        providers: without_any(&filter.providers),
        decades: Vec::new(),
        year: YearRange::default(),
        ..filter.clone()
    };
    let must = match clause(&rest) {
        Clause::All => Vec::new(),
        Clause::AllOf(clauses) => clauses,
        other => vec![other],
    };
    Filtered { must, drill }
}

/// A warning for each value that nobody has; the first of them with what may be meant.
pub fn warnings(filter: &Filter, vocabulary: &Vocabulary, work: &Work) -> Vec<Warning> {
    let mut warnings = Vec::new();
    warn(filter, "where", vocabulary, work, &mut warnings);
    warnings
}

/// A filter as one clause.
fn clause(filter: &Filter) -> Clause {
    let mut all = values(&filter.genres, |value| Clause::Genre(key(value)));
    for (role, names) in by_role(filter) {
        all.extend(values(names, |value| Clause::Person(role, key(value))));
    }
    all.extend(values(&filter.languages, |value| Clause::Language(key(value))));
    all.extend(values(&filter.countries, |value| Clause::Country(key(value))));
    all.extend(values(&filter.providers, |value| Clause::Provider(value.to_owned())));
    for word in filter.title.iter().flat_map(|title| words(title)) {
        let part = Clause::TitlePart(word.text.clone());
        all.push(Clause::any_of([Clause::Word(WordField::Title, word.text), part]));
    }
    if !filter.year.is_empty() {
        all.push(Clause::Years(filter.year));
    }
    if !filter.decades.is_empty() {
        all.push(Clause::any_of(filter.decades.iter().map(|&decade| Clause::Years(decade_range(decade)))));
    }
    if !filter.runtime.is_empty() {
        all.push(Clause::Runtime(filter.runtime));
    }
    if !filter.rating.is_empty() {
        all.push(Clause::Rating(filter.rating));
    }
    all.extend(filter.has_poster.map(Clause::Poster));
    all.extend(filter.and.iter().map(clause));
    if !filter.or.is_empty() {
        all.push(Clause::any_of(filter.or.iter().map(clause)));
    }
    if let Some(not) = filter.not.as_deref().filter(|not| !not.is_empty()) {
        all.push(clause(not).negated());
    }
    Clause::all_of(all)
}

/// The names of a filter by role.
fn by_role(filter: &Filter) -> [(Role, &ValueMatch); 3] {
    [(Role::Cast, &filter.cast), (Role::Director, &filter.directors), (Role::Writer, &filter.writers)]
}

fn values(list: &ValueMatch, leaf: impl Fn(&str) -> Clause) -> Vec<Clause> {
    let leaves = |values: &[String]| values.iter().map(|value| leaf(value)).collect::<Vec<_>>();
    let mut all = leaves(&list.all_of);
    if !list.any_of.is_empty() {
        all.push(Clause::any_of(leaves(&list.any_of)));
    }
    if !list.none_of.is_empty() {
        all.push(Clause::any_of(leaves(&list.none_of)).negated());
    }
    all
}

fn keys(values: &[String]) -> Vec<String> {
    values.iter().map(|value| key(value)).collect()
}

fn decade_range(decade: i64) -> YearRange {
    YearRange { gte: Some(decade), lte: Some(decade + 9) }
}

fn warn(filter: &Filter, path: &str, vocabulary: &Vocabulary, work: &Work, warnings: &mut Vec<Warning>) {
    let mut unknown = |field: &str, noun: &str, value: &String, near: &dyn Fn(&str) -> Vec<String>| {
        let is_suggested = warnings.len() < SUGGESTED_VALUES && !work.is_over();
        warnings.push(Warning {
            code: UNKNOWN_VALUE,
            message: format!("no movie has the {noun} {value:?}"),
            argument: format!("{path}.{field}"),
            value: value.clone(),
            suggestions: if is_suggested { near(start_of(value)) } else { Vec::new() },
        });
    };
    for value in filter.genres.values().filter(|value| vocabulary.genre(&key(value)).is_none()) {
        unknown("genres", "genre", value, &|value| {
            let near = vocabulary.suggest_genres(value, SUGGESTIONS, Typos::Forgiven);
            near.into_iter().map(|(at, _)| vocabulary.genres()[at].name.clone()).collect()
        });
    }
    for ((role, names), (field, noun)) in by_role(filter).into_iter().zip([
        ("cast", "person"),
        ("directors", "director"),
        ("writers", "writer"),
    ]) {
        for value in names.values().filter(|value| vocabulary.roles(&key(value)).of(role) == 0) {
            unknown(field, noun, value, &|value| {
                let near = vocabulary.suggest_people_as(value, role, SUGGESTIONS).into_iter();
                near.filter_map(|at| vocabulary.people().get(at)).map(|person| person.name.clone()).collect()
            });
        }
    }
    for value in filter.languages.values().filter(|value| vocabulary.language(&key(value)).is_none()) {
        unknown("languages", "language", value, &|value| {
            suggest_entries(vocabulary.languages(), &key(value), SUGGESTIONS)
        });
    }
    for value in filter.countries.values().filter(|value| vocabulary.country(&key(value)).is_none()) {
        unknown("countries", "country", value, &|value| {
            suggest_entries(vocabulary.countries(), &key(value), SUGGESTIONS)
        });
    }
    for value in filter.providers.values().filter(|value| vocabulary.provider(value).is_none()) {
        unknown("providers", "provider", value, &|value| {
            suggest_entries(vocabulary.providers(), value, SUGGESTIONS)
        });
    }
    for (list, name) in [(&filter.and, "and"), (&filter.or, "or")] {
        for (at, child) in list.iter().enumerate() {
            warn(child, &format!("{path}.{name}[{at}]"), vocabulary, work, warnings);
        }
    }
    if let Some(not) = filter.not.as_deref() {
        warn(not, &format!("{path}.not"), vocabulary, work, warnings);
    }
}

/// The words of a value that are compared.
fn start_of(value: &str) -> &str {
    let value = &value[..value.floor_char_boundary(SUGGESTED_BYTES)];
    let words = value.match_indices(' ').map(|(at, _)| at).filter(|&at| !value[..at].ends_with(' '));
    words.into_iter().nth(SUGGESTED_WORDS - 1).map_or(value, |end| &value[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::{Entry, VocabularyBuilder};

    fn genres(any: &[&str], none: &[&str]) -> ValueMatch {
        let own = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        ValueMatch { any_of: own(any), all_of: Vec::new(), none_of: own(none) }
    }

    fn vocabulary() -> Vocabulary {
        let entry = |name: &str| Entry { key: key(name), name: name.to_owned(), movies: 1 };
        VocabularyBuilder::new(1).genres(vec![entry("Science Fiction"), entry("Drama")]).build()
    }

    #[test]
    fn only_the_top_level_any_of_drills() {
        let filter = Filter {
            genres: genres(&["DRAMA"], &["War"]),
            decades: vec![1980],
            title: Some("The Thing!".into()),
            and: vec![Filter { genres: genres(&["Drama"], &[]), ..Filter::default() }],
            ..Filter::default()
        };
        let title = |word: &str| {
            Clause::any_of([Clause::Word(WordField::Title, word.into()), Clause::TitlePart(word.into())])
        };
        let filtered = compile(&filter);
        assert_eq!(filtered.drill.genres, ["drama"]);
        assert_eq!(filtered.drill.decades, [YearRange { gte: Some(1980), lte: Some(1989) }]);
        assert_eq!(
            filtered.must,
            [
                Clause::Genre("war".into()).negated(),
                title("the"),
                title("thing"),
                Clause::Genre("drama".into()),
            ]
        );
    }

    #[test]
    fn empty_filters_constrain_nothing() {
        let filter = Filter {
            or: vec![Filter::default(), Filter { title: Some("x".into()), ..Filter::default() }],
            not: Some(Box::default()),
            ..Filter::default()
        };
        assert_eq!(compile(&filter), Filtered::default());
    }

    #[test]
    fn unknown_values_are_told_with_what_may_be_meant() {
        let inner = Filter { genres: genres(&["sci-fi"], &[]), ..Filter::default() };
        let filter = Filter { not: Some(Box::new(inner)), ..Filter::default() };
        let warnings = warnings(&filter, &vocabulary(), &Work::default());
        assert_eq!(warnings[0].code, UNKNOWN_VALUE);
        assert_eq!(warnings[0].argument, "where.not.genres");
        assert_eq!(warnings[0].suggestions, ["Science Fiction"]);
    }

    #[test]
    fn the_first_unknown_values_get_suggestions() {
        let values = vec!["sci-fi"; 300];
        let filter = Filter { genres: genres(&values, &[]), ..Filter::default() };
        let warnings = warnings(&filter, &vocabulary(), &Work::default());
        assert_eq!(warnings.len(), 300);
        assert!(warnings[..SUGGESTED_VALUES].iter().all(|warning| !warning.suggestions.is_empty()));
        assert!(warnings[SUGGESTED_VALUES..].iter().all(|warning| warning.suggestions.is_empty()));
        assert_eq!(start_of("a b c d e f g"), "a b c d e");
        assert_eq!(start_of(&"é".repeat(400)).len(), SUGGESTED_BYTES);
    }
}
