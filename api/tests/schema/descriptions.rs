//! Finds elements of a contract that nobody described.

use async_graphql::{
    Positioned,
    parser::{
        parse_schema,
        types::{FieldDefinition, InputValueDefinition, TypeKind},
    },
};
use wikimovie_api::reference::types;

/// Names of the elements without a description.
pub(crate) fn missing(sdl: &str) -> Vec<String> {
    let document = parse_schema(sdl).unwrap();
    let mut missing = Vec::new();
    for definition in types(&document) {
        let name = definition.name.node.as_str();
        note(&mut missing, definition.description.as_ref(), || name.to_owned());
        match &definition.kind {
            TypeKind::Object(object) => fields(&mut missing, name, &object.fields),
            TypeKind::Interface(interface) => fields(&mut missing, name, &interface.fields),
            TypeKind::InputObject(input) => {
                inputs(&mut missing, &input.fields, |field| format!("{name}.{field}"))
            }
            TypeKind::Enum(values) => {
                for value in &values.values {
                    let value = &value.node;
                    note(&mut missing, value.description.as_ref(), || format!("{name}.{}", value.value.node));
                }
            }
            TypeKind::Scalar | TypeKind::Union(_) => {}
        }
    }
    missing
}

fn fields(missing: &mut Vec<String>, owner: &str, fields: &[Positioned<FieldDefinition>]) {
    for field in fields {
        let field = &field.node;
        let name = format!("{owner}.{}", field.name.node);
        note(missing, field.description.as_ref(), || name.clone());
        inputs(missing, &field.arguments, |argument| format!("{name}({argument})"));
    }
}

fn inputs(
    missing: &mut Vec<String>,
    inputs: &[Positioned<InputValueDefinition>],
    name: impl Fn(&str) -> String,
) {
    for input in inputs {
        let input = &input.node;
        note(missing, input.description.as_ref(), || name(input.name.node.as_str()));
    }
}

fn note(missing: &mut Vec<String>, description: Option<&Positioned<String>>, name: impl Fn() -> String) {
    if description.is_none_or(|description| description.node.trim().is_empty()) {
        missing.push(name());
    }
}
