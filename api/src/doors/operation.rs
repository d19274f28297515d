//! An operation of the manifest as doors offer it: its name, what it takes, what it means, examples.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    Positioned,
    parser::types::{
        BaseType, ExecutableDocument, InputValueDefinition, OperationDefinition, OperationType, Selection,
        SelectionSet, Type, TypeKind,
    },
};
use async_graphql_value::Value as Literal;
use serde_json::Value;

use super::{
    contract_types::{ContractTypes, described, type_name},
    problem::sentence,
};
use crate::{
    operation::{operation_named, parse_document},
    persisted::{DocumentComments, DocumentExample},
};

/// An operation that doors offer: the only query of a document, which has a name.
#[derive(Debug)]
pub(crate) struct DoorOperation {
    /// The document as it is executed.
    pub(crate) text: Arc<str>,
    /// The document as it was parsed.
    document: ExecutableDocument,
    /// Its name in the document.
    pub(crate) operation: String,
    /// Its name at doors, such as `movies-by-title`.
    pub(crate) name: String,
    /// Its name in words.
    pub(crate) title: String,
    /// What it answers; paragraphs, separated by empty lines.
    pub(crate) description: String,
    /// Its variables, in the document's order.
    pub(crate) parameters: Vec<DoorParameter>,
    /// Variables to try it with.
    pub(crate) examples: Vec<DocumentExample>,
}

/// A variable of an operation.
#[derive(Debug)]
pub(crate) struct DoorParameter {
    /// Its name.
    pub(crate) name: String,
    /// Its type.
    pub(crate) ty: Type,
    /// Whether it has to be given.
    pub(crate) is_required: bool,
    /// Whether null is a value of it: not where it is used as something that cannot be null.
    pub(crate) may_be_null: bool,
    /// The value without one.
    pub(crate) default: Option<Value>,
    /// What it means: by the document's comment, else by the contract's description of where it is used.
    pub(crate) description: String,
}

/// How a variable is used.
#[derive(Debug, Default)]
struct VariableUsage {
    description: String,
    is_never_null: bool,
}

impl DoorOperation {
    /// The operation of a document.
    ///
    /// # Errors
    /// Why the document makes none, in one line.
    pub(crate) fn new(text: &Arc<str>, types: &ContractTypes) -> Result<Self, String> {
        let document = parse_document(text).map_err(|_| "it is not valid GraphQL".to_owned())?;
        let mut operations = document.operations.iter();
        let (Some((Some(operation), found)), None) = (operations.next(), operations.next()) else {
            return Err("it does not hold one operation that has a name".to_owned());
        };
        if found.node.ty != OperationType::Query {
            return Err("it is no query".to_owned());
        }
        let comments = DocumentComments::of(text, found);
        let mut usages = HashMap::new();
        let mut walk = UsageWalk { types, document: &document, usages: &mut usages };
        walk.set("Query", &found.node.selection_set.node)?;
        let parameters = parameters(&found.node, &comments, &usages);
        let operation = operation.to_string();
        let words = words(&operation);
        Ok(Self {
            text: Arc::clone(text),
            name: words.join("-"),
            title: sentence(&words.join(" ")),
            description: comments.description,
            parameters,
            examples: comments.examples,
            operation,
            document,
        })
    }

    /// Its name as that of a tool, such as `movies_by_title`.
    pub(crate) fn tool(&self) -> String {
        self.name.replace('-', "_")
    }

    /// The document, and its operation.
    pub(crate) fn parsed(&self) -> Option<(&ExecutableDocument, &OperationDefinition)> {
        operation_named(&self.document, None).map(|operation| (&self.document, &operation.node))
    }

    /// One of its variables.
    pub(crate) fn parameter(&self, name: &str) -> Option<&DoorParameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}

fn parameters(
    operation: &OperationDefinition,
    comments: &DocumentComments,
    usages: &HashMap<String, VariableUsage>,
) -> Vec<DoorParameter> {
    let definitions = operation.variable_definitions.iter().map(|definition| &definition.node);
    let parameter = definitions.map(|definition| {
        let name = definition.name.node.to_string();
        let ty = definition.var_type.node.clone();
        let default = definition.default_value.as_ref().map(|value| value.node.clone());
        let default = default.and_then(|value| value.into_json().ok()).filter(|value| !value.is_null());
        let usage = usages.get(&name);
        let own = comments.variables.get(&name).cloned();
        DoorParameter {
            is_required: !ty.nullable && default.is_none(),
            may_be_null: ty.nullable && !usage.is_some_and(|usage| usage.is_never_null),
            description: own.or_else(|| usage.map(|usage| usage.description.clone())).unwrap_or_default(),
            name,
            ty,
            default,
        }
    });
    parameter.collect()
}

/// The words of a name such as `MoviesByTitle`, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut is_new = true;
    let mut before = '_';
    for letter in name.chars() {
        if !letter.is_ascii_alphanumeric() {
            is_new = true;
            continue;
        }
        is_new |= letter.is_ascii_uppercase() && !before.is_ascii_uppercase();
        match words.last_mut().filter(|_| !is_new) {
            Some(word) => word.push(letter.to_ascii_lowercase()),
            None => words.push(letter.to_ascii_lowercase().to_string()),
        }
        is_new = false;
        before = letter;
    }
    words
}

/// The name that a name has at doors.
pub(crate) fn door_name(name: &str) -> String {
    words(name).join("-")
}

/// Finds where variables are used.
struct UsageWalk<'a> {
    types: &'a ContractTypes,
    document: &'a ExecutableDocument,
    usages: &'a mut HashMap<String, VariableUsage>,
}

impl UsageWalk<'_> {
    fn set(&mut self, parent: &str, set: &SelectionSet) -> Result<(), String> {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) if field.node.name.node.starts_with("__") => {}
                Selection::Field(field) => {
                    let field = &field.node;
                    let types = self.types;
                    let definition = types
                        .field(parent, field.name.node.as_str())
                        .ok_or_else(|| format!("{parent} has no field {}", field.name.node))?;
                    for (name, value) in &field.arguments {
                        let of = |argument: &&Positioned<InputValueDefinition>| {
                            argument.node.name.node == name.node
                        };
                        let argument = definition.arguments.iter().find(of);
                        let argument = argument.ok_or_else(|| {
                            format!("{parent}.{} has no argument {}", field.name.node, name.node)
                        })?;
                        self.input(&value.node, &argument.node);
                    }
                    self.set(type_name(&definition.ty.node), &field.selection_set.node)?;
                }
                Selection::InlineFragment(inline) => {
                    let on = inline.node.type_condition.as_ref().map(|on| on.node.on.node.as_str());
                    self.set(on.unwrap_or(parent), &inline.node.selection_set.node)?;
                }
                Selection::FragmentSpread(spread) => {
                    let document = self.document;
                    if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                        let on = fragment.node.type_condition.node.on.node.as_str();
                        self.set(on, &fragment.node.selection_set.node)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn input(&mut self, value: &Literal, definition: &InputValueDefinition) {
        let is_never_null = !definition.ty.node.nullable;
        self.value(value, &definition.ty.node, is_never_null, &described(definition.description.as_ref()));
    }

    fn value(&mut self, value: &Literal, ty: &Type, is_never_null: bool, description: &str) {
        match value {
            Literal::Variable(name) => {
                let usage = self.usages.entry(name.to_string()).or_default();
                usage.is_never_null |= is_never_null;
                if usage.description.is_empty() {
                    usage.description = description.to_owned();
                }
            }
            Literal::List(items) => {
                if let BaseType::List(item) = &ty.base {
                    items.iter().for_each(|value| self.value(value, item, !item.nullable, description));
                }
            }
            Literal::Object(fields) => {
                let types = self.types;
                let Some(TypeKind::InputObject(input)) = types.get(type_name(ty)).map(|found| &found.kind)
                else {
                    return;
                };
                for (name, value) in fields {
                    let field = input.fields.iter().find(|field| field.node.name.node == *name);
                    if let Some(field) = field {
                        self.input(value, &field.node);
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_doors_are_words() {
        for (name, door) in [
            ("Search", "search"),
            ("MoviesByTitle", "movies-by-title"),
            ("find_movies", "find-movies"),
            ("movieHTML5", "movie-html5"),
        ] {
            assert_eq!(door_name(name), door);
            assert_eq!(door_name(door), door);
        }
        assert_eq!(sentence(&words("MoviesByTitle").join(" ")), "Movies by title");
    }

    #[test]
    fn variables_are_described_by_comment_or_contract() {
        let types = ContractTypes::new(crate::sdl());
        let text = "# Finds.\nquery Find(\n  # Own.\n  $text: String = \"a\"\n  $year: Int\n  $id: ID\n) {\n  \
                    search(text: $text, where: { year: { gte: $year } }) { total { value } }\n  \
                    movie(id: $id) { id } }";
        let operation = DoorOperation::new(&text.into(), &types).unwrap();
        assert_eq!(operation.description, "Finds.");
        let told: Vec<_> = operation
            .parameters
            .iter()
            .map(|one| (one.description.as_str(), one.is_required, one.may_be_null))
            .collect();
        assert_eq!(
            told,
            [
                ("Own.", false, true),
                ("First year of the range.", false, true),
                ("Global id of the movie.", false, false),
            ]
        );
        assert_eq!(operation.parameters[0].default, Some("a".into()));
    }

    #[test]
    fn what_is_no_query_with_a_name_makes_no_door() {
        let types = ContractTypes::new(crate::sdl());
        for (text, why) in [
            ("{ catalog { movies } }", "has a name"),
            ("query A { catalog { movies } } query B { catalog { movies } }", "has a name"),
            ("subscription A { catalogChanged { asOf } }", "no query"),
            ("query A { nothing }", "Query has no field nothing"),
            ("query A { movie(no: 1) { id } }", "Query.movie has no argument no"),
        ] {
            let error = DoorOperation::new(&text.into(), &types).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
