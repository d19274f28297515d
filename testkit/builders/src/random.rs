//! Random questions about movies, the same for the same seed.

use fastrand::Rng;
use wikimovie_domain::{
    FacetField, FacetOrder, FacetRequest, Filter, Movie, MovieSort, Question, RatingValue,
};

/// A question: often with a text, often with filters.
pub fn question(movies: &[Movie], rng: &mut Rng) -> Question {
    let sorts = [
        MovieSort::YearAsc,
        MovieSort::YearDesc,
        MovieSort::TitleAsc,
        MovieSort::TitleDesc,
        MovieSort::RatingDesc,
        MovieSort::RatingAsc,
        MovieSort::PopularityDesc,
        MovieSort::PopularityAsc,
    ];
    Question {
        text: text(movies, rng),
        filter: if rng.u8(..4) == 0 { Filter::default() } else { filter(movies, rng, 2) },
        sort: if rng.bool() { MovieSort::Relevance } else { sorts[rng.usize(..sorts.len())] },
        understand: rng.u8(..8) > 0,
    }
}

/// What somebody types: titles, names, genres, decades, typos, starts, words of a summary, odd things.
pub fn text(movies: &[Movie], rng: &mut Rng) -> String {
    let movie = &movies[rng.usize(..movies.len())];
    let name = |rng: &mut Rng| rng.choice(&movie.cast).cloned().unwrap_or_default();
    let genre = |rng: &mut Rng| rng.choice(&movie.genres).cloned().unwrap_or_default();
    let words: Vec<&str> = movie.summary.as_deref().unwrap_or_default().split_whitespace().collect();
    let director = |rng: &mut Rng| rng.choice(&movie.directors).cloned().unwrap_or_default();
    let other =
        |rng: &mut Rng| rng.choice(&movie.titles).map_or_else(String::new, |other| other.title.clone());
    match rng.u8(..15) {
        0 | 1 => String::new(),
        10 => [["", "directed by ", "by ", "director "][rng.usize(..4)], director(rng).as_str()].concat(),
        11 => [director(rng), movie.title.clone()].join(" "),
        12 => other(rng),
        13 => other(rng).chars().take(rng.usize(1..=8)).collect(),
        14 => {
            rng.choice(&movie.details.keywords).or(movie.details.writers.first()).cloned().unwrap_or_default()
        }
        2 => movie.title.clone(),
        3 => slip(&movie.title, rng),
        4 => name(rng),
        5 => [name(rng), genre(rng)].join(" "),
        6 => [genre(rng), (movie.year.map_or(1950, |year| year.decade())).to_string() + "s"].join(" "),
        7 => movie.title.chars().take(rng.usize(1..=6)).collect(),
        8 => (0..rng.usize(1..=3)).filter_map(|_| rng.choice(&words).copied()).collect::<Vec<_>>().join(" "),
        _ => ["the", "\"the", "-drama western", "💥", "1984", "a b c", "東京"][rng.usize(..7)].to_owned(),
    }
}

/// A filter, nested as deep as `depth`.
pub fn filter(movies: &[Movie], rng: &mut Rng, depth: usize) -> Filter {
    let movie = &movies[rng.usize(..movies.len())];
    let other = &movies[rng.usize(..movies.len())];
    let mut filter = Filter::default();
    let some = |values: &[String], rng: &mut Rng| rng.choice(values).cloned().into_iter().collect::<Vec<_>>();
    let (details, others) = (&movie.details, &other.details);
    match rng.u8(..15) {
        0 => filter.genres.any_of = [some(&movie.genres, rng), some(&other.genres, rng)].concat(),
        1 => filter.genres.all_of = movie.genres.clone(),
        2 => filter.genres.none_of = other.genres.clone(),
        3 => {
            filter.cast.any_of =
                [some(&movie.cast, rng), some(&other.cast, rng), vec!["Nobody".into()]].concat()
        }
        4 => filter.title = movie.title.split_whitespace().last().map(ToOwned::to_owned),
        5 => {
            let (a, b) = (1900 + rng.i64(0..130), 1900 + rng.i64(0..130));
            let open = rng.u8(..4);
            filter.year.gte = (open != 0).then_some(a.min(b));
            filter.year.lte = (open != 1).then_some(a.max(b));
        }
        6 => filter.decades = vec![1900 + rng.i64(0..13) * 10, 1900 + rng.i64(0..13) * 10],
        7 => filter.has_poster = Some(rng.bool()),
        8 => filter.directors.any_of = [some(&movie.directors, rng), some(&other.directors, rng)].concat(),
        9 => filter.directors.none_of = some(&movie.directors, rng),
        10 => filter.writers.any_of = [some(&details.writers, rng), some(&others.writers, rng)].concat(),
        11 => {
            filter.languages.any_of = [some(&details.languages, rng), some(&others.languages, rng)].concat()
        }
        12 => filter.countries.any_of = some(&details.countries, rng),
        13 => {
            let (a, b) = (60 + rng.i64(0..120), 60 + rng.i64(0..120));
            let open = rng.u8(..4);
            filter.runtime.gte = (open != 0).then_some(a.min(b));
            filter.runtime.lte = (open != 1).then_some(a.max(b));
        }
        14 => {
            let (a, b) = (rng.u16(0..=1000), rng.u16(0..=1000));
            let open = rng.u8(..4);
            filter.rating.gte = RatingValue::try_from(a.min(b)).ok().filter(|_| open != 0);
            filter.rating.lte = RatingValue::try_from(a.max(b)).ok().filter(|_| open != 1);
        }
        _ => filter.providers.any_of = vec![["default", "nobody"][rng.usize(..2)].to_owned()],
    }
    if depth > 0 {
        let more = |rng: &mut Rng| self::filter(movies, rng, depth - 1);
        match rng.u8(..6) {
            0 => filter.and = vec![more(rng), more(rng)],
            1 => filter.or = vec![more(rng), more(rng)],
            2 => filter.not = Some(Box::new(more(rng))),
            3 => {
                let second = more(rng);
                filter.cast = if filter.cast.is_empty() { second.cast } else { filter.cast };
                filter.year = if filter.year.is_empty() { second.year } else { filter.year };
                filter.directors =
                    if filter.directors.is_empty() { second.directors } else { filter.directors };
                filter.languages =
                    if filter.languages.is_empty() { second.languages } else { filter.languages };
                filter.decades = if filter.decades.is_empty() { second.decades } else { filter.decades };
            }
            _ => {}
        }
    }
    filter
}

/// A request for each facet.
pub fn facets(rng: &mut Rng) -> Vec<FacetRequest> {
    let fields = [
        FacetField::Genres,
        FacetField::Cast,
        FacetField::Directors,
        FacetField::Languages,
        FacetField::Countries,
        FacetField::Decades,
        FacetField::Providers,
    ];
    let mut requests: Vec<FacetRequest> = fields
        .into_iter()
        .map(|field| FacetRequest::Terms {
            field,
            first: rng.usize(..=20),
            contains: (rng.u8(..4) == 0)
                .then(|| ["a", "dr", "John", "é", "198", ""][rng.usize(..6)].to_owned()),
            order: if rng.bool() { FacetOrder::Count } else { FacetOrder::Value },
        })
        .collect();
    requests.push(FacetRequest::Years { interval: [1, 5, 10, 7][rng.usize(..4)] });
    requests
}

/// Two neighbouring letters swapped.
fn slip(text: &str, rng: &mut Rng) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if letters.len() > 4 {
        let place = rng.usize(1..letters.len() - 1);
        letters.swap(place, place + 1);
    }
    letters.into_iter().collect()
}
