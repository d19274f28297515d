//! Variables of an operation from what a caller of a door gives: parameters of a query string, or a JSON object. Each is
//! checked against the type of its variable, so that an error names the parameter.

use async_graphql::{
    Variables,
    parser::types::{BaseType, Type, TypeKind},
};
use serde_json::{Map, Value};

use super::{
    contract_types::{ContractTypes, type_name},
    near::near,
    operation::{DoorOperation, DoorParameter},
};
use crate::{error::ApiError, guard::bounds};

/// Reads the parameters of a query string. A list is a parameter that is repeated, or a JSON list; an input object is JSON.
///
/// # Errors
/// `BAD_USER_INPUT` that names the parameter.
pub(crate) fn from_pairs(
    operation: &DoorOperation,
    types: &ContractTypes,
    pairs: Vec<(String, String)>,
) -> Result<Variables, ApiError> {
    let mut given: Vec<(String, Vec<String>)> = Vec::new();
    for (name, text) in pairs {
        // So many names as the operation has, whatever was sent.
        known(operation, &name)?;
        match given.iter_mut().find(|(known, _)| *known == name) {
            Some((_, texts)) => texts.push(text),
            None => given.push((name, vec![text])),
        }
    }
    let mut variables = Map::new();
    for (name, texts) in given {
        let parameter = known(operation, &name)?;
        let value = read(types, parameter, texts)?;
        variables.insert(name, value);
    }
    from_object(operation, types, variables)
}

/// Reads a JSON object of variables.
///
/// # Errors
/// `BAD_USER_INPUT` that names the parameter.
pub(crate) fn from_object(
    operation: &DoorOperation,
    types: &ContractTypes,
    given: Map<String, Value>,
) -> Result<Variables, ApiError> {
    for (name, value) in &given {
        let parameter = known(operation, name)?;
        if !(value.is_null() && parameter.may_be_null) {
            check(types, &parameter.ty, false, value, name)?;
        }
    }
    let missing = operation.parameters.iter().find(|one| one.is_required && !given.contains_key(&one.name));
    match missing {
        Some(missing) => Err(ApiError::input(&missing.name, format!("{} is required", missing.name))),
        None => Ok(Variables::from_json(Value::Object(given))),
    }
}

fn known<'a>(operation: &'a DoorOperation, name: &str) -> Result<&'a DoorParameter, ApiError> {
    operation.parameter(name).ok_or_else(|| {
        let names = operation.parameters.iter().map(|parameter| parameter.name.as_str());
        let near = near(name, names).into_iter().next();
        let hint = near.map(|near| format!("; {near} may be meant")).unwrap_or_default();
        // What a client made up comes back in its answer only, and not at any length.
        let shown: String = name.chars().take(100).collect();
        ApiError::input(shown.clone(), format!("{} has no parameter {shown:?}{hint}", operation.name))
    })
}

fn read(types: &ContractTypes, parameter: &DoorParameter, mut texts: Vec<String>) -> Result<Value, ApiError> {
    let name = &parameter.name;
    if let BaseType::List(item) = &parameter.ty.base {
        if let [only] = &texts[..]
            && only.starts_with('[')
            && let Ok(list @ Value::Array(_)) = json(name, only)
        {
            return Ok(list);
        }
        let items: Result<Vec<_>, _> =
            texts.into_iter().map(|text| read_one(types, item, name, text)).collect();
        return items.map(Value::Array);
    }
    match (texts.pop(), texts.is_empty()) {
        (Some(text), true) => read_one(types, &parameter.ty, name, text),
        _ => Err(ApiError::input(name, format!("{name} is given more than once"))),
    }
}

/// Reads the text of one value, which its type decides how to read; whether it is one of the type is checked later.
fn read_one(types: &ContractTypes, ty: &Type, name: &str, text: String) -> Result<Value, ApiError> {
    let is_json = match &ty.base {
        BaseType::List(_) => true,
        BaseType::Named(base) => {
            matches!(base.as_str(), "Int" | "Float" | "Boolean")
                || matches!(
                    types.get(base).map(|definition| &definition.kind),
                    Some(TypeKind::InputObject(_))
                )
        }
    };
    if !is_json {
        return Ok(Value::String(text));
    }
    match json(name, &text)? {
        // What is not given is left out.
        Value::Null => Err(ApiError::input(name, format!("{name} is null: a parameter cannot be"))),
        value => Ok(value),
    }
}

fn json(name: &str, text: &str) -> Result<Value, ApiError> {
    bounds::check_json(text.as_bytes())?;
    serde_json::from_str(text)
        .map_err(|error| ApiError::input(name, format!("{name} is not valid JSON: {error}")))
}

/// Checks that a value is one of a type. `path` names it.
fn check(
    types: &ContractTypes,
    ty: &Type,
    may_be_null: bool,
    value: &Value,
    path: &str,
) -> Result<(), ApiError> {
    let wrong = |expected: &str| Err(ApiError::input(path, format!("{path} is not {expected}")));
    if value.is_null() {
        return if may_be_null { Ok(()) } else { wrong("optional: null is no value of it") };
    }
    let name = match (&ty.base, value) {
        (BaseType::List(item), Value::Array(values)) => {
            return values.iter().enumerate().try_for_each(|(at, value)| {
                check(types, item, item.nullable, value, &format!("{path}[{at}]"))
            });
        }
        (BaseType::List(_), _) => return wrong("a list"),
        (BaseType::Named(_), _) => type_name(ty),
    };
    match name {
        "Int" if value.as_i64().is_some_and(|int| i32::try_from(int).is_ok()) => Ok(()),
        "Int" => wrong("an integer of 32 bits"),
        "Float" if value.is_number() => Ok(()),
        "Float" => wrong("a number"),
        "Boolean" if value.is_boolean() => Ok(()),
        "Boolean" => wrong("true or false"),
        _ => match (types.get(name).map(|definition| &definition.kind), value) {
            (Some(TypeKind::Enum(values)), Value::String(text))
                if values.values.iter().any(|value| value.node.value.node == text.as_str()) =>
            {
                Ok(())
            }
            (Some(TypeKind::Enum(values)), _) => {
                let names = values.values.iter().map(|value| value.node.value.node.as_str());
                wrong(&format!("one of {}", names.collect::<Vec<_>>().join(", ")))
            }
            (Some(TypeKind::InputObject(input)), Value::Object(given)) => {
                let fields: Vec<_> = input.fields.iter().map(|field| &field.node).collect();
                for (name, value) in given {
                    let Some(field) = fields.iter().find(|field| field.name.node == name.as_str()) else {
                        let shown: String = name.chars().take(100).collect();
                        return Err(ApiError::input(path, format!("{path} has no field {shown:?}")));
                    };
                    check(types, &field.ty.node, field.ty.node.nullable, value, &format!("{path}.{name}"))?;
                }
                let missing = fields.iter().find(|field| {
                    let is_required = !field.ty.node.nullable && field.default_value.is_none();
                    is_required && !given.contains_key(field.name.node.as_str())
                });
                missing.map_or(Ok(()), |field| wrong(&format!("complete: {} is missing", field.name.node)))
            }
            (Some(TypeKind::InputObject(_)), _) => wrong("an object"),
            (_, Value::String(_)) => Ok(()),
            _ => wrong("a text"),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn operation() -> (DoorOperation, ContractTypes) {
        let types = ContractTypes::new(crate::sdl());
        let text = "query Find($text: String = \"a\", $where: MovieWhere, $sort: MovieSort, $ids: [ID!]!, \
                    $first: Int = 5, $flag: Boolean, $or: [MovieWhere!]) { \
                    search(text: $text, where: $where, sort: $sort, understand: $flag) { hits(first: $first) { \
                    nodes { id } } } movies(ids: $ids) { id } \
                    more: search(where: { or: $or }) { text } }";
        (DoorOperation::new(&text.into(), &types).unwrap(), types)
    }

    fn pairs(query: &[(&str, &str)]) -> Result<Value, (String, String)> {
        let (operation, types) = operation();
        let pairs = query.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let read = from_pairs(&operation, &types, pairs);
        read.map(|variables| serde_json::to_value(variables).unwrap()).map_err(|error| {
            let json = serde_json::to_value(error.clone().into_server_error()).unwrap();
            let argument = json["extensions"]["argument"].as_str().unwrap_or_default().to_owned();
            (argument, error.message().to_owned())
        })
    }

    #[test]
    fn parameters_are_read_by_their_types() {
        assert_eq!(
            pairs(&[
                ("ids", "a"),
                ("ids", "b"),
                ("first", "3"),
                ("sort", "YEAR_ASC"),
                ("where", "{\"year\":{\"gte\":1970}}"),
                ("text", "12"),
                ("flag", "false"),
                ("or", "[{\"title\":\"x\"}]"),
            ])
            .unwrap(),
            json!({
                "ids": ["a", "b"], "first": 3, "sort": "YEAR_ASC", "where": { "year": { "gte": 1970 } },
                "text": "12", "flag": false, "or": [{ "title": "x" }],
            })
        );
        assert_eq!(pairs(&[("ids", "[\"a\",\"b\"]")]).unwrap()["ids"], json!(["a", "b"]));
        // A title may begin with a bracket.
        assert_eq!(pairs(&[("ids", "[Rec]")]).unwrap()["ids"], json!(["[Rec]"]));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (query, argument, message) in [
            (&[("firsst", "3")][..], "firsst", "first may be meant"),
            (&[("ids", "a"), ("first", "x")], "first", "not valid JSON"),
            (&[("ids", "a"), ("first", "1.5")], "first", "not an integer"),
            (&[("ids", "a"), ("first", "3000000000")], "first", "not an integer"),
            (&[("ids", "a"), ("first", "null")], "first", "first is null"),
            (&[("ids", "a"), ("first", "1"), ("first", "2")], "first", "more than once"),
            (&[("ids", "a"), ("sort", "BEST")], "sort", "one of RELEVANCE"),
            (&[("ids", "a"), ("flag", "yes")], "flag", "not valid JSON"),
            (&[("ids", "a"), ("where", "{\"yeear\":1}")], "where", "no field \"yeear\""),
            (&[("ids", "a"), ("where", "{\"year\":{\"gte\":\"x\"}}")], "where.year.gte", "not an integer"),
            (&[("ids", "a"), ("or", "[1]")], "or[0]", "not an object"),
            (&[("text", "a")], "ids", "ids is required"),
        ] {
            let (named, why) = pairs(query).unwrap_err();
            assert_eq!(named, argument, "{query:?}: {why}");
            assert!(why.contains(message), "{query:?}: {why}");
        }
    }

    #[test]
    fn null_is_a_value_where_the_variable_is_used_as_one_that_may_be_null() {
        let (operation, types) = operation();
        let object = |json: Value| from_object(&operation, &types, json.as_object().unwrap().clone());
        assert!(object(json!({ "ids": [], "where": null, "text": null })).is_ok());
        assert!(object(json!({ "ids": null })).is_err());
        assert!(object(json!({ "ids": [null] })).is_err());
        assert!(object(json!({ "ids": "a" })).is_err());
        assert!(object(json!({ "ids": [1] })).is_err());
    }
}
