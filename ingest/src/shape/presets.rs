//! Shapes that files of movies have in the world, as one table: how each is recognized, and what is particular to it.
//! Everything else about names is in [`super::names`].

use std::borrow::Cow;

use super::names::{MovieField, Treatment};
use MovieField::{
    Cast, Countries, Directors, Genres, Id, Ids, Keywords, Languages, Poster, Ratings, Released, Summary,
    Title, Titles, Url, Writers, Year,
};

/// What is known of a shape.
#[derive(Debug, PartialEq)]
pub struct Preset {
    /// As receipts call it.
    pub name: &'static str,
    /// Names that it has, in normal form.
    needs: &'static [&'static str],
    /// Names of which it has at least one.
    one_of: &'static [&'static str],
    /// Names that it does not have.
    lacks: &'static [&'static str],
    /// Names of a field in place of all others, the best first; none where the shape lacks the field.
    pub(super) sources: &'static [(MovieField, &'static [&'static str])],
    /// What is done with the values of a name, for a field.
    pub(super) treatments: &'static [(MovieField, &'static str, Treatment)],
    /// Names that a field has besides its others, and before them.
    pub(super) adds: &'static [(MovieField, &'static str, Treatment)],
    /// The name that says what a record is, and its value for movies; both in normal form.
    pub(super) movies_only: Option<(&'static str, &'static str)>,
    /// What divides the entries of a list in one text.
    pub(super) list: Option<&'static str>,
    /// Whether quotes may stand around the fields of a row.
    pub(crate) quotes: bool,
    /// Whether titles end with the year: `Heat (1995)`.
    pub(super) title_has_year: bool,
}

const ANY: Preset = Preset {
    name: "",
    needs: &[],
    one_of: &[],
    lacks: &[],
    sources: &[],
    treatments: &[],
    adds: &[],
    movies_only: None,
    list: None,
    quotes: true,
    title_has_year: false,
};

const fn id_of(source: &'static str) -> Treatment {
    Treatment::IdOf(Cow::Borrowed(source))
}

const fn rating_of(source: &'static str, best: u16) -> Treatment {
    Treatment::Rating { source: Cow::Borrowed(source), best, sure: true }
}

const fn votes_of(source: &'static str) -> Treatment {
    Treatment::Votes(Cow::Borrowed(source))
}

/// The first that fits counts.
static PRESETS: &[Preset] = &[
    Preset {
        name: "imdb",
        needs: &["tconst", "titletype", "primarytitle"],
        sources: &[(Id, &["tconst"])],
        movies_only: Some(("titletype", "movie")),
        list: Some(","),
        quotes: false,
        ..ANY
    },
    Preset {
        name: "imdb-list",
        needs: &["const", "titletype", "title", "url"],
        sources: &[(Id, &["const"]), (Summary, &[])],
        movies_only: Some(("titletype", "movie")),
        list: Some(","),
        ..ANY
    },
    // It has the names of `tmdb`, too, but an id of its own database.
    Preset {
        name: "radarr",
        needs: &["tmdbid", "title", "titleslug", "images"],
        sources: &[
            (Id, &["tmdbid"]),
            (Url, &["website"]),
            (Poster, &["images"]),
            (Keywords, &["keywords"]),
            (Released, &["incinemas"]),
        ],
        adds: &[(Ratings, "ratings", Treatment::OfHundred)],
        ..ANY
    },
    Preset {
        name: "tmdb-5000-credits",
        needs: &["movieid", "title", "cast", "crew"],
        sources: &[(Id, &["movieid"])],
        adds: &[(Ids, "movieid", id_of("tmdb"))],
        ..ANY
    },
    Preset {
        name: "tmdb-5000",
        needs: &["id", "budget", "originaltitle", "overview", "productioncompanies", "revenue"],
        adds: &[(Ids, "id", id_of("tmdb"))],
        ..ANY
    },
    Preset {
        name: "tmdb",
        needs: &["id", "originallanguage", "originaltitle", "overview"],
        adds: &[(Ids, "id", id_of("tmdb"))],
        movies_only: Some(("mediatype", "movie")),
        ..ANY
    },
    Preset {
        name: "movielens",
        needs: &["movieid", "title", "genres"],
        sources: &[(Id, &["movieid"])],
        adds: &[(Ids, "movieid", id_of("movielens"))],
        list: Some("|"),
        title_has_year: true,
        ..ANY
    },
    Preset {
        name: "movielens-100k",
        needs: &["movieid", "movietitle", "releasedate", "videoreleasedate", "imdburl"],
        sources: &[(Id, &["movieid"]), (Genres, &MOVIELENS_GENRES)],
        // Where the day is not known, the first of January is written.
        treatments: &[(Released, "releasedate", Treatment::YearlyDate)],
        adds: &[(Ids, "movieid", id_of("movielens-100k"))],
        quotes: false,
        title_has_year: true,
        ..ANY
    },
    Preset {
        name: "omdb",
        needs: &["imdbid", "title", "type", "year"],
        sources: &[(Id, &["imdbid"])],
        movies_only: Some(("type", "movie")),
        list: Some(","),
        ..ANY
    },
    Preset {
        name: "netflix",
        needs: &["showid", "type", "title", "listedin"],
        sources: &[(Id, &["showid"])],
        movies_only: Some(("type", "movie")),
        list: Some(","),
        ..ANY
    },
    Preset {
        name: "imdb-top-1000",
        needs: &["seriestitle", "releasedyear", "overview", "star1"],
        adds: &[(Ratings, "noofvotes", votes_of("imdb"))],
        list: Some(","),
        ..ANY
    },
    // The addresses of a diary are those of its entries: by title and year, two entries are of one movie.
    Preset {
        name: "letterboxd-diary",
        needs: &["letterboxduri", "name", "watcheddate"],
        sources: &[(Url, &[]), (Summary, &[]), (Keywords, &[])],
        adds: &[(Ratings, "rating", rating_of("letterboxd", 5))],
        ..ANY
    },
    Preset {
        name: "letterboxd",
        needs: &["letterboxduri", "name", "year"],
        adds: &[(Ratings, "rating", rating_of("letterboxd", 5))],
        ..ANY
    },
    Preset {
        name: "letterboxd-list",
        needs: &["position", "name", "year", "url", "description"],
        sources: &[(Summary, &[])],
        ..ANY
    },
    Preset {
        name: "mflix",
        needs: &["id", "title", "imdb", "type"],
        one_of: &["awards", "lastupdated", "tomatoes", "nummflixcomments"],
        sources: &[(Id, &["id"])],
        adds: &[(Ratings, "imdb", rating_of("imdb", 10)), (Ratings, "tomatoes", Treatment::Tomatoes)],
        movies_only: Some(("type", "movie")),
        ..ANY
    },
    Preset {
        name: "meilisearch-movies",
        needs: &["id", "title", "overview", "genres", "poster", "releasedate"],
        lacks: &["originaltitle"],
        adds: &[(Ids, "id", id_of("tmdb"))],
        ..ANY
    },
    Preset { name: "vega-movies", needs: &["title", "usgross", "worldwidegross", "majorgenre"], ..ANY },
    Preset { needs: &["item", "itemlabel"], ..WIKIDATA },
    Preset { needs: &["film", "filmlabel"], ..WIKIDATA },
    Preset { needs: &["movie", "movielabel"], ..WIKIDATA },
];

const WIKIDATA_ID: Treatment = id_of("wikidata");

const WIKIDATA: Preset = Preset {
    name: "wikidata",
    sources: &[
        (Id, &["item", "film", "movie"]),
        (Title, &["itemlabel", "filmlabel", "movielabel", "titlelabel", "title", "label"]),
        (
            Year,
            &[
                "year",
                "releaseyear",
                "publicationyear",
                "publicationdate",
                "releasedate",
                "pubdate",
                "date",
                "released",
            ],
        ),
        (Genres, &["genrelabel", "genrelabels", "genres", "genre"]),
        (
            Cast,
            &["castlabel", "castlabels", "castmemberlabel", "actorlabel", "actorlabels", "actors", "cast"],
        ),
        (Summary, &["itemdescription", "filmdescription", "moviedescription", "description", "summary"]),
        (Url, &["article", "sitelink", "item", "film", "movie"]),
        (Poster, &["poster", "image", "picture", "pic"]),
        (Directors, &["directorlabel", "directorlabels", "directors", "director"]),
        (
            Writers,
            &[
                "writerlabel",
                "writerlabels",
                "screenwriterlabel",
                "screenwriterlabels",
                "writers",
                "writer",
                "screenwriter",
            ],
        ),
        (Languages, &["languagelabel", "languagelabels", "originallanguagelabel", "languages", "language"]),
        (Countries, &["countrylabel", "countrylabels", "countryoforiginlabel", "countries", "country"]),
        (Released, &["publicationdate", "releasedate", "pubdate", "date", "released"]),
        (Titles, &["originaltitle", "titles"]),
    ],
    treatments: &[
        (Id, "item", Treatment::LastSegment),
        (Id, "film", Treatment::LastSegment),
        (Id, "movie", Treatment::LastSegment),
        (Year, "date", Treatment::Date),
        (Released, "publicationdate", Treatment::YearlyDate),
        (Released, "releasedate", Treatment::YearlyDate),
        (Released, "pubdate", Treatment::YearlyDate),
        (Released, "date", Treatment::YearlyDate),
        (Released, "released", Treatment::YearlyDate),
    ],
    adds: &[(Ids, "item", WIKIDATA_ID), (Ids, "film", WIKIDATA_ID), (Ids, "movie", WIKIDATA_ID)],
    ..ANY
};

/// Records of a query's results, whatever its variables are called.
static WIKIDATA_RESULTS: Preset = WIKIDATA;

/// The flags of `u.item`, in normal form.
const MOVIELENS_GENRES: [&str; 18] = [
    "action",
    "adventure",
    "animation",
    "childrens",
    "comedy",
    "crime",
    "documentary",
    "drama",
    "fantasy",
    "filmnoir",
    "horror",
    "musical",
    "mystery",
    "romance",
    "scifi",
    "thriller",
    "war",
    "western",
];

/// Columns of `u.item`, which has no header.
const U_ITEM: [&str; 24] = [
    "movie id",
    "movie title",
    "release date",
    "video release date",
    "IMDb URL",
    "unknown",
    "Action",
    "Adventure",
    "Animation",
    "Children's",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Fantasy",
    "Film-Noir",
    "Horror",
    "Musical",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Thriller",
    "War",
    "Western",
];

/// A file of rows without a header.
#[derive(Debug, PartialEq)]
pub(crate) struct Headerless {
    /// What divides the fields of a row.
    pub(crate) separator: &'static str,
    /// What its columns are called.
    pub(crate) columns: &'static [&'static str],
    /// Whether it is in Windows-1252, where that can be told of no byte.
    pub(crate) windows_1252: bool,
}

/// Such files: the first field is a number, the second a title with its year.
pub(crate) static HEADERLESS: [Headerless; 2] = [
    Headerless { separator: "::", columns: &["movieId", "title", "genres"], windows_1252: true },
    Headerless { separator: "|", columns: &U_ITEM, windows_1252: true },
];

/// Text that a list of Letterboxd begins with, before its header.
pub(crate) const LETTERBOXD_LIST: &[u8] = b"Letterboxd list export";

/// Names of all presets.
pub fn preset_names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|preset| preset.name)
}

impl Preset {
    /// The preset of a header or record, by its names in normal form.
    pub(crate) fn of(names: &[String]) -> Option<&'static Self> {
        let has = |name: &str| names.iter().any(|named| named == name);
        PRESETS.iter().find(|preset| {
            preset.needs.iter().all(|name| has(name))
                && (preset.one_of.is_empty() || preset.one_of.iter().any(|name| has(name)))
                && !preset.lacks.iter().any(|name| has(name))
        })
    }

    /// The preset of records that are nested so.
    pub(crate) fn of_path(steps: &[String]) -> Option<&'static Self> {
        (steps == ["results", "bindings"]).then_some(&WIKIDATA_RESULTS)
    }

    /// Names of a field, where the preset says them.
    pub(crate) fn sources_of(&self, field: MovieField) -> Option<&'static [&'static str]> {
        self.sources.iter().find(|(named, _)| *named == field).map(|(_, names)| *names)
    }

    /// Treatment of a name that the field has besides its others.
    pub(super) fn added(&self, field: MovieField, name: &str) -> Option<&Treatment> {
        self.adds
            .iter()
            .find(|(of, named, _)| *of == field && *named == name)
            .map(|(_, _, treatment)| treatment)
    }

    /// The preset of this name.
    pub(crate) fn of_name(name: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.name == name)
    }

    /// Treatment of a name's values.
    pub(super) fn treatment(&self, field: MovieField, name: &str) -> Option<Treatment> {
        if field == Genres && self.sources_of(Genres).is_some_and(|names| names == MOVIELENS_GENRES) {
            return Some(Treatment::Flag);
        }
        self.treatments
            .iter()
            .find(|(of, named, _)| *of == field && *named == name)
            .map(|(_, _, treatment)| treatment.clone())
    }
}
