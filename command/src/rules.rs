//! Where the rules of the house are: synonyms and pins, the same for every program that answers questions.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use wikimovie_plan::rules::{MAX_BYTES, Rules, RulesError};

use crate::Failure;

/// Files of rules.
#[derive(Args, Clone, Debug, Default)]
pub struct RulesArgs {
    /// Synonyms, a rule a line: `one, other` or `one => other`
    #[arg(long, env = "WIKIMOVIE_SYNONYMS", value_name = "FILE")]
    pub synonyms: Option<PathBuf>,
    /// Movies that come first for a text, a rule a line: `text => Title (year)`
    #[arg(long, env = "WIKIMOVIE_PINS", value_name = "FILE")]
    pub pins: Option<PathBuf>,
}

impl RulesArgs {
    /// The rules in the files.
    ///
    /// # Errors
    /// One line with the file, and the line of it that is no rule.
    pub fn read(&self) -> Result<Arc<Rules>, Failure> {
        let mut rules = Rules::default();
        if let Some((file, text)) = read(self.synonyms.as_deref())? {
            rules = rules.with_synonyms(&text).map_err(|error| wrong(file, &error))?;
        }
        if let Some((file, text)) = read(self.pins.as_deref())? {
            rules = rules.with_pins(&text).map_err(|error| wrong(file, &error))?;
        }
        Ok(Arc::new(rules))
    }
}

fn wrong(file: &Path, error: &RulesError) -> Failure {
    Failure::new(format!("{}: {error}", file.display()))
}

/// A file that is named, and its text. A name may be empty: templates set a variable to nothing where they mean none.
fn read(file: Option<&Path>) -> Result<Option<(&Path, String)>, Failure> {
    let Some(file) = file.filter(|file| !file.as_os_str().is_empty()) else { return Ok(None) };
    let reading = |error| Failure::reading(file, &error);
    if fs::metadata(file).map_err(reading)?.len() > MAX_BYTES as u64 {
        return Err(wrong(file, &RulesError::TooLong));
    }
    Ok(Some((file, fs::read_to_string(file).map_err(reading)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_holds_no_rules_stops_the_start_with_one_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pins.txt");
        let args = |file: &Path| RulesArgs { synonyms: None, pins: Some(file.to_owned()) };
        fs::write(&file, "alien => Alien (1979)\n").unwrap();
        assert_eq!(args(&file).read().unwrap().pins(), 1);
        fs::write(&file, "alien => Alien (1979)\naliens\n").unwrap();
        let told = args(&file).read().unwrap_err().to_string();
        assert!(told.ends_with("pins.txt: line 2: a pin is `text => Title (year)`"), "{told}");
        let told = args(Path::new("/no/such/file")).read().unwrap_err().to_string();
        assert_eq!(told, "/no/such/file does not exist");
        assert_eq!(*args(Path::new("")).read().unwrap(), Rules::default());
    }
}
