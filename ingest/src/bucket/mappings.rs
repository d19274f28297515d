//! The mappings of a bucket, each state of one read once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
};

use super::{Bucket, ObjectHead, OpenError, body::Resumed};
use crate::mapping::{Mapping, MappingFault, MappingResult};

/// Looks at a mapping that is replaced while it is read.
const LOOKS: usize = 3;

/// Mappings that were read, by key.
#[derive(Clone, Debug, Default)]
pub struct MappingCache(Arc<Mutex<HashMap<String, (ObjectHead, MappingResult)>>>);

impl MappingCache {
    /// The mapping under a key, and the state that it is of; `listed` is what the bucket was heard to have there, if it
    /// was. Whatever keeps it from being read is the fault of this mapping alone: whether the bucket as a whole fails is
    /// told by [`Bucket::check`].
    pub fn read(
        &self,
        bucket: &Arc<dyn Bucket>,
        key: &str,
        listed: Option<Option<&ObjectHead>>,
        halt: &Arc<AtomicBool>,
    ) -> (Option<ObjectHead>, MappingResult) {
        let unreadable = |message: String| MappingFault::Unreadable { name: key.to_owned(), message };
        let mut looked = listed.map_or_else(|| bucket.head(key), |head| Ok(head.cloned()));
        for _ in 0..LOOKS {
            let head = match looked {
                Ok(Some(head)) => head,
                Ok(None) => {
                    self.lock().remove(key);
                    return (None, Ok(None));
                }
                Err(error) => return (None, Err(unreadable(error.to_string()))),
            };
            if let Some((_, found)) = self.lock().get(key).filter(|(known, _)| *known == head) {
                return (Some(head), found.clone());
            }
            match Resumed::open(bucket, head.clone(), halt) {
                Ok(body) => {
                    let found = Mapping::read(key, body);
                    if !matches!(found, Err(MappingFault::Unreadable { .. })) {
                        self.lock().insert(key.to_owned(), (head.clone(), found.clone()));
                    }
                    return (Some(head), found);
                }
                Err(OpenError::Changed) => looked = bucket.head(key),
                Err(OpenError::Remote(error)) => looked = Err(error),
            }
        }
        let message = match looked {
            Err(error) => error.to_string(),
            Ok(_) => "it changes faster than it is read".to_owned(),
        };
        (None, Err(unreadable(message)))
    }

    /// Forgets those that the bucket no longer has.
    pub(super) fn retain(&self, is_there: impl Fn(&str) -> bool) {
        self.lock().retain(|key, _| is_there(key));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (ObjectHead, MappingResult)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
