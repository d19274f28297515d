//! Real services for tests, and nothing that ships: search nodes, LocalStack, a server of the Redis protocol, an
//! embedded index in a folder of its own, and a proxy that fails as told.

#[cfg(feature = "elasticsearch")]
pub mod cluster;
#[cfg(feature = "embedded")]
pub mod embedded;
pub mod engines;
pub mod fault_proxy;
mod http1;
pub mod localstack;
pub mod redis;
mod service;
#[cfg(any(feature = "embedded", feature = "elasticsearch"))]
pub mod write;

#[cfg(feature = "elasticsearch")]
pub use cluster::{TestCluster, options};
#[cfg(feature = "embedded")]
pub use embedded::TestIndex;
pub use engines::{Engine, engines};
pub use fault_proxy::{Fault, FaultProxy, Recorded};
pub use localstack::localstack;
pub use redis::{RedisServer, redis};
#[cfg(any(feature = "embedded", feature = "elasticsearch"))]
pub use write::apply;
