//! A call as every attempt sends it.

use std::sync::Arc;

use crate::error::ClientError;
use bytes::Bytes;
use elasticsearch::http::Method as TransportMethod;
use http::{
    HeaderMap, HeaderValue, Method,
    header::{ACCEPT_ENCODING, CONTENT_TYPE, USER_AGENT},
};
use url::form_urlencoded;

use super::{
    call::{Call, RequestBody},
    sigv4::{Signer, ToSign},
};

/// One request, whichever node gets it.
pub(super) struct PreparedRequest {
    pub(super) method: TransportMethod,
    /// Path and query below a node's address.
    pub(super) path: String,
    /// All headers but those of authentication.
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Bytes>,
    pub(super) signer: Option<Arc<Signer>>,
    /// See [`super::Call::repeatable`].
    pub(super) repeatable: bool,
    /// Whether it may be hedged.
    pub(super) only_reads: bool,
}

impl PreparedRequest {
    /// The cheapest request a node can answer.
    pub(super) fn probe(signer: Option<Arc<Signer>>, user_agent: &'static str) -> Self {
        Self {
            method: TransportMethod::Get,
            path: "/".to_owned(),
            headers: headers(user_agent, false),
            body: None,
            signer,
            repeatable: true,
            only_reads: true,
        }
    }

    pub(super) fn new(
        call: Call,
        signer: Option<Arc<Signer>>,
        user_agent: &'static str,
    ) -> Result<Self, ClientError> {
        let method = match call.method {
            Method::GET => TransportMethod::Get,
            Method::HEAD => TransportMethod::Head,
            Method::POST => TransportMethod::Post,
            Method::PUT => TransportMethod::Put,
            Method::DELETE => TransportMethod::Delete,
            other => return Err(ClientError::Failed(format!("{other} is not a method of a search engine"))),
        };
        let only_reads = call.only_reads();
        let mut headers = headers(user_agent, call.gzip_answer);
        let body = match call.body {
            // The crate names plain JSON by itself. Never the media type with `compatible-with`: OpenSearch and
            // Elasticsearch 7 reject it.
            None => None,
            Some(RequestBody::Json(bytes)) => Some(bytes),
            Some(RequestBody::Ndjson(bytes)) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
                Some(bytes)
            }
        };
        let path = with_query(call.path, &call.query);
        Ok(Self { method, path, headers, body, signer, repeatable: call.repeatable, only_reads })
    }
}

impl PreparedRequest {
    /// What a signature covers.
    pub(super) fn to_sign(&self) -> ToSign<'_> {
        let method = match self.method {
            TransportMethod::Get => "GET",
            TransportMethod::Head => "HEAD",
            TransportMethod::Post => "POST",
            TransportMethod::Put => "PUT",
            TransportMethod::Delete => "DELETE",
        };
        ToSign { method, path: &self.path, body: self.body.as_deref().unwrap_or_default() }
    }
}

fn headers(user_agent: &'static str, gzip_answer: bool) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(USER_AGENT, HeaderValue::from_static(user_agent));
    let encoding = if gzip_answer { "gzip" } else { "identity" };
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(encoding));
    headers
}

/// Adds the query in the strict form, which signatures are made of: a space is `%20`, not `+`.
fn with_query(mut path: String, query: &[(&'static str, String)]) -> String {
    if !query.is_empty() {
        let pairs = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        path.push('?');
        path.push_str(&pairs.replace('+', "%20"));
    }
    path
}
