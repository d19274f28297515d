//! Literals of a document that are not what their place demands, and variables of directives that may be null: what the
//! GraphQL library lets through (GraphQL specification, 5.6.1 "Values of Correct Type" and 5.8.5 "All Variable Usages Are
//! Allowed").

use std::collections::HashSet;

use async_graphql::{
    Pos, Positioned, ServerError,
    parser::types::{BaseType, Directive, ExecutableDocument, Selection, SelectionSet, VariableDefinition},
};
use async_graphql_value::Value as Literal;

use crate::operation::{
    contract::{Contract, named},
    merging::root,
};

/// What is wrong with the literals and directives of a document.
pub(crate) fn errors(contract: &Contract, document: &ExecutableDocument) -> Vec<ServerError> {
    let mut check = Check { contract, document, told: HashSet::new(), errors: Vec::new() };
    for (_, operation) in document.operations.iter() {
        let definitions = &operation.node.variable_definitions;
        for definition in definitions {
            check.default_value(definition);
        }
        let mut scope = Variables { definitions, spread: HashSet::new() };
        check.directives(&operation.node.directives, &scope);
        check.selection_set(&operation.node.selection_set.node, root(&operation.node), &mut scope);
    }
    check.errors
}

/// The variables of one operation, and the fragments that were entered for it.
struct Variables<'a> {
    definitions: &'a [Positioned<VariableDefinition>],
    spread: HashSet<&'a str>,
}

struct Check<'a> {
    contract: &'a Contract,
    document: &'a ExecutableDocument,
    /// Places that were told: a fragment may be of several operations.
    told: HashSet<Pos>,
    errors: Vec<ServerError>,
}

impl<'a> Check<'a> {
    fn default_value(&mut self, definition: &Positioned<VariableDefinition>) {
        let Positioned { pos, node: definition } = definition;
        let Some(value) = &definition.default_value else { return };
        let literal = Literal::from(value.node.clone());
        if !self.contract.is_written_as(&definition.var_type.node, &literal) {
            let (name, ty) = (&definition.name.node, &definition.var_type.node);
            self.add(*pos, format!("Invalid default value for variable \"{name}\", expected type \"{ty}\""));
        }
    }

    fn selection_set(&mut self, set: &'a SelectionSet, parent: Option<&str>, scope: &mut Variables<'a>) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let known = parent.and_then(|parent| self.contract.field(parent, &field.name.node));
                    for (name, literal) in &field.arguments {
                        let ty = known.and_then(|known| known.arguments.get(name.node.as_str()));
                        if let Some(ty) = ty.filter(|ty| !self.contract.is_written_as(ty, &literal.node)) {
                            let message = format!(
                                "Invalid value for argument \"{}\", expected type \"{ty}\"",
                                name.node
                            );
                            self.add(name.pos, message);
                        }
                    }
                    self.directives(&field.directives, scope);
                    self.selection_set(&field.selection_set.node, known.map(|known| named(&known.ty)), scope);
                }
                Selection::InlineFragment(inline) => {
                    let inline = &inline.node;
                    self.directives(&inline.directives, scope);
                    let condition = inline.type_condition.as_ref();
                    let parent = condition.map_or(parent, |condition| Some(condition.node.on.node.as_str()));
                    self.selection_set(&inline.selection_set.node, parent, scope);
                }
                Selection::FragmentSpread(fragment) => {
                    self.directives(&fragment.node.directives, scope);
                    let name = fragment.node.fragment_name.node.as_str();
                    let fragment = self.document.fragments.get(name).filter(|_| scope.spread.insert(name));
                    if let Some(fragment) = fragment {
                        let parent = Some(fragment.node.type_condition.node.on.node.as_str());
                        self.selection_set(&fragment.node.selection_set.node, parent, scope);
                    }
                }
            }
        }
    }

    /// A condition is true or false; a variable of it must not be null.
    fn directives(&mut self, directives: &[Positioned<Directive>], scope: &Variables<'a>) {
        let conditions = directives
            .iter()
            .filter(|directive| matches!(directive.node.name.node.as_str(), "skip" | "include"));
        for (_, literal) in conditions.flat_map(|directive| &directive.node.arguments) {
            let Literal::Variable(name) = &literal.node else { continue };
            let definition = scope.definitions.iter().find(|definition| definition.node.name.node == *name);
            let Some(VariableDefinition { var_type, default_value, .. }) =
                definition.map(|definition| &definition.node)
            else {
                continue;
            };
            let ty = &var_type.node;
            let is_boolean = matches!(&ty.base, BaseType::Named(name) if name == "Boolean");
            let has_default =
                default_value.as_ref().is_some_and(|value| value.node != async_graphql::Value::Null);
            if !is_boolean || (ty.nullable && !has_default) {
                let message = format!(
                    "Variable \"{name}\" of type \"{ty}\" used in position expecting type \"Boolean!\""
                );
                self.add(literal.pos, message);
            }
        }
    }

    fn add(&mut self, pos: Pos, message: String) {
        if self.told.insert(pos) {
            self.errors.push(ServerError::new(message, Some(pos)));
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    const SDL: &str = "type Query { f(int: Int, float: Float, ints: [Int!], text: String, id: ID, flag: Boolean, sort: Sort, sorts: [Sort!],
        where: Where, state: State): A } type A { x(int: Int! = 1): Int a: A } enum Sort { UP DOWN } scalar State
        input Where { text: String int: Int! and: [Where!] } schema { query: Query }";

    fn told(query: &str) -> Vec<String> {
        let document = parse_query(query).unwrap();
        errors(&Contract::new(SDL), &document).into_iter().map(|error| error.message).collect()
    }

    #[test]
    fn literals_are_of_the_kind_of_their_place() {
        let good = [
            "int: 1",
            "int: null",
            "float: 1",
            "float: 7.5",
            "ints: 1",
            "ints: [1, 2]",
            "ints: []",
            "text: \"x\"",
            "id: 1",
            "id: \"x\"",
            "flag: true",
            "sort: UP",
            "sorts: UP",
            "sorts: [UP, DOWN]",
            "where: { int: 1, and: { int: 2 } }",
            "state: \"x\"",
        ];
        let bad = [
            "int: \"1\"",
            "int: 1.5",
            "int: 3000000000",
            "float: \"7.5\"",
            "float: true",
            "ints: [1, null]",
            "ints: \"1\"",
            "text: 1",
            "text: UP",
            "text: [\"x\"]",
            "id: true",
            "id: 1.5",
            "flag: \"true\"",
            "flag: 1",
            "sort: \"UP\"",
            "sort: SIDEWAYS",
            "sorts: [UP, \"DOWN\"]",
            "where: 1",
            "where: \"x\"",
            "where: {}",
            "where: { int: 1, other: 1 }",
            "where: { int: 1, and: [{ int: \"x\" }] }",
            "state: 5",
            "state: X",
        ];
        for argument in good {
            assert_eq!(told(&format!("{{ f({argument}) {{ x }} }}")), [""; 0], "{argument}");
        }
        for argument in bad {
            let name = argument.split(':').next().unwrap();
            let found = told(&format!("{{ f({argument}) {{ x }} }}"));
            assert!(found.len() == 1 && found[0].contains(&format!("\"{name}\"")), "{argument}: {found:?}");
        }
    }

    #[test]
    fn literals_are_found_wherever_they_stand() {
        for query in [
            "query($w: String) { f(where: { text: $w, int: \"x\" }) { x } }",
            "query($s: Sort = \"UP\") { f(sort: $s) { x } }",
            "query($w: Where = { int: 1, and: [{}] }) { f(where: $w) { x } }",
            "{ f { a { ... on A { ...F } } } } fragment F on A { x(int: \"1\") }",
            "query A { f { ...F } } query B { f { ...F ...F } } fragment F on A { x(int: true) }",
        ] {
            assert_eq!(told(query).len(), 1, "{query}");
        }
    }

    #[test]
    fn a_condition_is_never_null() {
        for (head, is_fine) in [
            ("$v: Boolean!", true),
            ("$v: Boolean = true", true),
            ("$v: Boolean! = false", true),
            ("$v: Boolean", false),
            ("$v: Boolean = null", false),
            ("$v: String!", false),
            ("$v: [Boolean!]!", false),
        ] {
            for query in [
                "{ f { x @include(if: $v) } }",
                "{ f { ... @skip(if: $v) { x } } }",
                "{ f { ...F @skip(if: $v) } } fragment F on A { x }",
                "{ f { ...F } } fragment F on A { a { x @skip(if: $v) } }",
            ] {
                let query = format!("query({head}) {query}");
                assert_eq!(told(&query).is_empty(), is_fine, "{query}");
            }
        }
    }
}
