//! Gives an answer the shape that the specification promises, where the library does not.
//!
//! async-graphql 7 leaves a failed field out of its object, keeps an object whose non-null field failed, and
//! orders fields by when they were resolved. Typed clients break on the first two (GraphQL specification, 6.4.4
//! "Handling Execution Errors"); the third makes equal answers differ (7.2.2 "Serialized Map Ordering"). This
//! pass puts null where a failed field stands, or at its closest nullable ancestor, and sorts fields as asked.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, PathSegment, Positioned, Response, Value,
    parser::{
        parse_schema,
        types::{BaseType, ExecutableDocument, FragmentDefinition, Selection, SelectionSet, Type, TypeKind},
    },
};

use crate::reference;

/// Types of the fields of the contract.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    fields: HashMap<(String, String), Type>,
    /// Names of fields and of their arguments.
    names: HashSet<String>,
}

/// The fields that an answer holds, in the order asked, equal keys merged.
#[derive(Debug, Default)]
pub(crate) struct Selected {
    fields: Vec<SelectedField>,
    places: HashMap<Name, usize>,
}

#[derive(Debug)]
struct SelectedField {
    /// Unknown for introspection, which never fails.
    ty: Option<Type>,
    children: Selected,
}

impl Shape {
    /// Reads the contract.
    pub(crate) fn new(sdl: &str) -> Self {
        let Ok(document) = parse_schema(sdl) else { return Self::default() };
        let (mut fields, mut names) = (HashMap::new(), HashSet::new());
        for definition in reference::types(&document) {
            let own = match &definition.kind {
                TypeKind::Object(object) => &object.fields,
                TypeKind::Interface(interface) => &interface.fields,
                _ => continue,
            };
            for field in own {
                let name = (definition.name.node.to_string(), field.node.name.node.to_string());
                fields.insert(name, field.node.ty.node.clone());
                names.insert(field.node.name.node.to_string());
                names.extend(field.node.arguments.iter().map(|argument| argument.node.name.node.to_string()));
            }
        }
        Self { fields, names }
    }

    /// Whether the contract has a field or an argument of this name.
    pub(crate) fn is_name(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// What the operation that will run selects. The document is within bounds, so expanding it is, too.
    pub(crate) fn select(&self, document: &ExecutableDocument, operation: Option<&str>) -> Selected {
        let mut operations = document.operations.iter();
        let operation = match operation {
            Some(wanted) => operations.find(|(name, _)| name.is_some_and(|name| name == wanted)),
            None => operations.next(),
        };
        let mut selected = Selected::default();
        if let Some((_, operation)) = operation {
            let set = &operation.node.selection_set.node;
            self.collect(set, Some("Query"), &document.fragments, &mut selected);
        }
        selected
    }

    fn collect(
        &self,
        set: &SelectionSet,
        parent: Option<&str>,
        fragments: &HashMap<Name, Positioned<FragmentDefinition>>,
        selected: &mut Selected,
    ) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let key = &field.response_key().node;
                    let place = *selected.places.entry(key.clone()).or_insert_with(|| {
                        let name =
                            parent.map(|parent| (parent.to_owned(), field.name.node.as_str().to_owned()));
                        let ty = name.and_then(|name| self.fields.get(&name)).cloned();
                        selected.fields.push(SelectedField { ty, children: Selected::default() });
                        selected.fields.len() - 1
                    });
                    let SelectedField { ty, children } = &mut selected.fields[place];
                    let named = ty.as_ref().map(named);
                    self.collect(&field.selection_set.node, named, fragments, children);
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let parent = condition.map_or(parent, |condition| Some(condition.node.on.node.as_str()));
                    self.collect(&inline.node.selection_set.node, parent, fragments, selected);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                        let parent = fragment.node.type_condition.node.on.node.as_str();
                        self.collect(&fragment.node.selection_set.node, Some(parent), fragments, selected);
                    }
                }
            }
        }
    }
}

fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(item) => named(item),
    }
}

/// Puts nulls where fields failed, and fields in the order asked. An answer of an operation that never ran is
/// left alone.
pub(crate) fn restore(response: &mut Response, selected: &Selected) {
    for error in response.errors.iter().filter(|error| !error.path.is_empty()) {
        // Every field of the root failed, or null has reached the root before.
        if response.data == Value::Null {
            let whole = response.errors.iter().all(|error| error.path.len() == 1);
            if !whole {
                continue;
            }
            response.data = Value::Object(Default::default());
        }
        if place(&mut response.data, None, selected, &error.path) {
            response.data = Value::Null;
            break;
        }
    }
    order(&mut response.data, selected);
}

/// Puts null at a failed field; tells whether it has to go further up.
fn place(value: &mut Value, ty: Option<&Type>, selected: &Selected, path: &[PathSegment]) -> bool {
    let nullable = ty.is_some_and(|ty| ty.nullable);
    let goes_up = match (path.split_first(), &mut *value) {
        (None, _) => true,
        // An object all of whose fields failed.
        (Some((PathSegment::Field(_), _)), Value::Null) if !nullable => {
            *value = Value::Object(Default::default());
            return place(value, ty, selected, path);
        }
        (Some((PathSegment::Field(key), rest)), Value::Object(object)) => {
            let Some(&at) = selected.places.get(key.as_str()) else { return false };
            let field = &selected.fields[at];
            let is_there = object.contains_key(key.as_str());
            let child = object.entry(Name::new(key)).or_default();
            // What is not there failed as a whole, wherever in it the error arose.
            let rest = if is_there { rest } else { &[] };
            place(child, field.ty.as_ref(), &field.children, rest)
        }
        (Some((PathSegment::Index(at), rest)), Value::List(list)) => match list.get_mut(*at) {
            Some(item) => place(item, ty.and_then(item_of), selected, rest),
            None => true,
        },
        // Null has been put further up already.
        _ => return false,
    };
    if goes_up && nullable {
        *value = Value::Null;
        return false;
    }
    goes_up
}

fn item_of(ty: &Type) -> Option<&Type> {
    match &ty.base {
        BaseType::List(item) => Some(item),
        BaseType::Named(_) => None,
    }
}

fn order(value: &mut Value, selected: &Selected) {
    match value {
        Value::List(list) => list.iter_mut().for_each(|item| order(item, selected)),
        Value::Object(object) if !selected.fields.is_empty() => {
            let place = |key: &Name| selected.places.get(key).copied().unwrap_or(usize::MAX);
            if !object.keys().map(place).is_sorted() {
                object.sort_by(|a, _, b, _| place(a).cmp(&place(b)));
            }
            for (key, child) in object.iter_mut() {
                if let Some(&at) = selected.places.get(key) {
                    order(child, &selected.fields[at].children);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{ServerError, parser::parse_query, value};

    const SDL: &str =
        "type Query { a: A b: A! list: [A]! strict: [A!] node: Node } type A { x: Int y: Int! a: A }
        interface Node { id: ID! } type N implements Node { id: ID! y: Int! } schema { query: Query }";

    fn segment(text: &str) -> PathSegment {
        text.parse().map_or_else(|_| PathSegment::Field(text.to_owned()), PathSegment::Index)
    }

    #[test]
    fn null_stands_at_the_failed_field_or_its_closest_nullable_ancestor() {
        let cases = [
            (
                "{ a { x } b { y } }",
                value!({ "b": { "y": 1 } }),
                vec!["a"],
                value!({ "a": null, "b": { "y": 1 } }),
            ),
            (
                "{ a { x y } }",
                value!({ "a": { "y": 1 } }),
                vec!["a.x"],
                value!({ "a": { "x": null, "y": 1 } }),
            ),
            ("{ a { x y } }", value!({ "a": { "x": 1 } }), vec!["a.y"], value!({ "a": null })),
            ("{ b { x y } }", value!({ "b": { "x": 1 } }), vec!["b.y"], Value::Null),
            ("{ b { x } }", value!({ "b": null }), vec!["b.x"], value!({ "b": { "x": null } })),
            ("{ b { y } }", value!({ "b": null }), vec!["b.y"], Value::Null),
            ("{ a { x } }", Value::Null, vec!["a"], value!({ "a": null })),
            ("{ a { x } b { x } }", Value::Null, vec!["a", "b"], Value::Null),
            (
                "{ a { a { y x } } }",
                value!({ "a": { "a": { "x": 1 } } }),
                vec!["a.a.y"],
                value!({ "a": { "a": null } }),
            ),
            (
                "{ list { y x } }",
                value!({ "list": [{ "y": 1, "x": 1 }, { "x": 1 }] }),
                vec!["list.1.y"],
                value!({ "list": [{ "y": 1, "x": 1 }, null] }),
            ),
            (
                "{ strict { y x } }",
                value!({ "strict": [{ "x": 1 }] }),
                vec!["strict.0.y"],
                value!({ "strict": null }),
            ),
            (
                "{ node { ... on N { y id } } }",
                value!({ "node": { "id": "1" } }),
                vec!["node.y"],
                value!({ "node": null }),
            ),
            (
                "{ a { y } b: a { x y } }",
                value!({ "a": null, "b": { "x": 1 } }),
                vec!["a.y", "b.y"],
                value!({ "a": null, "b": null }),
            ),
        ];
        for (query, data, paths, expected) in cases {
            let errors = paths.iter().map(|path| {
                ServerError::new("it failed", None).with_path(path.split('.').map(segment).collect())
            });
            let mut response = Response::new(data);
            response.errors = errors.collect();
            restore(&mut response, &Shape::new(SDL).select(&parse_query(query).unwrap(), None));
            assert_eq!(response.data, expected, "{query}");
        }
    }

    #[test]
    fn fields_stand_in_the_order_asked() {
        let query = "query Q { z: a { y ...f } list { x y } __typename } fragment f on A { x k: y }";
        let mut response = Response::new(value!({
            "__typename": "Query", "list": [{ "y": 1, "x": 2 }], "z": { "k": 1, "x": 2, "y": 3 },
        }));
        let selected = Shape::new(SDL).select(&parse_query(query).unwrap(), Some("Q"));
        restore(&mut response, &selected);
        assert_eq!(
            serde_json::to_string(&response.data).unwrap(),
            r#"{"z":{"y":3,"x":2,"k":1},"list":[{"x":2,"y":1}],"__typename":"Query"}"#
        );
    }

    #[test]
    fn operations_that_never_ran_are_left_alone() {
        let mut response = Response::from_errors(vec![ServerError::new("no", None)]);
        restore(&mut response, &Selected::default());
        assert_eq!(response.data, Value::Null);
    }
}
