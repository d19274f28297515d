//! Settings of synonyms and pins, shared by all programs that answer questions.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use wikimovie_plan::rules::{MAX_BYTES, Rules};

use crate::{CliError, read_file};

/// Files of synonyms and pins.
#[derive(Args, Clone, Debug, Default)]
pub struct RulesArgs {
    /// File of synonyms, one rule per line: `one, other` or `one => other`
    #[arg(long, env = "WIKIMOVIE_SYNONYMS", value_name = "FILE")]
    pub synonyms: Option<PathBuf>,
    /// File of pins, movies that come first for a text, one rule per line: `text => Title (year)`
    #[arg(long, env = "WIKIMOVIE_PINS", value_name = "FILE")]
    pub pins: Option<PathBuf>,
}

impl RulesArgs {
    /// The rules in the files.
    ///
    /// # Errors
    /// One line with the file and its first invalid line.
    pub fn read(&self) -> Result<Arc<Rules>, CliError> {
        let mut rules = Rules::default();
        if let Some((file, text)) = read(self.synonyms.as_deref())? {
            rules = rules.with_synonyms(&text).map_err(|error| CliError::invalid(file, &error))?;
        }
        if let Some((file, text)) = read(self.pins.as_deref())? {
            rules = rules.with_pins(&text).map_err(|error| CliError::invalid(file, &error))?;
        }
        Ok(Arc::new(rules))
    }
}

/// The file and its text. An empty name counts as none, because templates set unused variables to nothing.
fn read(file: Option<&Path>) -> Result<Option<(&Path, String)>, CliError> {
    let Some(file) = file.filter(|file| !file.as_os_str().is_empty()) else { return Ok(None) };
    let text = String::from_utf8(read_file(file, MAX_BYTES as u64)?);
    text.map(|text| Some((file, text))).map_err(|_| CliError::invalid(file, &"it is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn an_invalid_file_is_rejected_with_one_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pins.txt");
        let args = |file: &Path| RulesArgs { synonyms: None, pins: Some(file.to_owned()) };
        fs::write(&file, "alien => Alien (1979)\n").unwrap();
        assert_eq!(args(&file).read().unwrap().pins(), 1);
        fs::write(&file, "alien => Alien (1979)\naliens\n").unwrap();
        let message = args(&file).read().unwrap_err().to_string();
        assert!(message.ends_with("pins.txt: line 2: a pin is `text => Title (year)`"), "{message}");
        let message = args(Path::new("/no/such/file")).read().unwrap_err().to_string();
        assert_eq!(message, "/no/such/file does not exist");
        assert_eq!(*args(Path::new("")).read().unwrap(), Rules::default());
    }
}
