//! Log lines: which, and how they are written.

use std::io::{self, IsTerminal};

use clap::{Args, ValueEnum};
use tracing_subscriber::EnvFilter;

use crate::Failure;

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

/// Options of what is logged.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Log")]
pub struct LogArgs {
    /// What is logged, such as `debug` or `info,wikimovie_search=debug` [default: info of a service, warn of a command]
    #[arg(long, env = "WIKIMOVIE_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// How log lines are written [default: text; json of a gateway in production]
    #[arg(long, env = "WIKIMOVIE_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
}

impl LogArgs {
    /// The settings, with these defaults.
    ///
    /// # Errors
    /// One line that says what is wrong with the filter.
    pub fn settings(&self, filter: &str, format: LogFormat) -> Result<LogSettings, Failure> {
        LogSettings::new(self.log.as_deref(), filter, self.log_format.unwrap_or(format))
    }
}

/// What is logged, and how.
#[derive(Clone, Debug)]
pub struct LogSettings {
    /// Which lines, in the syntax of `tracing_subscriber::EnvFilter`.
    pub filter: String,
    /// How.
    pub format: LogFormat,
}

impl LogSettings {
    /// Settings from what was given; an empty filter is none.
    ///
    /// # Errors
    /// One line that says what is wrong with the filter.
    pub fn new(filter: Option<&str>, default: &str, format: LogFormat) -> Result<Self, Failure> {
        let filter = filter.filter(|filter| !filter.is_empty()).unwrap_or(default).to_owned();
        match EnvFilter::try_new(&filter) {
            Ok(_) => Ok(Self { filter, format }),
            Err(error) => {
                Err(Failure::new(format!("WIKIMOVIE_LOG {filter:?} is no filter of log lines: {error}")))
            }
        }
    }
}

/// Log lines go to standard error; what a program prints for people goes to standard output.
pub fn start(settings: &LogSettings) {
    let filter = EnvFilter::try_new(&settings.filter).unwrap_or_default();
    // The engine tells of every segment and commit at level info.
    let filter = match "tantivy=warn".parse() {
        Ok(quiet) if !settings.filter.contains("tantivy") => filter.add_directive(quiet),
        _ => filter,
    };
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    match settings.format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
}
