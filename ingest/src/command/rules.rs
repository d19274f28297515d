//! Settings of how files are read, shared by all programs that read them.

use std::{path::PathBuf, sync::Arc};

use clap::Args;
use wikimovie_command::{CliError, read_file};

use crate::{
    Mapping, Rules, Vocabulary,
    limits::{MAX_MAPPING_BYTES, MAX_VOCABULARY_BYTES},
};

/// The file of genre names.
#[derive(Args, Clone, Debug, Default)]
pub struct GenresArgs {
    /// File of genre names that mean the same, one rule per line: `Sci-Fi, SF = Science Fiction` [default: a list that
    /// comes with the program]
    #[arg(long, env = "WIKIMOVIE_GENRES", value_name = "FILE")]
    pub genres: Option<PathBuf>,
}

impl GenresArgs {
    /// The vocabulary in the file, or the one that comes with the program.
    ///
    /// # Errors
    /// One line with the file and its first invalid line.
    pub fn read(&self) -> Result<Arc<Vocabulary>, CliError> {
        // Templates set unused variables to nothing.
        let Some(file) = self.genres.as_deref().filter(|file| !file.as_os_str().is_empty()) else {
            return Ok(Vocabulary::standard());
        };
        let text = String::from_utf8(read_file(file, MAX_VOCABULARY_BYTES)?);
        let text = text.map_err(|_| CliError::invalid(file, &"it is not UTF-8"))?;
        Vocabulary::parse(&text).map(Arc::new).map_err(|error| CliError::invalid(file, &error))
    }
}

/// A mapping named by hand.
#[derive(Args, Clone, Debug, Default)]
pub struct MappingArgs {
    /// File that says how all these files are read [default: the `_mapping.json` beside each, if there is one]
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
}

impl MappingArgs {
    /// The rules of a run.
    ///
    /// # Errors
    /// One line with the file and its first invalid line.
    pub fn rules(&self, vocabulary: Arc<Vocabulary>) -> Result<Rules, CliError> {
        let read = |file: &PathBuf| {
            let text = read_file(file, MAX_MAPPING_BYTES)?;
            let mapping = Mapping::parse(&file.display().to_string(), &text);
            mapping.map(Arc::new).map_err(|error| CliError::invalid(file, &error))
        };
        let mapping = self.mapping.as_ref().map(read).transpose()?;
        Ok(Rules { mapping, vocabulary })
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn invalid_files_are_rejected_with_one_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("genres.txt");
        let args = |file: &Path| GenresArgs { genres: Some(file.to_owned()) };
        fs::write(&file, "Krimi = Crime\n").unwrap();
        assert_eq!(args(&file).read().unwrap().value("krimi"), Some("Crime"));
        fs::write(&file, "Krimi = Crime\nDrama\n").unwrap();
        let message = args(&file).read().unwrap_err().to_string();
        assert!(message.ends_with("genres.txt: line 2: a rule is `name, other name = value`"), "{message}");
        assert_eq!(args(Path::new("")).read().unwrap(), Vocabulary::standard());
        fs::write(&file, vec![b'#'; usize::try_from(MAX_VOCABULARY_BYTES).unwrap() + 1]).unwrap();
        let message = args(&file).read().unwrap_err().to_string();
        assert!(message.ends_with("genres.txt: the file has more than 1048576 bytes"), "{message}");
        let mapping = folder.path().join("m.json");
        fs::write(&mapping, "{\n \"field\": {}\n}").unwrap();
        let args = MappingArgs { mapping: Some(mapping) };
        let message = args.rules(Vocabulary::standard()).unwrap_err().to_string();
        assert!(message.contains("m.json: line 2: unknown field `field`"), "{message}");
        assert!(MappingArgs::default().rules(Vocabulary::standard()).unwrap().mapping.is_none());
    }
}
