//! A movie, with its id, its year and its provenance.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{details::Details, year::Year};

/// One movie of one provider. Texts are in Unicode NFC, trimmed, without control characters; lists have no duplicates
/// and keep the provider's order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movie {
    /// Stable identity, see [`MovieId`].
    pub id: MovieId,
    /// 1 to 500 characters.
    pub title: String,
    /// Year of release, absent where the provider does not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<Year>,
    /// Names in billing order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cast: Vec<String>,
    /// Genre names, each as the vocabulary of genres writes it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub genres: Vec<String>,
    /// Plain text, at most 10,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Page about the movie, an absolute `http` or `https` address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Poster picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poster: Option<Image>,
    /// Names of the directors, the leading one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub directors: Vec<String>,
    /// Other titles, such as the original one and those of other countries, without [`Movie::title`] itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub titles: Vec<OtherTitle>,
    /// What else is known of it.
    #[serde(default, skip_serializing_if = "Details::is_empty")]
    pub details: Details,
    /// Origin of this record.
    pub provenance: Provenance,
}

/// A title under which a movie is known besides its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherTitle {
    /// 1 to 500 characters.
    pub title: String,
    /// Language of the title, a tag of BCP 47 such as `ja` or `pt-BR`, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What it is to the movie.
    #[serde(default)]
    pub kind: TitleKind,
}

/// What an other title is to its movie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TitleKind {
    /// The title in the language in which the movie was made.
    Original,
    /// The title elsewhere, or one by which people call it.
    #[default]
    Alternative,
    /// The title of a version while it was made.
    Working,
}

/// Address and size of a picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Absolute `http` or `https` address.
    pub url: String,
    /// Pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}

/// Origin of a movie's record: provider, object (file), record in it, and that object's generation. It is a function of
/// the data alone, never of our clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Provider name: first segment of the object's key, else `default`.
    pub provider: String,
    /// Key of the object, such as `nickelodeon/1900s-1930s.json`.
    pub object: String,
    /// Position of the record in the object: its line in NDJSON and CSV, its position from 1 in a JSON array.
    pub record: u64,
    /// Time of the object's last change (LastModified), in milliseconds since the Unix epoch.
    pub generation: u64,
    /// Genre names as the provider writes them, where the vocabulary made others of some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub original_genres: Vec<String>,
}

/// Identity of a movie: `provider:` and the record's own id, else a hash of title, year and address. Two records
/// of one provider with the same id are the same movie; records of two providers never are.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MovieId(String);

/// What a person is to a movie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Role {
    /// Stands in its cast.
    Cast,
    /// Directed it.
    Director,
    /// Wrote it.
    Writer,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 3] = [Self::Cast, Self::Director, Self::Writer];
}

impl Movie {
    /// Names of the people in a role.
    pub fn people(&self, role: Role) -> &[String] {
        match role {
            Role::Cast => &self.cast,
            Role::Director => &self.directors,
            Role::Writer => &self.details.writers,
        }
    }
}

impl MovieId {
    /// Longest id in bytes: provider (64), colon, record id (128).
    pub const MAX_BYTES: usize = 64 + 1 + 128;

    /// The id of a record that has one of its own.
    pub fn from_record(provider: &str, record_id: &str) -> Self {
        Self(format!("{provider}:{record_id}"))
    }

    /// The id of a record without one: the first 128 bits of SHA-256 over title, year and address, each preceded
    /// by its length so that no two triples run together. The leading `~` keeps it apart from record ids.
    pub fn from_content(provider: &str, title: &str, year: Option<Year>, href: Option<&str>) -> Self {
        let year = year.map(|year| year.get().to_string()).unwrap_or_default();
        let mut hash = Sha256::new();
        for part in [title, year.as_str(), href.unwrap_or_default()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let digits = hex::encode(&hash.finalize()[..16]);
        Self(format!("{provider}:~{digits}"))
    }

    /// Parses an id that we issued; `None` if it is too long or has no provider.
    pub fn parse(text: &str) -> Option<Self> {
        let provider = text.split_once(':')?.0;
        (!provider.is_empty() && text.len() <= Self::MAX_BYTES && !text.chars().any(char::is_control))
            .then(|| Self(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MovieId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_ids_are_unambiguous() {
        let year = Year::try_from(1915).unwrap();
        let of = |title, year, href| MovieId::from_content("p", title, year, href);
        assert_eq!(of("Carmen", Some(year), None), of("Carmen", Some(year), None));
        assert_ne!(of("Carmen", Some(year), Some("a")), of("Carmen", Some(year), Some("b")));
        assert_ne!(of("Carmen1915", None, None), of("Carmen", Some(year), None));
        assert_ne!(of("Carmen", None, None), MovieId::from_content("q", "Carmen", None, None));
    }

    #[test]
    fn ids_parse_back() {
        let id = MovieId::from_record("silver", "psycho-1960");
        assert_eq!(MovieId::parse(id.as_str()), Some(id));
        assert_eq!(MovieId::parse("psycho"), None);
        assert_eq!(MovieId::parse(":x"), None);
        assert_eq!(MovieId::parse(&format!("p:{}", "x".repeat(200))), None);
    }
}
