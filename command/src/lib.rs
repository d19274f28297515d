//! What our programs share: how they read their settings, print, log, fail and stop. Nothing here reads the
//! environment by itself; the `config` of a program hands it in.

#[cfg(feature = "cluster")]
pub mod cluster;
pub mod failure;
pub mod health;
pub mod log;
pub mod metrics;
pub mod names;
pub mod reference;
pub mod rules;
pub mod say;
pub mod secret;
pub mod settings;
pub mod signal;
pub mod trace;

pub use failure::Failure;
pub use log::{LogArgs, LogFormat, LogSettings};
pub use rules::RulesArgs;
pub use trace::{TraceArgs, TraceSettings};
