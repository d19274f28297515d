//! Movies with everything that a provider may tell of them, made up from movies that have little.

use fastrand::Rng;
use wikimovie_domain::{Movie, OtherTitle, Popularity, Rating, RatingValue, TitleKind};

/// Directors and writers who stand in no cast.
const NAMES: [&str; 12] = [
    "Ida Lupino",
    "Agnès Varda",
    "Akira Kurosawa",
    "Bong Joon-ho",
    "Andrei Tarkovsky",
    "Kathryn Bigelow",
    "Costa-Gavras",
    "McG",
    "William Goldman",
    "Nora Ephron",
    "Satyajit Ray",
    "宮崎 駿",
];
/// Other titles in several scripts, some of which are titles of other movies.
const TITLES: [(&str, &str); 12] = [
    ("七人の侍", "ja"),
    ("기생충", "ko"),
    ("Сталкер", "ru"),
    ("霸王别姬", "zh"),
    ("Ζορμπάς", "el"),
    ("كفرناحوم", "ar"),
    ("La vita è bella", "it"),
    ("Der Himmel über Berlin", "de"),
    ("The Kid", "en"),
    ("Les Misérables 2", "fr"),
    ("O Brother", "en"),
    ("Alien", "de"),
];
const LANGUAGES: [&str; 6] = ["en", "ja", "pt-BR", "Français", "français", "de"];
const COUNTRIES: [&str; 5] = ["United States", "Japan", "Côte d'Ivoire", "Cote d'Ivoire", "Germany"];
const KEYWORDS: [&str; 6] = ["heist", "time travel", "dog", "small town", "robot", "serial killer"];

/// The movies with directors, other titles and details, the same for the same seed. About one in six stays as it is, and
/// no field is in all of the others.
pub fn full(mut movies: Vec<Movie>, seed: u64) -> Vec<Movie> {
    let mut rng = Rng::with_seed(seed);
    let casts: Vec<String> = movies.iter().filter_map(|movie| movie.cast.first().cloned()).collect();
    let own: Vec<String> = movies.iter().map(|movie| movie.title.clone()).collect();
    for movie in &mut movies {
        if rng.u8(..6) > 0 {
            tell(movie, &casts, &own, &mut rng);
        }
    }
    movies
}

fn tell(movie: &mut Movie, casts: &[String], own: &[String], rng: &mut Rng) {
    let person = |rng: &mut Rng| match rng.u8(..4) {
        0 => rng.choice(casts).cloned().unwrap_or_default(),
        _ => NAMES[rng.usize(..NAMES.len())].to_owned(),
    };
    movie.directors = distinct((0..rng.usize(..3)).map(|_| person(rng)));
    if rng.u8(..8) == 0 {
        // Who directs and acts, spelled otherwise here.
        movie.directors.extend(movie.cast.first().map(|name| name.to_uppercase()));
    }
    for _ in 0..rng.usize(..3) {
        let (title, language) = TITLES[rng.usize(..TITLES.len())];
        let borrowed = rng.choice(own).filter(|_| rng.u8(..3) == 0);
        let title = borrowed.map_or_else(|| title.to_owned(), |title| format!("{title} Redux"));
        let kind = if rng.bool() { TitleKind::Original } else { TitleKind::Alternative };
        let is_new = title != movie.title && movie.titles.iter().all(|other| other.title != title);
        if is_new {
            movie.titles.push(OtherTitle { title, language: Some(language.to_owned()), kind });
        }
    }
    let details = &mut movie.details;
    details.writers = distinct((0..rng.usize(..2)).map(|_| person(rng)));
    details.keywords =
        distinct((0..rng.usize(..3)).map(|_| KEYWORDS[rng.usize(..KEYWORDS.len())].to_owned()));
    details.languages =
        distinct((0..rng.usize(..3)).map(|_| LANGUAGES[rng.usize(..LANGUAGES.len())].to_owned()));
    details.countries =
        distinct((0..rng.usize(..3)).map(|_| COUNTRIES[rng.usize(..COUNTRIES.len())].to_owned()));
    details.plot = movie.summary.clone().filter(|_| rng.u8(..3) == 0).map(|plot| format!("{plot} The end."));
    details.runtime = (rng.u8(..4) > 0).then(|| rng.u16(1..240));
    details.ratings = (0..rng.usize(..3))
        .filter_map(|at| {
            let value = RatingValue::try_from(rng.u16(..21) * 50).ok()?;
            let votes = rng.bool().then(|| rng.u64(..10_000));
            Some(Rating { source: ["imdb", "tmdb"][at].to_owned(), value, votes })
        })
        .collect();
    details.popularity =
        [0.0, 1.5, 1.5, 150.437, 1e9].get(rng.usize(..8)).and_then(|&value| Popularity::new(value));
}

fn distinct(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}
