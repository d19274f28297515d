//! The doors to the operations of the manifest: REST, tools of agents, and what describes them.

mod access;
mod described;
mod equal;
mod rest;
mod tools;

use axum::body::Body;
use http::{Request, header};
use serde_json::{Value, json};

use crate::app::{Answer, TestApp};

/// Reads a text of the gateway's that is JSON.
pub(crate) async fn json_of(app: &TestApp, uri: &str) -> Value {
    app.get(uri).await.json()
}

/// Sends a request with headers.
pub(crate) async fn send(
    app: &TestApp,
    request: http::request::Builder,
    headers: &[(&str, &str)],
    body: String,
) -> Answer {
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    app.send(request.body(Body::from(body)).unwrap()).await
}

/// Posts variables to an operation.
pub(crate) async fn post(app: &TestApp, name: &str, headers: &[(&str, &str)], variables: &Value) -> Answer {
    let request = Request::post(format!("/api/{name}")).header(header::CONTENT_TYPE, "application/json");
    send(app, request, headers, variables.to_string()).await
}

/// Gets an operation with these parameters: lists are repeated, objects are JSON.
pub(crate) async fn get(app: &TestApp, name: &str, headers: &[(&str, &str)], variables: &Value) -> Answer {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in variables.as_object().unwrap() {
        match value {
            Value::String(text) => {
                query.append_pair(name, text);
            }
            Value::Array(items) if items.iter().all(Value::is_string) && !items.is_empty() => {
                items.iter().for_each(|item| {
                    query.append_pair(name, item.as_str().unwrap());
                });
            }
            other => {
                query.append_pair(name, &other.to_string());
            }
        }
    }
    let uri = format!("/api/{name}?{}", query.finish());
    send(app, Request::get(uri), headers, String::new()).await
}

/// Sends a message of the Model Context Protocol.
pub(crate) async fn message(app: &TestApp, headers: &[(&str, &str)], method: &str, params: Value) -> Answer {
    let request = Request::post("/mcp")
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json, text/event-stream")
        .header("mcp-protocol-version", "2025-11-25");
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    send(app, request, headers, body.to_string()).await
}

/// Calls a tool.
pub(crate) async fn call(app: &TestApp, headers: &[(&str, &str)], tool: &str, arguments: &Value) -> Answer {
    message(app, headers, "tools/call", json!({ "name": tool, "arguments": arguments })).await
}

/// The operations as `/openapi.json` lists them: name at REST, name in the document.
pub(crate) fn operations(openapi: &Value) -> Vec<(String, String)> {
    let of = |(path, item): (&String, &Value)| {
        let schema =
            item["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].as_str();
        let name = schema.unwrap().rsplit('/').next().unwrap().strip_suffix("Data").unwrap().to_owned();
        (path.strip_prefix("/api/").unwrap().to_owned(), name)
    };
    openapi["paths"].as_object().unwrap().iter().map(of).collect()
}

/// The tool of an operation.
pub(crate) fn tool_of(name: &str) -> String {
    let tool = name.replace('-', "_");
    if matches!(tool.as_str(), "search" | "fetch") { format!("{tool}_movies") } else { tool }
}

/// A validator of one of the schemas of `/openapi.json`.
pub(crate) fn validator(openapi: &Value, schema: &str) -> jsonschema::Validator {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": format!("#/components/schemas/{schema}"),
        "components": openapi["components"],
    });
    jsonschema::validator_for(&schema).unwrap()
}

/// The documents of the shared operations, by name of their operation.
pub(crate) fn documents() -> std::collections::BTreeMap<String, String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../clients/operations");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let documents = files.filter(|path| path.extension().is_some_and(|ending| ending == "graphql"));
    let named = documents.filter_map(|path| {
        let text = std::fs::read_to_string(path).unwrap();
        let line = text.lines().find(|line| line.starts_with("query "))?;
        let name = line["query ".len()..].split(['(', ' ']).next().unwrap().to_owned();
        Some((name, text))
    });
    named.collect()
}
