//! One attempt on one node, and how its response is classified.

use std::error::Error as _;

use crate::error::{ClientError, error_chain};
use bytes::Bytes;
use http::header::AUTHORIZATION;

use super::{
    call::{Reply, excerpt},
    node::Node,
    request::PreparedRequest,
};

/// Outcome of one attempt.
#[derive(Debug)]
pub(super) enum AttemptOutcome {
    Answered(Reply),
    /// The connection failed: the request never reached the node.
    ConnectFailed(String),
    /// The node, or a proxy in front of it, is unhealthy. The request may have reached it.
    Unhealthy(String),
    /// The node is healthy and rejected the request as one too many (429).
    Overloaded,
    /// Every other node would answer the same.
    Fatal(ClientError),
}

/// Sends the request to one node, without a timeout.
pub(super) async fn attempt(node: &Node, request: &PreparedRequest) -> AttemptOutcome {
    let span = tracing::Span::current();
    if !span.is_disabled() {
        span.record("server.address", node.url.host_str().unwrap_or_default());
        span.record("server.port", node.url.port_or_known_default().unwrap_or_default());
    }
    let mut headers = request.headers.clone();
    if let Some(authorization) = &node.authorization {
        headers.insert(AUTHORIZATION, authorization.clone());
    }
    if let Some(signer) = &request.signer
        && let Err(error) = signer.sign(&node.url, request.to_sign(), &mut headers).await
    {
        return AttemptOutcome::Fatal(error);
    }
    let sent =
        node.transport.send(request.method, &request.path, headers, None::<&()>, request.body.clone(), None);
    let response = match sent.await {
        Ok(response) => response,
        Err(error) => return failed(&error),
    };
    let status = response.status_code().as_u16();
    match response.bytes().await {
        Ok(body) => classify(node, status, body),
        Err(error) => AttemptOutcome::Unhealthy(format!("the response broke off: {}", error_chain(&error))),
    }
}

fn failed(error: &elasticsearch::Error) -> AttemptOutcome {
    // Connecting ends before a byte of the request is sent.
    let connects = error.source().and_then(|cause| cause.downcast_ref::<reqwest::Error>());
    match connects {
        Some(cause) if cause.is_connect() => AttemptOutcome::ConnectFailed(error_chain(error)),
        Some(cause) if cause.is_builder() => AttemptOutcome::Fatal(ClientError::Failed(error_chain(error))),
        _ => AttemptOutcome::Unhealthy(error_chain(error)),
    }
}

fn classify(node: &Node, status: u16, body: Bytes) -> AttemptOutcome {
    match status {
        200 | 201 | 404 if !looks_like_json(&body) => {
            AttemptOutcome::Unhealthy(format!("status {status} with incomplete JSON: {}", excerpt(&body)))
        }
        200 | 201 | 400 | 404 | 409 if looks_like_json(&body) => {
            AttemptOutcome::Answered(Reply { status, body })
        }
        429 => AttemptOutcome::Overloaded,
        502..=504 => AttemptOutcome::Unhealthy(format!("status {status}: {}", excerpt(&body))),
        401 | 403 => {
            node.report_failure("the cluster rejects our credentials or their permissions", &excerpt(&body));
            AttemptOutcome::Fatal(ClientError::Rejected {
                status,
                excerpt: ["not allowed: ", &excerpt(&body)].concat(),
            })
        }
        _ => AttemptOutcome::Fatal(ClientError::Rejected { status, excerpt: excerpt(&body) }),
    }
}

/// Whether a body starts and ends as JSON does; an empty one (HEAD) counts. What lies between is left to the parser.
fn looks_like_json(body: &[u8]) -> bool {
    let body = body.trim_ascii();
    matches!((body.first(), body.last()), (None, None) | (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')))
}
