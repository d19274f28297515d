//! The types of the contract with their descriptions, as doors describe them. Made once, from the contract's text.

use std::collections::HashMap;

use async_graphql::{
    Positioned,
    parser::{
        parse_schema,
        types::{BaseType, FieldDefinition, ServiceDocument, Type, TypeDefinition, TypeKind},
    },
};

use crate::reference;

/// The contract's types by name.
#[derive(Debug, Default)]
pub(crate) struct ContractTypes {
    types: HashMap<String, TypeDefinition>,
}

impl ContractTypes {
    /// Reads the contract in GraphQL's schema language.
    pub(crate) fn new(sdl: &str) -> Self {
        let document = parse_schema(sdl).unwrap_or(ServiceDocument { definitions: Vec::new() });
        let named = |definition: &TypeDefinition| (definition.name.node.to_string(), definition.clone());
        Self { types: reference::types(&document).map(named).collect() }
    }

    /// A type.
    pub(crate) fn get(&self, name: &str) -> Option<&TypeDefinition> {
        self.types.get(name)
    }

    /// A field of an object or interface.
    pub(crate) fn field(&self, ty: &str, name: &str) -> Option<&FieldDefinition> {
        let fields = match &self.get(ty)?.kind {
            TypeKind::Object(object) => &object.fields,
            TypeKind::Interface(interface) => &interface.fields,
            _ => return None,
        };
        fields.iter().map(|field| &field.node).find(|field| field.name.node == name)
    }

    /// The types in sections for a reader, roots first, each section by name.
    pub(crate) fn sections(&self) -> Vec<(&'static str, Vec<&TypeDefinition>)> {
        let mut sections = Vec::new();
        for (title, is_in) in reference::sections() {
            let mut types: Vec<_> = self.types.values().filter(|definition| is_in(definition)).collect();
            types.sort_by_key(|definition| definition.name.node.as_str());
            if !types.is_empty() {
                sections.push((title, types));
            }
        }
        sections
    }

    /// The names of the objects that a value of a type may be: its own, or those that implement it. By name.
    pub(crate) fn objects_of(&self, ty: &str) -> Vec<&str> {
        let is_one = |definition: &&TypeDefinition| match &definition.kind {
            TypeKind::Object(object) => {
                definition.name.node == ty || object.implements.iter().any(|interface| interface.node == ty)
            }
            _ => false,
        };
        let mut objects: Vec<&str> =
            self.types.values().filter(is_one).map(|definition| definition.name.node.as_str()).collect();
        objects.sort_unstable();
        objects
    }
}

/// The text of a description; empty without one.
pub(crate) fn described(description: Option<&Positioned<String>>) -> String {
    description.map(|text| text.node.trim().replace('\n', " ")).unwrap_or_default()
}

/// The name of a type without its lists.
pub(crate) fn type_name(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(item) => type_name(item),
    }
}
