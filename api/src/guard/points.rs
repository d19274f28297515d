//! Whose points are counted, over which time, and what becomes of a request for some.

use std::{net::IpAddr, sync::Arc, time::Duration};

/// Time in which a bucket fills.
pub(super) const WINDOW: Duration = Duration::from_mins(1);

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

/// What became of points that were to be taken from a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// They were there.
    Granted {
        /// Points left.
        remaining: u32,
    },
    /// There were too few; none was taken.
    Refused {
        /// Time until there are enough.
        wait: Duration,
    },
}
