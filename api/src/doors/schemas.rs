//! From types and selections of the contract to JSON Schema.

use std::collections::BTreeSet;

use async_graphql::{
    Positioned,
    parser::types::{
        BaseType, Directive, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet, Type,
        TypeKind,
    },
};

use super::{
    contract_types::{ContractTypes, described},
    json_schema::JsonSchema,
};

/// Makes schemas, and remembers which named ones they refer to.
pub(crate) struct Schemas<'a> {
    types: &'a ContractTypes,
    /// What stands before the name of a schema in a reference.
    prefix: &'static str,
    used: BTreeSet<String>,
}

impl<'a> Schemas<'a> {
    /// Schemas that refer to `prefix` and the name of a type.
    pub(crate) fn new(types: &'a ContractTypes, prefix: &'static str) -> Self {
        Self { types, prefix, used: BTreeSet::new() }
    }

    /// The schema of an input; `may_be_null` where null is a value of it.
    pub(crate) fn input(&mut self, ty: &Type, may_be_null: bool) -> JsonSchema {
        let schema = match &ty.base {
            BaseType::List(item) => JsonSchema::list(self.input(item, item.nullable)),
            BaseType::Named(name) => self.named(name),
        };
        if may_be_null { schema.or_null() } else { schema }
    }

    /// The schema of what an operation answers.
    pub(crate) fn answer(
        &mut self,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
    ) -> Result<JsonSchema, String> {
        Selected { schemas: self, document }.object("Query", &[&operation.selection_set.node])
    }

    /// The schemas that were referred to, with those that they refer to.
    pub(crate) fn definitions(mut self) -> Vec<(String, JsonSchema)> {
        let mut made: Vec<(String, JsonSchema)> = Vec::new();
        while let Some(name) =
            self.used.iter().find(|name| made.iter().all(|(known, _)| known != *name)).cloned()
        {
            let schema = self.definition(&name);
            made.push((name, schema));
        }
        made.sort_by(|(a, _), (b, _)| a.cmp(b));
        made
    }

    fn named(&mut self, name: &str) -> JsonSchema {
        match name {
            "Int" => {
                let (minimum, maximum) = (Some(i32::MIN), Some(i32::MAX));
                JsonSchema { minimum, maximum, format: Some("int32"), ..JsonSchema::of("integer") }
            }
            "Float" => JsonSchema::of("number"),
            "Boolean" => JsonSchema::of("boolean"),
            "String" | "ID" => JsonSchema::of("string"),
            "DateTime" => JsonSchema { format: Some("date-time"), ..JsonSchema::of("string") },
            _ => match self.types.get(name).map(|definition| &definition.kind) {
                Some(TypeKind::Enum(_) | TypeKind::InputObject(_)) => {
                    self.used.insert(name.to_owned());
                    JsonSchema::refer([self.prefix, name].concat())
                }
                _ => JsonSchema::of("string"),
            },
        }
    }

    fn definition(&mut self, name: &str) -> JsonSchema {
        let types = self.types;
        let Some(definition) = types.get(name) else { return JsonSchema::default() };
        let description = described(definition.description.as_ref());
        match &definition.kind {
            TypeKind::Enum(values) => {
                let values = values.values.iter().map(|value| &value.node);
                let lines = values.clone().map(|value| {
                    let meaning = described(value.description.as_ref());
                    format!("- `{}`: {meaning}", value.value.node)
                });
                let description = std::iter::once(description + "\n").chain(lines).collect::<Vec<_>>();
                JsonSchema::one_of(values.map(|value| value.value.node.as_str()))
                    .described(description.join("\n"))
            }
            TypeKind::InputObject(input) => {
                let fields = input.fields.iter().map(|field| &field.node);
                let is_required = |ty: &Type, has_default: bool| !ty.nullable && !has_default;
                let required = fields
                    .clone()
                    .filter(|field| is_required(&field.ty.node, field.default_value.is_some()))
                    .map(|field| field.name.node.to_string())
                    .collect();
                let properties = fields.map(|field| {
                    let ty = &field.ty.node;
                    let schema = self.input(ty, ty.nullable);
                    (field.name.node.to_string(), schema.described(described(field.description.as_ref())))
                });
                JsonSchema::object(properties.collect(), required).described(description)
            }
            _ => JsonSchema::default(),
        }
    }
}

/// What a document selects.
struct Selected<'a, 'b> {
    schemas: &'a mut Schemas<'b>,
    document: &'a ExecutableDocument,
}

/// A field of an answer, under one response key.
struct AnswerField<'a> {
    key: &'a str,
    /// The type that has it.
    parent: String,
    name: &'a str,
    /// Whether some answers lack it.
    is_conditional: bool,
    sets: Vec<&'a SelectionSet>,
}

impl<'a> Selected<'a, '_> {
    fn object(&mut self, parent: &str, sets: &[&'a SelectionSet]) -> Result<JsonSchema, String> {
        let mut fields = Vec::new();
        for set in sets {
            self.collect(parent, parent, set, false, &mut fields)?;
        }
        let required = fields.iter().filter(|field| !field.is_conditional);
        let required = required.map(|field| field.key.to_owned()).collect();
        let mut properties = Vec::new();
        for field in fields {
            properties.push((field.key.to_owned(), self.field(&field)?));
        }
        let types = self.schemas.types;
        let description = types.get(parent).map(|definition| described(definition.description.as_ref()));
        let description = description.filter(|_| parent != "Query").unwrap_or_default();
        Ok(JsonSchema::object(properties, required).described(description))
    }

    fn field(&mut self, field: &AnswerField<'a>) -> Result<JsonSchema, String> {
        let types = self.schemas.types;
        if field.name == "__typename" {
            return Ok(JsonSchema::one_of(types.objects_of(&field.parent))
                .described("Name of the type in the GraphQL schema.".to_owned()));
        }
        let definition = types
            .field(&field.parent, field.name)
            .ok_or_else(|| format!("{} has no field {}", field.parent, field.name))?;
        let schema = self.value(&definition.ty.node, &field.sets)?;
        let own = described(definition.description.as_ref());
        Ok(schema.described(own))
    }

    fn value(&mut self, ty: &Type, sets: &[&'a SelectionSet]) -> Result<JsonSchema, String> {
        let schema = match &ty.base {
            BaseType::List(item) => JsonSchema::list(self.value(item, sets)?),
            BaseType::Named(name) if sets.iter().all(|set| set.items.is_empty()) => {
                self.schemas.named(name.as_str())
            }
            BaseType::Named(name) => self.object(name.as_str(), sets)?,
        };
        Ok(if ty.nullable { schema.or_null() } else { schema })
    }

    /// Collects the fields that a selection of a `parent` has in an answer of type `object`.
    fn collect(
        &self,
        object: &str,
        parent: &str,
        set: &'a SelectionSet,
        is_conditional: bool,
        fields: &mut Vec<AnswerField<'a>>,
    ) -> Result<(), String> {
        for item in &set.items {
            let depends = is_conditional || is_directed(item.node.directives());
            match &item.node {
                Selection::Field(field) => add(&field.node, parent, depends, fields),
                Selection::InlineFragment(inline) => {
                    let on = inline.node.type_condition.as_ref().map(|on| on.node.on.node.as_str());
                    let on = on.unwrap_or(parent);
                    let depends = depends || !self.is_always(object, on);
                    self.collect(object, on, &inline.node.selection_set.node, depends, fields)?;
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let fragment = self.document.fragments.get(name);
                    let fragment = fragment.ok_or_else(|| format!("it has no fragment {name}"))?;
                    let on = fragment.node.type_condition.node.on.node.as_str();
                    let depends = depends || !self.is_always(object, on);
                    self.collect(object, on, &fragment.node.selection_set.node, depends, fields)?;
                }
            }
        }
        Ok(())
    }

    /// Whether each value of one type is one of another.
    fn is_always(&self, ty: &str, other: &str) -> bool {
        let others = self.schemas.types.objects_of(other);
        self.schemas.types.objects_of(ty).iter().all(|object| others.contains(object))
    }
}

fn add<'a>(field: &'a Field, parent: &str, is_conditional: bool, fields: &mut Vec<AnswerField<'a>>) {
    let key = field.alias.as_ref().unwrap_or(&field.name).node.as_str();
    let set = &field.selection_set.node;
    if let Some(known) = fields.iter_mut().find(|known| known.key == key) {
        known.is_conditional &= is_conditional;
        known.sets.push(set);
        return;
    }
    let (parent, name) = (parent.to_owned(), field.name.node.as_str());
    fields.push(AnswerField { key, parent, name, is_conditional, sets: vec![set] });
}

/// Whether `@skip` or `@include` may leave something out.
fn is_directed(directives: &[Positioned<Directive>]) -> bool {
    directives.iter().any(|directive| matches!(directive.node.name.node.as_str(), "skip" | "include"))
}
