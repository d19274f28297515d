//! `new-key`: makes an API key. The key is printed once; the file stores only its hash.

use clap::Args;
use wikimovie_command::{CliError, output};

use super::{
    keys::{self, KeyFileEntry},
    scope::Scopes,
};

/// Options of a new key.
#[derive(Args, Clone, Debug)]
pub struct NewKeyArgs {
    /// Name of the key, such as the name of its holder
    pub name: String,
    /// Scopes of its holder, comma-separated: search, provider, operator
    #[arg(long, value_name = "SCOPES", default_value = "search")]
    pub scopes: Scopes,
}

impl NewKeyArgs {
    /// Makes the key, and prints it with the entry for the file of `WIKIMOVIE_API_KEYS`.
    ///
    /// # Errors
    /// If the system has no random bytes.
    pub fn run(&self) -> Result<(), CliError> {
        let (key, sha256) = keys::new_key()
            .map_err(|error| CliError::new(format!("random bytes cannot be read: {error}")))?;
        let entry = KeyFileEntry {
            name: self.name.clone(),
            sha256,
            scopes: self.scopes.to_string().split(',').map(str::to_owned).collect(),
            points_per_minute: None,
            filter: None,
        };
        let entry = serde_json::to_string_pretty(&entry).map_err(|error| CliError::new(error.to_string()))?;
        output::line(format_args!("The key, printed only once:\n\n  {key}\n"));
        output::line(format_args!(
            "Its entry for the list \"keys\" in the file of WIKIMOVIE_API_KEYS:\n\n{entry}"
        ));
        Ok(())
    }
}
