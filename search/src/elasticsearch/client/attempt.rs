//! One attempt on one node, and what its answer means.

use std::error::Error as _;

use bytes::Bytes;
use http::header::AUTHORIZATION;

use super::{
    call::{Reply, excerpt},
    node::Node,
    wire::Wire,
};
use crate::error::SearchError;

/// What came of an attempt.
#[derive(Debug)]
pub(super) enum Outcome {
    Answered(Reply),
    /// The node could not be connected to: the request surely never reached it.
    Refused(String),
    /// The node, or what stands before it, is not well. The request may have reached it.
    Ill(String),
    /// The node is well and has too much to do. It did not do this.
    Busy,
    /// No other node would say anything else.
    Final(SearchError),
}

/// Asks a node, with no limit of time.
pub(super) async fn attempt(node: &Node, wire: &Wire) -> Outcome {
    let span = tracing::Span::current();
    if !span.is_disabled() {
        span.record("server.address", node.url.host_str().unwrap_or_default());
        span.record("server.port", node.url.port_or_known_default().unwrap_or_default());
    }
    let mut headers = wire.headers.clone();
    if let Some(authorization) = &node.authorization {
        headers.insert(AUTHORIZATION, authorization.clone());
    }
    if let Some(signer) = &wire.signer
        && let Err(error) = signer.sign(&node.url, wire, &mut headers).await
    {
        return Outcome::Final(error);
    }
    let sent = node.transport.send(wire.method, &wire.path, headers, None::<&()>, wire.body.clone(), None);
    let response = match sent.await {
        Ok(response) => response,
        Err(error) => return failed(&error),
    };
    let status = response.status_code().as_u16();
    match response.bytes().await {
        Ok(body) => judge(node, status, body),
        Err(error) => Outcome::Ill(format!("its answer broke off: {}", chain(&error))),
    }
}

fn failed(error: &elasticsearch::Error) -> Outcome {
    // Connecting ends before a byte of the request is sent.
    let connects = error.source().and_then(|cause| cause.downcast_ref::<reqwest::Error>());
    match connects {
        Some(cause) if cause.is_connect() => Outcome::Refused(chain(error)),
        Some(cause) if cause.is_builder() => Outcome::Final(SearchError::Engine(chain(error))),
        _ => Outcome::Ill(chain(error)),
    }
}

fn judge(node: &Node, status: u16, body: Bytes) -> Outcome {
    match status {
        200 | 201 | 404 if !is_whole(&body) => {
            Outcome::Ill(format!("status {status} without whole JSON: {}", excerpt(&body)))
        }
        // Too large for it, whatever it says.
        413 => Outcome::Answered(Reply { status, body }),
        200 | 201 | 400 | 404 | 409 if is_whole(&body) => Outcome::Answered(Reply { status, body }),
        429 => Outcome::Busy,
        502..=504 => Outcome::Ill(format!("status {status}: {}", excerpt(&body))),
        401 | 403 => {
            node.complain("the cluster refuses our credentials or what they may do", &excerpt(&body));
            Outcome::Final(SearchError::Engine(format!("status {status}: not allowed: {}", excerpt(&body))))
        }
        _ => Outcome::Final(SearchError::Engine(format!("status {status}: {}", excerpt(&body)))),
    }
}

/// Whether a body starts and ends as JSON does; one without a byte (HEAD) is whole too. What lies between is read by
/// who parses it.
fn is_whole(body: &[u8]) -> bool {
    let body = body.trim_ascii();
    matches!((body.first(), body.last()), (None, None) | (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')))
}

/// An error with all its causes, for the log.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let told = error.to_string();
        if !text.ends_with(&told) {
            text.push_str(": ");
            text.push_str(&told);
        }
        cause = error.source();
    }
    text
}
