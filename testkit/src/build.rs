//! Movies in a line, and a real embedded index in a folder of its own.

use std::time::Duration;

use wikimovie_domain::{Image, Movie, MovieId, Provenance, Year};
use wikimovie_search::{
    CatalogWriter, ObjectState, Tally, WriteError,
    embedded::{Embedded, EmbeddedOptions},
};

/// Provider of movies that name none.
pub const PROVIDER: &str = "test";

/// A movie under construction.
#[derive(Clone, Debug)]
pub struct MovieBuilder(Movie);

/// Starts a movie with an id of its own, unique within the provider `test`.
///
/// # Panics
/// For a year that no movie may have.
pub fn movie(id: &str, title: &str, year: i64) -> MovieBuilder {
    MovieBuilder(Movie {
        id: MovieId::from_record(PROVIDER, id),
        title: title.to_owned(),
        year: Some(Year::try_from(year).expect("a year that a movie may have")),
        cast: Vec::new(),
        genres: Vec::new(),
        summary: None,
        url: None,
        poster: None,
        provenance: Provenance {
            provider: PROVIDER.to_owned(),
            object: String::new(),
            record: 1,
            generation: 0,
        },
    })
}

impl MovieBuilder {
    /// Names of the cast, parted by commas.
    #[must_use]
    pub fn cast(mut self, names: &str) -> Self {
        self.0.cast = split(names);
        self
    }

    /// Genres, parted by commas.
    #[must_use]
    pub fn genres(mut self, genres: &str) -> Self {
        self.0.genres = split(genres);
        self
    }

    /// What it is about.
    #[must_use]
    pub fn summary(mut self, summary: &str) -> Self {
        self.0.summary = Some(summary.to_owned());
        self
    }

    /// Its poster, 300 by 450.
    #[must_use]
    pub fn poster(mut self, url: &str) -> Self {
        self.0.poster = Some(Image { url: url.to_owned(), width: Some(300), height: Some(450) });
        self
    }

    /// Takes the year away.
    #[must_use]
    pub fn without_year(mut self) -> Self {
        self.0.year = None;
        self
    }

    /// The movie.
    pub fn build(self) -> Movie {
        self.0
    }
}

fn split(list: &str) -> Vec<String> {
    list.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
}

/// A dozen well-known movies with facts that tests can count on.
pub fn dozen() -> Vec<Movie> {
    [
        movie("godfather", "The Godfather", 1972)
            .cast("Marlon Brando, Al Pacino, James Caan")
            .genres("Crime, Drama")
            .summary("The ageing head of a crime family hands his empire to his reluctant son.")
            .poster("https://example.org/godfather.jpg"),
        movie("godfather-2", "The Godfather Part II", 1974)
            .cast("Al Pacino, Robert De Niro, Diane Keaton")
            .genres("Crime, Drama"),
        movie("heat", "Heat", 1995).cast("Al Pacino, Robert De Niro, Val Kilmer").genres("Crime, Thriller"),
        movie("taxi", "Taxi Driver", 1976).cast("Robert De Niro, Jodie Foster").genres("Crime, Drama"),
        movie("lambs", "The Silence of the Lambs", 1991)
            .cast("Jodie Foster, Anthony Hopkins")
            .genres("Crime, Thriller"),
        movie("alien", "Alien", 1979)
            .cast("Sigourney Weaver, Tom Skerritt")
            .genres("Horror, Science Fiction")
            .summary("The crew of a space freighter meets a deadly <guest> & few survive."),
        movie("aliens", "Aliens", 1986)
            .cast("Sigourney Weaver, Michael Biehn")
            .genres("Action, Science Fiction"),
        movie("ghostbusters", "Ghostbusters", 1984)
            .cast("Bill Murray, Sigourney Weaver")
            .genres("Comedy, Fantasy"),
        movie("amelie", "Amélie", 2001).cast("Audrey Tautou, Mathieu Kassovitz").genres("Comedy, Romance"),
        movie("metropolis", "Metropolis", 1927).cast("Brigitte Helm").genres("Science Fiction, Drama"),
        movie("psycho", "Psycho", 1960).cast("Anthony Perkins, Janet Leigh").genres("Horror, Thriller"),
        movie("lost", "<b>Lost</b> Reel", 1910).genres("Drama").without_year(),
    ]
    .into_iter()
    .map(MovieBuilder::build)
    .collect()
}

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

/// Applies an object that lists these movies to an index, and commits.
///
/// # Errors
/// Those of the writer.
pub fn apply(
    writer: &mut dyn CatalogWriter,
    key: &str,
    modified_ms: u64,
    movies: Vec<Movie>,
) -> Result<(), WriteError> {
    let provider = key.split_once('/').map_or("default", |(provider, _)| provider).to_owned();
    let fingerprint = modified_ms.to_string();
    let generation = writer.begin(&ObjectState {
        key: key.to_owned(),
        object: key.to_owned(),
        provider,
        modified_ms,
        fingerprint,
    })?;
    for (place, mut movie) in movies.into_iter().enumerate() {
        movie.provenance.object = key.to_owned();
        movie.provenance.record = place as u64 + 1;
        movie.provenance.generation = generation;
        writer.put(movie)?;
    }
    writer.finish(Tally::default())?;
    writer.commit()?;
    Ok(())
}
