//! The data folder: who may open it, what version made it, and the secret that seals tokens.
//!
//! ```text
//! <folder>/wikimovie.json   which format the index has
//! <folder>/lock             held while a process has the folder open
//! <folder>/secret           32 random bytes, made once
//! <folder>/secret.former    secrets of before, one behind another, whose tokens stay valid; put there by hand
//! <folder>/index/           the tantivy index
//! ```

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use wikimovie_engine::{Sealer, indexed::FORMAT, writer::WriteError};

/// Length of a secret.
const SECRET_BYTES: usize = 32;

#[derive(Debug, Serialize, Deserialize)]
struct Marker {
    format: u32,
}

/// A data folder opened for this process alone.
#[derive(Debug)]
pub(super) struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Opens a folder, making it where it is missing. An index of an older format is thrown away with a warning,
    /// since it can be built again from its sources; one of a newer format is refused.
    pub(super) fn open(path: &Path) -> Result<Self, WriteError> {
        let storage = |source| storage_error(path, source);
        fs::create_dir_all(path).map_err(storage)?;
        let path = path.canonicalize().map_err(storage)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join("lock"))
            .map_err(storage)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(WriteError::Locked(path.display().to_string())),
            Err(TryLockError::Error(error)) => return Err(storage(error)),
        }
        let folder = Self { path, _lock: lock };
        folder.check_format()?;
        Ok(folder)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the folder takes some more megabytes: less than a segment needs, so that a disk that was too full
    /// for one is told as full.
    pub(super) fn probe(&self) -> io::Result<()> {
        const BYTES: usize = 4 * 1024 * 1024;
        let file = self.path.join("probe.part");
        let probed = fs::write(&file, vec![0; BYTES]);
        let removed = fs::remove_file(&file);
        probed.and(removed)
    }

    pub(super) fn index(&self) -> PathBuf {
        self.path.join("index")
    }

    /// Seals by the folder's secret, which is made at the first call, and opens by the former ones too.
    pub(super) fn sealer(&self) -> Result<Sealer, WriteError> {
        let sealer = Sealer::without_secret();
        sealer.set_secrets(&self.secret()?, &self.former_secrets()?);
        Ok(sealer)
    }

    fn former_secrets(&self) -> Result<Vec<Vec<u8>>, WriteError> {
        match fs::read(self.path.join("secret.former")) {
            Ok(secrets) => Ok(secrets.chunks_exact(SECRET_BYTES).map(<[u8]>::to_vec).collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(storage_error(&self.path, error)),
        }
    }

    fn secret(&self) -> Result<Vec<u8>, WriteError> {
        let file = self.path.join("secret");
        let mut secret = Vec::new();
        match File::open(&file).and_then(|mut file| file.read_to_end(&mut secret)) {
            Ok(SECRET_BYTES) => return Ok(secret),
            // A crash may have left it empty; no token of such a secret was given out.
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(storage_error(&self.path, error)),
        }
        secret = vec![0; SECRET_BYTES];
        getrandom::fill(&mut secret).map_err(|error| storage_error(&self.path, io::Error::other(error)))?;
        write_whole(&file, &secret, true).map_err(|error| storage_error(&self.path, error))?;
        Ok(secret)
    }

    fn check_format(&self) -> Result<(), WriteError> {
        let file = self.path.join("wikimovie.json");
        let storage = |error| storage_error(&self.path, error);
        let found = match fs::read(&file) {
            Ok(bytes) => serde_json::from_slice::<Marker>(&bytes).ok().map(|marker| marker.format),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(storage(error)),
        };
        match found {
            Some(FORMAT) => {}
            Some(newer) if newer > FORMAT => {
                return Err(WriteError::Incompatible(format!(
                    "the index in {} has format {newer} of a newer wikimovie; this one reads format {FORMAT}",
                    self.path.display()
                )));
            }
            other => {
                if self.index().exists() {
                    tracing::warn!(
                        folder = %self.path.display(),
                        found = other,
                        format = FORMAT,
                        "the index is rebuilt because its format is older; files loaded by hand must be \
                         loaded again"
                    );
                    fs::remove_dir_all(self.index()).map_err(storage)?;
                }
                // The index goes first and the marker comes last, so a crash in between ends up here again.
                fs::create_dir_all(self.index()).map_err(storage)?;
                let marker = serde_json::to_vec(&Marker { format: FORMAT }).map_err(io::Error::other);
                marker.and_then(|marker| write_whole(&file, &marker, false)).map_err(storage)?;
            }
        }
        fs::create_dir_all(self.index()).map_err(storage)
    }
}

/// Writes a file so that after a crash it is there whole or not at all.
fn write_whole(file: &Path, bytes: &[u8], private: bool) -> io::Result<()> {
    let part = file.with_extension("part");
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if private { 0o600 } else { 0o644 });
    #[cfg(not(unix))]
    let _ = private;
    let mut handle = options.open(&part)?;
    handle.write_all(bytes)?;
    handle.sync_all()?;
    fs::rename(&part, file)
}

pub(super) fn storage_error(folder: &Path, source: io::Error) -> WriteError {
    WriteError::Storage { folder: folder.display().to_string(), source }
}

#[cfg(test)]
mod tests {
    use wikimovie_domain::Question;

    use super::*;

    #[test]
    fn a_secret_that_was_moved_aside_still_opens_its_tokens() {
        let folder = tempfile::tempdir().unwrap();
        let sealer = || DataFolder::open(folder.path()).unwrap().sealer().unwrap();
        let token = sealer().seal_state(&Question::default()).unwrap();
        assert!(sealer().open_state(&token).is_ok());
        fs::rename(folder.path().join("secret"), folder.path().join("secret.former")).unwrap();
        let later = sealer().seal_state(&Question::default()).unwrap();
        assert_ne!(later, token);
        assert!([token.as_str(), &later].iter().all(|token| sealer().open_state(token).is_ok()));
        fs::remove_file(folder.path().join("secret.former")).unwrap();
        assert!(sealer().open_state(&token).is_err() && sealer().open_state(&later).is_ok());
    }
}
