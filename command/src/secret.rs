//! Values that are given directly or by a file.

use std::{fs, path::Path};

use crate::CliError;

/// A secret given directly or by a file, not both; an empty one counts as none.
///
/// # Errors
/// One line if both are given, or the file cannot be read as text.
pub fn one_of(name: &str, value: Option<&str>, file: Option<&Path>) -> Result<Option<String>, CliError> {
    let value = value.filter(|value| !value.is_empty());
    match (value, file) {
        (Some(_), Some(_)) => {
            Err(CliError::new(format!("{name} and {name}_FILE are both set: give one of them")))
        }
        (Some(value), None) => Ok(Some(value.to_owned())),
        (None, None) => Ok(None),
        (None, Some(file)) => {
            Ok(Some(read_text(file)?.trim_end().to_owned()).filter(|text| !text.is_empty()))
        }
    }
}

/// A file's bytes.
///
/// # Errors
/// One line that names the file.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, CliError> {
    fs::read(path).map_err(|error| CliError::cannot_read(path, &error))
}

/// A file's text.
///
/// # Errors
/// One line that names the file.
pub fn read_text(path: &Path) -> Result<String, CliError> {
    String::from_utf8(read_bytes(path)?)
        .map_err(|_| CliError::new(format!("{} is not UTF-8 text", path.display())))
}
