//! Near words that were looked up of late. To look for them takes most of the time of reading a text, and people type the
//! same words again and again.

use std::{fmt, sync::Arc};

use moka::sync::Cache;

use crate::counts::WordCounts;

/// A word of the catalogue that a typed word may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The word.
    pub text: String,
    /// Edits from the typed word.
    pub edits: u8,
    /// Whether the first letter is the typed one: people rarely typo there.
    pub same_start: bool,
    /// Movies that have it, by field.
    pub counts: WordCounts,
}

/// Most bytes of words remembered of one vocabulary.
pub(crate) const MAX_BYTES: usize = 1 << 20;

/// What the near words of a typed word are, by word. Copies share what they know.
#[derive(Clone)]
pub(crate) struct NearWords(Cache<String, Arc<[Variant]>>);

impl Default for NearWords {
    fn default() -> Self {
        let weigh = |word: &String, near: &Arc<[Variant]>| {
            let each = |variant: &Variant| variant.text.len() + size_of::<Variant>();
            u32::try_from(word.len() + near.iter().map(each).sum::<usize>()).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(MAX_BYTES as u64).weigher(weigh).build())
    }
}

impl fmt::Debug for NearWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NearWords").field(&self.0.entry_count()).finish()
    }
}

impl NearWords {
    /// The near words of a word, looked up where they are not known.
    pub(crate) fn get(&self, word: &str, look_up: impl FnOnce() -> Vec<Variant>) -> Vec<Variant> {
        if let Some(known) = self.0.get(word) {
            return known.to_vec();
        }
        let found = look_up();
        self.0.insert(word.to_owned(), found.as_slice().into());
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(text: &str) -> Vec<Variant> {
        vec![Variant { text: text.to_owned(), edits: 1, same_start: true, counts: WordCounts::default() }]
    }

    #[test]
    fn a_word_is_looked_up_once() {
        let words = NearWords::default();
        assert_eq!(words.get("martix", || near("matrix")), near("matrix"));
        assert_eq!(words.clone().get("martix", || unreachable!("it is known")), near("matrix"));
        assert_eq!(words.get("other", Vec::new), []);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let words = NearWords::default();
        for n in 0..2_000 {
            words.get(&format!("word {n}"), || near(&"x".repeat(1_000)));
        }
        words.0.run_pending_tasks();
        assert!(words.0.weighted_size() <= MAX_BYTES as u64);
    }
}
