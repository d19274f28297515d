//! What an operation costs, in points: what the engine, the resolvers and the wire do for the largest answer that it can
//! have. Eight values of an answer are a point, and so is an eighth of a question to the engine.
//!
//! [`COST_RULES`] is the whole price list; a field without a rule is one value and what is selected below it. The
//! analysis of a document folds all that its variables cannot change into a number, so that pricing an operation again
//! takes as many steps as it has priced arguments with variables. All arithmetic saturates.

mod arguments;
mod question;

use std::sync::Arc;

use async_graphql::{Positioned, Variables, parser::types::VariableDefinition};
use wikimovie_domain::{PageRequest, Year};

pub(crate) use self::arguments::{VariableValues, has_variable};
use self::{
    arguments::Arguments,
    question::{QuestionSize, VALUES_PER_POINT},
};

/// The points of an operation that is too large to be priced.
pub(crate) const MAX_POINTS: u64 = 1_000_000_000;

/// Most items of a list that a client may ask for. A longer list costs next to nothing, because its
/// resolver refuses it and names the limit.
const MAX_ITEMS: u64 = 100;
/// A question of its own to the engine, in values.
const QUESTION: u64 = 64;
/// All names of the catalogue looked through for a text, in values.
const NAMES: u64 = 128;

/// Characters of a text that one value stands for: as many points as an operation may cost are as many bytes as an answer may
/// have.
const CHARS_PER_VALUE: u64 = 200;
/// Names of a list that one value stands for.
const NAMES_PER_VALUE: u64 = 5;
/// Values of the longest plot, which has 100,000 characters.
const PLOT: u64 = 500;

/// How a field is priced: `1 + extra + items × what is selected of an item`, and what its question asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CostRule {
    extra: u64,
    items: Items,
}

/// How many items a field has at most, and what else its price depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Items {
    /// One.
    One,
    /// As many as this, about, whatever is asked.
    Usually(u64),
    /// `first`, or this many where it is not given.
    First(u64),
    /// The same, of names that may have to contain a text.
    Names(u64),
    /// `last` or `first` of a page.
    Page,
    /// The length of `ids`.
    Ids,
    /// As many buckets of `interval` years as there are.
    Years,
    /// One, of a list, however many items the list has.
    Once,
    /// One: a text or list of `max` characters or `first` names, of which so many are a value; at most this many values.
    Part { most: u64, each: u64 },
    /// One, for a question of text and filter.
    Search,
    /// `first`, for a question of a prefix and a filter.
    Autocomplete(u64),
    /// A state token or another text as long as the question.
    State,
    /// A correction of the question, which is asked too.
    Correction,
    /// Relaxations of the question, which are asked too.
    Relaxations,
}

const fn rule(extra: u64, items: Items) -> CostRule {
    CostRule { extra, items }
}

/// The price list, by type and field. `extra` counts values: long texts are several.
#[rustfmt::skip]
const COST_RULES: &[(&str, &str, CostRule)] = &[
    ("Query",              "search",         rule(QUESTION,     Items::Search)),
    ("Query",              "autocomplete",   rule(QUESTION,     Items::Autocomplete(8))),
    ("Query",              "costars",        rule(2 * QUESTION, Items::One)),
    ("Query",              "importReceipts", rule(8,            Items::First(20))),
    ("Query",              "movies",         rule(0,            Items::Ids)),
    ("Query",              "nodes",          rule(0,            Items::Ids)),
    ("Query",              "rateLimit",      rule(0,            Items::Usually(0))),
    ("Query",              "__schema",       rule(800,          Items::One)),
    ("Query",              "__type",         rule(80,           Items::One)),
    ("CatalogInfo",        "providers",      rule(0,            Items::Usually(20))),
    ("MovieSearch",        "hits",           rule(4,            Items::Page)),
    ("MovieSearch",        "understood",     rule(0,            Items::Usually(10))),
    ("MovieSearch",        "didYouMean",     rule(0,            Items::Correction)),
    ("MovieSearch",        "relaxations",    rule(0,            Items::Relaxations)),
    ("MovieSearch",        "state",          rule(0,            Items::State)),
    ("MovieSearch",        "text",           rule(0,            Items::State)),
    ("MovieSearch",        "explain",        rule(256,          Items::One)),
    ("MovieHitConnection", "pageInfo",       rule(0,            Items::Once)),
    ("MovieHit",           "cursor",         rule(1,            Items::One)),
    ("MovieHit",           "highlights",     rule(0,            Items::Usually(2))),
    ("MovieHit",           "reasons",        rule(0,            Items::Usually(2))),
    ("TextMatch",          "html",           rule(2,            Items::One)),
    ("TextMatch",          "text",           rule(2,            Items::One)),
    ("TextMatch",          "spans",          rule(0,            Items::Usually(2))),
    ("Understanding",      "remove",         rule(0,            Items::State)),
    ("Correction",         "state",          rule(0,            Items::State)),
    ("Relaxation",         "dropped",        rule(0,            Items::State)),
    ("Relaxation",         "state",          rule(0,            Items::State)),
    ("MovieFacets",        "cast",           rule(16,           Items::Names(20))),
    ("MovieFacets",        "directors",      rule(16,           Items::Names(20))),
    ("MovieFacets",        "languages",      rule(8,            Items::First(20))),
    ("MovieFacets",        "countries",      rule(8,            Items::First(20))),
    ("MovieFacets",        "decades",        rule(8,            Items::First(20))),
    ("MovieFacets",        "genres",         rule(8,            Items::First(20))),
    ("MovieFacets",        "providers",      rule(8,            Items::First(20))),
    ("MovieFacets",        "years",          rule(8,            Items::Years)),
    ("TermFacet",          "other",          rule(0,            Items::Once)),
    ("TermFacet",          "missing",        rule(0,            Items::Once)),
    ("TermFacet",          "distinct",       rule(0,            Items::Once)),
    ("FacetValue",         "toggle",         rule(0,            Items::State)),
    ("YearFacet",          "min",            rule(0,            Items::Once)),
    ("YearFacet",          "max",            rule(0,            Items::Once)),
    ("YearFacet",          "missing",        rule(0,            Items::Once)),
    ("YearBucket",         "toggle",         rule(0,            Items::State)),
    ("Suggestion",         "state",          rule(0,            Items::State)),
    ("MovieSuggestion",    "state",          rule(0,            Items::State)),
    ("PersonSuggestion",   "state",          rule(0,            Items::State)),
    ("GenreSuggestion",    "state",          rule(0,            Items::State)),
    ("DecadeSuggestion",   "state",          rule(0,            Items::State)),
    ("Movie",              "titles",         rule(0,            Items::Usually(8))),
    ("Movie",              "directors",      rule(1,            Items::One)),
    ("Movie",              "writers",        rule(1,            Items::One)),
    ("Movie",              "cast",           rule(0,            Items::Part { most: 4, each: NAMES_PER_VALUE })),
    ("Movie",              "genres",         rule(1,            Items::One)),
    ("Movie",              "keywords",       rule(4,            Items::One)),
    ("Movie",              "languages",      rule(1,            Items::One)),
    ("Movie",              "countries",      rule(1,            Items::One)),
    ("Movie",              "summary",        rule(0,            Items::Part { most: 4, each: CHARS_PER_VALUE })),
    ("Movie",              "plot",           rule(0,            Items::Part { most: PLOT, each: CHARS_PER_VALUE })),
    ("Movie",              "url",            rule(1,            Items::One)),
    ("Movie",              "ids",            rule(0,            Items::Usually(4))),
    ("Movie",              "ratings",        rule(0,            Items::Usually(3))),
    ("Attribution",        "text",           rule(1,            Items::One)),
    ("Attribution",        "url",            rule(1,            Items::One)),
    ("Movie",              "people",         rule(0,            Items::First(20))),
    ("Movie",              "directedBy",     rule(0,            Items::First(20))),
    ("Movie",              "similar",        rule(QUESTION,     Items::First(6))),
    ("Person",             "costars",        rule(QUESTION,     Items::First(10))),
    ("Person",             "filmography",    rule(QUESTION,     Items::Page)),
    ("CostarPath",         "steps",          rule(0,            Items::Usually(12))),
    ("ImportReceiptConnection", "pageInfo",   rule(0,           Items::Once)),
    ("ImportReceiptConnection", "totalCount", rule(0,           Items::Once)),
    ("ImportReceipt",      "refusals",       rule(0,            Items::Usually(100))),
    ("ImportReading",      "skipped",        rule(0,            Items::Usually(5))),
    ("ImportReading",      "unread",         rule(10,           Items::One)),
    ("ImportReading",      "unfilled",       rule(1,            Items::One)),
    ("ImportReading",      "missing",        rule(1,            Items::One)),
    ("ImportReading",      "dropped",        rule(0,            Items::Usually(10))),
    ("ImportReading",      "renamed",        rule(0,            Items::Usually(10))),
    ("Provenance",         "originalGenres", rule(1,            Items::One)),
];

/// Definitions of the variables of one operation.
pub(crate) type Definitions = Arc<[Positioned<VariableDefinition>]>;

/// What a selection costs, before it is known which question stands above it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Price {
    /// Values for each item of the list above.
    values: u64,
    /// Values that the list above has once.
    once: u64,
    /// State tokens: each as long as the question above.
    states: u64,
    /// Corrections of the question above.
    corrections: u64,
    /// Times that the question above is relaxed.
    relaxations: u64,
}

impl Price {
    fn values(values: u64) -> Self {
        Self { values, ..Self::default() }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            values: self.values.saturating_add(other.values),
            once: self.once.saturating_add(other.once),
            states: self.states.saturating_add(other.states),
            corrections: self.corrections.saturating_add(other.corrections),
            relaxations: self.relaxations.saturating_add(other.relaxations),
        }
    }

    /// A list of so many items of this price.
    fn times(self, items: u64) -> Self {
        Self {
            values: self.values.saturating_mul(items).saturating_add(self.once),
            once: 0,
            states: self.states.saturating_mul(items),
            corrections: self.corrections.saturating_mul(items),
            relaxations: self.relaxations.saturating_mul(items),
        }
    }

    /// The price under a question of this size, which is known now.
    fn of_question(self, size: &QuestionSize) -> Self {
        let parts = [
            (self.states, size.state_values()),
            (self.corrections, size.correction_values()),
            (self.relaxations, size.relaxation_values()),
        ];
        let values = parts.iter().fold(self.values.saturating_add(self.once), |values, (number, each)| {
            values.saturating_add(number.saturating_mul(*each))
        });
        Self::values(values)
    }
}

/// What the arguments of a field ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Asked {
    items: u64,
    /// Values for what the arguments have looked through or shown.
    searched: u64,
    question: QuestionSize,
}

impl CostRule {
    /// The rule of a field of a type.
    pub(crate) fn of(ty: &str, field: &str) -> Option<Self> {
        let found = COST_RULES.iter().find(|(of, name, _)| *of == ty && *name == field);
        found.map(|(_, _, rule)| *rule)
    }

    /// The price of a field of whose items this is selected.
    fn price(self, asked: &Asked, child: Price) -> Price {
        let own = Price::values(self.extra.saturating_add(1).saturating_add(asked.searched));
        // A list that is too long is refused by its resolver.
        let child = if asked.items > MAX_ITEMS && self.is_sized() { Price::default() } else { child };
        match self.items {
            Items::Once => {
                let child = child.times(1);
                Price { values: 0, once: own.values.saturating_add(child.values), ..child }
            }
            Items::State => Price { values: 0, states: 1, ..own },
            Items::Correction => Price { corrections: 1, ..own }.plus(child.times(1)),
            Items::Relaxations => Price { relaxations: 1, ..own }.plus(child.times(asked.items)),
            Items::Search | Items::Autocomplete(_) => {
                let question = Price::values(asked.question.values());
                own.plus(question).plus(child.times(asked.items).of_question(&asked.question))
            }
            Items::One
            | Items::Part { .. }
            | Items::Usually(_)
            | Items::First(_)
            | Items::Names(_)
            | Items::Page
            | Items::Ids
            | Items::Years => own.plus(child.times(asked.items)),
        }
    }

    /// Whether the client says how long the list is.
    fn is_sized(self) -> bool {
        matches!(self.items, Items::First(_) | Items::Names(_) | Items::Page | Items::Autocomplete(_))
    }

    /// What the arguments ask for.
    ///
    /// # Errors
    /// The sentence of the GraphQL library about a variable without a value.
    fn asked(self, arguments: &Arguments, values: &VariableValues<'_>) -> Result<Asked, String> {
        let items = |items| Ok(Asked { items, ..Asked::default() });
        let count = |argument: Option<i64>, default| {
            argument.map_or(default, |asked| u64::try_from(asked).unwrap_or(0))
        };
        match self.items {
            Items::One | Items::Once | Items::State | Items::Correction => items(1),
            Items::Usually(number) => items(number),
            Items::Part { most, each } => {
                let first = values.integer(arguments, "first")?;
                let asked = first.or(values.integer(arguments, "max")?);
                let searched = asked.map_or(most, |asked| count(Some(asked), 0).div_ceil(each).min(most));
                Ok(Asked { items: 1, searched, ..Asked::default() })
            }
            Items::Relaxations => items(10),
            Items::First(default) => items(count(values.integer(arguments, "first")?, default)),
            Items::Names(default) => {
                let contains = values.argument(arguments, "contains")?.and_then(question::string);
                Ok(Asked {
                    items: count(values.integer(arguments, "first")?, default),
                    searched: if contains.is_some_and(|text| !text.is_empty()) { NAMES } else { 0 },
                    ..Asked::default()
                })
            }
            Items::Page => {
                let first = values.integer(arguments, "first")?;
                let last = values.integer(arguments, "last")?;
                items(count(last.or(first), PageRequest::DEFAULT_SIZE as u64))
            }
            Items::Ids => items(values.length(arguments, "ids")?.min(MAX_ITEMS)),
            Items::Years => {
                let interval = count(values.integer(arguments, "interval")?, 1).max(1);
                items(YEARS.div_ceil(interval))
            }
            Items::Search => {
                let question = QuestionSize::of_arguments(arguments, "text", values)?;
                Ok(Asked { items: 1, question, ..Asked::default() })
            }
            Items::Autocomplete(default) => Ok(Asked {
                items: count(values.integer(arguments, "first")?, default),
                question: QuestionSize::of_arguments(arguments, "prefix", values)?,
                ..Asked::default()
            }),
        }
    }

    /// Names of the arguments that the rule reads.
    fn reads(self, argument: &str) -> bool {
        match self.items {
            Items::First(_) => argument == "first",
            Items::Part { .. } => matches!(argument, "first" | "max"),
            Items::Names(_) => matches!(argument, "first" | "contains"),
            Items::Page => matches!(argument, "first" | "last"),
            Items::Ids => argument == "ids",
            Items::Years => argument == "interval",
            Items::Search => matches!(argument, "text" | "where" | "state"),
            Items::Autocomplete(_) => matches!(argument, "first" | "prefix" | "where" | "state"),
            Items::One
            | Items::Once
            | Items::Usually(_)
            | Items::State
            | Items::Correction
            | Items::Relaxations => false,
        }
    }
}

/// Years that a movie may be of.
const YEARS: u64 = (Year::MAX - Year::MIN + 1).unsigned_abs();

/// The cost of a selection: what is known, and fields whose price depends on variables.
#[derive(Debug, Default)]
pub(crate) struct Cost {
    known: Price,
    variable: Vec<VariableCost>,
}

/// A field whose price depends on variables, by its own arguments or by what is selected of it.
#[derive(Debug)]
struct VariableCost {
    rule: CostRule,
    asked: VariableAsked,
    child: Cost,
}

#[derive(Debug)]
enum VariableAsked {
    Known(Asked),
    Variable { arguments: Box<Arguments>, definitions: Definitions },
}

impl Cost {
    /// Adds a field to a selection.
    ///
    /// # Errors
    /// As [`CostRule::asked`].
    pub(crate) fn add_field(
        &mut self,
        rule: Option<CostRule>,
        arguments: &Arguments,
        definitions: &Definitions,
        given: &Variables,
        child: Self,
    ) -> Result<(), String> {
        let rule = rule.unwrap_or(rule_of_any_field());
        let read = || arguments.iter().filter(|(name, _)| rule.reads(&name.node));
        let varies = read().any(|(_, literal)| has_variable(&literal.node));
        let asked = rule.asked(arguments, &VariableValues { definitions, given })?;
        if !varies && child.variable.is_empty() {
            self.known = self.known.plus(rule.price(&asked, child.known));
            return Ok(());
        }
        let asked = if varies {
            let arguments = read().cloned().collect();
            VariableAsked::Variable { arguments, definitions: Arc::clone(definitions) }
        } else {
            VariableAsked::Known(asked)
        };
        self.variable.push(VariableCost { rule, asked, child });
        Ok(())
    }

    /// Adds all of another selection.
    pub(crate) fn add(&mut self, other: Self) {
        self.known = self.known.plus(other.known);
        self.variable.extend(other.variable);
    }

    /// The points with variables of these values, at most [`MAX_POINTS`].
    ///
    /// # Errors
    /// As [`CostRule::asked`].
    pub(crate) fn points(&self, given: &Variables) -> Result<u64, String> {
        let values = self.price(given)?.of_question(&QuestionSize::default()).values;
        Ok(values.div_ceil(VALUES_PER_POINT).min(MAX_POINTS))
    }

    fn price(&self, given: &Variables) -> Result<Price, String> {
        let mut price = self.known;
        for VariableCost { rule, asked, child } in &self.variable {
            let asked = match asked {
                VariableAsked::Known(asked) => *asked,
                VariableAsked::Variable { arguments, definitions } => {
                    rule.asked(arguments, &VariableValues { definitions, given })?
                }
            };
            price = price.plus(rule.price(&asked, child.price(given)?));
        }
        Ok(price)
    }
}

const fn rule_of_any_field() -> CostRule {
    rule(0, Items::One)
}

#[cfg(test)]
mod tests;
