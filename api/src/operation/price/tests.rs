//! The price list covers the contract, and its arithmetic does not wrap.

use std::collections::HashSet;

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, Type, TypeKind},
};

use super::*;
use crate::reference;

/// Lists that hold a few short values whatever is asked, and lists of a connection, which its own field multiplies.
const SHORT: &[(&str, &str)] = &[
    ("Movie", "directors"),
    ("Movie", "writers"),
    ("Movie", "genres"),
    ("Movie", "keywords"),
    ("Movie", "languages"),
    ("Movie", "countries"),
    ("MovieHitConnection", "edges"),
    ("MovieHitConnection", "nodes"),
    ("ImportReceiptConnection", "edges"),
    ("ImportReceiptConnection", "nodes"),
    ("TermFacet", "values"),
    ("YearFacet", "buckets"),
    ("Matching", "words"),
    ("ImportReading", "unread"),
    ("ImportReading", "unfilled"),
    ("ImportReading", "missing"),
    ("Provenance", "originalGenres"),
];

fn is_list(ty: &Type) -> bool {
    matches!(ty.base, BaseType::List(_))
}

#[test]
fn every_list_has_a_rule_with_the_default_of_the_contract() {
    let document = parse_schema(crate::sdl()).unwrap();
    let mut ruled: HashSet<_> = COST_RULES.iter().map(|(ty, field, _)| (*ty, *field)).collect();
    for definition in reference::types(&document) {
        let fields = match &definition.kind {
            TypeKind::Object(object) => &object.fields,
            TypeKind::Interface(interface) => &interface.fields,
            _ => continue,
        };
        let ty = definition.name.node.as_str();
        for field in fields {
            let name = field.node.name.node.as_str();
            let rule = CostRule::of(ty, name);
            ruled.remove(&(ty, name));
            let argument =
                |name: &str| field.node.arguments.iter().find(|known| known.node.name.node == name);
            let default = argument("first").map(|first| first.node.default_value.as_ref());
            match (default, argument("last"), argument("ids"), rule.map(|rule| rule.items)) {
                (None, None, None, items) => {
                    let is_priced = matches!(
                        items,
                        Some(Items::Usually(_) | Items::Relaxations | Items::Years | Items::First(_))
                    );
                    let is_list = is_list(&field.node.ty.node);
                    assert!(!is_list || is_priced || SHORT.contains(&(ty, name)), "{ty}.{name} is a list");
                }
                (Some(None), None, None, Some(Items::Part { .. })) => {}
                (None, None, Some(_), Some(Items::Ids)) | (Some(None), Some(_), None, Some(Items::Page)) => {}
                (
                    Some(Some(default)),
                    None,
                    None,
                    Some(Items::First(items) | Items::Names(items) | Items::Autocomplete(items)),
                ) => {
                    assert_eq!(default.node.to_string(), items.to_string(), "{ty}.{name}");
                }
                _ => panic!("{ty}.{name} has arguments of a list, and no rule of one"),
            }
            let is_state = field.node.ty.node.to_string().trim_end_matches('!') == "SearchState";
            let is_priced = matches!(rule.map(|rule| rule.items), Some(Items::State));
            assert!(!is_state || is_priced, "{ty}.{name}");
        }
    }
    ruled.retain(|(_, field)| !field.starts_with("__"));
    assert!(ruled.is_empty(), "rules without a field: {ruled:?}");
}

#[test]
fn a_price_beyond_all_numbers_is_the_largest() {
    let many = rule(0, Items::First(100));
    let asked = Asked { items: 100, ..Asked::default() };
    let price = (0..64).fold(Price::values(1), |child, _| many.price(&asked, child));
    assert_eq!(price.values, u64::MAX);
    let cost = Cost { known: price, variable: Vec::new() };
    assert_eq!(cost.points(&Variables::default()), Ok(MAX_POINTS));
    let too_many = Asked { items: 101, ..Asked::default() };
    assert_eq!(many.price(&too_many, price), Price::values(1), "its resolver refuses it");
}

#[test]
fn a_list_multiplies_its_items_and_not_what_it_has_once() {
    let child = Price { values: 3, once: 2, states: 1, ..Price::default() };
    let asked = Asked { items: 10, ..Asked::default() };
    let list = rule(5, Items::First(10)).price(&asked, child);
    assert_eq!(list, Price { values: 1 + 5 + 30 + 2, states: 10, ..Price::default() });
}
