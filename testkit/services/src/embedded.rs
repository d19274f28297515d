//! A real embedded index in a folder of its own.

use std::time::Duration;

use wikimovie_domain::Movie;
use wikimovie_embedded::{Embedded, EmbeddedOptions};

use crate::write::apply;

/// A real embedded index in a temporary folder, which goes with it.
#[derive(Debug)]
pub struct TestIndex {
    /// The engine.
    pub embedded: Embedded,
    folder: tempfile::TempDir,
}

impl TestIndex {
    /// An empty index.
    ///
    /// # Panics
    /// Where the system has no room for temporary files.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().expect("room for temporary files");
        let options = EmbeddedOptions {
            folder: folder.path().join("data"),
            deadline: Duration::from_secs(30),
            ..EmbeddedOptions::default()
        };
        let embedded = Embedded::open(&options).expect("a new folder can be opened");
        Self { embedded, folder }
    }

    /// An index of these movies, listed by one object.
    ///
    /// # Panics
    /// Where they cannot be written.
    pub fn of(movies: Vec<Movie>) -> Self {
        let index = Self::empty();
        index.load("test/movies.json", 1_000, movies);
        index
    }

    /// Applies an object that lists these movies, and commits.
    ///
    /// # Panics
    /// Where they cannot be written.
    pub fn load(&self, key: &str, modified_ms: u64, movies: Vec<Movie>) {
        let mut writer = self.embedded.writer().expect("no other writer is open");
        apply(&mut writer, key, modified_ms, movies).expect("the movies can be written");
    }

    /// The folder that goes with the index.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}
