//! Documents known by name: a client sends a hash or an id in place of the text.
//!
//! Two kinds. *Automatic* ones (Apollo's automatic persisted queries) were sent by some client before; they save bytes
//! and trust nobody. *Trusted* ones stand in a manifest that the operator deploys with the clients; with
//! [`TrustMode::Enforce`] nothing else is executed.

mod args;
mod automatic;
mod manifest;
mod watch;

use std::{path::PathBuf, sync::Arc};

use arc_swap::ArcSwap;
use async_graphql::{Value, from_value};
use metrics::counter;
use serde::Deserialize;
use sha2::{Digest, Sha256};

pub use self::{
    args::DocumentArgs,
    manifest::{Manifest, ManifestError},
};
use self::{automatic::AutomaticDocuments, watch::Stamp};
use crate::error::{ApiError, ErrorCode};

/// SHA-256 of a document's text.
pub(crate) type Hash = [u8; 32];

/// What is done with a document that no manifest lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrustMode {
    /// It is executed.
    #[default]
    Off,
    /// It is executed, counted, and its hash is told in the log.
    Log,
    /// Refuse it.
    Enforce,
}

/// Settings of documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentSettings {
    /// Bytes that automatic documents may take in memory; 0 for none at all, which clients are told.
    pub automatic_bytes: u64,
    /// What happens to documents that the manifest does not list.
    pub mode: TrustMode,
    /// The manifest's file.
    pub manifest: Option<PathBuf>,
}

impl Default for DocumentSettings {
    fn default() -> Self {
        // 8 MiB are some 4,000 documents of 2 KB.
        Self { automatic_bytes: 8 * 1024 * 1024, mode: TrustMode::Off, manifest: None }
    }
}

/// The documents known. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Documents {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    settings: DocumentSettings,
    automatic: AutomaticDocuments,
    trusted: ArcSwap<Manifest>,
    /// The file as it was when it was last looked at.
    seen: std::sync::Mutex<Option<Stamp>>,
    /// Hashes told in the log, so that each is told once.
    told: moka::sync::Cache<Hash, ()>,
}

/// Hashes remembered as told.
const TOLD: u64 = 1_000;

/// How a request names its document.
#[derive(Debug, Default)]
pub(crate) struct Naming {
    /// `documentId` of the GraphQL-over-HTTP draft.
    pub(crate) document_id: Option<String>,
    /// `extensions.persistedQuery`.
    pub(crate) persisted: Option<Value>,
}

/// A document found.
#[derive(Debug)]
pub(crate) struct Found {
    /// Its text, where the request did not bring it.
    pub(crate) text: Option<Arc<str>>,
    /// Whether it is to be kept under its hash once it was checked.
    pub(crate) keep: Option<Hash>,
}

#[derive(Deserialize)]
struct PersistedQuery {
    version: i32,
    #[serde(rename = "sha256Hash")]
    sha256_hash: String,
}

/// Automatic documents alone.
impl Default for Documents {
    fn default() -> Self {
        Self::new(DocumentSettings::default(), Manifest::default(), None)
    }
}

impl Documents {
    /// The documents by these settings; reads the manifest.
    ///
    /// # Errors
    /// One line about what is wrong with the manifest.
    pub fn open(settings: DocumentSettings) -> Result<Self, ManifestError> {
        let (manifest, seen) = match &settings.manifest {
            Some(path) => {
                let seen = Stamp::of(path);
                (Manifest::read(path)?, seen)
            }
            None => (Manifest::default(), None),
        };
        Ok(Self::new(settings, manifest, seen))
    }

    fn new(settings: DocumentSettings, manifest: Manifest, seen: Option<Stamp>) -> Self {
        let shared = Shared {
            automatic: AutomaticDocuments::new(settings.automatic_bytes),
            trusted: ArcSwap::from_pointee(manifest),
            seen: std::sync::Mutex::new(seen),
            told: moka::sync::Cache::new(TOLD),
            settings,
        };
        Self { shared: Arc::new(shared) }
    }

    /// Documents in the manifest.
    pub fn trusted(&self) -> usize {
        self.shared.trusted.load().len()
    }

    /// Whether any document that is sent is executed, and nothing is to be told of it.
    pub(crate) fn admits_all(&self) -> bool {
        self.shared.settings.mode == TrustMode::Off
    }

    /// Finds the document of a request.
    ///
    /// # Errors
    /// `PERSISTED_QUERY_NOT_FOUND` or `_NOT_SUPPORTED`, `DOCUMENT_NOT_TRUSTED`, or `BAD_REQUEST` where the naming is
    /// malformed or the hash is of another text.
    pub(crate) fn find(&self, naming: Naming, text: &str) -> Result<Found, ApiError> {
        let hash = match naming {
            Naming { document_id: Some(_), persisted: Some(_) } => {
                return Err(bad("documentId and extensions.persistedQuery both name a document"));
            }
            Naming { document_id: Some(_), .. } if !text.is_empty() => {
                return Err(bad("documentId and query are both given: send one of them"));
            }
            Naming { document_id: Some(id), .. } => return self.by_id(&id),
            Naming { persisted: Some(extension), .. } => {
                let hash = hash_of(extension)?;
                if text.is_empty() {
                    return self.by_hash(&hash);
                }
                if hash_text(text) != hash {
                    return Err(bad("extensions.persistedQuery.sha256Hash is not the hash of query"));
                }
                Some(hash)
            }
            Naming { .. } => None,
        };
        self.admit(text, hash)
    }

    /// Keeps an automatic document that was checked.
    pub(crate) fn keep(&self, hash: Hash, text: &str) {
        if self.shared.settings.automatic_bytes > 0 {
            self.shared.automatic.keep(hash, text);
        }
    }

    fn by_id(&self, id: &str) -> Result<Found, ApiError> {
        if let Some(text) = self.shared.trusted.load().by_id(id) {
            return Ok(trusted(text));
        }
        match id.split_once(':') {
            Some(("sha256", hex)) => {
                let hash = read_hex(hex)
                    .ok_or_else(|| bad("documentId is not sha256: and 64 hexadecimal digits"))?;
                self.by_hash(&hash)
            }
            Some((prefix, _)) if !prefix.starts_with("x-") => {
                Err(bad("documentId has an unknown prefix: only sha256: is supported"))
            }
            _ => Err(self.not_found("no document has this documentId")),
        }
    }

    fn by_hash(&self, hash: &Hash) -> Result<Found, ApiError> {
        if let Some(text) = self.shared.trusted.load().by_hash(hash) {
            return Ok(trusted(text));
        }
        let automatic = match self.shared.settings.mode {
            TrustMode::Enforce => None,
            TrustMode::Off | TrustMode::Log => self.shared.automatic.get(hash),
        };
        let Some(text) = automatic else { return Err(self.not_found("PersistedQueryNotFound")) };
        self.admit(&text, Some(*hash)).map(|_| Found { text: Some(text), keep: None })
    }

    /// Lets a text in that came with the request, or came with one before.
    fn admit(&self, text: &str, hash: Option<Hash>) -> Result<Found, ApiError> {
        let untold = Found { text: None, keep: hash };
        if self.shared.settings.mode == TrustMode::Off {
            return Ok(untold);
        }
        let hash = hash.unwrap_or_else(|| hash_text(text));
        if self.shared.trusted.load().by_hash(&hash).is_some() {
            count("trusted");
            return Ok(Found { text: None, keep: None });
        }
        if self.shared.settings.mode == TrustMode::Enforce {
            count("refused");
            return Err(not_trusted(
                "only documents of the manifest are executed, and this document is not in it",
            ));
        }
        count("untrusted");
        if self.shared.told.get(&hash).is_none() {
            self.shared.told.insert(hash, ());
            tracing::warn!(document = %hex(&hash), "executed a document that the manifest does not list");
        }
        Ok(untold)
    }

    fn not_found(&self, message: &str) -> ApiError {
        count("unknown");
        match self.shared.settings.mode {
            // Sending the text would not help, and the other code invites to it.
            TrustMode::Enforce => not_trusted("no document of the manifest has this name"),
            // What Apollo's clients know: they send texts alone from then on.
            TrustMode::Off | TrustMode::Log if self.shared.settings.automatic_bytes == 0 => {
                ApiError::new(ErrorCode::PersistedQueryNotSupported, "PersistedQueryNotSupported")
            }
            TrustMode::Off | TrustMode::Log => ApiError::new(ErrorCode::PersistedQueryNotFound, message),
        }
    }
}

fn trusted(text: Arc<str>) -> Found {
    count("trusted");
    Found { text: Some(text), keep: None }
}

fn count(trust: &'static str) {
    counter!("wikimovie_documents_total", "trust" => trust).increment(1);
}

fn bad(message: &str) -> ApiError {
    ApiError::new(ErrorCode::BadRequest, message)
}

fn not_trusted(message: &str) -> ApiError {
    ApiError::new(ErrorCode::DocumentNotTrusted, message)
}

fn hash_of(extension: Value) -> Result<Hash, ApiError> {
    let query: PersistedQuery =
        from_value(extension).map_err(|_| bad("extensions.persistedQuery is malformed"))?;
    if query.version != 1 {
        return Err(bad("extensions.persistedQuery.version is not 1"));
    }
    let malformed = || bad("extensions.persistedQuery.sha256Hash is not 64 hexadecimal digits");
    read_hex(&query.sha256_hash).ok_or_else(malformed)
}

fn hash_text(text: &str) -> Hash {
    Sha256::digest(text.as_bytes()).into()
}

fn hex(hash: &Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read_hex(hex: &str) -> Option<Hash> {
    let digits = hex.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut hash = Hash::default();
    for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |at: usize| char::from(pair[at]).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        *byte = digit(0)? << 4 | digit(1)?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests;
