//! JSON Schema (2020-12), as OpenAPI 3.1 and tools write it: the keywords that the contract needs.

use serde::{Serialize, Serializer};
use serde_json::Value;

/// A schema.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JsonSchema {
    /// Where the schema is.
    #[serde(rename = "$ref", skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<String>,
    /// The types that a value may have; all where there is none.
    #[serde(rename = "type", skip_serializing_if = "Vec::is_empty", serialize_with = "one_or_many")]
    pub(crate) kinds: Vec<&'static str>,
    /// What the value means.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) description: String,
    /// Format of a text or number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) format: Option<&'static str>,
    /// The values that it may be; any where there is none.
    #[serde(rename = "enum", skip_serializing_if = "Vec::is_empty")]
    pub(crate) values: Vec<Value>,
    /// Schemas of which one holds at least.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) any_of: Vec<Self>,
    /// Schema of the items of a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) items: Option<Box<Self>>,
    /// Most items of a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_items: Option<usize>,
    /// Least integer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) minimum: Option<i32>,
    /// Greatest integer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) maximum: Option<i32>,
    /// Fields of an object, in order.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "some_in_order")]
    pub(crate) properties: Option<Vec<(String, Self)>>,
    /// Fields that it always has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) required: Vec<String>,
    /// Whether it may have further fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) additional_properties: Option<bool>,
    /// The value without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) default: Option<Value>,
    /// Values to try.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) examples: Vec<Value>,
    /// Schemas that are referred to.
    #[serde(rename = "$defs", skip_serializing_if = "Vec::is_empty", serialize_with = "in_order")]
    pub(crate) definitions: Vec<(String, Self)>,
}

impl JsonSchema {
    /// A value of one type.
    pub(crate) fn of(kind: &'static str) -> Self {
        Self { kinds: vec![kind], ..Self::default() }
    }

    /// A text of some values.
    pub(crate) fn one_of<T: Into<String>>(values: impl IntoIterator<Item = T>) -> Self {
        Self {
            values: values.into_iter().map(|value| Value::String(value.into())).collect(),
            ..Self::of("string")
        }
    }

    /// A list.
    pub(crate) fn list(items: Self) -> Self {
        Self { items: Some(Box::new(items)), ..Self::of("array") }
    }

    /// An object with no fields but these.
    pub(crate) fn object(properties: Vec<(String, Self)>, required: Vec<String>) -> Self {
        Self {
            properties: Some(properties),
            required,
            additional_properties: Some(false),
            ..Self::of("object")
        }
    }

    /// A schema elsewhere.
    pub(crate) fn refer(to: String) -> Self {
        Self { reference: Some(to), ..Self::default() }
    }

    /// The same, or null.
    #[must_use]
    pub(crate) fn or_null(mut self) -> Self {
        if self.reference.is_some() {
            return Self { any_of: vec![self, Self::of("null")], ..Self::default() };
        }
        self.kinds.push("null");
        if !self.values.is_empty() {
            self.values.push(Value::Null);
        }
        self
    }

    /// The same with a description, where there is one.
    #[must_use]
    pub(crate) fn described(mut self, description: String) -> Self {
        if !description.is_empty() {
            self.description = description;
        }
        self
    }

    /// The schema as JSON; an object.
    pub(crate) fn to_json(&self) -> serde_json::Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(schema)) => schema,
            _ => serde_json::Map::new(),
        }
    }
}

fn one_or_many<S: Serializer>(kinds: &[&'static str], serializer: S) -> Result<S::Ok, S::Error> {
    match kinds {
        [kind] => serializer.serialize_str(kind),
        kinds => kinds.serialize(serializer),
    }
}

/// Writes pairs as an object.
pub(crate) fn in_order<T: Serialize, S: Serializer>(
    pairs: &[(String, T)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(name, value)| (name, value)))
}

fn some_in_order<S: Serializer>(
    pairs: &Option<Vec<(String, JsonSchema)>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    in_order(pairs.as_deref().unwrap_or_default(), serializer)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn null_is_one_more_type_or_one_more_schema() {
        let json = |schema: JsonSchema| serde_json::to_value(schema).unwrap();
        assert_eq!(json(JsonSchema::of("integer").or_null()), json!({ "type": ["integer", "null"] }));
        assert_eq!(
            json(JsonSchema::one_of(["A"]).or_null()),
            json!({ "type": ["string", "null"], "enum": ["A", null] })
        );
        assert_eq!(
            json(JsonSchema::refer("#/$defs/A".to_owned()).or_null()),
            json!({ "anyOf": [{ "$ref": "#/$defs/A" }, { "type": "null" }] })
        );
        assert_eq!(
            json(JsonSchema::object(vec![("b".to_owned(), JsonSchema::of("string"))], vec!["b".to_owned()])),
            json!({
                "type": "object", "properties": { "b": { "type": "string" } }, "required": ["b"],
                "additionalProperties": false,
            })
        );
    }
}
