//! What an operation costs, in points: about the number of values in the largest answer that it can have.
//!
//! [`COST_RULES`] is the whole price list; a field without a rule costs one point and what is selected below it. The
//! analysis of a document folds all that its variables cannot change into a number, so that pricing an operation again
//! takes as many steps as it has priced arguments with variables.

use std::sync::Arc;

use async_graphql::{
    ID, InputType, Name, Pos, Positioned, Value, Variables, parser::types::VariableDefinition,
};
use async_graphql_value::Value as Literal;
use wikimovie_domain::PageRequest;

/// Most items of a list that a client may ask for. A longer list costs next to nothing, because its
/// resolver refuses it and names the limit.
const MAX_ITEMS: u64 = 100;

/// How a field is priced: `extra`, and `1 + items × points of what is selected of an item`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CostRule {
    extra: u64,
    items: Items,
}

/// How many items the largest list of a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Items {
    /// As many as this, about, whatever is asked.
    Usually(u64),
    /// `first`, or this many where it is not given.
    First(u64),
    /// `last` or `first` of a page.
    Page,
    /// The length of `ids`.
    Ids,
}

const fn rule(extra: u64, items: Items) -> CostRule {
    CostRule { extra, items }
}

/// The price list, by type and field. Ten points stand for a question of its own to the engine.
#[rustfmt::skip]
const COST_RULES: &[(&str, &str, CostRule)] = &[
    ("Query",       "autocomplete",   rule(10, Items::First(8))),
    ("Query",       "costars",        rule(19, Items::Usually(1))),
    ("Query",       "importReceipts", rule(0,  Items::First(20))),
    ("Query",       "movies",         rule(0,  Items::Ids)),
    ("Query",       "nodes",          rule(0,  Items::Ids)),
    ("Query",       "rateLimit",      rule(0,  Items::Usually(0))),
    ("MovieSearch", "hits",           rule(0,  Items::Page)),
    ("MovieFacets", "cast",           rule(0,  Items::First(20))),
    ("MovieFacets", "decades",        rule(0,  Items::First(20))),
    ("MovieFacets", "genres",         rule(0,  Items::First(20))),
    ("MovieFacets", "providers",      rule(0,  Items::First(20))),
    ("MovieFacets", "years",          rule(0,  Items::Usually(50))),
    ("Movie",       "people",         rule(0,  Items::Usually(5))),
    ("Movie",       "similar",        rule(10, Items::First(6))),
    ("Person",      "costars",        rule(10, Items::First(10))),
    ("Person",      "filmography",    rule(10, Items::Page)),
    ("CostarPath",  "steps",          rule(0,  Items::Usually(6))),
];

/// Arguments of a field as the document gives them.
type Arguments = [(Positioned<Name>, Positioned<Literal>)];

/// Definitions of the variables of one operation.
pub(crate) type Definitions = Arc<[Positioned<VariableDefinition>]>;

impl CostRule {
    /// The rule of a field of an object type.
    pub(crate) fn of(ty: &str, field: &str) -> Option<Self> {
        let found = COST_RULES.iter().find(|(of, name, _)| *of == ty && *name == field);
        found.map(|(_, _, rule)| *rule)
    }

    /// Points of a field whose items cost `child` points each.
    fn points(self, items: u64, child: u64) -> u64 {
        let list = if items > MAX_ITEMS { 1 } else { items.saturating_mul(child).saturating_add(1) };
        self.extra.saturating_add(list)
    }

    /// The number of items that arguments ask for.
    ///
    /// # Errors
    /// The sentence of the GraphQL library about an argument that is none.
    fn items(self, arguments: &Arguments, values: &VariableValues<'_>) -> Result<u64, String> {
        let count = |argument: Option<i32>, default| {
            argument.map_or(default, |asked| u64::try_from(asked).unwrap_or(0))
        };
        match self.items {
            Items::Usually(items) => Ok(items),
            Items::First(default) => Ok(count(values.of(arguments, "first")?, default)),
            Items::Page => {
                let first = values.of(arguments, "first")?;
                let last: Option<i32> = values.of(arguments, "last")?;
                Ok(count(last.or(first), PageRequest::DEFAULT_SIZE as u64))
            }
            Items::Ids => {
                let ids: Vec<ID> = values.of(arguments, "ids")?;
                Ok((ids.len() as u64).min(MAX_ITEMS))
            }
        }
    }

    /// Names of the arguments that the rule reads.
    fn reads(self, argument: &str) -> bool {
        match self.items {
            Items::Usually(_) => false,
            Items::First(_) => argument == "first",
            Items::Page => matches!(argument, "first" | "last"),
            Items::Ids => argument == "ids",
        }
    }
}

/// VariableValues of variables: those given, else the defaults of their definitions.
pub(crate) struct VariableValues<'a> {
    pub(crate) definitions: &'a [Positioned<VariableDefinition>],
    pub(crate) given: &'a Variables,
}

impl VariableValues<'_> {
    fn of<T: InputType>(&self, arguments: &Arguments, name: &str) -> Result<T, String> {
        let argument = arguments.iter().find(|(known, _)| known.node == name);
        let value = argument.map(|(_, literal)| self.resolve(&literal.node)).transpose()?;
        T::parse(value).map_err(|error| error.into_server_error(Pos::default()).message)
    }

    /// The value of a literal with its variables put in place.
    ///
    /// # Errors
    /// The sentence of the GraphQL library about a variable without a value.
    pub(crate) fn resolve(&self, literal: &Literal) -> Result<Value, String> {
        literal.clone().into_const_with(|name| {
            let definition = self.definitions.iter().find(|definition| definition.node.name.node == name);
            let value = definition.and_then(|definition| {
                self.given.get(&name).or_else(|| definition.node.default_value()).cloned()
            });
            value.ok_or_else(|| format!("Variable {name} is not defined."))
        })
    }
}

/// The cost of a selection: points that are known, and fields whose price depends on variables.
#[derive(Debug, Default)]
pub(crate) struct Cost {
    points: u64,
    variable: Vec<VariableCost>,
}

/// A field whose price depends on variables, by its own arguments or by what is selected of it.
#[derive(Debug)]
struct VariableCost {
    rule: CostRule,
    items: VariableItems,
    child: Cost,
}

#[derive(Debug)]
enum VariableItems {
    Known(u64),
    Asked { arguments: Box<Arguments>, definitions: Definitions },
}

impl Cost {
    /// Adds a field to a selection. An argument that the rule reads and that is none is an error, and costs nothing.
    ///
    /// # Errors
    /// As [`CostRule::items`].
    pub(crate) fn add_field(
        &mut self,
        rule: Option<CostRule>,
        arguments: &Arguments,
        definitions: &Definitions,
        given: &Variables,
        child: Self,
    ) -> Result<(), String> {
        let Some(rule) = rule else {
            self.points = self.points.saturating_add(1);
            self.add(child);
            return Ok(());
        };
        let items = rule.items(arguments, &VariableValues { definitions, given })?;
        let read: Vec<_> = arguments.iter().filter(|(name, _)| rule.reads(&name.node)).cloned().collect();
        let varies = read.iter().any(|(_, literal)| has_variable(&literal.node));
        if !varies && child.variable.is_empty() {
            self.points = self.points.saturating_add(rule.points(items, child.points));
            return Ok(());
        }
        let items = if varies {
            VariableItems::Asked { arguments: read.into(), definitions: Arc::clone(definitions) }
        } else {
            VariableItems::Known(items)
        };
        self.variable.push(VariableCost { rule, items, child });
        Ok(())
    }

    /// Adds all of another selection.
    pub(crate) fn add(&mut self, other: Self) {
        self.points = self.points.saturating_add(other.points);
        self.variable.extend(other.variable);
    }

    /// The points with variables of these values.
    ///
    /// # Errors
    /// As [`CostRule::items`].
    pub(crate) fn points(&self, given: &Variables) -> Result<u64, String> {
        let mut points = self.points;
        for VariableCost { rule, items, child } in &self.variable {
            let items = match items {
                VariableItems::Known(items) => *items,
                VariableItems::Asked { arguments, definitions } => {
                    rule.items(arguments, &VariableValues { definitions, given })?
                }
            };
            points = points.saturating_add(rule.points(items, child.points(given)?));
        }
        Ok(points)
    }
}

/// Whether a literal holds a variable.
pub(crate) fn has_variable(literal: &Literal) -> bool {
    match literal {
        Literal::Variable(_) => true,
        Literal::List(items) => items.iter().any(has_variable),
        Literal::Object(fields) => fields.values().any(has_variable),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use async_graphql::parser::{parse_schema, types::TypeKind};

    use super::*;
    use crate::reference;

    #[test]
    fn every_list_that_a_client_sizes_has_a_rule_with_the_default_of_the_contract() {
        let document = parse_schema(crate::sdl()).unwrap();
        let mut ruled: HashSet<_> = COST_RULES.iter().map(|(ty, field, _)| (*ty, *field)).collect();
        for definition in reference::types(&document) {
            let TypeKind::Object(object) = &definition.kind else { continue };
            let ty = definition.name.node.as_str();
            for field in &object.fields {
                let name = field.node.name.node.as_str();
                let rule = CostRule::of(ty, name);
                ruled.remove(&(ty, name));
                let argument =
                    |name: &str| field.node.arguments.iter().find(|known| known.node.name.node == name);
                let default = argument("first").map(|first| first.node.default_value.as_ref());
                match (default, argument("last"), argument("ids"), rule.map(|rule| rule.items)) {
                    (None, None, None, None | Some(Items::Usually(_)))
                    | (None, None, Some(_), Some(Items::Ids)) => {}
                    (Some(None), Some(_), None, Some(Items::Page)) => {}
                    (Some(Some(default)), None, None, Some(Items::First(items))) => {
                        assert_eq!(default.node.to_string(), items.to_string(), "{ty}.{name}");
                    }
                    _ => panic!("{ty}.{name} has arguments of a list, and no rule of one"),
                }
            }
        }
        assert!(ruled.is_empty(), "rules without a field: {ruled:?}");
    }

    #[test]
    fn a_price_beyond_all_numbers_is_the_largest() {
        let many = rule(0, Items::First(100));
        let cost = (0..64).fold(1, |child, _| many.points(100, child));
        assert_eq!(cost, u64::MAX);
        assert_eq!(many.points(101, cost), 1);
    }
}
