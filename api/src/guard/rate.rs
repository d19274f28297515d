//! The rate limit: points of one client per minute.
//!
//! Each client has a bucket (GCRA, by `governor`) with the points of a minute, which fills evenly. An operation is
//! charged its whole cost before it runs. At most [`MAX_CLIENTS`] buckets are kept, of the most recent clients, so that
//! memory is bounded for any number of addresses; an evicted bucket starts full again. Buckets are of this process, unless
//! the operator names a store that all replicas share.

use std::{
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::{InMemoryState, NotKeyed},
};
use http::{HeaderMap, HeaderName, HeaderValue};
use metrics::counter;
use moka::policy::EvictionPolicy;

use super::{
    points::{RateLimitedClient, Taken, WINDOW},
    points_store::{PointsStore, PointsStoreAddress},
};
use crate::error::{ApiError, ErrorCode};

/// Maximum number of buckets: at 300 bytes each about 30 MB.
pub const MAX_CLIENTS: u64 = 100_000;
/// A bucket is full again after a minute, so an older one carries no information.
const IDLE: Duration = Duration::from_secs(90);

type PointBucket = RateLimiter<NotKeyed, InMemoryState, DefaultClock, StateInformationMiddleware>;

/// The buckets. Cheap to clone.
#[derive(Clone, Debug)]
pub struct RateLimits {
    points: NonZeroU32,
    /// By client and points a minute, so that another limit for a key means another bucket.
    buckets: moka::sync::Cache<(RateLimitedClient, NonZeroU32), Arc<PointBucket>>,
    /// Asked first, where all replicas share the points.
    store: Option<PointsStore>,
}

/// Remaining points of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateStatus {
    /// Points a minute.
    pub limit: u32,
    /// Points left now.
    pub remaining: u32,
    /// Time until the bucket is full again.
    pub full_after: Duration,
}

/// A refusal because the client has too few points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exceeded {
    /// The error for the client.
    pub error: ApiError,
    /// The remaining points.
    pub status: RateStatus,
    /// Time until the client has enough points; `None` if the cost exceeds the limit.
    pub retry_after: Option<Duration>,
}

impl RateLimits {
    /// Buckets with this many points per minute.
    pub fn new(points_per_minute: NonZeroU32) -> Self {
        // The least recently used goes first: with moka's usual policy a newcomer may never be kept at all, and
        // would find a full bucket each time.
        let buckets = moka::sync::Cache::builder()
            .max_capacity(MAX_CLIENTS)
            .time_to_idle(IDLE)
            .eviction_policy(EvictionPolicy::lru())
            .build();
        Self { points: points_per_minute, buckets, store: None }
    }

    /// The same, with points that are shared by all who use this store. While it does not answer, the buckets of this
    /// process limit alone.
    #[must_use]
    pub fn with_store(self, address: PointsStoreAddress) -> Self {
        Self { store: Some(PointsStore::new(address)), ..self }
    }

    /// Charges a client for an operation. `own` is an individual limit of the client.
    ///
    /// # Errors
    /// [`Exceeded`]; nothing is charged then.
    pub async fn charge(
        &self,
        client: &RateLimitedClient,
        own: Option<NonZeroU32>,
        points: u32,
    ) -> Result<RateStatus, Box<Exceeded>> {
        let limit = own.unwrap_or(self.points);
        let points = NonZeroU32::new(points).unwrap_or(NonZeroU32::MIN);
        if points > limit {
            let message = format!("the operation costs {points} points, more than the {limit} of a minute");
            let error = ApiError::new(ErrorCode::QueryTooComplex, message);
            return Err(exceeded("too_dear", error, RateStatus::of(limit, limit.get()), None));
        }
        let shared = match &self.store {
            Some(store) => store.take(client, limit.get(), points.get()).await,
            None => None,
        };
        match shared.unwrap_or_else(|| self.take(client, limit, points)) {
            Taken::Granted { remaining } => Ok(RateStatus::of(limit, remaining)),
            Taken::Refused { wait } => {
                // What is left follows from the wait: the bucket holds the points asked, less what fills in that time.
                let missing = (wait.as_secs_f64() / WINDOW.as_secs_f64() * f64::from(limit.get())).ceil();
                let status = RateStatus::of(limit, points.get().saturating_sub(missing as u32));
                let message = format!("the limit of {limit} points a minute is reached");
                let error = ApiError::new(ErrorCode::RateLimited, message).retry_after(wait);
                Err(exceeded("points", error, status, Some(wait)))
            }
        }
    }

    /// Takes points from the bucket of this process; there are never more than its limit.
    fn take(&self, client: &RateLimitedClient, limit: NonZeroU32, points: NonZeroU32) -> Taken {
        let bucket = self.buckets.get_with((client.clone(), limit), || Arc::new(bucket(limit)));
        match bucket.check_n(points) {
            Ok(Ok(snapshot)) => Taken::Granted { remaining: snapshot.remaining_burst_capacity() },
            Ok(Err(not_until)) => {
                Taken::Refused { wait: not_until.wait_time_from(DefaultClock::default().now()) }
            }
            // More than the bucket ever holds, which the caller excludes.
            Err(_) => Taken::Refused { wait: WINDOW },
        }
    }

    /// Approximate number of buckets.
    pub fn clients(&self) -> u64 {
        self.buckets.run_pending_tasks();
        self.buckets.entry_count()
    }
}

fn exceeded(
    reason: &'static str,
    error: ApiError,
    status: RateStatus,
    retry_after: Option<Duration>,
) -> Box<Exceeded> {
    counter!("wikimovie_rate_limited_total", "reason" => reason).increment(1);
    Box::new(Exceeded { error, status, retry_after })
}

fn bucket(limit: NonZeroU32) -> PointBucket {
    RateLimiter::direct(Quota::per_minute(limit)).with_middleware::<StateInformationMiddleware>()
}

impl RateStatus {
    fn of(limit: NonZeroU32, remaining: u32) -> Self {
        let limit = limit.get();
        let missing = f64::from(limit - remaining.min(limit)) / f64::from(limit);
        Self { limit, remaining, full_after: WINDOW.mul_f64(missing) }
    }

    /// The moment at which the bucket is full again, in milliseconds since the Unix epoch.
    pub fn full_at_ms(&self) -> u64 {
        let at = SystemTime::now() + self.full_after;
        u64::try_from(at.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
    }

    /// Inserts the header fields of draft-ietf-httpapi-ratelimit-headers-10. The draft's own units are requests and
    /// bytes, so the policy's name says that it counts points.
    pub fn insert_headers(&self, headers: &mut HeaderMap) {
        let Self { limit, remaining, .. } = self;
        let full_after = self.full_after_secs();
        for (name, value) in [
            (RATELIMIT_POLICY, format!("\"points\";q={limit};w={}", WINDOW.as_secs())),
            (RATELIMIT, format!("\"points\";r={remaining};t={full_after}")),
        ] {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
    }

    /// Seconds until the bucket is full again, rounded up.
    pub fn full_after_secs(&self) -> u64 {
        self.full_after.as_millis().div_ceil(1_000) as u64
    }
}

/// `RateLimit`.
pub const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
/// `RateLimit-Policy`.
pub const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn limits(points: u32) -> RateLimits {
        RateLimits::new(NonZeroU32::new(points).unwrap())
    }

    fn client(number: u32) -> RateLimitedClient {
        RateLimitedClient::Network(IpAddr::from(number.to_be_bytes()))
    }

    #[tokio::test]
    async fn points_are_charged_per_client_until_they_are_spent() {
        let limits = limits(100);
        assert_eq!(limits.charge(&client(1), None, 40).await.unwrap().remaining, 60);
        let status = limits.charge(&client(1), None, 60).await.unwrap();
        assert_eq!((status.limit, status.remaining, status.full_after_secs()), (100, 0, 60));
        let exceeded = limits.charge(&client(1), None, 50).await.unwrap_err();
        assert_eq!(exceeded.error.code(), ErrorCode::RateLimited);
        let wait = exceeded.retry_after.unwrap().as_secs_f64();
        assert!((29.0..=30.0).contains(&wait), "{wait}");
        assert_eq!(exceeded.status.remaining, 0);
        assert_eq!(limits.charge(&client(2), None, 1).await.unwrap().remaining, 99);
    }

    #[tokio::test]
    async fn remaining_points_are_reported_with_a_refusal() {
        let limits = limits(100);
        limits.charge(&client(1), None, 70).await.unwrap();
        let exceeded = limits.charge(&client(1), None, 50).await.unwrap_err();
        assert!((29..=30).contains(&exceeded.status.remaining), "{exceeded:?}");
        assert!(limits.charge(&client(1), None, 29).await.is_ok());
    }

    #[tokio::test]
    async fn a_cost_above_the_limit_of_a_minute_is_never_paid() {
        let exceeded = limits(100).charge(&client(1), None, 101).await.unwrap_err();
        assert_eq!(exceeded.error.code(), ErrorCode::QueryTooComplex);
        assert_eq!(exceeded.retry_after, None);
    }

    #[tokio::test]
    async fn a_key_may_have_a_limit_of_its_own() {
        let limits = limits(100);
        let key = RateLimitedClient::Key("web".into());
        assert_eq!(limits.charge(&key, NonZeroU32::new(1_000), 500).await.unwrap().remaining, 500);
        assert_eq!(limits.charge(&key, None, 100).await.unwrap().remaining, 0);
    }

    #[tokio::test]
    async fn no_number_of_clients_takes_more_memory_and_newcomers_are_limited_too() {
        let limits = limits(10);
        for number in 0..250_000 {
            limits.charge(&client(number), None, 10).await.unwrap();
        }
        assert!(limits.clients() <= MAX_CLIENTS, "{}", limits.clients());
        assert!(limits.charge(&client(249_999), None, 1).await.is_err());
    }

    #[test]
    fn headers_are_as_the_draft_writes_them() {
        let mut headers = HeaderMap::new();
        RateStatus { limit: 600, remaining: 580, full_after: Duration::from_millis(1_500) }
            .insert_headers(&mut headers);
        assert_eq!(headers["ratelimit-policy"], "\"points\";q=600;w=60");
        assert_eq!(headers["ratelimit"], "\"points\";r=580;t=2");
    }
}
