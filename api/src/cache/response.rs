//! The response cache: whole responses as bytes, by what was asked and by who may see what, served while their revision is
//! known to be the current one.

use std::{
    io::Write,
    sync::{Arc, OnceLock},
};

use async_graphql::Value;
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::HeaderValue;
use metrics::{counter, gauge};
use sha2::{Digest, Sha256};

use crate::telemetry;

/// All that decides a response but the revision: document, operation, variables, and who may see what. SHA-256, so that
/// nobody can make two requests collide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ResponseKey([u8; 32]);

impl ResponseKey {
    /// The key of an operation. Variables that are equal as JSON are equal, in whatever order they were written.
    pub(crate) fn of(
        document: &str,
        operation: Option<&str>,
        variables: &async_graphql::Variables,
        access: &[u8],
    ) -> Self {
        let mut hash = KeyHasher(Sha256::new());
        hash.text(document);
        hash.text(operation.unwrap_or_default());
        hash.bytes(access);
        hash.length(variables.len());
        for (name, value) in &**variables {
            hash.text(name);
            hash.value(value);
        }
        Self(hash.0.finalize().into())
    }

    /// The key of a request body as it was sent. Never that of an operation, which begins with its length.
    pub(crate) fn of_body(body: &[u8], access: &[u8]) -> Self {
        let mut hash = KeyHasher(Sha256::new());
        hash.length(usize::MAX);
        hash.bytes(access);
        hash.bytes(body);
        Self(hash.0.finalize().into())
    }
}

/// Each part is preceded by its kind and length, so that no two values run together.
struct KeyHasher(Sha256);

impl KeyHasher {
    fn length(&mut self, length: usize) {
        self.0.update((length as u64).to_le_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.0.update(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.0.update(b"0"),
            Value::Boolean(value) => self.0.update(if *value { b"t" } else { b"f" }),
            Value::Number(number) => {
                self.0.update(b"n");
                self.text(&number.to_string());
            }
            Value::String(text) => {
                self.0.update(b"s");
                self.text(text);
            }
            Value::Enum(name) => {
                self.0.update(b"e");
                self.text(name);
            }
            Value::Binary(bytes) => {
                self.0.update(b"b");
                self.bytes(bytes);
            }
            Value::List(list) => {
                self.0.update(b"l");
                self.length(list.len());
                list.iter().for_each(|item| self.value(item));
            }
            Value::Object(object) => {
                self.0.update(b"o");
                self.length(object.len());
                let mut fields: Vec<_> = object.iter().collect();
                fields.sort_unstable_by_key(|(name, _)| name.as_str());
                for (name, value) in fields {
                    self.text(name);
                    self.value(value);
                }
            }
        }
    }
}

/// A response as it goes over the wire.
#[derive(Clone, Debug)]
pub(crate) struct CachedResponse {
    /// The whole JSON.
    pub(crate) body: Bytes,
    /// Names these bytes and their revision.
    pub(crate) etag: HeaderValue,
    /// Names the compressed bytes.
    pub(crate) gzip_etag: HeaderValue,
    /// The revision of the response.
    pub(crate) revision: u64,
    /// Cost of the operation in points, which is charged for a cached response, too.
    pub(crate) cost: u32,
    gzip: Arc<OnceLock<Bytes>>,
}

/// Longer responses take too long to compress between two other tasks.
const MAX_GZIP_BYTES: usize = 64 * 1024;

impl CachedResponse {
    /// A response of a revision.
    pub(crate) fn new(body: Bytes, revision: u64, cost: u32) -> Self {
        let hash = hex::encode(&Sha256::digest(&body)[..16]);
        let tag = |suffix: &str| {
            let tag = ["\"", &revision.to_string(), "-", &hash, suffix, "\""].concat();
            HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""))
        };
        Self { body, etag: tag(""), gzip_etag: tag("-gzip"), revision, cost, gzip: Arc::default() }
    }

    /// The compressed bytes, made once; `None` where the response is too long for that here.
    pub(crate) fn gzip(&self) -> Option<Bytes> {
        (self.body.len() <= MAX_GZIP_BYTES).then(|| self.gzip.get_or_init(|| gzipped(&self.body)).clone())
    }

    fn weight(&self) -> u32 {
        // ResponseKey, value and the store's own tables; a quarter for the compressed form.
        u32::try_from(self.body.len() / 4 * 5 + 512).unwrap_or(u32::MAX)
    }
}

/// Bytes, compressed by gzip.
pub(crate) fn gzipped(bytes: &[u8]) -> Bytes {
    let mut packed = Vec::with_capacity(bytes.len() / 4);
    let mut encoder = GzEncoder::new(&mut packed, Compression::new(5));
    // Nothing that is written to memory fails.
    let _ = encoder.write_all(bytes).and_then(|()| encoder.try_finish());
    drop(encoder);
    packed.into()
}

/// Responses by key. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub(crate) struct ResponseCache(Option<ResponseStores>);

#[derive(Clone, Debug)]
struct ResponseStores {
    responses: moka::sync::Cache<ResponseKey, CachedResponse>,
    /// Keys of responses by request body: most clients send the same bytes again, which then need not be parsed.
    bodies: moka::sync::Cache<ResponseKey, ResponseKey>,
}

/// Bytes of responses for each body that is linked: a response is hardly smaller, and a link far.
const BYTES_PER_BODY: u64 = 1024;

impl ResponseCache {
    /// A cache of so many bytes; 0 turns it off.
    pub(crate) fn new(bytes: u64) -> Self {
        let stores = || ResponseStores {
            responses: moka::sync::Cache::builder()
                .max_capacity(bytes)
                .weigher(|_, response: &CachedResponse| response.weight())
                .build(),
            bodies: moka::sync::Cache::new(bytes / BYTES_PER_BODY),
        };
        Self((bytes > 0).then(stores))
    }

    /// Whether anything is cached at all.
    pub(crate) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// The response, where it is of this revision.
    pub(crate) fn get(&self, key: &ResponseKey, revision: Option<u64>) -> Option<CachedResponse> {
        let found = self.0.as_ref()?.responses.get(key).filter(|cached| Some(cached.revision) == revision);
        let result = if found.is_some() { "hit" } else { "miss" };
        counter!("wikimovie_cache_answers_total", "result" => result).increment(1);
        if let Some(request) = telemetry::Request::current() {
            request.note("cache", result);
        }
        found
    }

    /// Caches a response.
    pub(crate) fn insert(&self, key: ResponseKey, response: CachedResponse) {
        if let Some(stores) = &self.0 {
            stores.responses.insert(key, response);
            gauge!("wikimovie_cache_bytes", "store" => "answers")
                .set(stores.responses.weighted_size() as f64);
        }
    }

    /// Links a request body to the key of its response. Nothing ever changes that.
    pub(crate) fn link_body(&self, body: ResponseKey, key: ResponseKey) {
        if let Some(stores) = &self.0 {
            stores.bodies.insert(body, key);
        }
    }

    /// The key of the response to a request body, where it was linked.
    pub(crate) fn key_of_body(&self, body: &ResponseKey) -> Option<ResponseKey> {
        self.0.as_ref()?.bodies.get(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::Variables;
    use serde_json::json;

    fn key(
        document: &str,
        operation: Option<&str>,
        variables: serde_json::Value,
        access: &[u8],
    ) -> ResponseKey {
        ResponseKey::of(document, operation, &Variables::from_json(variables), access)
    }

    #[test]
    fn all_that_decides_a_response_is_in_its_key() {
        let keys = [
            key("{a}", None, json!({}), b""),
            key("{b}", None, json!({}), b""),
            key("{a}", Some("A"), json!({}), b""),
            key("{a}", None, json!({}), b"tenant"),
            key("{a}", None, json!({ "x": null }), b""),
            key("{a}", None, json!({ "x": 1 }), b""),
            key("{a}", None, json!({ "x": "1" }), b""),
            key("{a}", None, json!({ "x": true }), b""),
            key("{a}", None, json!({ "x": [1] }), b""),
            key("{a}", None, json!({ "x": [[1]] }), b""),
            key("{a}", None, json!({ "x": [1, 2], "y": [] }), b""),
            key("{a}", None, json!({ "x": [1], "y": [2] }), b""),
            key("{a}", None, json!({ "x": { "y": 1 } }), b""),
            key("{a}", None, json!({ "xy": { "": 1 } }), b""),
        ];
        for (at, one) in keys.iter().enumerate() {
            assert!(!keys[..at].contains(one), "key {at} is another's");
        }
    }

    #[test]
    fn the_order_in_which_variables_are_written_does_not_matter() {
        let one = serde_json::from_str(r#"{"a":1,"b":{"c":[1],"d":2}}"#).unwrap();
        let other = serde_json::from_str(r#"{"b":{"d":2,"c":[1]},"a":1}"#).unwrap();
        assert_eq!(key("{a}", None, one, b""), key("{a}", None, other, b""));
    }

    #[test]
    fn a_body_is_linked_for_those_who_see_the_same() {
        let cache = ResponseCache::new(1 << 20);
        let (body, question) = (ResponseKey::of_body(b"{a}", b"one"), key("{a}", None, json!({}), b"one"));
        cache.link_body(body, question);
        assert_eq!(cache.key_of_body(&ResponseKey::of_body(b"{a}", b"one")), Some(question));
        for other in [ResponseKey::of_body(b"{a}", b"other"), ResponseKey::of_body(b"{a} ", b"one"), question]
        {
            assert_eq!(cache.key_of_body(&other), None);
        }
        assert_eq!(ResponseCache::new(0).key_of_body(&body), None);
    }

    #[test]
    fn responses_of_another_revision_are_not_served() {
        let cache = ResponseCache::new(1 << 20);
        let key = key("{a}", None, json!({}), b"");
        cache.insert(key, CachedResponse::new(Bytes::from_static(b"{}"), 7, 1));
        assert!(cache.get(&key, Some(7)).is_some());
        assert!(cache.get(&key, Some(8)).is_none());
        assert!(cache.get(&key, None).is_none());
    }
}
