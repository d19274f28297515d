//! What tests share, and nothing that ships: an oracle that answers plans by brute force, builders of movies with
//! an index to put them in, random questions, a loader of folders of movie records, real search nodes, and a proxy that fails as told.
//! See the crate's description in ARCHITECTURE.md.

pub mod build;
pub mod cluster;
pub mod data;
pub mod fault_proxy;
mod http1;
pub mod localstack;
pub mod oracle;
pub mod random;
mod service;
pub mod understanding;

pub use build::{MovieBuilder, TestIndex, apply, dozen, movie};
pub use cluster::{Engine, TestCluster, engines, options};
pub use fault_proxy::{Fault, FaultProxy, Recorded};
pub use localstack::localstack;
pub use oracle::Oracle;
