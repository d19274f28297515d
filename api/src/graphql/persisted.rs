//! Documents known by their hash (Apollo's automatic persisted queries): a client sends the hash alone, and the
//! text only where we do not know it.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{Value, from_value};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::graphql::error::{ApiError, ErrorCode};

/// Text kept in all: 8 MiB are some 4,000 documents of 2 KB. The oldest go first.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// The documents known.
#[derive(Debug, Default)]
pub(crate) struct PersistedDocuments(Mutex<Store>);

#[derive(Debug, Default)]
struct Store {
    texts: HashMap<String, Arc<str>>,
    order: VecDeque<String>,
    bytes: usize,
}

#[derive(Deserialize)]
struct PersistedQuery {
    version: i32,
    #[serde(rename = "sha256Hash")]
    sha256_hash: String,
}

impl PersistedDocuments {
    /// The text of the document meant by the `persistedQuery` extension, with the text that came along if any.
    ///
    /// # Errors
    /// `PERSISTED_QUERY_NOT_FOUND`, or `BAD_REQUEST` where the extension is malformed or the hash is of another
    /// text.
    pub(crate) fn resolve(&self, extension: Value, text: &str) -> Result<Option<Arc<str>>, ApiError> {
        let bad = |message: &str| ApiError::new(ErrorCode::BadRequest, message);
        let query: PersistedQuery = from_value(extension)
            .map_err(|_| bad("extensions.persistedQuery has not the shape it must have"))?;
        if query.version != 1 {
            return Err(bad("extensions.persistedQuery.version is not 1"));
        }
        if text.is_empty() {
            let missing = || ApiError::new(ErrorCode::PersistedQueryNotFound, "PersistedQueryNotFound");
            return self.get(&query.sha256_hash).map(Some).ok_or_else(missing);
        }
        if !hash(text).eq_ignore_ascii_case(&query.sha256_hash) {
            return Err(bad("extensions.persistedQuery.sha256Hash is not the hash of query"));
        }
        Ok(None)
    }

    /// Keeps a document that was checked.
    pub(crate) fn keep(&self, text: &str) {
        let mut store = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hash = hash(text);
        if store.texts.contains_key(&hash) {
            return;
        }
        store.bytes += text.len();
        store.order.push_back(hash.clone());
        store.texts.insert(hash, text.into());
        while store.bytes > MAX_BYTES {
            let Some(oldest) = store.order.pop_front() else { break };
            if let Some(text) = store.texts.remove(&oldest) {
                store.bytes -= text.len();
            }
        }
    }

    fn get(&self, hash: &str) -> Option<Arc<str>> {
        let store = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        store.texts.get(&hash.to_ascii_lowercase()).cloned()
    }
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::value;

    #[test]
    fn a_document_is_known_by_its_hash_once_sent() {
        let documents = PersistedDocuments::default();
        let text = "{ __typename }";
        let extension = || value!({ "version": 1, "sha256Hash": hash(text) });
        assert_eq!(documents.resolve(extension(), "").unwrap_err().code(), ErrorCode::PersistedQueryNotFound);
        assert_eq!(documents.resolve(extension(), text), Ok(None));
        documents.keep(text);
        assert_eq!(documents.resolve(extension(), "").unwrap().as_deref(), Some(text));
        assert_eq!(documents.resolve(extension(), "{ other }").unwrap_err().code(), ErrorCode::BadRequest);
        for odd in [value!(1), value!({ "version": 2, "sha256Hash": "x" }), value!({ "version": 1 })] {
            assert_eq!(documents.resolve(odd, "").unwrap_err().code(), ErrorCode::BadRequest);
        }
    }

    #[test]
    fn the_oldest_documents_go_first() {
        let documents = PersistedDocuments::default();
        let text = |number: usize| format!("{number:0>60000}");
        for number in 0..200 {
            documents.keep(&text(number));
        }
        assert!(documents.get(&hash(&text(0))).is_none());
        assert!(documents.get(&hash(&text(199))).is_some());
    }
}
