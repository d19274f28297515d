//! Names of columns and JSON fields, and the fields of a movie that they stand for.
//!
//! Names are compared in their normal form: letters and digits alone, in lower case, so that `Primary Title`,
//! `primaryTitle` and `primary_title` are one.

/// A field of a movie that is read from a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MovieField {
    /// The record's own id.
    Id,
    /// Title.
    Title,
    /// Year of release.
    Year,
    /// Leading names.
    Cast,
    /// Genres.
    Genres,
    /// Summary.
    Summary,
    /// Page about the movie.
    Url,
    /// Poster.
    Poster,
}

impl MovieField {
    /// All of them, in the order of their values.
    pub const ALL: [Self; 8] =
        [Self::Id, Self::Title, Self::Year, Self::Cast, Self::Genres, Self::Summary, Self::Url, Self::Poster];

    /// Its name in records, receipts and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Title => "title",
            Self::Year => "year",
            Self::Cast => "cast",
            Self::Genres => "genres",
            Self::Summary => "summary",
            Self::Url => "url",
            Self::Poster => "poster",
        }
    }
}

/// What is done with a value before its field is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Treatment {
    /// Nothing.
    AsIs,
    /// It is a date: numbers that are no years count seconds or milliseconds since 1970.
    Date,
    /// A relative address, behind this one.
    Below(&'static str),
    /// An address, of which the last segment is meant.
    LastSegment,
    /// Numbers of TMDB's genres.
    TmdbGenres,
    /// The member of this name is meant.
    Inner(&'static str),
    /// One entry of a list, at this place in it.
    Entry(u32),
    /// The name of the column is an entry of the list where the value is 1.
    Flag,
}

/// Names that a field has elsewhere, in normal form; where a record has several, the first counts.
const SYNONYMS: [(MovieField, &[&str]); 8] = [
    (MovieField::Id, &["id"]),
    (
        MovieField::Title,
        &[
            "title",
            "primarytitle",
            "movietitle",
            "filmtitle",
            "seriestitle",
            "showtitle",
            "itemlabel",
            "filmlabel",
            "movielabel",
            "englishtitle",
            "name",
            "moviename",
            "filmname",
            "movie",
            "film",
            "originaltitle",
            "titel",
            "titre",
            "titulo",
            "título",
            "titolo",
        ],
    ),
    (
        MovieField::Year,
        &[
            "year",
            "releaseyear",
            "releasedyear",
            "startyear",
            "yearofrelease",
            "yearreleased",
            "titleyear",
            "movieyear",
            "productionyear",
            "releasedate",
            "originalreleasedate",
            "intheatersdate",
            "released",
            "datereleased",
            "publicationdate",
            "pubdate",
            "premiered",
            "initialrelease",
            "jahr",
            "annee",
            "année",
            "ano",
            "anno",
        ],
    ),
    (
        MovieField::Cast,
        &[
            "cast",
            "actors",
            "actor",
            "stars",
            "star",
            "starring",
            "castmembers",
            "leadactors",
            "leadactor",
            "leadcast",
            "maincast",
            "mainactors",
            "actornames",
            "castlabel",
            "castlabels",
            "actorlabel",
            "actorlabels",
            "castmemberlabel",
            "credits",
        ],
    ),
    (
        MovieField::Genres,
        &[
            "genres",
            "genre",
            "genrenames",
            "listedin",
            "majorgenre",
            "maingenre",
            "genrelabel",
            "genrelabels",
            "genreids",
        ],
    ),
    (
        MovieField::Summary,
        &[
            "summary",
            "extract",
            "overview",
            "plot",
            "plotsummary",
            "fullplot",
            "description",
            "synopsis",
            "storyline",
            "logline",
            "shortdescription",
            "movieinfo",
            "itemdescription",
        ],
    ),
    (
        MovieField::Url,
        &[
            "url",
            "href",
            "link",
            "homepage",
            "movieurl",
            "filmurl",
            "imdburl",
            "imdblink",
            "movieimdblink",
            "letterboxduri",
            "webpage",
            "website",
            "article",
            "wikipage",
        ],
    ),
    (
        MovieField::Poster,
        &[
            "poster",
            "posterurl",
            "posterlink",
            "posterpath",
            "posterimage",
            "posterimageurl",
            "posterimg",
            "movieposter",
            "thumbnail",
            "thumbnailurl",
            "cover",
            "coverurl",
            "image",
            "imageurl",
            "images",
            "img",
            "imgurl",
            "picture",
        ],
    ),
];

/// Names that stand for one entry of a list, with a number in them: `Star1`, `actor_2_name`.
const NUMBERED: [(MovieField, &[&str]); 2] = [
    (MovieField::Cast, &["star", "actor", "actorname", "cast", "castmember", "leadactor"]),
    (MovieField::Genres, &["genre", "genrename"]),
];

/// Where TMDB keeps the pictures that its `poster_path` names.
const TMDB_POSTERS: &str = "https://image.tmdb.org/t/p/w500";

/// A name in its normal form.
pub fn normal(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether a name is that of a title and of nothing else: `name` is not.
pub(crate) fn is_plain_title(normal: &str) -> bool {
    normal.ends_with("title") && is_title(normal)
}

/// Whether a name stands for the title.
pub fn is_title(normal: &str) -> bool {
    place_of(MovieField::Title, normal).is_some()
}

/// Whether a name stands for any field.
pub(crate) fn is_known(normal: &str) -> bool {
    MovieField::ALL
        .iter()
        .any(|&field| place_of(field, normal).is_some() || entry_of(field, normal).is_some())
}

/// Place of a name among the synonyms of a field.
pub(crate) fn place_of(field: MovieField, normal: &str) -> Option<usize> {
    let (_, names) = SYNONYMS.iter().find(|(named, _)| *named == field)?;
    names.iter().position(|name| *name == normal)
}

/// Which entry of the field's list a numbered name stands for.
pub(crate) fn entry_of(field: MovieField, normal: &str) -> Option<u32> {
    let (_, names) = NUMBERED.iter().find(|(named, _)| *named == field)?;
    let digits: String = normal.chars().filter(char::is_ascii_digit).collect();
    let bare: String = normal.chars().filter(|c| !c.is_ascii_digit()).collect();
    if digits.len() > 3 || !names.contains(&bare.as_str()) {
        return None;
    }
    digits.parse().ok()
}

/// What is done with the values of a name, whatever the shape.
pub(crate) fn treatment(field: MovieField, normal: &str) -> Treatment {
    match (field, normal) {
        (MovieField::Year, name)
            if !name.contains("year") && !matches!(name, "jahr" | "annee" | "année" | "ano" | "anno") =>
        {
            Treatment::Date
        }
        (MovieField::Poster, "posterpath") => Treatment::Below(TMDB_POSTERS),
        (MovieField::Genres, "genreids") => Treatment::TmdbGenres,
        (MovieField::Cast, "credits") => Treatment::Inner("cast"),
        _ => Treatment::AsIs,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_in_normal_form() {
        for name in ["Primary Title", "primaryTitle", "primary_title", " PRIMARY-TITLE "] {
            assert_eq!(normal(name), "primarytitle");
            assert!(is_title(&normal(name)));
        }
        assert!(!is_title("subtitle") && !is_plain_title("name") && is_plain_title("originaltitle"));
        assert_eq!(entry_of(MovieField::Cast, &normal("actor_2_name")), Some(2));
        assert_eq!(entry_of(MovieField::Cast, &normal("Star1")), Some(1));
        assert_eq!(entry_of(MovieField::Cast, "star"), None);
        assert_eq!(entry_of(MovieField::Title, "title1"), None);
        assert_eq!(treatment(MovieField::Year, "releasedate"), Treatment::Date);
        assert_eq!(treatment(MovieField::Year, "startyear"), Treatment::AsIs);
    }
}
