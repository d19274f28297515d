//! Vocabularies: names of genres that mean the same become one value as records are read.
//!
//! A vocabulary is a text of lines `Sci-Fi, SF = Science Fiction`: each of the names on the left is shown as the one on
//! the right. Names are compared without case and separators. Empty lines and those that start with `#` count for
//! nothing. The one that ships with the program is `genres.txt` beside this file.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, LazyLock},
};

use sha2::{Digest, Sha256};
use wikimovie_domain::Reading;

use crate::{
    clean,
    limits::{MAX_GENRE_CHARS, MAX_VOCABULARY_BYTES},
    shape::names::normal,
};

/// What ships with the program.
const DEFAULT: &str = include_str!("genres.txt");

/// Why a vocabulary is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct VocabularyError {
    /// Line at fault, from 1.
    pub line: usize,
    /// One sentence.
    pub message: String,
}

/// Names of genres, and the one value for each.
///
/// ```
/// use wikimovie_ingest::vocabulary::Vocabulary;
/// let vocabulary = Vocabulary::parse("Sci-Fi, SF = Science Fiction\n").unwrap();
/// assert_eq!(vocabulary.value("sci fi"), Some("Science Fiction"));
/// assert_eq!(vocabulary.value("Science Fiction"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vocabulary {
    /// Values by names in normal form; those of the values themselves included.
    values: HashMap<String, Arc<str>>,
    digest: String,
}

impl Default for Vocabulary {
    /// What ships with the program; empty only if that could not be read, which a test excludes.
    fn default() -> Self {
        Self::parse(DEFAULT).unwrap_or_else(|_| Self { values: HashMap::new(), digest: String::new() })
    }
}

impl Vocabulary {
    /// The one that ships with the program, shared.
    pub fn standard() -> Arc<Self> {
        static STANDARD: LazyLock<Arc<Vocabulary>> = LazyLock::new(Arc::default);
        Arc::clone(&STANDARD)
    }

    /// Reads a vocabulary.
    ///
    /// # Errors
    /// The first line that is none, names a genre twice, or makes a value another one.
    pub fn parse(text: &str) -> Result<Self, VocabularyError> {
        let refused = |line: usize, message: String| VocabularyError { line, message };
        if text.len() as u64 > MAX_VOCABULARY_BYTES {
            return Err(refused(1, format!("the file has more than {MAX_VOCABULARY_BYTES} bytes")));
        }
        let mut values: HashMap<String, Arc<str>> = HashMap::new();
        let mut targets: Vec<(usize, Arc<str>)> = Vec::new();
        for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let number = at + 1;
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let Some((names, value)) = line.split_once('=') else {
                return Err(refused(number, "a rule is `name, other name = value`".to_owned()));
            };
            let value = clean::text(value);
            if normal(&value).is_empty() || value.chars().count() > MAX_GENRE_CHARS {
                let message =
                    format!("a value has 1 to {MAX_GENRE_CHARS} characters, with letters or digits in it");
                return Err(refused(number, message));
            }
            let value: Arc<str> = value.into();
            for name in names.split(',') {
                let name = clean::text(name);
                let plain = normal(&name);
                if plain.is_empty() {
                    return Err(refused(number, "a name is empty".to_owned()));
                }
                match values.insert(plain, Arc::clone(&value)) {
                    Some(other) if other != value => {
                        return Err(refused(number, format!("{name:?} is {other:?} and {value:?}")));
                    }
                    _ => {}
                }
            }
            targets.push((number, value));
        }
        for (number, value) in &targets {
            match values.get(&normal(value)) {
                Some(other) if other != value => {
                    return Err(refused(*number, format!("the value {value:?} is itself made {other:?}")));
                }
                _ => {}
            }
        }
        for (_, value) in targets {
            values.insert(normal(&value), value);
        }
        let mut rules: Vec<(&String, &Arc<str>)> = values.iter().collect();
        rules.sort();
        let mut hash = Sha256::new();
        for (name, value) in rules {
            hash.update([name.as_bytes(), b"\0", value.as_bytes(), b"\n"].concat());
        }
        let digest = hex::encode(&hash.finalize()[..8]);
        Ok(Self { values, digest })
    }

    /// The value that a genre is shown as, where that is another one.
    pub fn value(&self, genre: &str) -> Option<&str> {
        self.values.get(&normal(genre)).map(|value| &**value).filter(|value| *value != genre)
    }

    /// Number of names that have a value.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// What stands for its content in fingerprints.
    pub(crate) fn digest(&self) -> &str {
        &self.digest
    }
}

/// Genres of one object by the vocabulary.
pub(crate) struct GenreNames<'a> {
    pub(crate) vocabulary: &'a Vocabulary,
    /// Names that were made others, at most [`Reading::MAX_RENAMED`].
    pub(crate) renamed: &'a mut BTreeMap<String, String>,
}

impl GenreNames<'_> {
    /// Genres by the vocabulary, and as they were where it changed one.
    pub(crate) fn renamed(&mut self, genres: Vec<String>) -> (Vec<String>, Vec<String>) {
        let mut shown: Vec<String> = Vec::new();
        let mut is_changed = false;
        for (at, genre) in genres.iter().enumerate() {
            let value = self.vocabulary.value(genre);
            if let Some(value) = value {
                if !is_changed {
                    // Most movies have no such genre, and need no second list.
                    shown.extend_from_slice(&genres[..at]);
                    is_changed = true;
                }
                self.note(genre, value);
            }
            let value = value.unwrap_or(genre);
            if is_changed && !shown.iter().any(|other| other == value) {
                shown.push(value.to_owned());
            }
        }
        if is_changed { (shown, genres) } else { (genres, shown) }
    }

    fn note(&mut self, from: &str, to: &str) {
        if self.renamed.len() < Reading::MAX_RENAMED && !self.renamed.contains_key(from) {
            self.renamed.insert(from.to_owned(), to.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_vocabulary_is_sound() {
        let standard = Vocabulary::parse(DEFAULT).unwrap();
        assert!(standard.len() > 50);
        for (name, value) in [
            ("Sci-Fi", "Science Fiction"),
            ("scifi", "Science Fiction"),
            ("Animation", "Animated"),
            ("Film-Noir", "Noir"),
            ("Sport", "Sports"),
            ("science fiction film", "Science Fiction"),
            ("Children's", "Family"),
            ("drama", "Drama"),
        ] {
            assert_eq!(standard.value(name), Some(value), "{name}");
        }
    }

    #[test]
    fn genres_of_a_movie_are_renamed() {
        let vocabulary = Vocabulary::parse("SF, Sci-Fi = Science Fiction").unwrap();
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let mut renamed = BTreeMap::new();
        let mut names = GenreNames { vocabulary: &vocabulary, renamed: &mut renamed };
        for (genres, shown) in [
            (&["Drama", "sci-fi", "SF", "War"][..], &["Drama", "Science Fiction", "War"][..]),
            (&["Science Fiction", "SF"], &["Science Fiction"]),
        ] {
            assert_eq!(names.renamed(owned(genres)), (owned(shown), owned(genres)));
        }
        assert_eq!(names.renamed(owned(&["Drama"])), (owned(&["Drama"]), Vec::new()));
        assert!(renamed.keys().map(String::as_str).eq(["SF", "sci-fi"]));
        assert!(renamed.values().all(|value| value == "Science Fiction"));
    }

    #[test]
    fn faults_have_a_line() {
        for (text, line, part) in [
            ("# none\n\nSci-Fi", 3, "a rule is"),
            ("a = ", 1, "a value has"),
            ("a = -", 1, "a value has"),
            ("a,, b = c", 1, "a name is empty"),
            ("a = b\nA = c", 2, "\"A\" is \"b\" and \"c\""),
            ("a = b\nb = c", 1, "is itself made \"c\""),
        ] {
            let error = Vocabulary::parse(text).unwrap_err();
            assert_eq!(error.line, line, "{text}");
            assert!(error.message.contains(part), "{text}: {error}");
        }
        let (a, b) =
            (Vocabulary::parse("a, b = c").unwrap(), Vocabulary::parse("# x\nB = c\na = c").unwrap());
        assert_eq!(a.digest(), b.digest());
        assert_ne!(a.digest(), Vocabulary::parse("a = c").unwrap().digest());
        assert!(Vocabulary::parse("").unwrap().is_empty());
    }
}
