//! Names of columns and JSON fields, and the fields of a movie that they stand for.
//!
//! Names are compared in their normal form: letters and digits alone, in lower case, so that `Primary Title`,
//! `primaryTitle` and `primary_title` are one.

use std::borrow::Cow;

pub use super::field::MovieField;
use super::synonyms::{ID_NAMES, IMDB_ADDRESSES, NUMBERED, RATING_NAMES, SYNONYMS};

/// What is done with a value before its field is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Treatment {
    /// Nothing.
    AsIs,
    /// It is a date: numbers that are no years count seconds or milliseconds since 1970.
    Date,
    /// The same, where the first of January says no more than the year.
    YearlyDate,
    /// A relative address, behind this one.
    Below(Cow<'static, str>),
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
    /// People of a crew who have one of these jobs.
    Crew(&'static [&'static str]),
    /// The original title.
    Original,
    /// Language of the original title.
    OriginalLanguage,
    /// An id of this source.
    IdOf(Cow<'static, str>),
    /// An address that may hold an id of IMDb.
    ImdbAddress,
    /// A rating of this source, or of the provider where it is empty. Where it is not `sure`, other texts may stand there.
    Rating { source: Cow<'static, str>, best: u16, sure: bool },
    /// Votes of this source.
    Votes(Cow<'static, str>),
    /// A map of ratings in which those of critics are of a hundred.
    OfHundred,
    /// Ratings of Rotten Tomatoes, as sample_mflix has them.
    Tomatoes,
    /// A certificate, where it is no rating.
    ByValue,
    /// A number of these, of which a minute has so many thousandths.
    Seconds(u32),
}

/// Jobs of directors and of writers in the crews of TMDB.
const DIRECTS: &[&str] = &["Director", "Co-Director"];
const WRITES: &[&str] = &["Writer", "Screenplay", "Author", "Story", "Novel", "Co-Writer"];

/// A treatment that does nothing, to be lent.
pub(crate) static AS_IS: Treatment = Treatment::AsIs;

/// Where TMDB keeps the pictures that its `poster_path` names.
const TMDB_POSTERS: &str = "https://image.tmdb.org/t/p/w500";

/// Names under which records are wrapped once more: by search engines, APIs and lists of ranks.
pub(crate) const WRAPPERS: [&str; 6] = ["_source", "node", "attributes", "movie", "film", "fields"];

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
    /// Places of the names in other tables.
    const BEHIND: usize = 1_000;
    let (_, names) = SYNONYMS.iter().find(|(named, _)| *named == field)?;
    let behind = || {
        let place = match field {
            MovieField::Ids => {
                let ids = ID_NAMES.iter().map(|(name, _)| *name);
                ids.chain(IMDB_ADDRESSES).position(|name| name == normal)
            }
            MovieField::Ratings => RATING_NAMES.iter().position(|rating| rating.name == normal),
            _ => None,
        };
        place.map(|place| BEHIND + place)
    };
    names.iter().position(|name| *name == normal).or_else(behind)
}

/// Names that a field has elsewhere, in normal form.
pub(crate) fn synonyms(field: MovieField) -> impl Iterator<Item = &'static str> {
    let names = SYNONYMS.iter().find(|(named, _)| *named == field).map(|(_, names)| *names);
    names.unwrap_or_default().iter().copied()
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
        (MovieField::Poster, "posterpath") => Treatment::Below(Cow::Borrowed(TMDB_POSTERS)),
        (MovieField::Genres, "genreids") => Treatment::TmdbGenres,
        (MovieField::Cast, "credits") => Treatment::Inner("cast"),
        (MovieField::Directors, "crew" | "credits") => Treatment::Crew(DIRECTS),
        (MovieField::Writers, "crew" | "credits") => Treatment::Crew(WRITES),
        (MovieField::Titles, "originaltitle" | "originalname") => Treatment::Original,
        (MovieField::Titles, "originallanguage") => Treatment::OriginalLanguage,
        (MovieField::Ids, name) => id_treatment(name),
        (MovieField::Ratings, name) => rating_treatment(name),
        (MovieField::Certificate, "rating") => Treatment::ByValue,
        (MovieField::Runtime, name) if name.ends_with("seconds") => Treatment::Seconds(1_000),
        _ => Treatment::AsIs,
    }
}

fn id_treatment(normal: &str) -> Treatment {
    match ID_NAMES.iter().find(|(name, _)| *name == normal) {
        Some((_, source)) => Treatment::IdOf(Cow::Borrowed(source)),
        None if IMDB_ADDRESSES.contains(&normal) => Treatment::ImdbAddress,
        None => Treatment::AsIs,
    }
}

fn rating_treatment(normal: &str) -> Treatment {
    let Some(rating) = RATING_NAMES.iter().find(|rating| rating.name == normal) else {
        return Treatment::AsIs;
    };
    let source = Cow::Borrowed(rating.source);
    match rating.best {
        0 => Treatment::Votes(source),
        best => Treatment::Rating { source, best, sure: !rating.source.is_empty() },
    }
}

/// Whether a name can be that of a source of ids or ratings: lower case, digits, and `.`, `_` or `-` between them.
pub(crate) fn is_source_name(name: &str) -> bool {
    const LONGEST: usize = 50;
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.len() <= LONGEST
        && name.bytes().all(|byte| is_plain(byte) || b"._-".contains(&byte))
        && name.bytes().next().is_some_and(is_plain)
}

/// The source of an id, by what a provider calls it: `imdb_id` is of `imdb`. What can be a source's name stays as it is.
pub(crate) fn id_source(name: &str) -> String {
    let named = normal(name);
    if let Some((_, source)) = ID_NAMES.iter().find(|(known, _)| *known == named) {
        return (*source).to_owned();
    }
    let name = name.trim();
    let stem = ["_id", "-id", " id", "Id", "ID"].iter().find_map(|end| name.strip_suffix(end));
    match stem.map(normal).filter(|stem| !stem.is_empty()) {
        Some(stem) => stem,
        None if is_source_name(name) => name.to_owned(),
        None => named,
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
        for (name, source) in [
            ("imdb_id", "imdb"),
            ("facebook_id", "facebook"),
            ("rageId", "rage"),
            ("acme-id.2", "acme-id.2"),
            ("druid", "druid"),
            ("My Shop", "myshop"),
        ] {
            assert_eq!(id_source(name), source);
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
