//! The facts of a movie that filters, facets and orders ask for, and whether they meet a filter: by the movie alone.

use wikimovie_domain::{Filter, Movie, Popularity, RatingValue, ValueMatch};
use wikimovie_plan::rank;
use wikimovie_text::{apostrophe_parts, characters, key, sort_key, words};

/// What filters and facets ask of a movie, folded once.
pub(super) struct Facts {
    pub(super) title_words: Vec<String>,
    pub(super) sort_key: String,
    pub(super) genres: Vec<String>,
    pub(super) year: Option<i64>,
    pub(super) poster: bool,
    pub(super) provider: String,
    /// Keys of cast, directors and writers.
    pub(super) people: [Vec<String>; 3],
    pub(super) languages: Vec<String>,
    pub(super) countries: Vec<String>,
    pub(super) runtime: Option<i64>,
    pub(super) rating: Option<RatingValue>,
    pub(super) popularity: Option<Popularity>,
    pub(super) prior: u32,
}

impl Facts {
    pub(super) fn of(movie: &Movie) -> Self {
        let keys = |values: &[String]| {
            let mut keys: Vec<String> = values.iter().map(|value| key(value)).collect();
            keys.sort();
            keys.dedup();
            keys
        };
        Self {
            title_words: [words(&movie.title), characters(&movie.title)]
                .concat()
                .into_iter()
                .map(|word| word.text)
                .chain(apostrophe_parts(&movie.title))
                .collect(),
            sort_key: sort_key(&movie.title),
            genres: keys(&movie.genres),
            people: [keys(&movie.cast), keys(&movie.directors), keys(&movie.details.writers)],
            languages: keys(&movie.details.languages),
            countries: keys(&movie.details.countries),
            runtime: movie.details.runtime.map(i64::from),
            rating: movie.details.rating(),
            popularity: movie.details.popularity,
            year: movie.year.map(|year| year.get()),
            poster: movie.poster.is_some(),
            provider: movie.provenance.provider.clone(),
            prior: rank::prior(movie),
        }
    }

    /// Whether the movie meets a filter.
    pub(super) fn passes(&self, filter: &Filter) -> bool {
        fn between<T: PartialOrd + Copy>(value: Option<T>, gte: Option<T>, lte: Option<T>) -> bool {
            value
                .is_some_and(|value| gte.is_none_or(|gte| gte <= value) && lte.is_none_or(|lte| value <= lte))
        }
        let in_range = |gte: Option<i64>, lte: Option<i64>| between(self.year, gte, lte);
        let [cast, directors, writers] = &self.people;
        let (runtime, rating) = (&filter.runtime, &filter.rating);
        let title = |title: &String| words(title).iter().all(|word| self.title_words.contains(&word.text));
        matches(&filter.genres, &self.genres, key)
            && matches(&filter.cast, cast, key)
            && matches(&filter.directors, directors, key)
            && matches(&filter.writers, writers, key)
            && matches(&filter.languages, &self.languages, key)
            && matches(&filter.countries, &self.countries, key)
            && (runtime.is_empty() || between(self.runtime, runtime.gte, runtime.lte))
            && (rating.is_empty() || between(self.rating, rating.gte, rating.lte))
            && matches(&filter.providers, std::slice::from_ref(&self.provider), str::to_owned)
            && filter.title.as_ref().is_none_or(title)
            && (filter.year.is_empty() || in_range(filter.year.gte, filter.year.lte))
            && (filter.decades.is_empty()
                || filter.decades.iter().any(|&decade| in_range(Some(decade), Some(decade + 9))))
            && filter.has_poster.is_none_or(|has| has == self.poster)
            && filter.and.iter().all(|filter| self.passes(filter))
            && (filter.or.iter().all(Filter::is_empty) || filter.or.iter().any(|filter| self.passes(filter)))
            && filter.not.as_ref().is_none_or(|not| not.is_empty() || !self.passes(not))
    }
}

fn matches(wanted: &ValueMatch, has: &[String], fold: impl Fn(&str) -> String) -> bool {
    let holds = |value: &String| has.contains(&fold(value));
    (wanted.any_of.is_empty() || wanted.any_of.iter().any(holds))
        && wanted.all_of.iter().all(holds)
        && !wanted.none_of.iter().any(holds)
}
