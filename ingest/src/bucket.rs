//! A bucket of objects, as the worker needs one, and some keys or all of it as a [`Source`].

use std::{
    collections::HashMap,
    io::{self, Read},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use wikimovie_engine::ObjectState;

use crate::{
    folder::{is_meant, provider_of},
    mapping::{self, Mapping, MappingFault, MappingResult},
    queue::RemoteError,
    rules::Rules,
    slots::Opener,
    sync::{Listing, Problem, Source},
};

/// Prefixes that are ours: nothing below is an object of the catalogue.
pub const RESERVED: &[&str] = &["receipts/", "quarantine/"];

/// How often a body that breaks off is taken up again where it broke.
const RESUMES: u32 = 5;

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

/// Mappings that were read, by key, so that each state of one is read once.
#[derive(Clone, Debug, Default)]
pub struct MappingCache(Arc<Mutex<HashMap<String, (ObjectHead, MappingResult)>>>);

impl MappingCache {
    /// The mapping of this state.
    ///
    /// # Errors
    /// [`RemoteError`] where the bucket cannot be asked.
    pub fn read(&self, bucket: &dyn Bucket, head: &ObjectHead) -> Result<MappingResult, RemoteError> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, found)) = lock().get(&head.key).filter(|(known, _)| known == head) {
            return Ok(found.clone());
        }
        let unreadable = |message: String| Err(MappingFault::Unreadable { name: head.key.clone(), message });
        let found = match bucket.open(head, 0) {
            Ok(source) => Mapping::read(&head.key, Whole { source, left: head.bytes }),
            Err(error @ OpenError::Changed) => unreadable(error.to_string()),
            Err(OpenError::Remote(error @ RemoteError::Denied(_))) => unreadable(error.to_string()),
            Err(OpenError::Remote(error)) => return Err(error),
        };
        if !matches!(found, Err(MappingFault::Unreadable { .. })) {
            lock().insert(head.key.clone(), (head.clone(), found.clone()));
        }
        Ok(found)
    }
}

/// A body that fails where it ends too early.
struct Whole {
    source: Box<dyn Read + Send>,
    left: u64,
}

impl Read for Whole {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(into)?;
        if count == 0 && self.left > 0 && !into.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left = self.left.saturating_sub(count as u64);
        Ok(count)
    }
}

/// A bucket, or some keys of it, as a source. Remembers what it saw of each key.
pub struct Keys {
    bucket: Arc<dyn Bucket>,
    /// `None` means all.
    keys: Option<Vec<String>>,
    seen: Mutex<HashMap<String, Option<ObjectHead>>>,
    denied: Arc<AtomicBool>,
    halt: Arc<AtomicBool>,
    rules: Rules,
    cache: MappingCache,
    /// Mappings of the last listing, by their keys.
    mappings: Mutex<HashMap<String, MappingResult>>,
}

impl Keys {
    /// The whole bucket: what is not listed is gone.
    pub fn all(bucket: Arc<dyn Bucket>) -> Self {
        Self::new(bucket, None)
    }

    /// Some keys: nothing is told of others.
    pub fn some(bucket: Arc<dyn Bucket>, keys: Vec<String>) -> Self {
        Self::new(bucket, Some(keys))
    }

    fn new(bucket: Arc<dyn Bucket>, keys: Option<Vec<String>>) -> Self {
        Self {
            bucket,
            keys,
            seen: Mutex::default(),
            denied: Arc::default(),
            halt: Arc::default(),
            rules: Rules::default(),
            cache: MappingCache::default(),
            mappings: Mutex::default(),
        }
    }

    /// Reads objects by these: a mapping among them counts for all of them, in place of those beside them.
    #[must_use]
    pub fn reading_by(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// Keeps mappings there.
    #[must_use]
    pub fn keeping(self, cache: &MappingCache) -> Self {
        Self { cache: cache.clone(), ..self }
    }

    /// The mapping beside an object, of a bucket that was listed, or else is asked.
    fn find_mapping(
        &self,
        object: &str,
        listed: Option<&HashMap<&str, &ObjectHead>>,
    ) -> io::Result<MappingResult> {
        if self.rules.mapping.is_some() {
            return Ok(Ok(self.rules.mapping.clone()));
        }
        let key = mapping::key_beside(object);
        let known = self.mappings.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(found) = known {
            return Ok(found);
        }
        let head = match listed {
            Some(listed) => Ok(listed.get(key.as_str()).map(|&head| head.clone())),
            None => self.bucket.head(&key),
        };
        let found = match head {
            Ok(Some(head)) => self.cache.read(&*self.bucket, &head),
            Ok(None) => Ok(Ok(None)),
            Err(RemoteError::Denied(message)) => {
                self.denied.store(true, Relaxed);
                Ok(Err(MappingFault::Unreadable { name: key.clone(), message }))
            }
            Err(error) => Err(error),
        };
        let found = found.map_err(io::Error::other)?;
        self.mappings.lock().unwrap_or_else(PoisonError::into_inner).insert(key, found.clone());
        Ok(found)
    }

    /// Breaks off reading once this is set.
    #[must_use]
    pub fn halted_by(mut self, halt: &Arc<AtomicBool>) -> Self {
        self.halt = Arc::clone(halt);
        self
    }

    /// What was seen of a key when the source was listed; `None` where nothing could be told of it.
    pub fn seen(&self, key: &str) -> Option<Option<ObjectHead>> {
        self.lock().get(key).cloned()
    }

    /// Notes there, too, where an object could not be read because that is not allowed.
    #[must_use]
    pub fn denied_to(mut self, denied: &Arc<AtomicBool>) -> Self {
        self.denied = Arc::clone(denied);
        self
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Option<ObjectHead>>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(
        &self,
        object: ObjectHead,
        listed: Option<&HashMap<&str, &ObjectHead>>,
        listing: &mut Listing,
    ) -> io::Result<()> {
        let ledger_key = ledger_key(self.bucket.name(), &object.key);
        match provider_of(&object.key) {
            Ok(provider) => {
                let found = self.find_mapping(&object.key, listed)?;
                let rules = self.rules.mapped(found.as_ref().ok().cloned().flatten());
                let state = ObjectState {
                    key: ledger_key,
                    object: object.key.clone(),
                    provider: provider.to_owned(),
                    modified_ms: object.modified_ms,
                    fingerprint: object.fingerprint(&rules),
                };
                listing.add(&found, state, object.bytes);
                self.lock().insert(object.key.clone(), Some(object));
            }
            Err(message) => {
                listing.unknown.push(ledger_key);
                listing.problems.push(Problem { object: object.key, message });
            }
        }
        Ok(())
    }
}

impl Source for Keys {
    fn place(&self) -> String {
        format!("the bucket {}", self.bucket.name())
    }

    fn list(&self) -> io::Result<Listing> {
        let mut listing = Listing::default();
        self.mappings.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let Some(keys) = &self.keys else {
            let objects = self.bucket.list("").map_err(io::Error::other)?;
            let mappings = objects.iter().filter(|object| is_mapping(&object.key));
            let mappings: HashMap<&str, &ObjectHead> =
                mappings.map(|object| (object.key.as_str(), object)).collect();
            for object in objects.iter().filter(|object| is_object(&object.key)) {
                self.add(object.clone(), Some(&mappings), &mut listing)?;
            }
            listing.scope = Some(ledger_key(self.bucket.name(), ""));
            return Ok(listing);
        };
        for key in keys {
            match self.bucket.head(key) {
                Ok(Some(object)) => self.add(object, None, &mut listing)?,
                Ok(None) => {
                    self.lock().insert(key.clone(), None);
                    listing.gone.push(ledger_key(self.bucket.name(), key));
                }
                // The whole bucket fails, not one object.
                Err(error @ (RemoteError::Unavailable(_) | RemoteError::Missing(_))) => {
                    return Err(io::Error::other(error));
                }
                Err(error) => {
                    self.denied.store(true, Relaxed);
                    let message = format!("{key} cannot be read: {error}");
                    listing.problems.push(Problem { object: key.clone(), message });
                }
            }
        }
        Ok(listing)
    }

    fn rules(&self, object: &ObjectState) -> Rules {
        let known = self.mappings.lock().unwrap_or_else(PoisonError::into_inner);
        let mapping = known.get(&mapping::key_beside(&object.object)).and_then(|found| found.clone().ok());
        self.rules.mapped(mapping.flatten().or_else(|| self.rules.mapping.clone()))
    }

    fn opener(&self, object: &ObjectState) -> Opener {
        let seen = self.seen(&object.object).flatten();
        let (bucket, halt, denied) =
            (Arc::clone(&self.bucket), Arc::clone(&self.halt), Arc::clone(&self.denied));
        Box::new(move || {
            let head = seen.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
            if halt.load(Relaxed) {
                return Err(io::Error::other(HALTED));
            }
            let stream = bucket.open(&head, 0).map_err(|error| {
                if let OpenError::Remote(RemoteError::Denied(_)) = &error {
                    denied.store(true, Relaxed);
                }
                io::Error::other(error)
            })?;
            Ok(Box::new(Resumed { bucket, head, stream, at: 0, resumes: 0, halt }))
        })
    }
}

/// A body that goes on where it broke off: clients try a request again, but not a body that ends early.
struct Resumed {
    bucket: Arc<dyn Bucket>,
    head: ObjectHead,
    stream: Box<dyn Read + Send>,
    at: u64,
    resumes: u32,
    halt: Arc<AtomicBool>,
}

/// Why a body is not read on while the worker is shutting down.
pub(crate) const HALTED: &str = "the worker is shutting down";

impl Read for Resumed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.halt.load(Relaxed) {
                return Err(io::Error::other(HALTED));
            }
            let broke = match self.stream.read(into) {
                Ok(0) if self.at < self.head.bytes && !into.is_empty() => {
                    io::Error::from(io::ErrorKind::UnexpectedEof)
                }
                Ok(count) => {
                    self.at += count as u64;
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
                Err(error) => error,
            };
            if self.resumes >= RESUMES {
                return Err(broke);
            }
            self.resumes += 1;
            metrics::counter!("wikimovie_ingest_resumes_total").increment(1);
            tracing::debug!(
                object = self.head.key,
                at = self.at,
                error = %broke,
                "the body of an object was interrupted; resuming at this position"
            );
            self.stream = self.bucket.open(&self.head, self.at).map_err(io::Error::other)?;
        }
    }
}
