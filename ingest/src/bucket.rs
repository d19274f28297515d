//! A bucket of objects, as the worker needs one, and some keys or all of it as a [`Source`](crate::Source).

mod body;
mod keys;
mod mappings;

use std::io::Read;

pub(crate) use self::body::HALTED;
pub use self::{keys::Keys, mappings::MappingCache};
use crate::{
    folder::{is_meant, provider_of},
    mapping,
    queue::RemoteError,
    rules::Rules,
};

/// Prefixes that are ours: nothing below is an object of the catalogue.
pub const RESERVED: &[&str] = &["receipts/", "quarantine/"];

/// What a bucket says of an object without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectHead {
    /// Key, decoded.
    pub key: String,
    /// ETag, as it is told.
    pub etag: String,
    /// LastModified in milliseconds since the Unix epoch, whole seconds: HEAD tells no more.
    pub modified_ms: u64,
    /// Size as stored.
    pub bytes: u64,
}

impl ObjectHead {
    fn fingerprint(&self, rules: &Rules) -> String {
        rules.fingerprint(&format!("{}-{}-{}", self.bytes, self.modified_ms, self.etag))
    }
}

/// Why an object cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It is gone, or another one by now: look again.
    #[error("it was replaced or removed meanwhile")]
    Changed,
    /// See there.
    #[error(transparent)]
    Remote(#[from] RemoteError),
}

/// A bucket. Each call blocks, and ends by a deadline of its own.
pub trait Bucket: Send + Sync {
    /// Its name.
    fn name(&self) -> &str;

    /// Whether it is there and may be used.
    ///
    /// # Errors
    /// [`RemoteError`] where not.
    fn check(&self) -> Result<(), RemoteError>;

    /// The current state of an object; `None` only where the bucket itself says that there is none under this key.
    ///
    /// # Errors
    /// [`RemoteError`] where that cannot be told, [`RemoteError::Missing`] where the bucket is not there.
    fn head(&self, key: &str) -> Result<Option<ObjectHead>, RemoteError>;

    /// Content of exactly this state of an object, from a byte on.
    ///
    /// # Errors
    /// [`OpenError::Changed`] where the object has another state.
    fn open(&self, object: &ObjectHead, from: u64) -> Result<Box<dyn Read + Send>, OpenError>;

    /// Every object whose key starts so, in order of keys.
    ///
    /// # Errors
    /// [`RemoteError`]; a part of them is not all of them.
    fn list(&self, prefix: &str) -> Result<Vec<ObjectHead>, RemoteError>;

    /// Puts a small object.
    ///
    /// # Errors
    /// [`RemoteError`]; whether it is there cannot be told then.
    fn put(&self, key: &str, body: Vec<u8>, content_type: &str) -> Result<(), RemoteError>;
}

/// Ledger key of an object of a bucket.
pub fn ledger_key(bucket: &str, key: &str) -> String {
    ["s3/", bucket, "/", key].concat()
}

/// Whether a key can be an object of the catalogue: none of ours, no folder, no README and the like.
pub fn is_object(key: &str) -> bool {
    !RESERVED.iter().any(|reserved| key.starts_with(reserved)) && !key.ends_with('/') && is_meant(key)
}

/// Whether a key is that of a mapping that counts.
pub fn is_mapping(key: &str) -> bool {
    !RESERVED.iter().any(|reserved| key.starts_with(reserved))
        && mapping::is_mapping(key)
        && mapping::key_beside(key) == key
        && provider_of(key).is_ok()
}
