//! Protection: limits of one operation, of one client and of all together, and allowed origins.

pub mod args;
pub mod bounds;
pub mod client;
pub mod concurrency;
pub mod cross_site;
pub mod hosts;
pub mod limits;
mod points;
mod points_store;
pub mod rate;
pub mod shares;

use std::num::NonZeroU32;

pub use self::{
    client::TrustedProxies,
    concurrency::{ConcurrencyLimiter, ConcurrencySettings},
    cross_site::{CrossSite, Origins},
    hosts::{AllowedHosts, HostName},
    limits::{LimitMode, Limits, Measure},
    points::RateLimitedClient,
    points_store::PointsStoreAddress,
    rate::{RateLimits, RateStatus},
    shares::{Share, ShareError, Shares},
};

/// Settings of the protection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardSettings {
    /// Limits of one operation.
    pub limits: Limits,
    /// Points of one client per minute; `None` for no limit.
    pub points_per_minute: Option<NonZeroU32>,
    /// Where all replicas keep the points together; each process keeps its own without one.
    pub points_store: Option<PointsStoreAddress>,
    /// Proxies whose forwarding headers are trusted.
    pub proxies: TrustedProxies,
    /// Concurrent operations.
    pub concurrency: ConcurrencySettings,
    /// Rules for requests of other origins.
    pub cross_site: CrossSite,
    /// Host names that are served.
    pub hosts: AllowedHosts,
    /// Bytes of the bodies that are being read, of all requests together.
    pub body_bytes: usize,
}

impl Default for GuardSettings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            points_per_minute: None,
            points_store: None,
            proxies: TrustedProxies::default(),
            concurrency: ConcurrencySettings::default(),
            cross_site: CrossSite::default(),
            hosts: AllowedHosts::default(),
            body_bytes: 64 * 1024 * 1024,
        }
    }
}

/// The protection of one gateway. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Guard {
    /// Limits the operations in flight.
    pub concurrency: ConcurrencyLimiter,
    /// Points of clients; `None` for no limit.
    pub rates: Option<RateLimits>,
    /// Bytes of the bodies that are being read.
    pub bodies: Shares,
}

/// What one network may hold of so many: a sixteenth, but enough for a browser.
pub fn share_of(whole: usize) -> usize {
    (whole / 16).max(16).min(whole)
}

impl Guard {
    /// By these settings.
    pub fn new(settings: &GuardSettings) -> Self {
        Self {
            concurrency: ConcurrencyLimiter::new(settings.concurrency),
            rates: settings.points_per_minute.map(|points| {
                let limits = RateLimits::new(points);
                match &settings.points_store {
                    Some(address) => limits.with_store(address.clone()),
                    None => limits,
                }
            }),
            // A quarter for one network: a body of the usual size has to fit many times.
            bodies: Shares::new(settings.body_bytes, settings.body_bytes / 4),
        }
    }
}
