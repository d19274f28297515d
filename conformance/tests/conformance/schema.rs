//! `schema.graphql`, as far as the coverage of the cases needs it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, Type, TypeKind, TypeSystemDefinition},
};

/// Types by name.
pub(crate) struct Schema {
    /// Objects and interfaces: fields with their type and the types of their arguments.
    pub(crate) fields: BTreeMap<String, BTreeMap<String, Field>>,
    /// Input objects: fields with their type.
    pub(crate) inputs: BTreeMap<String, BTreeMap<String, String>>,
    /// Enums with their values.
    pub(crate) enums: BTreeMap<String, Vec<String>>,
    /// Interfaces with the objects that implement them.
    pub(crate) implementors: BTreeMap<String, Vec<String>>,
}

/// A field of an object or interface.
pub(crate) struct Field {
    /// Name of its type, without lists and non-null.
    pub(crate) of: String,
    pub(crate) arguments: BTreeMap<String, String>,
}

impl Schema {
    pub(crate) fn read() -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema.graphql");
        let document = parse_schema(fs::read_to_string(file).unwrap()).unwrap();
        let mut schema = Self {
            fields: BTreeMap::new(),
            inputs: BTreeMap::new(),
            enums: BTreeMap::new(),
            implementors: BTreeMap::new(),
        };
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let name = definition.node.name.node.to_string();
            let (fields, implements) = match definition.node.kind {
                TypeKind::Object(object) => (object.fields, object.implements),
                TypeKind::Interface(interface) => (interface.fields, interface.implements),
                TypeKind::InputObject(input) => {
                    let fields = input.fields.iter().map(|field| &field.node);
                    let fields = fields.map(|f| (f.name.node.to_string(), inner(&f.ty.node)));
                    schema.inputs.insert(name, fields.collect());
                    continue;
                }
                TypeKind::Enum(values) => {
                    let values = values.values.iter().map(|value| value.node.value.node.to_string());
                    schema.enums.insert(name, values.collect());
                    continue;
                }
                TypeKind::Scalar | TypeKind::Union(_) => continue,
            };
            for interface in implements {
                schema.implementors.entry(interface.node.to_string()).or_default().push(name.clone());
            }
            let fields = fields.iter().map(|field| {
                let arguments = field.node.arguments.iter().map(|argument| &argument.node);
                let arguments = arguments.map(|a| (a.name.node.to_string(), inner(&a.ty.node))).collect();
                (field.node.name.node.to_string(), Field { of: inner(&field.node.ty.node), arguments })
            });
            schema.fields.insert(name, fields.collect());
        }
        schema
    }

    /// Every field, argument, input field and enum value of an argument that can be reached from `Query`, as
    /// `Type.field`, `Type.field(argument)`, `Input.field` and `Enum.VALUE`.
    pub(crate) fn reachable(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut waiting = vec!["Query".to_owned()];
        while let Some(name) = waiting.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            waiting.extend(self.implementors.get(&name).into_iter().flatten().cloned());
            for (field, about) in self.fields.get(&name).into_iter().flatten() {
                found.insert(format!("{name}.{field}"));
                waiting.push(about.of.clone());
                for (argument, of) in &about.arguments {
                    found.insert(format!("{name}.{field}({argument})"));
                    self.reach_input(of, &mut found);
                }
            }
        }
        found
    }

    fn reach_input(&self, name: &str, found: &mut BTreeSet<String>) {
        for value in self.enums.get(name).into_iter().flatten() {
            found.insert(format!("{name}.{value}"));
        }
        for (field, of) in self.inputs.get(name).into_iter().flatten() {
            if found.insert(format!("{name}.{field}")) {
                self.reach_input(of, found);
            }
        }
    }
}

fn inner(of: &Type) -> String {
    match &of.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(of) => inner(of),
    }
}
