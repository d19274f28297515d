//! `new-key`: makes an API key. The key is shown once; the file gets only its hash.

use clap::Args;
use wikimovie_command::{CliError, output};

use super::{
    keys::{self, KeyFileEntry},
    scope::Scopes,
};

/// What a new key is for.
#[derive(Args, Clone, Debug)]
pub struct NewKeyArgs {
    /// Name of the key: whom it is given to
    pub name: String,
    /// What its holder may ask for, comma-separated: search, provider, operator
    #[arg(long, value_name = "SCOPES", default_value = "search")]
    pub scopes: Scopes,
}

impl NewKeyArgs {
    /// Makes the key, and prints it with the entry for the file of `WIKIMOVIE_API_KEYS`.
    ///
    /// # Errors
    /// Where the system gives no random bytes.
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
