//! Options of documents.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use wikimovie_command::CliError;

use super::{PersistedSettings, TrustMode};

/// Documents known by name.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Documents")]
pub struct PersistedArgs {
    /// Memory for automatic persisted queries, in bytes; 0 turns them off
    #[arg(long, env = "WIKIMOVIE_PERSISTED_BYTES", value_name = "BYTES", default_value_t = PersistedSettings::default().automatic_bytes)]
    pub persisted_bytes: u64,
    /// Manifest of trusted documents (JSON): a map of hashes or ids to texts, or Apollo's format. Reloaded when it
    /// changes
    #[arg(long, env = "WIKIMOVIE_TRUSTED_DOCUMENTS", value_name = "FILE")]
    pub trusted_documents: Option<PathBuf>,
    /// What happens to documents that the manifest does not list
    #[arg(long, env = "WIKIMOVIE_TRUSTED_DOCUMENTS_MODE", value_name = "MODE", default_value = "off")]
    pub trusted_documents_mode: TrustModeArg,
}

/// Values of `WIKIMOVIE_TRUSTED_DOCUMENTS_MODE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TrustModeArg {
    /// Execute them
    Off,
    /// Execute them, and log their hashes
    Log,
    /// Refuse them
    Enforce,
}

impl PersistedArgs {
    /// The settings, if they fit together.
    ///
    /// # Errors
    /// One line where nothing is listed that could be trusted.
    pub fn settings(&self) -> Result<PersistedSettings, CliError> {
        let mode = match self.trusted_documents_mode {
            TrustModeArg::Off => TrustMode::Off,
            TrustModeArg::Log => TrustMode::Log,
            TrustModeArg::Enforce => TrustMode::Enforce,
        };
        if mode != TrustMode::Off && self.trusted_documents.is_none() {
            return Err(CliError::new(
                "WIKIMOVIE_TRUSTED_DOCUMENTS_MODE is set and WIKIMOVIE_TRUSTED_DOCUMENTS is not: it names the manifest",
            ));
        }
        let (automatic_bytes, manifest) = (self.persisted_bytes, self.trusted_documents.clone());
        Ok(PersistedSettings { automatic_bytes, mode, manifest, ..PersistedSettings::default() })
    }
}
