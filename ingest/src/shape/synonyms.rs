//! Names that the fields of a movie have elsewhere, as tables.

use super::names::MovieField;

/// Names that a field has elsewhere, in normal form; where a record has several, the first counts.
pub(super) const SYNONYMS: [(MovieField, &[&str]); 22] = [
    (MovieField::Id, &["id"]),
    (
        MovieField::Title,
        &[
            "title", "primarytitle", "movietitle", "filmtitle", "seriestitle", "showtitle", "itemlabel", "filmlabel",
            "movielabel", "englishtitle", "name", "moviename", "filmname", "movie", "film", "originaltitle", "titel",
            "titre", "titulo", "título", "titolo",
        ],
    ),
    (
        MovieField::Year,
        &[
            "year", "releaseyear", "releasedyear", "startyear", "yearofrelease", "yearreleased", "titleyear",
            "movieyear", "productionyear", "releasedate", "originalreleasedate", "intheatersdate", "released",
            "datereleased", "publicationdate", "pubdate", "premiered", "initialrelease", "jahr", "annee", "année",
            "ano", "anno",
        ],
    ),
    (
        MovieField::Cast,
        &[
            "cast", "actors", "actor", "stars", "star", "starring", "castmembers", "leadactors", "leadactor",
            "leadcast", "maincast", "mainactors", "actornames", "castlabel", "castlabels", "actorlabel",
            "actorlabels", "castmemberlabel", "credits",
        ],
    ),
    (
        MovieField::Genres,
        &[
            "genres", "genre", "genrenames", "listedin", "majorgenre", "maingenre", "genrelabel", "genrelabels",
            "genreids",
        ],
    ),
    (
        MovieField::Summary,
        &[
            "summary", "extract", "overview", "plot", "plotsummary", "fullplot", "description", "synopsis",
            "storyline", "logline", "shortdescription", "movieinfo", "itemdescription",
        ],
    ),
    (
        MovieField::Url,
        &[
            "url", "href", "link", "homepage", "movieurl", "filmurl", "imdburl", "imdblink", "movieimdblink",
            "letterboxduri", "webpage", "website", "article", "wikipage",
        ],
    ),
    (
        MovieField::Poster,
        &[
            "poster", "posterurl", "posterlink", "posterpath", "posterimage", "posterimageurl", "posterimg",
            "movieposter", "thumbnail", "thumbnailurl", "cover", "coverurl", "image", "imageurl", "images", "img",
            "imgurl", "picture",
        ],
    ),
    (
        MovieField::Directors,
        &[
            "directors", "director", "directedby", "directornames", "directorname", "moviedirector", "filmdirector",
            "directorlabel", "directorlabels", "crew", "credits", "regie", "regisseur", "realisateur", "réalisateur",
        ],
    ),
    (
        MovieField::Writers,
        &[
            "writers", "writer", "writtenby", "screenwriters", "screenwriter", "screenplay", "screenplayby",
            "writernames", "writername", "writerlabel", "writerlabels", "screenwriterlabel", "screenwriterlabels",
            "crew", "credits",
        ],
    ),
    (
        MovieField::Titles,
        &[
            "titles", "originaltitle", "originalname", "originallanguage", "alternativetitles", "alternativetitle",
            "alternatetitles", "alternatetitle", "othertitles", "othertitle", "alttitles", "alttitle", "akas", "aka",
            "alsoknownas", "translations", "workingtitle",
        ],
    ),
    (
        MovieField::Plot,
        &["fullplot", "longplot", "plotlong", "plot", "plotsynopsis", "synopsis", "storyline", "longdescription"],
    ),
    (
        MovieField::Keywords,
        &["keywords", "keyword", "plotkeywords", "plotkeyword", "keywordnames", "tags", "tag", "topics"],
    ),
    (MovieField::Ids, &["ids", "externalids"]),
    (
        MovieField::Languages,
        &[
            "languages", "language", "spokenlanguages", "spokenlanguage", "languagelabel", "languagelabels",
            "originallanguagelabel", "lang", "originallanguage", "sprache", "langue",
        ],
    ),
    (
        MovieField::Countries,
        &[
            "countries", "country", "productioncountries", "productioncountry", "countriesoforigin",
            "countryoforigin", "origincountry", "countrylabel", "countrylabels", "countryoforiginlabel", "pays",
        ],
    ),
    (
        MovieField::Runtime,
        &[
            "runtime", "runtimeminutes", "runtimemins", "runtimemin", "runningtime", "runningtimemin",
            "runningtimeminutes", "duration", "durationminutes", "durationmins", "durationmin", "length",
            "lengthminutes", "runtimeseconds", "durationseconds", "laufzeit", "dauer", "duree", "durée",
        ],
    ),
    (
        MovieField::Released,
        &[
            "released", "releasedate", "originalreleasedate", "datereleased", "dateofrelease", "intheatersdate",
            "incinemas", "publicationdate", "pubdate", "premiered", "premieredate", "initialrelease",
        ],
    ),
    (MovieField::Ratings, &["ratings"]),
    (MovieField::Popularity, &["popularity", "popularityscore"]),
    (
        MovieField::Certificate,
        &[
            "certificate", "certification", "rated", "mpaarating", "mpaa", "contentrating", "agerating",
            "filmrating", "rating",
        ],
    ),
    (MovieField::Attribution, &["attribution"]),
];

/// Names that stand for one entry of a list, with a number in them: `Star1`, `actor_2_name`.
pub(super) const NUMBERED: [(MovieField, &[&str]); 6] = [
    (MovieField::Cast, &["star", "actor", "actorname", "cast", "castmember", "leadactor"]),
    (MovieField::Genres, &["genre", "genrename"]),
    (MovieField::Directors, &["director", "directorname"]),
    (MovieField::Writers, &["writer", "writername", "screenwriter"]),
    (MovieField::Keywords, &["keyword", "plotkeyword"]),
    (MovieField::Countries, &["country"]),
];

/// Names of ids of one source.
pub(super) const ID_NAMES: [(&str, &str); 17] = [
    ("imdbid", "imdb"),
    ("imdbtitleid", "imdb"),
    ("tconst", "imdb"),
    ("const", "imdb"),
    ("imdb", "imdb"),
    ("tmdbid", "tmdb"),
    ("tmdb", "tmdb"),
    ("themoviedbid", "tmdb"),
    ("wikidataid", "wikidata"),
    ("wikidata", "wikidata"),
    ("qid", "wikidata"),
    ("tvdbid", "tvdb"),
    ("traktid", "trakt"),
    ("letterboxdid", "letterboxd"),
    ("rottentomatoesid", "rottentomatoes"),
    ("eidr", "eidr"),
    ("isan", "isan"),
];

/// Names of addresses that may hold an id of IMDb.
pub(super) const IMDB_ADDRESSES: [&str; 4] = ["imdburl", "imdblink", "movieimdblink", "imdbpage"];

/// A name whose values are ratings of one source, or its votes.
pub(super) struct RatingName {
    /// Normal form.
    pub(super) name: &'static str,
    /// Nothing means the provider.
    pub(super) source: &'static str,
    /// The best rating; 0 where it counts votes.
    pub(super) best: u16,
}

const fn rating(name: &'static str, source: &'static str, best: u16) -> RatingName {
    RatingName { name, source, best }
}

/// Names of ratings and votes.
pub(super) const RATING_NAMES: [RatingName; 28] = [
    rating("imdbrating", "imdb", 10),
    rating("imdbscore", "imdb", 10),
    rating("averagerating", "imdb", 10),
    rating("imdbvotes", "imdb", 0),
    rating("numvotes", "imdb", 0),
    rating("imdbvotecount", "imdb", 0),
    rating("voteaverage", "tmdb", 10),
    rating("votecount", "tmdb", 0),
    rating("tmdbrating", "tmdb", 10),
    rating("tmdbscore", "tmdb", 10),
    rating("tmdbvotes", "tmdb", 0),
    rating("metascore", "metacritic", 100),
    rating("metacritic", "metacritic", 100),
    rating("metacriticscore", "metacritic", 100),
    rating("rottentomatoesrating", "rottentomatoes", 100),
    rating("rottentomatoes", "rottentomatoes", 100),
    rating("tomatometer", "rottentomatoes", 100),
    rating("letterboxdrating", "letterboxd", 5),
    rating("rating", "", 10),
    rating("score", "", 10),
    rating("userrating", "", 10),
    rating("avgrating", "", 10),
    rating("avgvote", "", 10),
    rating("ratingvalue", "", 10),
    rating("votes", "", 0),
    rating("noofvotes", "", 0),
    rating("ratingcount", "", 0),
    rating("numvotedusers", "", 0),
];
