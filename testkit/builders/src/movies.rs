//! Builders of movies.

use wikimovie_domain::{
    Details, Image, Movie, MovieId, OtherTitle, Popularity, Provenance, Rating, RatingValue, TitleKind, Year,
};

/// Default provider of movies.
pub const PROVIDER: &str = "test";

/// A movie under construction.
#[derive(Clone, Debug)]
pub struct MovieBuilder(Movie);

/// Starts a movie with an id of its own, unique within the provider `test`.
///
/// # Panics
/// For an invalid year.
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
        directors: Vec::new(),
        titles: Vec::new(),
        details: Details::default(),
        provenance: Provenance {
            provider: PROVIDER.to_owned(),
            object: String::new(),
            record: 1,
            generation: 0,
            original_genres: Vec::new(),
        },
    })
}

impl MovieBuilder {
    /// Names of the cast, comma-separated.
    #[must_use]
    pub fn cast(mut self, names: &str) -> Self {
        self.0.cast = split(names);
        self
    }

    /// Genres, comma-separated.
    #[must_use]
    pub fn genres(mut self, genres: &str) -> Self {
        self.0.genres = split(genres);
        self
    }

    /// Names of the directors, comma-separated.
    #[must_use]
    pub fn directors(mut self, names: &str) -> Self {
        self.0.directors = split(names);
        self
    }

    /// Names of the writers, comma-separated.
    #[must_use]
    pub fn writers(mut self, names: &str) -> Self {
        self.0.details.writers = split(names);
        self
    }

    /// One more title, with its language.
    #[must_use]
    pub fn title_also(mut self, title: &str, language: &str) -> Self {
        let (title, language) = (title.to_owned(), Some(language.to_owned()));
        self.0.titles.push(OtherTitle { title, language, kind: TitleKind::default() });
        self
    }

    /// Its whole plot.
    #[must_use]
    pub fn plot(mut self, plot: &str) -> Self {
        self.0.details.plot = Some(plot.to_owned());
        self
    }

    /// Keywords, comma-separated.
    #[must_use]
    pub fn keywords(mut self, keywords: &str) -> Self {
        self.0.details.keywords = split(keywords);
        self
    }

    /// Spoken languages, comma-separated.
    #[must_use]
    pub fn languages(mut self, languages: &str) -> Self {
        self.0.details.languages = split(languages);
        self
    }

    /// Countries of production, comma-separated.
    #[must_use]
    pub fn countries(mut self, countries: &str) -> Self {
        self.0.details.countries = split(countries);
        self
    }

    /// Its runtime in minutes.
    #[must_use]
    pub fn runtime(mut self, minutes: u16) -> Self {
        self.0.details.runtime = Some(minutes);
        self
    }

    /// One more rating from 0 to 10, without votes.
    ///
    /// # Panics
    /// For a rating out of range.
    #[must_use]
    pub fn rating(mut self, value: f64) -> Self {
        let value = RatingValue::new(value).expect("a rating from 0 to 10");
        self.0.details.ratings.push(Rating { source: PROVIDER.to_owned(), value, votes: None });
        self
    }

    /// Its popularity.
    ///
    /// # Panics
    /// For a popularity out of range.
    #[must_use]
    pub fn popularity(mut self, value: f64) -> Self {
        self.0.details.popularity = Some(Popularity::new(value).expect("a popularity in range"));
        self
    }

    /// Its summary.
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

    /// Removes the year.
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

/// A dozen well-known movies with facts that tests rely on.
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
