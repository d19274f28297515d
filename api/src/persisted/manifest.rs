//! The manifest: the documents that the operator trusts, read from a file that a client's build made.
//!
//! Two shapes are read:
//! - a map of ids to texts, as Relay's compiler writes it and `clients/operations/manifest.mjs` does:
//!   `{"<id>": "query …", …}`;
//! - Apollo's: `{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id", "body", …}, …]}`.
//!
//! Any id will do; every document is found by the SHA-256 of its text, too. An id that looks like a SHA-256 must be that
//! of its document.
//!
//! Without a file the manifest is that of `clients/operations`, which is in the binary.

use std::{collections::HashMap, path::Path, sync::Arc};

use rust_embed::RustEmbed;
use serde::Deserialize;
use serde_json::Value;

use super::hash::{DocumentHash, hash_text, read_hex};
use crate::{guard::bounds, operation::parse_document};

/// Largest file: a document has 128 KiB at most, and few clients have thousands.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

const APOLLO: &str = "apollo-persisted-query-manifest";

#[derive(RustEmbed)]
#[folder = "../clients/operations"]
struct SharedOperations;

/// Documents by id and by hash.
#[derive(Debug, Default)]
pub struct Manifest {
    by_id: HashMap<Box<str>, Arc<str>>,
    by_hash: HashMap<DocumentHash, Arc<str>>,
}

/// What is wrong with a manifest, in one line.
#[derive(Debug, thiserror::Error)]
#[error("trusted documents {path}: {what}")]
pub struct ManifestError {
    path: String,
    what: String,
}

#[derive(Deserialize)]
struct Apollo {
    version: u32,
    operations: Vec<ApolloOperation>,
}

#[derive(Deserialize)]
struct ApolloOperation {
    id: String,
    body: String,
}

impl Manifest {
    /// Reads a file.
    ///
    /// # Errors
    /// One line that names the file, and the document at fault where it is one.
    pub fn read(path: &Path) -> Result<Self, ManifestError> {
        let error = |what: String| ManifestError { path: path.display().to_string(), what };
        let bytes = std::fs::metadata(path).map_err(|failed| error(failed.to_string()))?.len();
        if bytes > MAX_BYTES {
            return Err(error(format!("the file has {bytes} bytes, more than {MAX_BYTES}")));
        }
        let text = std::fs::read(path).map_err(|failed| error(failed.to_string()))?;
        Self::parse(&text).map_err(error)
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// What is wrong, in one line.
    pub fn parse(json: &[u8]) -> Result<Self, String> {
        let json: Value =
            serde_json::from_slice(json).map_err(|error| format!("it is not valid JSON: {error}"))?;
        let mut manifest = Self::default();
        for (id, text) in listed(json)? {
            manifest.add(&id, text).map_err(|what| format!("document {id}: {what}"))?;
        }
        if manifest.by_id.is_empty() {
            return Err("it lists no document".to_owned());
        }
        Ok(manifest)
    }

    /// The operations that all clients share. Their ids are their names.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn built_in() -> Result<Self, String> {
        let mut manifest = Self::default();
        for file in SharedOperations::iter() {
            let Some(id) = file.strip_suffix(".graphql") else { continue };
            let found = SharedOperations::get(&file).map(|file| file.data.into_owned()).unwrap_or_default();
            let text = String::from_utf8(found).map_err(|error| format!("document {id}: {error}"))?;
            manifest.add(id, text).map_err(|what| format!("document {id}: {what}"))?;
        }
        Ok(manifest)
    }

    /// The texts of its documents, each once, in no order.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &Arc<str>> {
        self.by_hash.values()
    }

    /// Documents in it.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether it lists nothing.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    pub(super) fn by_id(&self, id: &str) -> Option<Arc<str>> {
        self.by_id.get(id).cloned()
    }

    pub(super) fn by_hash(&self, hash: &DocumentHash) -> Option<Arc<str>> {
        self.by_hash.get(hash).cloned()
    }

    fn add(&mut self, id: &str, text: String) -> Result<(), String> {
        let hash = hash_text(&text);
        let digits = id.strip_prefix("sha256:").unwrap_or(id);
        match read_hex(digits) {
            Some(named) if named != hash => return Err("the id is not the SHA-256 of the text".to_owned()),
            None if digits.len() != id.len() => return Err("the id is not sha256: and 64 digits".to_owned()),
            Some(_) | None => {}
        }
        bounds::check_text(&text).map_err(|error| error.message().to_owned())?;
        let document = parse_document(&text).map_err(|error| {
            // The parser shows the place in several lines.
            let line = error.to_string().lines().map(str::trim).collect::<Vec<_>>().join(" ");
            format!("it is not valid GraphQL: {line}")
        })?;
        bounds::check_document(&document).map_err(|error| error.message().to_owned())?;
        let text: Arc<str> = text.into();
        self.by_hash.insert(hash, Arc::clone(&text));
        match self.by_id.insert(id.into(), text) {
            Some(_) => Err("it is listed twice".to_owned()),
            None => Ok(()),
        }
    }
}

fn listed(json: Value) -> Result<Vec<(String, String)>, String> {
    let Value::Object(fields) = json else { return Err("it is not a JSON object".to_owned()) };
    if fields.get("format").is_some_and(|format| format == APOLLO) {
        let apollo: Apollo = serde_json::from_value(Value::Object(fields))
            .map_err(|error| format!("it is not a valid {APOLLO}: {error}"))?;
        if apollo.version != 1 {
            return Err(format!("version {} of {APOLLO} is not supported, only 1 is", apollo.version));
        }
        return Ok(apollo.operations.into_iter().map(|operation| (operation.id, operation.body)).collect());
    }
    let text = |(id, value)| match value {
        Value::String(text) => Ok((id, text)),
        _ => Err(format!("document {id}: its text is not a string")),
    };
    fields.into_iter().map(text).collect()
}
