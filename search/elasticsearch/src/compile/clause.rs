//! A clause of the plan as a query. Clauses only find; scores are given in [`super::score`].

use wikimovie_domain::{RatingValue, Role};
use wikimovie_elasticsearch_dsl::{Bool, Exists, MatchPhrase, Of, Prefix, Query, Range};
use wikimovie_plan::Clause;

use crate::mapping::{self, field};

/// The query that holds for the same movies.
pub(crate) fn query(clause: &Clause) -> Query {
    match clause {
        Clause::All => Query::ALL,
        Clause::None => Query::NONE,
        Clause::Phrase(field, words) => {
            Query::MatchPhrase(Of(mapping::words(*field), MatchPhrase { query: words.join(" ") }))
        }
        Clause::OtherTitleStarts(start) => {
            Query::Prefix(Of(field::OTHER_TITLE_START, Prefix { value: start.clone() }))
        }
        Clause::TitleStarts(start) => Query::Prefix(Of(field::TITLE_START, Prefix { value: start.clone() })),
        Clause::Years(range) if range.is_empty() => Query::Exists(Exists { field: field::YEAR }),
        Clause::Years(range) => Query::Range(Of(field::YEAR, Range { gte: range.gte, lte: range.lte })),
        Clause::Runtime(range) if range.is_empty() => Query::Exists(Exists { field: field::RUNTIME }),
        Clause::Runtime(range) => Query::Range(Of(field::RUNTIME, Range { gte: range.gte, lte: range.lte })),
        Clause::Rating(range) if range.is_empty() => Query::Exists(Exists { field: field::RATING }),
        Clause::Rating(range) => {
            // Ratings are stored as one more, so that 0 is none.
            let stored = |value: Option<RatingValue>| value.map(|value| i64::from(value.hundredths()) + 1);
            Query::Range(Of(field::RATING, Range { gte: stored(range.gte), lte: stored(range.lte) }))
        }
        Clause::Poster(has) => Query::term(field::POSTER, *has),
        Clause::AllOf(clauses) => all_of(clauses),
        Clause::AnyOf(clauses) => any_of(clauses),
        Clause::AtLeast(count, clauses) => {
            Query::at_least(u32::try_from(*count).unwrap_or(u32::MAX), clauses.iter().map(query).collect())
        }
        Clause::Not(clause) => query(clause).negated(),
        leaf => match value(leaf) {
            Some((field, value)) => Query::term(field, value.to_owned()),
            None => Query::NONE,
        },
    }
}

/// Documents that have one of the values.
pub(crate) fn any_value(field: &'static str, values: &[String]) -> Query {
    Query::terms(field, values.to_vec())
}

/// A clause that asks for one value of one field.
fn value(clause: &Clause) -> Option<(&'static str, &str)> {
    match clause {
        Clause::Word(field, word) => Some((mapping::words(*field), word)),
        Clause::Prefix(field, prefix) => Some((mapping::prefixes(*field)?, prefix)),
        Clause::TitleKey(key) => Some((field::TITLE_KEY, key)),
        Clause::TitleForm(form) => Some((field::TITLE_FORM, form)),
        Clause::TitlePart(part) => Some((field::TITLE_PART, part)),
        Clause::Genre(key) => Some((field::GENRE, key)),
        Clause::OtherTitleForm(form) => Some((field::OTHER_TITLE_FORM, form)),
        Clause::Person(role, key) => Some((person(*role), key)),
        Clause::Language(key) => Some((field::LANGUAGE, key)),
        Clause::Country(key) => Some((field::COUNTRY, key)),
        Clause::Provider(name) => Some((field::PROVIDER, name)),
        _ => None,
    }
}

/// The field with the keys of people in a role.
pub(crate) fn person(role: Role) -> &'static str {
    match role {
        Role::Cast => field::CAST,
        Role::Director => field::DIRECTOR,
        Role::Writer => field::WRITER,
    }
}

fn all_of(clauses: &[Clause]) -> Query {
    let mut filter = Vec::new();
    let mut must_not = Vec::new();
    for clause in clauses {
        match clause {
            Clause::All => {}
            Clause::Not(clause) => must_not.push(query(clause)),
            clause => filter.push(query(clause)),
        }
    }
    if must_not.is_empty() {
        return Query::all_of(filter);
    }
    Query::Bool(Box::new(Bool { filter, must_not, ..Bool::default() }))
}

/// Values of one field stand in one `terms` clause: engines bound the number of clauses, and find many values of a
/// field faster than many clauses.
fn any_of(clauses: &[Clause]) -> Query {
    let mut by_field: Vec<(&'static str, Vec<String>)> = Vec::new();
    let mut others = Vec::new();
    for clause in flattened(clauses) {
        match value(clause) {
            Some((field, value)) => match by_field.iter_mut().find(|(known, _)| *known == field) {
                Some((_, values)) => {
                    if !values.iter().any(|known| known == value) {
                        values.push(value.to_owned());
                    }
                }
                None => by_field.push((field, vec![value.to_owned()])),
            },
            None => others.push(query(clause)),
        }
    }
    let mut queries: Vec<Query> =
        by_field.into_iter().map(|(field, values)| Query::terms(field, values)).collect();
    queries.extend(others.into_iter().filter(|query| *query != Query::NONE));
    if queries.contains(&Query::ALL) { Query::ALL } else { Query::any_of(queries) }
}

/// The clauses, those of an alternative within in its place.
fn flattened(clauses: &[Clause]) -> Vec<&Clause> {
    let mut flat = Vec::with_capacity(clauses.len());
    for clause in clauses {
        match clause {
            Clause::AnyOf(inner) => flat.extend(flattened(inner)),
            clause => flat.push(clause),
        }
    }
    flat
}
