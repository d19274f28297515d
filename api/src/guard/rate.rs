//! The rate limit: points of one client per minute.
//!
//! Each client has a bucket (GCRA, by `governor`) with the points of a minute, which fills evenly. An operation is
//! charged its whole cost before it runs. At most [`MAX_CLIENTS`] buckets are kept, of the most recent clients, so that
//! memory is bounded for any number of addresses; an evicted bucket starts full again.

use std::{
    net::IpAddr,
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

use crate::error::{ApiError, ErrorCode};

/// Maximum number of buckets: at 300 bytes each about 30 MB.
pub const MAX_CLIENTS: u64 = 100_000;
/// A bucket is full again after a minute, so an older one carries no information.
const IDLE: Duration = Duration::from_secs(90);
/// Time in which a bucket fills.
const WINDOW_SECS: u32 = 60;

/// The client that is charged.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RateLimitedClient {
    /// Whoever is behind an address (IPv6: a /64).
    Network(IpAddr),
    /// The holder of an API key, by its name.
    Key(Arc<str>),
    /// The subject of a token.
    Subject(Arc<str>),
}

type PointBucket = RateLimiter<NotKeyed, InMemoryState, DefaultClock, StateInformationMiddleware>;

/// The buckets. Cheap to clone.
#[derive(Clone, Debug)]
pub struct RateLimits {
    points: NonZeroU32,
    /// By client and points a minute, so that another limit for a key means another bucket.
    buckets: moka::sync::Cache<(RateLimitedClient, NonZeroU32), Arc<PointBucket>>,
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
        Self { points: points_per_minute, buckets }
    }

    /// Charges a client for an operation. `own` is an individual limit of the client.
    ///
    /// # Errors
    /// [`Exceeded`]; nothing is charged then.
    pub fn charge(
        &self,
        client: &RateLimitedClient,
        own: Option<NonZeroU32>,
        points: u32,
    ) -> Result<RateStatus, Box<Exceeded>> {
        let limit = own.unwrap_or(self.points);
        let bucket = self.buckets.get_with((client.clone(), limit), || Arc::new(bucket(limit)));
        let status = |remaining: u32| RateStatus {
            limit: limit.get(),
            remaining,
            full_after: WINDOW
                .mul_f64(f64::from(limit.get() - remaining.min(limit.get())) / f64::from(limit.get())),
        };
        let points = NonZeroU32::new(points).unwrap_or(NonZeroU32::MIN);
        let exceeded = |reason: &'static str, error: ApiError, remaining, retry_after| {
            counter!("wikimovie_rate_limited_total", "reason" => reason).increment(1);
            Err(Box::new(Exceeded { error, status: status(remaining), retry_after }))
        };
        match bucket.check_n(points) {
            Ok(Ok(snapshot)) => Ok(status(snapshot.remaining_burst_capacity())),
            Ok(Err(not_until)) => {
                let now = DefaultClock::default().now();
                let wait = not_until.wait_time_from(now);
                // What is left follows from the wait: the bucket holds the points asked, less what fills in that time.
                let missing = (wait.as_secs_f64() / WINDOW.as_secs_f64() * f64::from(limit.get())).ceil();
                let remaining = points.get().saturating_sub(missing as u32);
                let message = format!("the limit of {limit} points a minute is reached");
                let error = ApiError::new(ErrorCode::RateLimited, message).retry_after(wait);
                exceeded("points", error, remaining, Some(wait))
            }
            Err(_) => {
                let message =
                    format!("the operation costs {points} points, more than the {limit} of a minute");
                let error = ApiError::new(ErrorCode::QueryTooComplex, message);
                exceeded("too_dear", error, limit.get(), None)
            }
        }
    }

    /// Approximate number of buckets.
    pub fn clients(&self) -> u64 {
        self.buckets.run_pending_tasks();
        self.buckets.entry_count()
    }
}

const WINDOW: Duration = Duration::from_secs(WINDOW_SECS as u64);

fn bucket(limit: NonZeroU32) -> PointBucket {
    RateLimiter::direct(Quota::per_minute(limit)).with_middleware::<StateInformationMiddleware>()
}

impl RateStatus {
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
            (RATELIMIT_POLICY, format!("\"points\";q={limit};w={WINDOW_SECS}")),
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
    use super::*;

    fn limits(points: u32) -> RateLimits {
        RateLimits::new(NonZeroU32::new(points).unwrap())
    }

    fn client(number: u32) -> RateLimitedClient {
        RateLimitedClient::Network(IpAddr::from(number.to_be_bytes()))
    }

    #[test]
    fn points_are_charged_per_client_until_they_are_spent() {
        let limits = limits(100);
        assert_eq!(limits.charge(&client(1), None, 40).unwrap().remaining, 60);
        let status = limits.charge(&client(1), None, 60).unwrap();
        assert_eq!((status.limit, status.remaining, status.full_after_secs()), (100, 0, 60));
        let exceeded = limits.charge(&client(1), None, 50).unwrap_err();
        assert_eq!(exceeded.error.code(), ErrorCode::RateLimited);
        let wait = exceeded.retry_after.unwrap().as_secs_f64();
        assert!((29.0..=30.0).contains(&wait), "{wait}");
        assert_eq!(exceeded.status.remaining, 0);
        assert_eq!(limits.charge(&client(2), None, 1).unwrap().remaining, 99);
    }

    #[test]
    fn remaining_points_are_reported_with_a_refusal() {
        let limits = limits(100);
        limits.charge(&client(1), None, 70).unwrap();
        let exceeded = limits.charge(&client(1), None, 50).unwrap_err();
        assert!((29..=30).contains(&exceeded.status.remaining), "{exceeded:?}");
        assert!(limits.charge(&client(1), None, 29).is_ok());
    }

    #[test]
    fn a_cost_above_the_limit_of_a_minute_is_never_paid() {
        let exceeded = limits(100).charge(&client(1), None, 101).unwrap_err();
        assert_eq!(exceeded.error.code(), ErrorCode::QueryTooComplex);
        assert_eq!(exceeded.retry_after, None);
    }

    #[test]
    fn a_key_may_have_a_limit_of_its_own() {
        let limits = limits(100);
        let key = RateLimitedClient::Key("web".into());
        assert_eq!(limits.charge(&key, NonZeroU32::new(1_000), 500).unwrap().remaining, 500);
        assert_eq!(limits.charge(&key, None, 100).unwrap().remaining, 0);
    }

    #[test]
    fn no_number_of_clients_takes_more_memory_and_newcomers_are_limited_too() {
        let limits = limits(10);
        for number in 0..250_000 {
            limits.charge(&client(number), None, 10).unwrap();
        }
        assert!(limits.clients() <= MAX_CLIENTS, "{}", limits.clients());
        assert!(limits.charge(&client(249_999), None, 1).is_err());
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
