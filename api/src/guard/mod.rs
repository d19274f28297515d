//! Protection: limits of one operation, of one client and of all together, and allowed origins.

pub mod args;
pub mod bounds;
pub mod client;
pub mod concurrency;
pub mod cross_site;
pub mod limits;
pub mod rate;

use std::num::NonZeroU32;

pub use self::{
    client::TrustedProxies,
    concurrency::{ConcurrencyLimiter, ConcurrencySettings},
    cross_site::{CrossSite, Origins},
    limits::{LimitMode, Limits, Measure},
    rate::{RateLimitedClient, RateLimits, RateStatus},
};

/// Settings of the protection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GuardSettings {
    /// Limits of one operation.
    pub limits: Limits,
    /// Points of one client per minute; `None` for no limit.
    pub points_per_minute: Option<NonZeroU32>,
    /// Proxies whose forwarding headers are trusted.
    pub proxies: TrustedProxies,
    /// Concurrent operations.
    pub concurrency: ConcurrencySettings,
    /// Rules for requests of other origins.
    pub cross_site: CrossSite,
}

/// The protection of one gateway. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Guard {
    /// Limits the operations in flight.
    pub concurrency: ConcurrencyLimiter,
    /// Points of clients; `None` for no limit.
    pub rates: Option<RateLimits>,
}

impl Guard {
    /// By these settings.
    pub fn new(settings: &GuardSettings) -> Self {
        Self {
            concurrency: ConcurrencyLimiter::new(settings.concurrency),
            rates: settings.points_per_minute.map(RateLimits::new),
        }
    }
}
