//! Values that are read from files, and read again when the files have changed.
//!
//! The files are polled, since polling works on every file system: a ConfigMap or Secret that is mounted changes by a link
//! that is swapped above it, of which a watch on its own folder hears nothing.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use arc_swap::{ArcSwap, Guard};

/// Default time between two polls.
pub(crate) const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// A value of type `T`, read from files that may hold an error `E`. Cheap to clone; all clones are one.
pub(crate) struct Reloading<T, E> {
    watched: Arc<WatchedFiles<T, E>>,
}

struct WatchedFiles<T, E> {
    value: ArcSwap<T>,
    files: Vec<PathBuf>,
    /// The files as they were when they were last read.
    versions: Mutex<Vec<Option<FileVersion>>>,
    read: Box<dyn Fn() -> Result<T, E> + Send + Sync>,
    poll_interval: Duration,
}

/// What differs between two contents of a file, known without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileVersion {
    modified: Option<SystemTime>,
    bytes: u64,
    /// Device, inode, and time of the last change of either: another file of the same length and age differs in these.
    #[cfg(unix)]
    inode: [i128; 4],
}

impl FileVersion {
    /// `None` where there is no file that can be read.
    fn of(path: &Path) -> Option<Self> {
        let file = fs::metadata(path).ok()?;
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt;
        Some(Self {
            modified: file.modified().ok(),
            bytes: file.len(),
            #[cfg(unix)]
            inode: [file.dev().into(), file.ino().into(), file.ctime().into(), file.ctime_nsec().into()],
        })
    }
}

fn versions(files: &[PathBuf]) -> Vec<Option<FileVersion>> {
    files.iter().map(|path| FileVersion::of(path)).collect()
}

impl<T, E> Clone for Reloading<T, E> {
    fn clone(&self) -> Self {
        Self { watched: Arc::clone(&self.watched) }
    }
}

impl<T, E> fmt::Debug for Reloading<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The value may be a secret.
        f.debug_struct("Reloading").field("files", &self.watched.files).finish_non_exhaustive()
    }
}

impl<T, E> Reloading<T, E> {
    /// What `read` makes of these files now, and of each later content of them.
    ///
    /// # Errors
    /// As `read`.
    pub(crate) fn open(
        files: Vec<PathBuf>,
        poll_interval: Duration,
        read: impl Fn() -> Result<T, E> + Send + Sync + 'static,
    ) -> Result<Self, E> {
        // Taken before the files are read, so that a change meanwhile is seen by the next poll.
        let versions = Mutex::new(versions(&files));
        let value = ArcSwap::from_pointee(read()?);
        Ok(Self {
            watched: Arc::new(WatchedFiles { value, files, versions, read: Box::new(read), poll_interval }),
        })
    }

    /// The value in use.
    pub(crate) fn current(&self) -> Guard<Arc<T>> {
        self.watched.value.load()
    }

    /// Reads the files again if they have changed, and then gives the new value or the error that leaves the value as it was.
    /// Blocks.
    pub(crate) fn poll(&self) -> Option<Result<Arc<T>, E>> {
        let watched = &self.watched;
        let now = versions(&watched.files);
        {
            let mut seen = watched.versions.lock().unwrap_or_else(PoisonError::into_inner);
            if *seen == now {
                return None;
            }
            *seen = now;
        }
        Some((watched.read)().map(|value| {
            let value = Arc::new(value);
            watched.value.store(Arc::clone(&value));
            value
        }))
    }
}

impl<T: Send + Sync + 'static, E: Send + 'static> Reloading<T, E> {
    /// Polls the files for ever, and reports what each change of them came to.
    pub(crate) async fn follow(&self, mut report: impl FnMut(Result<Arc<T>, E>)) {
        loop {
            tokio::time::sleep(self.watched.poll_interval).await;
            let reloading = self.clone();
            // Files may lie on a network.
            match tokio::task::spawn_blocking(move || reloading.poll()).await {
                Ok(Some(result)) => report(result),
                Ok(None) => {}
                Err(error) => {
                    tracing::error!(%error, files = ?self.watched.files, "files could not be polled")
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number in a file, and the number read from it.
    fn number(poll_interval: Duration) -> (tempfile::TempDir, PathBuf, Reloading<u32, String>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("number");
        fs::write(&path, "1").unwrap();
        let file = path.clone();
        let read = move || {
            let text = fs::read_to_string(&file).map_err(|error| error.to_string())?;
            text.trim().parse().map_err(|_| format!("{text:?} is no number"))
        };
        let number = Reloading::open(vec![path.clone()], poll_interval, read).unwrap();
        (folder, path, number)
    }

    #[test]
    fn each_change_is_read_once_and_a_bad_one_changes_nothing() {
        let (_folder, path, number) = number(POLL_INTERVAL);
        assert_eq!(number.poll(), None, "nothing has changed");
        for (content, expected, in_use) in [
            (Some("22"), Ok(22), 22),
            (Some("bad"), Err("\"bad\" is no number".to_owned()), 22),
            (Some("333"), Ok(333), 333),
            (None, Err("No such file or directory (os error 2)".to_owned()), 333),
            (Some("4"), Ok(4), 4),
        ] {
            match content {
                Some(text) => fs::write(&path, text).unwrap(),
                None => fs::remove_file(&path).unwrap(),
            }
            assert_eq!(number.poll().map(|result| result.map(|value| *value)), Some(expected));
            assert_eq!(number.poll(), None, "{content:?} is read once");
            assert_eq!(**number.current(), in_use);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_of_the_same_length_and_age_is_seen_too() {
        let (folder, path, number) = number(POLL_INTERVAL);
        let modified = fs::metadata(&path).unwrap().modified().unwrap();
        let other = folder.path().join("other");
        fs::write(&other, "2").unwrap();
        fs::File::options().write(true).open(&other).unwrap().set_modified(modified).unwrap();
        fs::rename(&other, &path).unwrap();
        assert_eq!(number.poll().unwrap().map(|value| *value), Ok(2));
    }

    #[tokio::test(start_paused = true)]
    async fn files_are_followed_at_the_interval_that_was_set() {
        let (_folder, path, number) = number(Duration::from_secs(60));
        let started = tokio::time::Instant::now();
        let (report, mut reports) = tokio::sync::mpsc::unbounded_channel();
        let following = tokio::spawn({
            let number = number.clone();
            async move { number.follow(move |result| drop(report.send(result))).await }
        });
        fs::write(&path, "22").unwrap();
        assert_eq!(reports.recv().await.unwrap().map(|value| *value), Ok(22));
        fs::write(&path, "bad").unwrap();
        assert!(reports.recv().await.unwrap().is_err());
        assert_eq!(started.elapsed().as_secs(), 120);
        assert_eq!(**number.current(), 22);
        following.abort();
    }
}
