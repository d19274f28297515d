//! Finds what breaks clients between two contracts, and whether the changelog says so.

use std::collections::BTreeMap;

use async_graphql::{
    Positioned,
    parser::{
        parse_schema,
        types::{BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind},
    },
};
use wikimovie_api::reference::types;

/// A change that a client may notice as a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// Element as `Type`, `Type.field`, `Type.field(argument)`, `Enum.VALUE` or `Type implements Interface`.
    pub(crate) element: String,
    /// What happened to it.
    pub(crate) what: String,
}

/// Breaking changes from the contract `before` to the contract `after`.
pub(crate) fn breaking(before: &str, after: &str) -> Vec<Change> {
    let (before, after) = (parse_schema(before).unwrap(), parse_schema(after).unwrap());
    let after: BTreeMap<_, _> = types(&after).map(|definition| (name(definition), definition)).collect();
    let mut changes = Changes::default();
    for definition in types(&before) {
        match after.get(name(definition)) {
            None => changes.note(name(definition), "was removed"),
            Some(now) => changes.compare(definition, now),
        }
    }
    changes.0
}

/// Changes without a line under Unreleased that starts with `Breaking:` and names the element.
pub(crate) fn unannounced(changes: &[Change], changelog: &str) -> Vec<Change> {
    let heading = |line: &str| line.starts_with("## ");
    let unreleased = changelog
        .lines()
        .skip_while(|line| !(heading(line) && line.contains("Unreleased")))
        .skip(1)
        .take_while(|line| !heading(line));
    let announced: Vec<_> = unreleased
        .filter_map(|line| line.trim_start_matches(['-', '*', ' ']).strip_prefix("Breaking:"))
        .collect();
    let is_named = |element: &str| announced.iter().any(|line| names(line, element));
    changes.iter().filter(|change| !is_named(&change.element)).cloned().collect()
}

/// Whether a line holds the element as a whole, not as a part of a longer name.
fn names(line: &str, element: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '(');
    line.match_indices(element).any(|(at, _)| {
        let behind = line[at + element.len()..].trim_start_matches('.');
        !line[..at].ends_with(is_part) && !behind.starts_with(is_part)
    })
}

fn name(definition: &TypeDefinition) -> &str {
    definition.name.node.as_str()
}

#[derive(Debug, Default)]
struct Changes(Vec<Change>);

impl Changes {
    fn note(&mut self, element: impl Into<String>, what: impl Into<String>) {
        self.0.push(Change { element: element.into(), what: what.into() });
    }

    fn compare(&mut self, before: &TypeDefinition, after: &TypeDefinition) {
        let owner = name(before);
        match (&before.kind, &after.kind) {
            (TypeKind::Scalar, TypeKind::Scalar) => {}
            (TypeKind::Object(before), TypeKind::Object(after)) => {
                for interface in &before.implements {
                    if !after.implements.iter().any(|now| now.node == interface.node) {
                        self.note(format!("{owner} implements {}", interface.node), "is no longer true");
                    }
                }
                self.fields(owner, &before.fields, &after.fields);
            }
            (TypeKind::Interface(before), TypeKind::Interface(after)) => {
                self.fields(owner, &before.fields, &after.fields);
            }
            (TypeKind::InputObject(before), TypeKind::InputObject(after)) => {
                self.inputs(&before.fields, &after.fields, |field| format!("{owner}.{field}"));
            }
            (TypeKind::Enum(before), TypeKind::Enum(after)) => {
                for value in &before.values {
                    let value = &value.node.value.node;
                    if !after.values.iter().any(|now| now.node.value.node == *value) {
                        self.note(format!("{owner}.{value}"), "was removed");
                    }
                }
            }
            _ => self.note(owner, "became another kind of type"),
        }
    }

    fn fields(
        &mut self,
        owner: &str,
        before: &[Positioned<FieldDefinition>],
        after: &[Positioned<FieldDefinition>],
    ) {
        for field in before {
            let field = &field.node;
            let element = format!("{owner}.{}", field.name.node);
            let Some(now) = after.iter().find(|now| now.node.name.node == field.name.node) else {
                self.note(element, "was removed");
                continue;
            };
            let now = &now.node;
            if !promises(&now.ty.node, &field.ty.node) {
                self.note(element.clone(), format!("was {}, is {}", field.ty.node, now.ty.node));
            }
            self.inputs(&field.arguments, &now.arguments, |argument| format!("{element}({argument})"));
        }
    }

    fn inputs(
        &mut self,
        before: &[Positioned<InputValueDefinition>],
        after: &[Positioned<InputValueDefinition>],
        element: impl Fn(&str) -> String,
    ) {
        for input in before {
            let input = &input.node;
            let element = element(input.name.node.as_str());
            let Some(now) = after.iter().find(|now| now.node.name.node == input.name.node) else {
                self.note(element, "was removed");
                continue;
            };
            let now = &now.node;
            // What a client may send is turned round: it must still be accepted.
            if !promises(&input.ty.node, &now.ty.node) {
                self.note(element.clone(), format!("was {}, is {}", input.ty.node, now.ty.node));
            }
            let default = |input: &InputValueDefinition| {
                input.default_value.as_ref().map(|default| default.node.to_string())
            };
            if default(input) != default(now) {
                self.note(element, "has another default");
            }
        }
        for now in after {
            let now = &now.node;
            let is_new = !before.iter().any(|input| input.node.name.node == now.name.node);
            if is_new && !now.ty.node.nullable && now.default_value.is_none() {
                self.note(element(now.name.node.as_str()), "is new and required");
            }
        }
    }
}

/// Whether every value of `narrow` is a value of `wide`.
fn promises(narrow: &Type, wide: &Type) -> bool {
    if narrow.nullable && !wide.nullable {
        return false;
    }
    match (&narrow.base, &wide.base) {
        (BaseType::Named(narrow), BaseType::Named(wide)) => narrow == wide,
        (BaseType::List(narrow), BaseType::List(wide)) => promises(narrow, wide),
        _ => false,
    }
}
