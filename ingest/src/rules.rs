//! What decides how an object is read beside its own bytes: its provider's mapping, and the vocabulary of genres. Both
//! are part of its fingerprint, so that it is applied anew where they change.

use std::sync::Arc;

use crate::{mapping::Mapping, read::READER_VERSION, vocabulary::Vocabulary};

/// What decides how an object is read.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The provider's mapping, where there is one.
    pub mapping: Option<Arc<Mapping>>,
    /// Names of genres.
    pub vocabulary: Arc<Vocabulary>,
}

impl Default for Rules {
    /// No mapping, and the vocabulary that ships with the program.
    fn default() -> Self {
        Self { mapping: None, vocabulary: Vocabulary::standard() }
    }
}

impl Rules {
    /// These, with a mapping.
    #[must_use]
    pub fn mapped(&self, mapping: Option<Arc<Mapping>>) -> Self {
        Self { mapping, vocabulary: Arc::clone(&self.vocabulary) }
    }

    /// A fingerprint of content, read by these rules.
    pub(crate) fn fingerprint(&self, content: &str) -> String {
        let mapping = self.mapping.as_ref().map(|mapping| ["-m", mapping.digest()].concat());
        format!("r{READER_VERSION}-g{}{}-{content}", self.vocabulary.digest(), mapping.unwrap_or_default())
    }
}
