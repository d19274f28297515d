//! The description of REST as OpenAPI 3.1: types and descriptions from the contract, names and examples from the manifest.

use std::collections::BTreeMap;

use async_graphql::parser::types::{BaseType, Type, TypeKind};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    contract_types::{ContractTypes, type_name},
    json_schema::{JsonSchema, in_order},
    operation::{DoorOperation, DoorParameter},
    schemas::Schemas,
    set::DoorSet,
};
use crate::{auth::AuthKind, error::ErrorCode};

const SCHEMAS: &str = "#/components/schemas/";
const DATA: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

/// Codes that only GraphQL has.
const NOT_OF_REST: [ErrorCode; 8] = [
    ErrorCode::GraphqlParseFailed,
    ErrorCode::PersistedQueryNotFound,
    ErrorCode::PersistedQueryNotSupported,
    ErrorCode::DocumentNotTrusted,
    ErrorCode::BatchingNotSupported,
    ErrorCode::TooManyOperations,
    ErrorCode::MethodNotAllowed,
    ErrorCode::OperationNotFound,
];

type Pairs<T> = Vec<(String, T)>;

#[derive(Serialize)]
struct OpenApi {
    openapi: &'static str,
    info: Info,
    servers: [ServerUrl; 1],
    security: Vec<Map<String, Value>>,
    tags: [Tag; 1],
    #[serde(serialize_with = "in_order")]
    paths: Pairs<PathItem>,
    components: Components,
}

#[derive(Serialize)]
struct Info {
    title: &'static str,
    summary: &'static str,
    description: &'static str,
    version: &'static str,
    license: License,
}

#[derive(Serialize)]
struct License {
    name: &'static str,
    identifier: &'static str,
}

#[derive(Serialize)]
struct ServerUrl {
    url: &'static str,
    description: &'static str,
}

#[derive(Serialize)]
struct Tag {
    name: &'static str,
    description: &'static str,
}

#[derive(Serialize)]
struct PathItem {
    get: Endpoint,
    post: Endpoint,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Endpoint {
    operation_id: String,
    summary: String,
    description: String,
    tags: [&'static str; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parameters: Vec<Parameter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_body: Option<RequestBody>,
    responses: BTreeMap<String, DescribedResponse>,
}

#[derive(Serialize)]
struct Parameter {
    name: String,
    #[serde(rename = "in")]
    place: &'static str,
    description: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<JsonSchema>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<BTreeMap<&'static str, Content>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    example: Option<Value>,
}

#[derive(Serialize)]
struct Content {
    schema: JsonSchema,
    #[serde(skip_serializing_if = "Option::is_none")]
    example: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "in_order")]
    examples: Pairs<Example>,
}

#[derive(Serialize)]
struct Example {
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    value: Map<String, Value>,
}

#[derive(Serialize)]
struct RequestBody {
    description: &'static str,
    required: bool,
    content: BTreeMap<&'static str, Content>,
}

/// A response, or where it is.
#[derive(Default, Serialize)]
struct DescribedResponse {
    #[serde(rename = "$ref", skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<&'static str, Header>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    content: BTreeMap<&'static str, Content>,
}

#[derive(Serialize)]
struct Header {
    description: &'static str,
    schema: JsonSchema,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Components {
    #[serde(serialize_with = "in_order")]
    schemas: Pairs<JsonSchema>,
    responses: BTreeMap<String, DescribedResponse>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    security_schemes: BTreeMap<&'static str, SecurityScheme>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SecurityScheme {
    #[serde(rename = "type")]
    kind: &'static str,
    description: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheme: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bearer_format: Option<&'static str>,
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    place: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'static str>,
}

/// Describes the operations.
pub(crate) fn describe(set: &DoorSet, types: &ContractTypes, auth: &AuthKind) -> Vec<u8> {
    let mut schemas = Schemas::new(types, SCHEMAS);
    let (mut paths, mut own) = (Vec::new(), vec![("Problem".to_owned(), problem())]);
    for operation in set.iter() {
        let Some((document, definition)) = operation.parsed() else { continue };
        let Ok(answer) = schemas.answer(document, definition) else { continue };
        own.push((of(operation, "Data"), answer));
        own.push((of(operation, "Variables"), variables(operation, &mut schemas, true)));
        let get = Endpoint {
            parameters: operation
                .parameters
                .iter()
                .map(|parameter| query_parameter(operation, parameter, types, &mut schemas))
                .collect(),
            ..endpoint(operation, auth, true)
        };
        let post = Endpoint { request_body: Some(body(operation)), ..endpoint(operation, auth, false) };
        paths.push((format!("/api/{}", operation.name), PathItem { get, post }));
    }
    own.extend(schemas.definitions());
    own.sort_by(|(a, _), (b, _)| a.cmp(b));
    let api = OpenApi {
        openapi: "3.1.0",
        info: info(),
        servers: [ServerUrl { url: "/", description: "This gateway" }],
        security: security(auth),
        tags: [Tag { name: "movies", description: "Questions to the catalogue of movies." }],
        paths,
        components: Components { schemas: own, responses: answered(auth), security_schemes: schemes(auth) },
    };
    serde_json::to_vec_pretty(&api).unwrap_or_default()
}

fn info() -> Info {
    Info {
        title: "WIKIMovie",
        summary: "Search and browse a catalogue of movies.",
        description: "Each operation is a GraphQL query of the gateway's manifest. GET takes its variables as \
                      parameters: a list is a parameter that is repeated, an input object is JSON. POST takes \
                      them as one JSON object. The answer is the JSON of the query's `data`; whatever fails \
                      is a problem (RFC 9457) with a code of one table.",
        version: env!("CARGO_PKG_VERSION"),
        license: License { name: "Apache 2.0", identifier: "Apache-2.0" },
    }
}

fn of(operation: &DoorOperation, suffix: &str) -> String {
    [&operation.operation, suffix].concat()
}

fn endpoint(operation: &DoorOperation, auth: &AuthKind, is_get: bool) -> Endpoint {
    let mut id: String =
        operation.operation.chars().take(1).map(|first| first.to_ascii_lowercase()).collect();
    id.extend(operation.operation.chars().skip(1));
    if !is_get {
        id.push_str("Post");
    }
    let mut responses = BTreeMap::new();
    let mut headers = BTreeMap::new();
    if is_get {
        let etag = "Names the answer; send it back in `If-None-Match`. Only of what changes with the catalogue alone.";
        headers.insert("ETag", Header { description: etag, schema: JsonSchema::of("string") });
        let known = "The client has the answer that `If-None-Match` names.";
        responses.insert(
            "304".to_owned(),
            DescribedResponse { description: known.to_owned(), ..DescribedResponse::default() },
        );
    }
    let schema = JsonSchema::refer([SCHEMAS, &of(operation, "Data")].concat());
    let content = BTreeMap::from([(DATA, Content { schema, example: None, examples: Vec::new() })]);
    let description = "The answer.".to_owned();
    responses.insert("200".to_owned(), DescribedResponse { description, headers, content, reference: None });
    for status in answered(auth).into_keys() {
        let is_of_body = matches!(status.as_str(), "413" | "415");
        if is_of_body && is_get {
            continue;
        }
        let reference = Some(format!("#/components/responses/{status}"));
        responses.insert(status, DescribedResponse { reference, ..DescribedResponse::default() });
    }
    Endpoint {
        operation_id: id,
        summary: operation.title.clone(),
        description: operation.description.clone(),
        tags: ["movies"],
        parameters: Vec::new(),
        request_body: None,
        responses,
    }
}

/// The schema of a variable, and of the parameter that gives it.
fn variable(parameter: &DoorParameter, schemas: &mut Schemas<'_>, may_be_null: bool) -> JsonSchema {
    let schema = schemas.input(&parameter.ty, parameter.may_be_null && may_be_null);
    JsonSchema { default: parameter.default.clone(), ..schema }.described(parameter.description.clone())
}

/// The schema of an operation's variables as one object. Without `may_be_null` what is not given is left out.
pub(crate) fn variables(
    operation: &DoorOperation,
    schemas: &mut Schemas<'_>,
    may_be_null: bool,
) -> JsonSchema {
    let properties = operation.parameters.iter().map(|parameter| {
        let schema = variable(parameter, schemas, may_be_null);
        (parameter.name.clone(), schema)
    });
    let properties = properties.collect();
    let required = operation.parameters.iter().filter(|parameter| parameter.is_required);
    JsonSchema::object(properties, required.map(|parameter| parameter.name.clone()).collect())
}

fn query_parameter(
    operation: &DoorOperation,
    parameter: &DoorParameter,
    types: &ContractTypes,
    schemas: &mut Schemas<'_>,
) -> Parameter {
    let example =
        operation.examples.iter().find_map(|example| example.variables.get(&parameter.name)).cloned();
    let description = parameter.description.clone();
    let schema = JsonSchema { description: String::new(), ..variable(parameter, schemas, false) };
    let (schema, content, example) = if is_json(&parameter.ty, types) {
        let content = Content { schema, example, examples: Vec::new() };
        (None, Some(BTreeMap::from([(DATA, content)])), None)
    } else {
        (Some(schema), None, example)
    };
    Parameter {
        name: parameter.name.clone(),
        place: "query",
        description,
        required: parameter.is_required,
        schema,
        content,
        example,
    }
}

/// Whether a parameter of the type is JSON: an input object, or a list of what is no single text.
fn is_json(ty: &Type, types: &ContractTypes) -> bool {
    let is_nested = match &ty.base {
        BaseType::List(item) => matches!(item.base, BaseType::List(_)),
        BaseType::Named(_) => false,
    };
    let kind = types.get(type_name(ty)).map(|definition| &definition.kind);
    is_nested || matches!(kind, Some(TypeKind::InputObject(_)))
}

fn body(operation: &DoorOperation) -> RequestBody {
    let schema = JsonSchema::refer([SCHEMAS, &of(operation, "Variables")].concat());
    let examples = operation.examples.iter().enumerate().map(|(at, example)| {
        let value = example.variables.clone();
        (format!("example{}", at + 1), Example { summary: example.title.clone(), value })
    });
    let content = Content { schema, example: None, examples: examples.collect() };
    RequestBody { description: "The variables.", required: true, content: BTreeMap::from([(DATA, content)]) }
}

/// The responses that REST may give where callers are told apart in this way.
fn answered(auth: &AuthKind) -> BTreeMap<String, DescribedResponse> {
    let mut problems = problems();
    if *auth == AuthKind::Open {
        problems.remove("401");
    }
    problems
}

/// A response for each status of the table.
fn problems() -> BTreeMap<String, DescribedResponse> {
    let mut statuses: BTreeMap<String, Vec<ErrorCode>> = BTreeMap::new();
    for &code in ErrorCode::ALL.iter().filter(|code| !NOT_OF_REST.contains(code)) {
        statuses.entry(code.row().status.as_str().to_owned()).or_default().push(code);
    }
    let reply = |codes: &[ErrorCode]| {
        let lines = codes.iter().map(|code| format!("`{}`: {}", code.row().name, code.row().meaning));
        let mut headers = BTreeMap::new();
        if codes.iter().any(|code| code.row().retry_after_ms.is_some()) {
            let schema = JsonSchema::of("integer");
            headers.insert("Retry-After", Header { description: "Seconds before a retry.", schema });
        }
        let schema = JsonSchema::refer([SCHEMAS, "Problem"].concat());
        let content = BTreeMap::from([(PROBLEM, Content { schema, example: None, examples: Vec::new() })]);
        DescribedResponse {
            description: lines.collect::<Vec<_>>().join("\n\n"),
            headers,
            content,
            reference: None,
        }
    };
    statuses.into_iter().map(|(status, codes)| (status, reply(&codes))).collect()
}

fn problem() -> JsonSchema {
    let text = |description: &str| JsonSchema::of("string").described(description.to_owned());
    let int = |description: &str| JsonSchema::of("integer").described(description.to_owned());
    let codes = JsonSchema::one_of(ErrorCode::ALL.iter().map(|code| code.row().name));
    let fault = JsonSchema::object(
        vec![
            ("code".to_owned(), JsonSchema::of("string")),
            ("detail".to_owned(), JsonSchema::of("string")),
            ("field".to_owned(), JsonSchema::of("string")),
        ],
        vec!["code".to_owned(), "detail".to_owned()],
    );
    let properties = [
        ("type", JsonSchema { format: Some("uri-reference"), ..text("Where the code is documented.") }),
        ("title", text("The code in words.")),
        ("status", int("The HTTP status.")),
        ("detail", text("What is wrong here; for people, and may change.")),
        ("code", codes.described("Stable name of what is wrong, documented at /docs/errors.".to_owned())),
        ("parameter", text("The parameter at fault, with the path into it.")),
        ("retryAfterMs", int("Delay before a retry, in milliseconds.")),
        (
            "near",
            JsonSchema::list(JsonSchema::of("string"))
                .described("Names that may have been meant.".to_owned()),
        ),
        ("errors", JsonSchema::list(fault).described("All faults, where there are several.".to_owned())),
    ];
    let required = ["type", "title", "status", "detail", "code"].map(str::to_owned).into();
    let properties = properties.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    JsonSchema::object(properties, required).described("A problem (RFC 9457).".to_owned())
}

fn security(auth: &AuthKind) -> Vec<Map<String, Value>> {
    let named = schemes(auth).into_keys();
    named.map(|name| Map::from_iter([(name.to_owned(), Value::Array(Vec::new()))])).collect()
}

fn schemes(auth: &AuthKind) -> BTreeMap<&'static str, SecurityScheme> {
    let bearer = |description, bearer_format| SecurityScheme {
        kind: "http",
        description,
        scheme: Some("bearer"),
        bearer_format,
        place: None,
        name: None,
    };
    match auth {
        AuthKind::Open => BTreeMap::new(),
        AuthKind::Keys => {
            let header = SecurityScheme {
                kind: "apiKey",
                description: "An API key.",
                scheme: None,
                bearer_format: None,
                place: Some("header"),
                name: Some("X-API-Key"),
            };
            BTreeMap::from([("bearer", bearer("An API key.", None)), ("key", header)])
        }
        AuthKind::Jwt { .. } => {
            BTreeMap::from([("bearer", bearer("A token of the OpenID provider.", Some("JWT")))])
        }
    }
}
