//! What an operation hands to an engine with every call, and what the engine returns beside its answer.

use std::{
    any::Any,
    fmt,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash},
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use http::HeaderMap;

/// Writes the headers that a request to an engine carries for the operation, such as the ids of its trace. Runs while
/// the span of that request is current.
pub type PropagateHeaders = fn(&mut HeaderMap);

/// Whose share of an engine an operation takes: operations of equal shares take turns with those of others. It says nothing
/// of who they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CallerShare(u64);

impl CallerShare {
    /// The share of a client.
    pub fn of(client: &impl Hash) -> Self {
        Self(BuildHasherDefault::<DefaultHasher>::default().hash_one(client))
    }
}

/// What an operation hands to an engine with every call: one value for all of its fields. Cheap to clone.
#[derive(Clone, Default)]
pub struct OperationContext {
    deadline: Option<Instant>,
    headers: Option<PropagateHeaders>,
    caller: CallerShare,
    engine_state: Arc<OnceLock<Arc<dyn Any + Send + Sync>>>,
}

impl OperationContext {
    /// The context of an operation that has no deadline of its own and passes no headers on.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, ending at `deadline`.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The same without a deadline: for a call whose answer other operations wait for too.
    #[must_use]
    pub fn without_deadline(mut self) -> Self {
        self.deadline = None;
        self
    }

    /// The same, passing headers on.
    #[must_use]
    pub fn with_headers(mut self, headers: PropagateHeaders) -> Self {
        self.headers = Some(headers);
        self
    }

    /// The same, on the share of a client.
    #[must_use]
    pub fn with_caller(mut self, caller: CallerShare) -> Self {
        self.caller = caller;
        self
    }

    /// Whose share it takes.
    pub fn caller(&self) -> CallerShare {
        self.caller
    }

    /// How long a call may take that an engine gives `limit`.
    pub fn time_left(&self, limit: Duration) -> Duration {
        self.deadline.map_or(limit, |deadline| limit.min(deadline.saturating_duration_since(Instant::now())))
    }

    /// Headers to pass on.
    pub fn headers(&self) -> Option<PropagateHeaders> {
        self.headers
    }

    /// What an engine keeps for the operation, such as its open batch of requests: made at the first call. `None`
    /// where an engine of another kind was asked first.
    pub fn engine_state<T: Default + Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        Arc::clone(self.engine_state.get_or_init(|| Arc::<T>::default())).downcast().ok()
    }
}

impl fmt::Debug for OperationContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OperationContext").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}

/// How much of the catalogue an answer is from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Completeness {
    /// All of it.
    #[default]
    Complete,
    /// Some shards did not answer in time.
    Partial,
}

/// An answer, and how much of the catalogue it is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered<T> {
    /// The answer.
    pub value: T,
    /// How much of the catalogue it is from.
    pub completeness: Completeness,
}

impl Completeness {
    /// [`Completeness::Partial`] where `partial` holds.
    pub fn partial_if(partial: bool) -> Self {
        if partial { Self::Partial } else { Self::Complete }
    }

    /// That of an answer made of two.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        if self == Self::Complete { other } else { self }
    }
}

impl<T> Answered<T> {
    /// An answer from the whole catalogue.
    pub fn complete(value: T) -> Self {
        Self { value, completeness: Completeness::Complete }
    }

    /// Whether it is from the whole catalogue.
    pub fn is_complete(&self) -> bool {
        self.completeness == Completeness::Complete
    }

    /// Another answer made of this one.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Answered<U> {
        Answered { value: make(self.value), completeness: self.completeness }
    }

    /// Another answer made of this one.
    ///
    /// # Errors
    /// Those of `make`.
    pub fn try_map<U, E>(self, make: impl FnOnce(T) -> Result<U, E>) -> Result<Answered<U>, E> {
        Ok(Answered { value: make(self.value)?, completeness: self.completeness })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_ends_with_the_operation_or_its_own_limit() {
        let limit = Duration::from_secs(5);
        let context = OperationContext::new();
        assert_eq!(context.time_left(limit), limit);
        let soon = context.clone().with_deadline(Instant::now() + Duration::from_secs(1));
        assert!(soon.time_left(limit) <= Duration::from_secs(1));
        assert_eq!(soon.without_deadline().time_left(limit), limit);
        assert_eq!(context.with_deadline(Instant::now()).time_left(limit), Duration::ZERO);
    }

    #[test]
    fn clones_share_what_an_engine_keeps() {
        let context = OperationContext::new();
        let kept = context.engine_state::<std::sync::atomic::AtomicU32>().unwrap();
        kept.store(7, std::sync::atomic::Ordering::Relaxed);
        let same = context.clone().engine_state::<std::sync::atomic::AtomicU32>().unwrap();
        assert!(Arc::ptr_eq(&kept, &same));
        assert!(context.engine_state::<String>().is_none());
    }

    #[test]
    fn one_partial_part_makes_the_whole_partial() {
        use Completeness::{Complete, Partial};
        assert_eq!(
            [Complete.and(Complete), Complete.and(Partial), Partial.and(Complete)],
            [Complete, Partial, Partial]
        );
    }
}
