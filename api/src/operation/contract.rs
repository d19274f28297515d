//! The types of the public contract, as the analysis of an operation reads them: types of fields, of their arguments and
//! of input values. Made once, from the contract's text.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Value, Variables,
    parser::{
        parse_schema,
        types::{BaseType, InputValueDefinition, ServiceDocument, Type, TypeDefinition, TypeKind},
    },
};
use async_graphql_value::Value as Literal;

use crate::{operation::price::CostRule, reference};

/// The contract's types by name.
#[derive(Debug, Default)]
pub(crate) struct Contract {
    /// Fields of objects and interfaces, by type and name.
    types: HashMap<String, HashMap<String, ContractField>>,
    interfaces: HashSet<String>,
    inputs: HashMap<String, InputKind>,
    /// Names of fields and of their arguments.
    names: HashSet<String>,
}

/// A field of the contract.
#[derive(Debug)]
pub(crate) struct ContractField {
    /// Its type.
    pub(crate) ty: Type,
    /// Types of its arguments, by name.
    pub(crate) arguments: HashMap<String, Type>,
    /// How it is priced, where it is a list or asks the engine.
    pub(crate) cost: Option<CostRule>,
}

/// What a value of a named input type looks like.
#[derive(Debug)]
enum InputKind {
    Int,
    /// Any number.
    Float,
    Boolean,
    Text,
    /// Text, or an integer.
    Id,
    Enum(HashSet<String>),
    Object(HashMap<String, InputField>),
}

#[derive(Debug)]
struct InputField {
    ty: Type,
    required: bool,
}

impl Contract {
    /// Reads the contract in GraphQL's schema language.
    pub(crate) fn new(sdl: &str) -> Self {
        let document = parse_schema(sdl).unwrap_or(ServiceDocument { definitions: Vec::new() });
        let mut contract = Self::default();
        for (name, kind) in [
            ("Int", InputKind::Int),
            ("Float", InputKind::Float),
            ("Boolean", InputKind::Boolean),
            ("String", InputKind::Text),
            ("ID", InputKind::Id),
        ] {
            contract.inputs.insert(name.to_owned(), kind);
        }
        reference::types(&document).for_each(|definition| contract.add(definition));
        contract
    }

    fn add(&mut self, definition: &TypeDefinition) {
        let name = definition.name.node.to_string();
        let fields = match &definition.kind {
            TypeKind::Object(object) => &object.fields,
            TypeKind::Interface(interface) => &interface.fields,
            TypeKind::Scalar => {
                self.inputs.entry(name).or_insert(InputKind::Text);
                return;
            }
            TypeKind::Enum(values) => {
                let values = values.values.iter().map(|value| value.node.value.node.to_string());
                self.inputs.insert(name, InputKind::Enum(values.collect()));
                return;
            }
            TypeKind::InputObject(input) => {
                let fields = input.fields.iter().map(|field| {
                    let field = &field.node;
                    let ty = field.ty.node.clone();
                    let required = !ty.nullable && field.default_value.is_none();
                    (field.name.node.to_string(), InputField { ty, required })
                });
                self.inputs.insert(name, InputKind::Object(fields.collect()));
                return;
            }
            TypeKind::Union(_) => return,
        };
        if !matches!(definition.kind, TypeKind::Object(_)) {
            self.interfaces.insert(name.clone());
        }
        for field in fields {
            let field = &field.node;
            let arguments = field.arguments.iter().map(|argument| {
                let InputValueDefinition { name, ty, .. } = &argument.node;
                (name.node.to_string(), ty.node.clone())
            });
            let added = ContractField {
                ty: field.ty.node.clone(),
                arguments: arguments.collect(),
                cost: CostRule::of(&name, field.name.node.as_str()),
            };
            self.names.insert(field.name.node.to_string());
            self.names.extend(added.arguments.keys().cloned());
            self.types.entry(name.clone()).or_default().insert(field.name.node.to_string(), added);
        }
    }

    /// A field of a type.
    pub(crate) fn field(&self, ty: &str, field: &str) -> Option<&ContractField> {
        self.types.get(ty)?.get(field)
    }

    /// Whether a type of this name has fields: it is an object or an interface.
    pub(crate) fn has_fields(&self, ty: &str) -> bool {
        self.types.contains_key(ty)
    }

    /// Whether a type is an interface.
    pub(crate) fn is_interface(&self, ty: &str) -> bool {
        self.interfaces.contains(ty)
    }

    /// Whether a literal is written as the type demands, its variables left aside. A text may stand for the value of an
    /// enum in the JSON of variables, not here (GraphQL specification, 5.6.1 "Values of Correct Type").
    pub(crate) fn is_written_as(&self, ty: &Type, literal: &Literal) -> bool {
        let named = match (&ty.base, literal) {
            (_, Literal::Variable(_)) => return true,
            (_, Literal::Null) => return ty.nullable,
            (BaseType::List(item), Literal::List(items)) => {
                return items.iter().all(|literal| self.is_written_as(item, literal));
            }
            (BaseType::List(item), literal) => return self.is_written_as(item, literal),
            (BaseType::Named(name), _) => name,
        };
        match (self.inputs.get(named.as_str()), literal) {
            (Some(InputKind::Int), Literal::Number(number)) => is_i32(number),
            (Some(InputKind::Float), Literal::Number(_)) => true,
            (Some(InputKind::Boolean), Literal::Boolean(_)) => true,
            (Some(InputKind::Text | InputKind::Id), Literal::String(_)) => true,
            (Some(InputKind::Id), Literal::Number(number)) => number.is_i64() || number.is_u64(),
            (Some(InputKind::Enum(names)), Literal::Enum(name)) => names.contains(name.as_str()),
            (Some(InputKind::Object(fields)), Literal::Object(given)) => {
                let is_field = |(name, literal): (&async_graphql::Name, &Literal)| {
                    fields.get(name.as_str()).is_some_and(|field| self.is_written_as(&field.ty, literal))
                };
                let is_given = |name: &String| given.contains_key(name.as_str());
                given.iter().all(is_field)
                    && fields.iter().all(|(name, field)| !field.required || is_given(name))
            }
            (Some(_), _) => false,
            // Only the library knows the types of introspection.
            (None, _) => true,
        }
    }

    /// Whether the contract has a field or an argument of this name.
    pub(crate) fn is_name(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Whether a value is certainly one of the type. The GraphQL library decides about every other.
    pub(crate) fn accepts(&self, ty: &Type, literal: &Literal, variables: &Variables) -> bool {
        match literal {
            Literal::Variable(name) => variables.get(name).is_none_or(|value| self.accepts_value(ty, value)),
            literal => {
                let value = literal.clone().into_const_with(|name| variables.get(&name).cloned().ok_or(()));
                // With a variable missing, the library leaves the whole argument to the resolver.
                value.map_or(true, |value| self.accepts_value(ty, &value))
            }
        }
    }

    fn accepts_value(&self, ty: &Type, value: &Value) -> bool {
        let named = match (&ty.base, value) {
            (_, Value::Null) => return ty.nullable,
            (BaseType::List(item), Value::List(items)) => {
                return items.iter().all(|value| self.accepts_value(item, value));
            }
            (BaseType::List(item), value) => return self.accepts_value(item, value),
            (BaseType::Named(name), _) => name,
        };
        match (self.inputs.get(named.as_str()), value) {
            (Some(InputKind::Int), Value::Number(number)) => is_i32(number),
            (Some(InputKind::Float), Value::Number(_)) => true,
            (Some(InputKind::Boolean), Value::Boolean(_)) => true,
            (Some(InputKind::Text | InputKind::Id), Value::String(_)) => true,
            (Some(InputKind::Id), Value::Number(number)) => is_i32(number),
            (Some(InputKind::Enum(names)), Value::String(name)) => names.contains(name),
            (Some(InputKind::Enum(names)), Value::Enum(name)) => names.contains(name.as_str()),
            (Some(InputKind::Object(fields)), Value::Object(values)) => {
                let known = |(name, value): (&async_graphql::Name, &Value)| {
                    fields.get(name.as_str()).is_some_and(|field| self.accepts_value(&field.ty, value))
                };
                let given = |name: &String| values.contains_key(name.as_str());
                values.iter().all(known) && fields.iter().all(|(name, field)| !field.required || given(name))
            }
            _ => false,
        }
    }
}

fn is_i32(number: &serde_json::Number) -> bool {
    number.as_i64().is_some_and(|int| i32::try_from(int).is_ok())
}

/// The name of a type without its lists.
pub(crate) fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(item) => named(item),
    }
}
