//! Persisted documents: a client sends a hash or an id in place of the text.
//!
//! There are two kinds. *Automatic persisted queries* (Apollo's) were sent by some client before: they save bytes, and
//! nobody vouches for them. *Trusted documents* are listed in a manifest that the operator deploys with the clients; with
//! [`TrustMode::Enforce`] nothing else is executed.

mod args;
mod automatic;
mod comments;
mod hash;
mod manifest;

use std::{path::PathBuf, sync::Arc, time::Duration};

use async_graphql::{Value, from_value};
use metrics::{counter, gauge};
use serde::Deserialize;

pub use self::{
    args::PersistedArgs,
    manifest::{Manifest, ManifestError},
};
use self::{
    automatic::AutomaticQueries,
    hash::{hash_text, read_hex},
};
pub(crate) use self::{
    comments::{DocumentComments, DocumentExample},
    hash::DocumentHash,
};
use crate::{
    error::{ApiError, ErrorCode},
    reloading::{POLL_INTERVAL, Reloading},
};

/// What happens to a document that the manifest does not list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrustMode {
    /// It is executed.
    #[default]
    Off,
    /// It is executed and counted, and its hash is logged.
    Log,
    /// It is refused.
    Enforce,
}

/// Settings of persisted documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersistedSettings {
    /// Bytes of memory for automatic persisted queries; 0 turns them off, and clients get `PERSISTED_QUERY_NOT_SUPPORTED`.
    pub automatic_bytes: u64,
    /// What happens to documents that the manifest does not list.
    pub mode: TrustMode,
    /// The manifest's file.
    pub manifest: Option<PathBuf>,
    /// Time between two looks whether the manifest's file has changed.
    pub poll_interval: Duration,
}

impl Default for PersistedSettings {
    fn default() -> Self {
        // 8 MiB are some 4,000 documents of 2 KB.
        Self {
            automatic_bytes: 8 * 1024 * 1024,
            mode: TrustMode::Off,
            manifest: None,
            poll_interval: POLL_INTERVAL,
        }
    }
}

/// The persisted documents. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct PersistedDocuments {
    store: Arc<Store>,
}

#[derive(Debug)]
struct Store {
    settings: PersistedSettings,
    automatic: AutomaticQueries,
    /// The operator's manifest; `None` where no document is trusted by a file.
    manifest: Option<Reloading<Manifest, ManifestError>>,
    /// The manifest without one; empty with one.
    built_in: Arc<Manifest>,
    /// Hashes that were logged, so that each is logged once.
    logged: moka::sync::Cache<DocumentHash, ()>,
}

/// Most hashes remembered as logged.
const MAX_LOGGED: u64 = 1_000;

/// How a request refers to its document.
#[derive(Debug, Default)]
pub(crate) struct DocumentReference {
    /// `documentId` of the GraphQL-over-HTTP draft.
    pub(crate) document_id: Option<String>,
    /// `extensions.persistedQuery`.
    pub(crate) persisted: Option<Value>,
}

/// The document of a request.
#[derive(Debug)]
pub(crate) struct ResolvedDocument {
    /// Its text, where the request did not bring it.
    pub(crate) text: Option<Arc<str>>,
    /// Hash under which it is stored once it is validated.
    pub(crate) store_as: Option<DocumentHash>,
}

#[derive(Deserialize)]
struct PersistedQuery {
    version: i32,
    #[serde(rename = "sha256Hash")]
    sha256_hash: String,
}

/// Automatic persisted queries alone.
impl Default for PersistedDocuments {
    fn default() -> Self {
        Self::new(PersistedSettings::default(), None)
    }
}

impl PersistedDocuments {
    /// The documents by these settings; reads the manifest.
    ///
    /// # Errors
    /// One line about what is wrong with the manifest.
    pub fn open(settings: PersistedSettings) -> Result<Self, ManifestError> {
        let open = |path: PathBuf| {
            Reloading::open(vec![path.clone()], settings.poll_interval, move || Manifest::read(&path))
        };
        let manifest = settings.manifest.clone().map(open).transpose()?;
        Ok(Self::new(settings, manifest))
    }

    fn new(settings: PersistedSettings, manifest: Option<Reloading<Manifest, ManifestError>>) -> Self {
        // An operator's manifest takes its place for good.
        let built_in = manifest.is_none().then(Manifest::built_in).transpose().unwrap_or_else(|error| {
            tracing::error!(error, "the shared operations cannot be read");
            None
        });
        let store = Store {
            built_in: Arc::new(built_in.unwrap_or_default()),
            automatic: AutomaticQueries::new(settings.automatic_bytes),
            manifest,
            logged: moka::sync::Cache::new(MAX_LOGGED),
            settings,
        };
        Self { store: Arc::new(store) }
    }

    /// The manifest in use: the operator's, or that of the shared operations.
    pub(crate) fn manifest(&self) -> Arc<Manifest> {
        self.store
            .manifest
            .as_ref()
            .map_or_else(|| Arc::clone(&self.store.built_in), |manifest| Arc::clone(&manifest.current()))
    }

    /// Documents in the operator's manifest.
    pub fn trusted(&self) -> usize {
        self.store.manifest.as_ref().map_or(0, |manifest| manifest.current().len())
    }

    /// Follows the manifest for ever; returns at once where there is none. To be run as a task beside the gateway.
    pub async fn follow(self) {
        let Some(manifest) = &self.store.manifest else { return };
        let listed = |documents: usize| gauge!("wikimovie_trusted_documents").set(documents as f64);
        listed(self.trusted());
        let report = |result: Result<Arc<Manifest>, ManifestError>| {
            let outcome = if result.is_ok() { "ok" } else { "error" };
            counter!("wikimovie_trusted_documents_reloads_total", "result" => outcome).increment(1);
            match result {
                Ok(manifest) => {
                    listed(manifest.len());
                    tracing::info!(documents = manifest.len(), "reloaded the manifest of trusted documents");
                }
                Err(error) => {
                    tracing::error!(%error, "the manifest cannot be reloaded; the previous one stays in use");
                }
            }
        };
        manifest.follow(report).await;
    }

    fn trusted_by_id(&self, id: &str) -> Option<Arc<str>> {
        self.manifest().by_id(id)
    }

    fn trusted_by_hash(&self, hash: &DocumentHash) -> Option<Arc<str>> {
        self.manifest().by_hash(hash)
    }

    /// Whether every document that is sent is executed, and none is logged.
    pub(crate) fn admits_all(&self) -> bool {
        self.store.settings.mode == TrustMode::Off
    }

    /// Resolves the document of a request.
    ///
    /// # Errors
    /// `PERSISTED_QUERY_NOT_FOUND` or `_NOT_SUPPORTED`, `DOCUMENT_NOT_TRUSTED`, or `BAD_REQUEST` where the reference is
    /// malformed or the hash is of another text.
    pub(crate) fn resolve(
        &self,
        reference: DocumentReference,
        text: &str,
    ) -> Result<ResolvedDocument, ApiError> {
        let hash = match reference {
            DocumentReference { document_id: Some(_), persisted: Some(_) } => {
                return Err(bad("documentId and extensions.persistedQuery both name a document"));
            }
            DocumentReference { document_id: Some(_), .. } if !text.is_empty() => {
                return Err(bad("documentId and query are both given: send one of them"));
            }
            DocumentReference { document_id: Some(id), .. } => return self.by_id(&id),
            DocumentReference { persisted: Some(extension), .. } => {
                let hash = hash_of(extension)?;
                if text.is_empty() {
                    return self.by_hash(&hash);
                }
                if hash_text(text) != hash {
                    return Err(bad("extensions.persistedQuery.sha256Hash is not the hash of query"));
                }
                Some(hash)
            }
            DocumentReference { .. } => None,
        };
        self.admit(text, hash)
    }

    /// Stores an automatic persisted query that was validated.
    pub(crate) fn insert(&self, hash: DocumentHash, text: &str) {
        if self.store.settings.automatic_bytes > 0 {
            self.store.automatic.insert(hash, text);
        }
    }

    fn by_id(&self, id: &str) -> Result<ResolvedDocument, ApiError> {
        if let Some(text) = self.trusted_by_id(id) {
            return Ok(trusted(text));
        }
        match id.split_once(':') {
            Some(("sha256", digits)) => {
                let hash = read_hex(digits)
                    .ok_or_else(|| bad("documentId is not sha256: and 64 hexadecimal digits"))?;
                self.by_hash(&hash)
            }
            Some((prefix, _)) if !prefix.starts_with("x-") => {
                Err(bad("documentId has an unknown prefix: only sha256: is supported"))
            }
            _ => Err(self.not_found("no document has this documentId")),
        }
    }

    fn by_hash(&self, hash: &DocumentHash) -> Result<ResolvedDocument, ApiError> {
        if let Some(text) = self.trusted_by_hash(hash) {
            return Ok(trusted(text));
        }
        let automatic = match self.store.settings.mode {
            TrustMode::Enforce => None,
            TrustMode::Off | TrustMode::Log => self.store.automatic.get(hash),
        };
        let Some(text) = automatic else { return Err(self.not_found("PersistedQueryNotFound")) };
        self.admit(&text, Some(*hash)).map(|_| ResolvedDocument { text: Some(text), store_as: None })
    }

    /// Admits a text that came with the request, or with an earlier one.
    fn admit(&self, text: &str, hash: Option<DocumentHash>) -> Result<ResolvedDocument, ApiError> {
        let admitted = ResolvedDocument { text: None, store_as: hash };
        if self.store.settings.mode == TrustMode::Off {
            return Ok(admitted);
        }
        let hash = hash.unwrap_or_else(|| hash_text(text));
        if self.trusted_by_hash(&hash).is_some() {
            count("trusted");
            return Ok(ResolvedDocument { text: None, store_as: None });
        }
        if self.store.settings.mode == TrustMode::Enforce {
            count("refused");
            return Err(not_trusted(
                "only documents of the manifest are executed, and this document is not in it",
            ));
        }
        count("untrusted");
        if self.store.logged.get(&hash).is_none() {
            self.store.logged.insert(hash, ());
            tracing::warn!(document = %hex::encode(hash), "executed a document that the manifest does not list");
        }
        Ok(admitted)
    }

    fn not_found(&self, message: &str) -> ApiError {
        count("unknown");
        match self.store.settings.mode {
            // The other code invites clients to send the text, which would not help.
            TrustMode::Enforce => not_trusted("no document of the manifest has this name"),
            // Apollo's clients know this code: they send texts alone from then on.
            TrustMode::Off | TrustMode::Log if self.store.settings.automatic_bytes == 0 => {
                ApiError::new(ErrorCode::PersistedQueryNotSupported, "PersistedQueryNotSupported")
            }
            TrustMode::Off | TrustMode::Log => ApiError::new(ErrorCode::PersistedQueryNotFound, message),
        }
    }
}

fn trusted(text: Arc<str>) -> ResolvedDocument {
    count("trusted");
    ResolvedDocument { text: Some(text), store_as: None }
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

fn hash_of(extension: Value) -> Result<DocumentHash, ApiError> {
    let query: PersistedQuery =
        from_value(extension).map_err(|_| bad("extensions.persistedQuery is malformed"))?;
    if query.version != 1 {
        return Err(bad("extensions.persistedQuery.version is not 1"));
    }
    let malformed = || bad("extensions.persistedQuery.sha256Hash is not 64 hexadecimal digits");
    read_hex(&query.sha256_hash).ok_or_else(malformed)
}

#[cfg(test)]
mod tests;
