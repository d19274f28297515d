//! What stops the program: one line for the person at the terminal, and what can be done about it.

use std::{fmt, io, net::SocketAddr, path::Path};

use wikimovie_engine::WriteError;

/// One line, in the words of whoever started the program.
#[derive(Debug)]
pub struct Failure(String);

impl std::error::Error for Failure {}

impl Failure {
    /// Status with which the program ends.
    pub const EXIT_CODE: u8 = 2;

    /// A failure in these words.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// The address, which comes from this setting, cannot be listened on.
    pub fn listening(address: SocketAddr, setting: &str, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::AddrInUse => Self(format!(
                "{address} is in use by another program; stop it or choose another address with {setting}"
            )),
            io::ErrorKind::PermissionDenied => {
                Self(format!("{address} may not be listened on; choose a port above 1023 with {setting}"))
            }
            _ => Self(format!("{address} cannot be listened on: {error}")),
        }
    }

    /// A folder or file that was named cannot be read.
    pub fn reading(path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self(format!("{} does not exist", path.display())),
            io::ErrorKind::NotADirectory => Self(format!("{} is not a folder", path.display())),
            _ => Self(format!("{} cannot be read: {error}", path.display())),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whatever an error brings along, this is one line.
        f.write_str(&self.0.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        match &error {
            WriteError::Locked(folder) => Self(format!(
                "the index in {folder} is in use by another wikimovie; stop it, or drop the files into the folder it \
                 watches"
            )),
            WriteError::Storage { folder, source } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    Self(format!("the disk of {folder} is full"))
                }
                io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => Self(format!(
                    "{folder} cannot be written ({source}); choose another folder with WIKIMOVIE_DATA_DIR"
                )),
                _ => Self(error.to_string()),
            },
            WriteError::Unavailable { .. } => Self(format!("{error}; see ELASTICSEARCH_URLS")),
            WriteError::LeaseTaken(index) => {
                Self(format!("another wikimovie writes to {index}; try again when it is done"))
            }
            WriteError::Incompatible(_)
            | WriteError::IndexChanged(_)
            | WriteError::Slow { .. }
            | WriteError::TooLarge
            | WriteError::Engine(_) => Self(error.to_string()),
        }
    }
}
