//! Shared by our programs: settings, output, log, traces, metrics, errors and signals. Nothing here reads the
//! environment; the `config` of a program passes it in.

pub mod cli_error;
#[cfg(feature = "cluster")]
pub mod cluster;
pub mod health;
pub mod log;
pub mod metrics;
pub mod names;
mod options;
pub mod output;
pub mod reference;
pub mod rules;
pub mod secret;
pub mod settings;
pub mod signal;
pub mod trace;

pub use cli_error::{CliError, read_file};
pub use log::{LogArgs, LogFormat, LogSettings};
pub use rules::RulesArgs;
pub use trace::{TraceArgs, TraceSettings};
