//! Relay's global ids: base64url without padding of `Movie:<id>` or `Person:<key>`. An id that is none of ours
//! names nothing, so it reads as `None`, never as an error.

use async_graphql::ID;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use wikimovie_domain::MovieId;

/// Longest id read: a movie's id or the key of a 500-character name in UTF-8, in base64.
const MAX_ID_BYTES: usize = 4 * 1024;

/// What a global id names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NodeId {
    /// A movie.
    Movie(MovieId),
    /// A person, by key.
    Person(String),
}

impl NodeId {
    /// Reads a global id.
    pub(crate) fn parse(id: &str) -> Option<Self> {
        if id.len() > MAX_ID_BYTES {
            return None;
        }
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id).ok()?).ok()?;
        match text.split_once(':')? {
            ("Movie", id) => MovieId::parse(id).map(Self::Movie),
            ("Person", key) if !key.is_empty() => Some(Self::Person(key.to_owned())),
            _ => None,
        }
    }
}

/// The global id of a movie.
pub(crate) fn movie_id(id: &MovieId) -> ID {
    ID(URL_SAFE_NO_PAD.encode(format!("Movie:{id}")))
}

/// The global id of a person.
pub(crate) fn person_id(key: &str) -> ID {
    ID(URL_SAFE_NO_PAD.encode(format!("Person:{key}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ids_that_are_not_ours_name_nothing() {
        let encoded = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let strange = [
            String::new(),
            "1".into(),
            "psycho".into(),
            "💥".into(),
            encoded("Movie:"),
            encoded("Movie:nocolon"),
            encoded("Person:"),
            encoded("Genre:drama"),
            encoded("Movie"),
            URL_SAFE_NO_PAD.encode([0xff, 0xfe]),
            "A".repeat(MAX_ID_BYTES + 1),
        ];
        for id in strange {
            assert_eq!(NodeId::parse(&id), None, "{id}");
        }
    }

    proptest! {
        #[test]
        fn ids_read_back(provider in "[a-z]{1,10}", record in "[^\\p{Cc}]{1,30}") {
            let id = MovieId::from_record(&provider, &record);
            prop_assert_eq!(NodeId::parse(&movie_id(&id)), Some(NodeId::Movie(id)));
            prop_assert_eq!(NodeId::parse(&person_id(&record)), Some(NodeId::Person(record)));
        }

        #[test]
        fn any_text_is_read_without_harm(text in ".*") {
            let _ = NodeId::parse(&text);
        }
    }
}
