//! The bytes of whole answers, given out as long as their revision is known to be the current one.

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

/// What decides an answer, but for the revision: document, operation, variables, and who may see what. SHA-256, so that
/// nobody can make two questions meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key([u8; 32]);

impl Key {
    /// The key of an operation. Variables that are equal as JSON are equal, in whatever order they were written.
    pub(crate) fn of(
        document: &str,
        operation: Option<&str>,
        variables: &async_graphql::Variables,
        access: &[u8],
    ) -> Self {
        let mut hash = Hash(Sha256::new());
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

    /// The key of a body as it was sent. Never that of an operation, which begins with its length.
    pub(crate) fn of_body(body: &[u8], access: &[u8]) -> Self {
        let mut hash = Hash(Sha256::new());
        hash.length(usize::MAX);
        hash.bytes(access);
        hash.bytes(body);
        Self(hash.0.finalize().into())
    }
}

/// Each part is preceded by its kind and length, so that no two values run together.
struct Hash(Sha256);

impl Hash {
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

/// An answer as it goes over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    /// The whole JSON.
    pub(crate) body: Bytes,
    /// Names these bytes, and the revision they tell of.
    pub(crate) etag: HeaderValue,
    /// Names the compressed bytes.
    pub(crate) gzip_etag: HeaderValue,
    /// The revision they tell of.
    pub(crate) revision: u64,
    /// Points that the operation costs, whoever answers it.
    pub(crate) cost: u32,
    gzip: Arc<OnceLock<Bytes>>,
}

/// Longer answers take too long to compress between two other tasks.
const MAX_GZIP_BYTES: usize = 64 * 1024;

impl Stored {
    /// An answer of a revision.
    pub(crate) fn new(body: Bytes, revision: u64, cost: u32) -> Self {
        let hash = hex::encode(&Sha256::digest(&body)[..16]);
        let tag = |suffix: &str| {
            let tag = ["\"", &revision.to_string(), "-", &hash, suffix, "\""].concat();
            HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""))
        };
        Self { body, etag: tag(""), gzip_etag: tag("-gzip"), revision, cost, gzip: Arc::default() }
    }

    /// The compressed bytes, made once; `None` where the answer is too long for that here.
    pub(crate) fn gzip(&self) -> Option<Bytes> {
        (self.body.len() <= MAX_GZIP_BYTES).then(|| self.gzip.get_or_init(|| pack(&self.body)).clone())
    }

    fn weight(&self) -> u32 {
        // Key, value and the store's own tables; a quarter for the compressed form.
        u32::try_from(self.body.len() / 4 * 5 + 512).unwrap_or(u32::MAX)
    }
}

fn pack(bytes: &[u8]) -> Bytes {
    let mut packed = Vec::with_capacity(bytes.len() / 4);
    let mut encoder = GzEncoder::new(&mut packed, Compression::new(5));
    // Nothing that is written to memory fails.
    let _ = encoder.write_all(bytes).and_then(|()| encoder.try_finish());
    drop(encoder);
    packed.into()
}

/// Whole answers by key.
#[derive(Clone, Debug)]
pub(crate) struct WholeAnswers(Option<Stores>);

#[derive(Clone, Debug)]
struct Stores {
    answers: moka::sync::Cache<Key, Stored>,
    /// Which question a body asks: most clients send the same bytes again, and need not be read then.
    bodies: moka::sync::Cache<Key, Key>,
}

/// Bytes of answers for each body whose question is noted: an answer is hardly smaller, and a note far.
const BYTES_PER_BODY: u64 = 1024;

impl WholeAnswers {
    /// A store of so many bytes; 0 keeps nothing.
    pub(crate) fn new(bytes: u64) -> Self {
        let stores = || Stores {
            answers: moka::sync::Cache::builder()
                .max_capacity(bytes)
                .weigher(|_, stored: &Stored| stored.weight())
                .build(),
            bodies: moka::sync::Cache::new(bytes / BYTES_PER_BODY),
        };
        Self((bytes > 0).then(stores))
    }

    /// Whether anything is kept at all.
    pub(crate) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// The answer, where it is of this revision.
    pub(crate) fn get(&self, key: &Key, revision: Option<u64>) -> Option<Stored> {
        let found = self.0.as_ref()?.answers.get(key).filter(|stored| Some(stored.revision) == revision);
        let result = if found.is_some() { "hit" } else { "miss" };
        counter!("wikimovie_cache_answers_total", "result" => result).increment(1);
        if let Some(request) = telemetry::Request::current() {
            request.note("cache", result);
        }
        found
    }

    /// Keeps an answer.
    pub(crate) fn put(&self, key: Key, stored: Stored) {
        if let Some(store) = &self.0 {
            store.answers.insert(key, stored);
            gauge!("wikimovie_cache_bytes", "store" => "answers").set(store.answers.weighted_size() as f64);
        }
    }

    /// Notes which question a body asks. Nothing ever changes that.
    pub(crate) fn note_body(&self, body: Key, question: Key) {
        if let Some(stores) = &self.0 {
            stores.bodies.insert(body, question);
        }
    }

    /// The question that a body asks, where it was noted.
    pub(crate) fn question_of(&self, body: &Key) -> Option<Key> {
        self.0.as_ref()?.bodies.get(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::Variables;
    use serde_json::json;

    fn key(document: &str, operation: Option<&str>, variables: serde_json::Value, access: &[u8]) -> Key {
        Key::of(document, operation, &Variables::from_json(variables), access)
    }

    #[test]
    fn all_that_decides_an_answer_is_in_its_key() {
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
    fn a_body_leads_to_its_question_for_those_who_see_the_same() {
        let answers = WholeAnswers::new(1 << 20);
        let (body, question) = (Key::of_body(b"{a}", b"one"), key("{a}", None, json!({}), b"one"));
        answers.note_body(body, question);
        assert_eq!(answers.question_of(&Key::of_body(b"{a}", b"one")), Some(question));
        for other in [Key::of_body(b"{a}", b"other"), Key::of_body(b"{a} ", b"one"), question] {
            assert_eq!(answers.question_of(&other), None);
        }
        assert_eq!(WholeAnswers::new(0).question_of(&body), None);
    }

    #[test]
    fn answers_of_another_revision_are_not_told() {
        let answers = WholeAnswers::new(1 << 20);
        let key = key("{a}", None, json!({}), b"");
        answers.put(key, Stored::new(Bytes::from_static(b"{}"), 7, 1));
        assert!(answers.get(&key, Some(7)).is_some());
        assert!(answers.get(&key, Some(8)).is_none());
        assert!(answers.get(&key, None).is_none());
    }
}
