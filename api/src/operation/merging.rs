//! Whether the fields of a document that share a response key can be one field: the same field with the same arguments
//! where they may be of one object, and of one shape where they may not (GraphQL specification, 5.3.2 "Field Selection
//! Merging"). The GraphQL library compares the fields of one selection only, and answers those below by chance.

use std::collections::HashSet;

use async_graphql::{
    Positioned, ServerError,
    indexmap::IndexMap,
    parser::types::{
        BaseType, ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
        Type,
    },
};

use crate::operation::contract::{Contract, named};

/// Most conflicts that are told of one document.
const MAX_CONFLICTS: usize = 10;

/// Conflicts between the fields of a document.
pub(crate) fn conflicts(contract: &Contract, document: &ExecutableDocument) -> Vec<ServerError> {
    let mut merging = Merging { contract, document, conflicts: Vec::new() };
    for (_, operation) in document.operations.iter() {
        let set = [Part { parent: root(&operation.node), set: &operation.node.selection_set.node }];
        merging.same_fields(&set);
        merging.same_shapes(&set);
    }
    merging.conflicts.truncate(MAX_CONFLICTS);
    merging.conflicts
}

/// The name of an operation's root type.
pub(crate) fn root(operation: &OperationDefinition) -> Option<&'static str> {
    match operation.ty {
        OperationType::Query => Some("Query"),
        OperationType::Subscription => Some("Subscription"),
        OperationType::Mutation => None,
    }
}

/// A selection, and the type that it selects from; `None` where only the library knows it, as in introspection.
#[derive(Clone, Copy)]
struct Part<'a> {
    parent: Option<&'a str>,
    set: &'a SelectionSet,
}

/// A field of a response, as one selection asks it.
#[derive(Clone, Copy)]
struct Asked<'a> {
    parent: Option<&'a str>,
    field: &'a Positioned<Field>,
    ty: Option<&'a Type>,
}

impl<'a> Asked<'a> {
    fn inside(self) -> Part<'a> {
        Part { parent: self.ty.map(named), set: &self.field.node.selection_set.node }
    }
}

struct Merging<'a> {
    contract: &'a Contract,
    document: &'a ExecutableDocument,
    conflicts: Vec<ServerError>,
}

impl<'a> Merging<'a> {
    /// The fields of selections from one object, by response key.
    fn by_key(&self, parts: &[Part<'a>]) -> IndexMap<&'a str, Vec<Asked<'a>>> {
        let mut fields = IndexMap::new();
        let mut spread = HashSet::new();
        for part in parts {
            self.collect(*part, &mut spread, &mut fields);
        }
        fields
    }

    fn collect(
        &self,
        Part { parent, set }: Part<'a>,
        spread: &mut HashSet<&'a str>,
        fields: &mut IndexMap<&'a str, Vec<Asked<'a>>>,
    ) {
        let parent = parent.filter(|parent| self.contract.has_fields(parent));
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    let known = parent.and_then(|parent| self.contract.field(parent, &field.node.name.node));
                    let asked = Asked { parent, field, ty: known.map(|known| &known.ty) };
                    fields.entry(field.node.response_key().node.as_str()).or_default().push(asked);
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let parent = condition.map_or(parent, |condition| Some(condition.node.on.node.as_str()));
                    self.collect(Part { parent, set: &inline.node.selection_set.node }, spread, fields);
                }
                Selection::FragmentSpread(fragment) => {
                    let name = fragment.node.fragment_name.node.as_str();
                    let fragment = self.document.fragments.get(name).filter(|_| spread.insert(name));
                    if let Some(fragment) = fragment {
                        let parent = Some(fragment.node.type_condition.node.on.node.as_str());
                        self.collect(Part { parent, set: &fragment.node.selection_set.node }, spread, fields);
                    }
                }
            }
        }
    }

    /// Fields that may be of one object are the same field with the same arguments, and so are those inside them.
    fn same_fields(&mut self, parts: &[Part<'a>]) {
        for (key, asked) in self.by_key(parts) {
            for same in self.of_one_object(asked) {
                let other = same.split_first().and_then(|(first, others)| {
                    others.iter().find_map(|other| Some((*first, *other, difference(first, other)?)))
                });
                if let Some((first, other, why)) = other {
                    self.add(key, &why, &first, &other);
                } else {
                    let inside: Vec<Part<'a>> = same.into_iter().map(Asked::inside).collect();
                    self.same_fields(&inside);
                }
                if self.conflicts.len() >= MAX_CONFLICTS {
                    return;
                }
            }
        }
    }

    /// The fields apart by the objects that they may be of. Those of an interface may be of any.
    fn of_one_object(&self, asked: Vec<Asked<'a>>) -> Vec<Vec<Asked<'a>>> {
        let is_open =
            |asked: &Asked<'_>| asked.parent.is_some_and(|parent| self.contract.is_interface(parent));
        let (open, objects): (Vec<Asked<'a>>, Vec<Asked<'a>>) = asked.into_iter().partition(is_open);
        if objects.is_empty() {
            return vec![open];
        }
        let mut by_object: IndexMap<Option<&str>, Vec<Asked<'a>>> = IndexMap::new();
        for asked in objects {
            by_object.entry(asked.parent).or_insert_with(|| open.clone()).push(asked);
        }
        by_object.into_values().collect()
    }

    /// Fields of one response key have one shape, whatever object they are of, and so have those inside them.
    fn same_shapes(&mut self, parts: &[Part<'a>]) {
        for (key, asked) in self.by_key(parts) {
            let Some(first) = asked.first().copied() else { continue };
            let other = asked.iter().find(|other| !self.is_same_shape(first.ty, other.ty));
            if let Some(other) = other.copied() {
                let shown = |ty: Option<&Type>| ty.map(ToString::to_string).unwrap_or_default();
                let why = format!(
                    "they return conflicting types \"{}\" and \"{}\"",
                    shown(first.ty),
                    shown(other.ty)
                );
                self.add(key, &why, &first, &other);
            } else {
                let inside: Vec<Part<'a>> = asked.into_iter().map(Asked::inside).collect();
                self.same_shapes(&inside);
            }
            if self.conflicts.len() >= MAX_CONFLICTS {
                return;
            }
        }
    }

    fn is_same_shape(&self, one: Option<&Type>, other: Option<&Type>) -> bool {
        let (Some(one), Some(other)) = (one, other) else { return one.is_none() && other.is_none() };
        one.nullable == other.nullable
            && match (&one.base, &other.base) {
                (BaseType::List(one), BaseType::List(other)) => self.is_same_shape(Some(one), Some(other)),
                (BaseType::Named(one), BaseType::Named(other)) => {
                    one == other || (self.contract.has_fields(one) && self.contract.has_fields(other))
                }
                _ => false,
            }
    }

    fn add(&mut self, key: &str, why: &str, first: &Asked<'_>, other: &Asked<'_>) {
        let message = format!(
            "Fields \"{key}\" conflict because {why}. Use different aliases on the fields to fetch both if this was intentional."
        );
        let mut conflict = ServerError::new(message, Some(first.field.pos));
        conflict.locations.push(other.field.pos);
        // Both comparisons find fields of one object that are of different shapes.
        if !self.conflicts.iter().any(|known| known.locations == conflict.locations) {
            self.conflicts.push(conflict);
        }
    }
}

/// Why two fields of one object are not one field.
fn difference(one: &Asked<'_>, other: &Asked<'_>) -> Option<String> {
    let (one, other) = (&one.field.node, &other.field.node);
    if one.name.node != other.name.node {
        return Some(format!("\"{}\" and \"{}\" are different fields", one.name.node, other.name.node));
    }
    let equal = one.arguments.len() == other.arguments.len()
        && one.arguments.iter().all(|(name, value)| {
            other.get_argument(&name.node).is_some_and(|other| other.node == value.node)
        });
    (!equal).then(|| "they have differing arguments".to_owned())
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    const SDL: &str = "type Query { a(n: Int): A b: A! list: [A] node: Node one: One nodes: [Node!]! }
        type A { x: Int y: Int! z(n: Int, t: String): String a(n: Int): A list: [A!] }
        interface Node { id: ID! }
        type One implements Node { id: ID! x: Int s: String a: A }
        type Two implements Node { id: ID! x: Int! y: Int s: String a: A list: [A] }
        type Subscription { a: A } schema { query: Query subscription: Subscription }";

    fn told(query: &str) -> Vec<String> {
        let document = parse_query(query).unwrap();
        conflicts(&Contract::new(SDL), &document).into_iter().map(|error| error.message).collect()
    }

    #[test]
    fn conflicts_are_found_at_any_depth() {
        for (query, why) in [
            (
                "{ a { k: x } ...F } fragment F on Query { a { k: y } }",
                "\"x\" and \"y\" are different fields",
            ),
            ("{ a { a { k: x } } a { ... on A { a { k: z } } } }", "different fields"),
            ("{ a { z(n: 1) } a { z(n: 2) } }", "differing arguments"),
            ("{ a { z(n: 1) } ... { a { z } } }", "differing arguments"),
            ("query($n: Int) { a { z(n: $n) } a { z(n: 1) } }", "differing arguments"),
            (
                "{ node { ... on One { k: x } ... on Two { k: s } } }",
                "conflicting types \"Int\" and \"String\"",
            ),
            ("{ node { ... on One { x } ... on Two { x } } }", "conflicting types \"Int\" and \"Int!\""),
            ("{ node { ... on One { k: a { x } } ... on Two { k: list { x } } } }", "conflicting types"),
            ("{ node { ... on One { a { k: x } } ... on Two { a { k: z } } } }", "conflicting types"),
            ("{ nodes { k: id ... on One { k: x } } }", "different fields"),
            (
                "{ ...F ...G } fragment F on Query { a(n: 1) { x } } fragment G on Query { a(n: 2) { x } }",
                "arguments",
            ),
            ("subscription { a { k: x } a { k: z } }", "different fields"),
            ("{ __schema { t: types { k: name } } __schema { t: types { k: kind } } }", "different fields"),
        ] {
            let found = told(query);
            assert!(found.len() == 1 && found[0].contains(why), "{query}: {found:?}");
        }
    }

    #[test]
    fn what_is_one_field_or_of_different_objects_is_no_conflict() {
        for query in [
            "{ a { x } a { x y } ...F } fragment F on Query { a { k: x ... on A { y } } }",
            "{ a { z(n: 1, t: \"x\") } a { z(t: \"x\", n: 1) } }",
            "{ node { ... on One { k: s } ... on Two { k: s } id } }",
            "{ node { ... on One { a { k: x } } ... on Two { a { k: x } } } }",
            "{ node { ... on One { a { z(n: 1) } } ... on Two { a { z(n: 2) } } } }",
            "{ node { __typename ... on One { __typename } ... on Node { id ... on Two { id } } } }",
            "{ a { k: x } b { k: y } }",
            "query A { a { k: x } } query B { a { k: y } }",
        ] {
            assert_eq!(told(query), [""; 0], "{query}");
        }
    }

    #[test]
    fn the_number_of_conflicts_is_bounded() {
        let many: String =
            (0..40).map(|at| format!("a{at}: a {{ k: x k: y }} a{at}: a {{ k: z }} ")).collect();
        assert_eq!(told(&format!("{{ {many} }}")).len(), MAX_CONFLICTS);
    }

    #[test]
    fn a_wide_document_is_compared_in_no_time() {
        let fields: String = (0..60).map(|at| format!("k{at}: z(n: {at}) ")).collect();
        let copies: String =
            (0..60).map(|at| format!("... on One {{ a {{ {fields} a{at}: x }} }} ")).collect();
        assert_eq!(told(&format!("{{ node {{ {copies} }} }}")), [""; 0]);
    }
}
