//! What our programs share: how they print, log, fail and stop, and how they read a cluster's settings. Nothing here
//! reads the environment by itself; the `config` of a program hands it in.

#[cfg(feature = "cluster")]
pub mod cluster;
pub mod failure;
pub mod health;
pub mod log;
pub mod names;
pub mod rules;
pub mod say;
pub mod signal;

pub use failure::Failure;
pub use log::{LogFormat, LogSettings};
pub use rules::RulesArgs;
