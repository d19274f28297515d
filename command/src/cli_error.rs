//! The error of a command: one line for the person at the terminal, with what to do about it.

use std::{
    fmt,
    fs::File,
    io::{self, Read as _},
    net::SocketAddr,
    path::Path,
};

use wikimovie_engine::WriteError;

/// One line for the person who started the program; it names settings and files as that person does.
#[derive(Debug)]
pub struct CliError(String);

impl std::error::Error for CliError {}

impl CliError {
    /// Exit status of the program.
    pub const EXIT_CODE: u8 = 2;

    /// An error with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// The address of this setting cannot be bound.
    pub fn cannot_listen(address: SocketAddr, setting: &str, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::AddrInUse => Self(format!(
                "{address} is in use by another program; stop it or choose another address with {setting}"
            )),
            io::ErrorKind::PermissionDenied => {
                Self(format!("no permission to listen on {address}; choose a port above 1023 with {setting}"))
            }
            _ => Self(format!("cannot listen on {address}: {error}")),
        }
    }

    /// What a named file holds is wrong.
    pub fn invalid(path: &Path, why: &dyn fmt::Display) -> Self {
        Self(format!("{}: {why}", path.display()))
    }

    /// A named folder or file cannot be read.
    pub fn cannot_read(path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self(format!("{} does not exist", path.display())),
            io::ErrorKind::NotADirectory => Self(format!("{} is not a folder", path.display())),
            _ => Self(format!("{} cannot be read: {error}", path.display())),
        }
    }
}

/// The content of a named file that has at most so many bytes.
///
/// # Errors
/// One line with the file, and what is wrong with it.
pub fn read_file(path: &Path, most: u64) -> Result<Vec<u8>, CliError> {
    let cannot_read = |error| CliError::cannot_read(path, &error);
    let mut content = Vec::new();
    // What is no file, such as a pipe of a shell, has no size before it is read.
    let file = File::open(path).map_err(cannot_read)?;
    file.take(most + 1).read_to_end(&mut content).map_err(cannot_read)?;
    if content.len() as u64 > most {
        return Err(CliError::invalid(path, &format_args!("the file has more than {most} bytes")));
    }
    Ok(content)
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Messages of libraries may hold line breaks; a terminal and a log get one line.
        f.write_str(&self.0.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

impl From<WriteError> for CliError {
    fn from(error: WriteError) -> Self {
        Self::from(&error)
    }
}

impl From<&WriteError> for CliError {
    fn from(error: &WriteError) -> Self {
        match error {
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
