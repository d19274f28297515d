//! The written reference: `docs/schema.md` from the contract and `docs/errors.md` from the table of codes. A test
//! keeps both equal to what this renders.

use std::fmt::Write as _;

use async_graphql::Positioned;
use async_graphql::parser::{
    parse_schema,
    types::{
        FieldDefinition, InputValueDefinition, ServiceDocument, Type, TypeDefinition, TypeKind,
        TypeSystemDefinition,
    },
};

use wikimovie_engine::token::MAX_STATE_BYTES;

use crate::{
    ApiSettings, ServerSettings,
    error::ErrorCode,
    graphql::catalog::MAX_CALLS,
    guard::{bounds, rate, share_of},
};

/// Renders the contract as Markdown: roots first, then types by kind, each with its fields and arguments.
///
/// # Errors
/// The parser's message where the text is no schema.
pub fn schema(sdl: &str) -> Result<String, String> {
    let document = parse_schema(sdl).map_err(|error| error.to_string())?;
    let mut out = String::from(
        "# Schema reference\n\n\
         Generated from `schema.graphql`, which is exported from the code; a test compares them. Errors are \
         in [errors.md](errors.md).\n",
    );
    for (title, is_in) in sections() {
        let mut types: Vec<_> = types(&document).filter(|definition| is_in(definition)).collect();
        types.sort_by_key(|definition| definition.name.node.as_str());
        if types.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n## {title}");
        for definition in types {
            render_type(&mut out, definition);
        }
    }
    Ok(out)
}

/// A title, and the types below it.
pub(crate) type Section = (&'static str, fn(&TypeDefinition) -> bool);

/// The sections of the reference.
pub(crate) fn sections() -> [Section; 6] {
    fn is_root(definition: &TypeDefinition) -> bool {
        matches!(definition.name.node.as_str(), "Query" | "Subscription")
    }
    [
        ("Queries", is_root),
        ("Objects", |definition| matches!(definition.kind, TypeKind::Object(_)) && !is_root(definition)),
        ("Interfaces", |definition| matches!(definition.kind, TypeKind::Interface(_) | TypeKind::Union(_))),
        ("Inputs", |definition| matches!(definition.kind, TypeKind::InputObject(_))),
        ("Enums", |definition| matches!(definition.kind, TypeKind::Enum(_))),
        ("Scalars", |definition| matches!(definition.kind, TypeKind::Scalar)),
    ]
}

/// The types of a schema document.
pub fn types(document: &ServiceDocument) -> impl Iterator<Item = &TypeDefinition> {
    document.definitions.iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(&definition.node),
        TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
    })
}

fn render_type(out: &mut String, definition: &TypeDefinition) {
    let _ = writeln!(out, "\n### {}\n\n{}", definition.name.node, text(definition.description.as_ref()));
    match &definition.kind {
        TypeKind::Object(object) => {
            if !object.implements.is_empty() {
                let names: Vec<_> = object.implements.iter().map(|name| link(name.node.as_str())).collect();
                let _ = writeln!(out, "\nImplements {}.", names.join(", "));
            }
            render_fields(out, &object.fields);
        }
        TypeKind::Interface(interface) => render_fields(out, &interface.fields),
        TypeKind::InputObject(input) => {
            let _ = writeln!(out, "\n| field | type | meaning |\n|---|---|---|");
            for field in &input.fields {
                let _ = writeln!(out, "| {} |", input_cells(&field.node));
            }
        }
        TypeKind::Enum(values) => {
            let _ = writeln!(out, "\n| value | meaning |\n|---|---|");
            for value in &values.values {
                let meaning = cell(&text(value.node.description.as_ref()));
                let _ = writeln!(out, "| `{}` | {meaning} |", value.node.value.node);
            }
        }
        TypeKind::Scalar | TypeKind::Union(_) => {}
    }
}

fn render_fields(out: &mut String, fields: &[Positioned<FieldDefinition>]) {
    let _ = writeln!(out, "\n| field | type | meaning |\n|---|---|---|");
    for field in fields {
        let field = &field.node;
        let meaning = cell(&text(field.description.as_ref()));
        let _ = writeln!(out, "| `{}` | {} | {meaning} |", field.name.node, type_cell(&field.ty.node));
        for argument in &field.arguments {
            let _ = writeln!(out, "| &nbsp;&nbsp;↳ {} |", input_cells(&argument.node));
        }
    }
}

fn input_cells(input: &InputValueDefinition) -> String {
    let mut meaning = cell(&text(input.description.as_ref()));
    if let Some(default) = &input.default_value {
        let _ = write!(meaning, " Default: `{}`.", default.node);
    }
    format!("`{}` | {} | {meaning}", input.name.node, type_cell(&input.ty.node))
}

fn type_cell(ty: &Type) -> String {
    let written = ty.to_string();
    let name = written.trim_matches(|letter| matches!(letter, '[' | ']' | '!'));
    if matches!(name, "Int" | "Float" | "String" | "Boolean" | "ID") {
        format!("`{written}`")
    } else {
        format!("[`{written}`](#{})", name.to_ascii_lowercase())
    }
}

fn link(name: &str) -> String {
    format!("[`{name}`](#{})", name.to_ascii_lowercase())
}

fn text(description: Option<&Positioned<String>>) -> String {
    description.map(|description| description.node.trim().to_owned()).unwrap_or_default()
}

fn cell(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}

/// Renders the table of error codes and the limits of a document as Markdown.
pub fn errors() -> String {
    let mut out = String::from(
        "# Errors\n\nGenerated from the table in the code; a test compares both. Every error of a response \
         carries `extensions.code`, one of these. The message is for people and may change; the code does \
         not. An error that a retry may resolve also carries `extensions.retryable` and \
         `extensions.retryAfterMs`; an invalid argument is named in `extensions.argument`.\n\nThe HTTP \
         status is that of a request that failed as a whole, for clients that accept \
         `application/graphql-response+json`. With `application/json` an error in the document (400) is \
         returned with status 200. If only some fields fail, the status is 200 and each error has a `path`. \
         [error-answers.md](error-answers.md) shows the whole response of each.\n\n| code | HTTP | retry | \
         meaning |\n|---|---|---|---|\n",
    );
    for code in ErrorCode::ALL {
        let row = code.row();
        let retry = row.retry_after_ms.map_or_else(|| "no".to_owned(), |ms| format!("after {ms} ms"));
        let _ = writeln!(
            out,
            "| `{}` | {} | {retry} | {} |",
            row.name,
            row.status.as_u16(),
            row.meaning.replace('|', "\\|")
        );
    }
    out.push_str(
        "\nThe limits of one operation, of one client and of all together are in [limits.md](limits.md). An \
         operation that exceeds a limit gets `QUERY_TOO_COMPLEX` or `BAD_USER_INPUT`, and the message names \
         the limit.\n\n## Warnings\n\nWhat is unexpected but not an error is reported in \
         `extensions.warnings` of the response: a list of `code`, `message`, `path` (the search it is \
         about), `argument`, `value` and `suggestions`. `UNKNOWN_VALUE`: a filter names a genre, person or \
         provider that no movie has; `suggestions` holds what may have been meant.\n",
    );
    out
}

/// The rows of the table of limits in `docs/limits.md`: what is limited, how much, by which setting.
pub fn limits() -> String {
    let (settings, server) = (ApiSettings::default(), ServerSettings::default());
    let limits = settings.guard.limits;
    let concurrency = settings.guard.concurrency;
    let constant = "fixed";
    let rows = [
        ("bytes of a request body or WebSocket message", settings.body_limit as u64, "`WIKIMOVIE_MAX_BODY`"),
        ("bytes of a document", bounds::MAX_DOCUMENT_BYTES as u64, constant),
        ("tokens of a document", bounds::MAX_TOKENS as u64, constant),
        (
            "nested brackets in a document, in JSON, and with fragments expanded",
            bounds::MAX_NESTING as u64,
            constant,
        ),
        ("fields with fragments expanded", bounds::MAX_FIELDS, constant),
        ("items of a list in the variables", bounds::MAX_LIST as u64, constant),
        ("values in the variables", bounds::MAX_VALUES as u64, constant),
        ("values of an introspection query", bounds::MAX_INTROSPECTION, constant),
        ("directives on one field", bounds::MAX_DIRECTIVES as u64, constant),
        ("depth of fields", limits.depth as u64, "`WIKIMOVIE_MAX_DEPTH`"),
        ("nested fragment spreads", limits.fragment_depth, "`WIKIMOVIE_MAX_FRAGMENT_DEPTH`"),
        ("points of an operation", limits.cost as u64, "`WIKIMOVIE_MAX_COST`"),
        ("calls to the engine in an operation", u64::from(MAX_CALLS), constant),
        ("bytes of an answer", bounds::MAX_ANSWER_BYTES as u64, constant),
        ("bytes of a state token", MAX_STATE_BYTES as u64, constant),
        ("characters of a cursor", 200, constant),
        ("aliases", limits.aliases, "`WIKIMOVIE_MAX_ALIASES`"),
        ("fields at the root", limits.root_fields, "`WIKIMOVIE_MAX_ROOT_FIELDS`"),
        ("directives in an operation", limits.directives, "`WIKIMOVIE_MAX_DIRECTIVES`"),
        (
            "concurrent operations on one WebSocket connection",
            settings.operations_per_socket as u64,
            constant,
        ),
        ("WebSocket connections", settings.sockets as u64, constant),
        ("WebSocket connections of one client", share_of(settings.sockets) as u64, constant),
        ("bytes of all bodies being read", settings.guard.body_bytes as u64, constant),
        ("bytes of all bodies being read of one client", settings.guard.body_bytes as u64 / 4, constant),
        ("connections", server.connections as u64, "`WIKIMOVIE_CONNECTIONS`"),
        (
            "connections of one client",
            share_of(server.connections) as u64,
            "`WIKIMOVIE_CONNECTIONS_PER_CLIENT`",
        ),
        ("concurrent operations", concurrency.limit.unwrap_or_default() as u64, "`WIKIMOVIE_CONCURRENCY`"),
        (
            "milliseconds of queue delay",
            concurrency.queue_timeout.as_millis() as u64,
            "`WIKIMOVIE_QUEUE_WAIT`",
        ),
        ("clients with tracked points", rate::MAX_CLIENTS, constant),
    ];
    let mut out = String::from("| what | most | setting |\n|---|---:|---|\n");
    for (what, most, setting) in rows {
        let _ = writeln!(out, "| {what} | {most} | {setting} |");
    }
    out
}
