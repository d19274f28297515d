//! Gives a response the shape that the specification promises, where the library does not.
//!
//! async-graphql 7 leaves a failed field out of its object, keeps an object whose non-null field failed, and
//! orders fields by when they were resolved. Typed clients break on the first two (GraphQL specification, 6.4.4
//! "Handling Execution Errors"); the third makes equal answers differ (7.2.2 "Serialized Map Ordering"). [`normalize`]
//! puts null where a failed field stands, or at its closest nullable ancestor, sorts fields as asked, and takes out what
//! [`super::presence`] has asked in addition.

use async_graphql::{
    Name, PathSegment, Response, Value,
    indexmap::IndexMap,
    parser::types::{BaseType, Type},
};

/// The fields that a response holds, in the order asked, equal keys merged.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    fields: IndexMap<Name, SelectedField>,
}

#[derive(Debug)]
struct SelectedField {
    /// Unknown for introspection, which never fails.
    ty: Option<Type>,
    children: Selection,
}

impl Selection {
    /// Adds a field under its response key; gives what is selected of it so far.
    pub(crate) fn add(&mut self, key: &Name, ty: Option<&Type>) -> &mut Self {
        let field = || SelectedField { ty: ty.cloned(), children: Self::default() };
        &mut self.fields.entry(key.clone()).or_insert_with(field).children
    }

    /// Fields in it, at all levels.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.fields.values().map(|field| 1 + field.children.len()).sum()
    }
}

/// Puts nulls where fields failed, and fields in the order asked; fields that nobody asked are taken out.
pub(crate) fn normalize(response: &mut Response, selection: &Selection) {
    for error in response.errors.iter().filter(|error| !error.path.is_empty()) {
        // Every field of the root failed, or null has reached the root before.
        if response.data == Value::Null {
            let failed_at_root = response.errors.iter().all(|error| error.path.len() == 1);
            if !failed_at_root {
                continue;
            }
            response.data = Value::Object(Default::default());
        }
        if put_null(&mut response.data, None, selection, &error.path) {
            response.data = Value::Null;
            break;
        }
    }
    sort(&mut response.data, selection);
}

/// Puts null at a failed field; true where null has to propagate further up.
fn put_null(value: &mut Value, ty: Option<&Type>, selection: &Selection, path: &[PathSegment]) -> bool {
    let nullable = ty.is_some_and(|ty| ty.nullable);
    let propagates = match (path.split_first(), &mut *value) {
        (None, _) => true,
        // An object all of whose fields failed.
        (Some((PathSegment::Field(_), _)), Value::Null) if !nullable => {
            *value = Value::Object(Default::default());
            return put_null(value, ty, selection, path);
        }
        (Some((PathSegment::Field(key), rest)), Value::Object(object)) => {
            let Some(field) = selection.fields.get(key.as_str()) else { return false };
            let is_there = object.contains_key(key.as_str());
            let child = object.entry(Name::new(key)).or_default();
            // What is not there failed as a whole, wherever in it the error arose.
            let rest = if is_there { rest } else { &[] };
            put_null(child, field.ty.as_ref(), &field.children, rest)
        }
        (Some((PathSegment::Index(at), rest)), Value::List(list)) => match list.get_mut(*at) {
            Some(item) => put_null(item, ty.and_then(item_of), selection, rest),
            None => true,
        },
        // Null has been put further up already.
        _ => return false,
    };
    if propagates && nullable {
        *value = Value::Null;
        return false;
    }
    propagates
}

fn item_of(ty: &Type) -> Option<&Type> {
    match &ty.base {
        BaseType::List(item) => Some(item),
        BaseType::Named(_) => None,
    }
}

fn sort(value: &mut Value, selection: &Selection) {
    match value {
        Value::List(list) => list.iter_mut().for_each(|item| sort(item, selection)),
        Value::Object(object) if !selection.fields.is_empty() => {
            if object.keys().any(|key| !selection.fields.contains_key(key)) {
                object.retain(|key, _| selection.fields.contains_key(key));
            }
            let position = |key: &Name| selection.fields.get_index_of(key).unwrap_or(usize::MAX);
            if !object.keys().map(position).is_sorted() {
                object.sort_by(|a, _, b, _| position(a).cmp(&position(b)));
            }
            for (key, child) in object.iter_mut() {
                if let Some(field) = selection.fields.get(key) {
                    sort(child, &field.children);
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

    use crate::operation::{analyze::selection_of, contract::Contract};

    const SDL: &str =
        "type Query { a: A b: A! list: [A]! strict: [A!] node: Node } type A { x: Int y: Int! a: A }
        interface Node { id: ID! } type N implements Node { id: ID! y: Int! } schema { query: Query }";

    fn selection(query: &str) -> Selection {
        selection_of(&Contract::new(SDL), &parse_query(query).unwrap())
    }

    fn segment(text: &str) -> PathSegment {
        text.parse().map_or_else(|_| PathSegment::Field(text.to_owned()), PathSegment::Index)
    }

    #[test]
    fn null_propagates_to_the_closest_nullable_ancestor() {
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
            normalize(&mut response, &selection(query));
            assert_eq!(response.data, expected, "{query}");
        }
    }

    #[test]
    fn fields_have_the_order_of_the_selection() {
        let query = "query Q { z: a { y ...f } list { x y } __typename } fragment f on A { x k: y }";
        let mut response = Response::new(value!({
            "__typename": "Query", "list": [{ "y": 1, "x": 2 }], "z": { "k": 1, "x": 2, "y": 3 },
        }));
        normalize(&mut response, &selection(query));
        assert_eq!(
            serde_json::to_string(&response.data).unwrap(),
            r#"{"z":{"y":3,"x":2,"k":1},"list":[{"x":2,"y":1}],"__typename":"Query"}"#
        );
    }

    #[test]
    fn fields_that_nobody_asked_are_taken_out() {
        let query = "{ a { a { x } } list { ... on A { x } } }";
        let mut response = Response::new(value!({
            "more": 1, "a": { "more": 1, "a": { "more": 1 } }, "list": [{ "x": 1, "more": 1 }, { "more": 1 }, null],
        }));
        normalize(&mut response, &selection(query));
        assert_eq!(response.data, value!({ "a": { "a": {} }, "list": [{ "x": 1 }, {}, null] }));
    }

    #[test]
    fn operations_that_never_ran_are_left_alone() {
        let mut response = Response::from_errors(vec![ServerError::new("no", None)]);
        normalize(&mut response, &Selection::default());
        assert_eq!(response.data, Value::Null);
    }
}
