//! A bucket, or some keys of it, as a source.

use std::{
    collections::HashMap,
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use wikimovie_engine::ObjectState;

use super::{
    Bucket, HALTED, MappingCache, ObjectHead, OpenError, body::Resumed, is_mapping, is_object, ledger_key,
};
use crate::{
    folder::provider_of,
    mapping::{self, MappingFault, MappingResult},
    queue::RemoteError,
    rules::Rules,
    slots::Opener,
    sync::{Listing, Problem, Source},
};

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
    fn find_mapping(&self, object: &str, listed: Option<&HashMap<String, ObjectHead>>) -> MappingResult {
        if self.rules.mapping.is_some() {
            return Ok(self.rules.mapping.clone());
        }
        let key = mapping::key_beside(object);
        if let Some(found) = self.mappings().get(&key) {
            return found.clone();
        }
        let listed = listed.map(|listed| listed.get(&key));
        let (_, found) = self.cache.read(&self.bucket, &key, listed, &self.halt);
        // Perhaps the whole bucket fails.
        if matches!(found, Err(MappingFault::Unreadable { .. })) {
            self.denied.store(true, Relaxed);
        }
        self.mappings().insert(key, found.clone());
        found
    }

    /// Keys of the mappings that could not be read when the source was listed.
    pub(crate) fn unread_mappings(&self) -> Vec<String> {
        let mappings = self.mappings();
        let unread =
            mappings.iter().filter(|(_, found)| matches!(found, Err(MappingFault::Unreadable { .. })));
        unread.map(|(key, _)| key.clone()).collect()
    }

    /// A listing of objects as they were seen before.
    pub(crate) fn listing_of(&self, heads: Vec<ObjectHead>) -> Listing {
        let mut listing = Listing::default();
        heads.into_iter().for_each(|head| self.add(head, None, &mut listing));
        listing
    }

    fn mappings(&self) -> MutexGuard<'_, HashMap<String, MappingResult>> {
        self.mappings.lock().unwrap_or_else(PoisonError::into_inner)
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

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Option<ObjectHead>>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, object: ObjectHead, listed: Option<&HashMap<String, ObjectHead>>, listing: &mut Listing) {
        let ledger_key = ledger_key(self.bucket.name(), &object.key);
        match provider_of(&object.key) {
            Ok(provider) => {
                let found = self.find_mapping(&object.key, listed);
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
                listing.unread.push(ledger_key);
                listing.problems.push(Problem { object: object.key, message });
            }
        }
    }
}

impl Source for Keys {
    fn place(&self) -> String {
        format!("the bucket {}", self.bucket.name())
    }

    fn list(&self) -> io::Result<Listing> {
        let mut listing = Listing::default();
        self.mappings().clear();
        let Some(keys) = &self.keys else {
            let all = self.bucket.list("").map_err(io::Error::other)?;
            let (mappings, objects): (Vec<ObjectHead>, Vec<ObjectHead>) =
                all.into_iter().partition(|object| is_mapping(&object.key));
            let mappings: HashMap<String, ObjectHead> =
                mappings.into_iter().map(|head| (head.key.clone(), head)).collect();
            self.cache.retain(|key| mappings.contains_key(key));
            for object in objects.into_iter().filter(|object| is_object(&object.key)) {
                self.add(object, Some(&mappings), &mut listing);
            }
            listing.scope = Some(ledger_key(self.bucket.name(), ""));
            return Ok(listing);
        };
        for key in keys {
            match self.bucket.head(key) {
                Ok(Some(object)) => self.add(object, None, &mut listing),
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
        let known = self.mappings();
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
            let body = Resumed::open(&bucket, head, &halt).map_err(|error| {
                if let OpenError::Remote(RemoteError::Denied(_)) = &error {
                    denied.store(true, Relaxed);
                }
                io::Error::other(error)
            })?;
            Ok(Box::new(body))
        })
    }
}
