//! Edit distance (Damerau-Levenshtein: insertion, deletion, substitution, transposition), and how many edits a typed
//! word may hold.

use std::sync::LazyLock;

use fst::{Automaton, IntoStreamer, Map, Streamer};
use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder, SINK_STATE};

/// Most edits ever allowed.
pub const MAX_EDITS: u8 = 2;

/// Edits that a typed word may hold. Short words have too many neighbours, and a number with another digit is
/// another number. Sequences of pairs (Chinese, Japanese, Korean) are short by nature, and stay exact.
pub fn allowed_edits(word: &str) -> u8 {
    if word.bytes().any(|b| b.is_ascii_digit()) {
        return 0;
    }
    match word.chars().count() {
        0..=3 => 0,
        4..=7 => 1,
        // Longer words than any language has would only cost time.
        8..=40 => MAX_EDITS,
        _ => 0,
    }
}

/// Matches words within an edit distance of one word; with `open`, words that have such a prefix.
pub struct FuzzyMatcher {
    dfa: DFA,
    open: bool,
}

impl FuzzyMatcher {
    /// Matches words within `edits` of `word`.
    pub fn word(word: &str, edits: u8) -> Self {
        Self { dfa: builder(edits).build_dfa(word), open: false }
    }

    /// Matches words that have a prefix within `edits` of `prefix`.
    pub fn prefix(prefix: &str, edits: u8) -> Self {
        Self { dfa: builder(edits).build_prefix_dfa(prefix), open: true }
    }

    /// Calls `each` with every matching word of the map, its value and its edits, in order of bytes. With `first`, only
    /// words that begin with this letter are searched, which is many times as fast.
    pub fn each(&self, map: &Map<Vec<u8>>, first: Option<char>, mut each: impl FnMut(&str, u64, u8)) {
        let mut search = map.search_with_state(self);
        let mut letter = [0; 4];
        if let Some(first) = first {
            let bytes = first.encode_utf8(&mut letter).as_bytes();
            search = search.ge(bytes);
            if let Some((last, before)) = bytes.split_last() {
                // No byte of UTF-8 is the greatest one.
                search = search.lt([before, &[last + 1]].concat());
            }
        }
        let mut stream = search.into_stream();
        while let Some((word, value, state)) = stream.next() {
            if let (Ok(word), Distance::Exact(edits)) = (std::str::from_utf8(word), self.dfa.distance(state))
            {
                each(word, value, edits);
            }
        }
    }

    /// Edits to the word, if within the bound.
    pub fn edits(&self, word: &str) -> Option<u8> {
        match self.dfa.eval(word) {
            Distance::Exact(edits) => Some(edits),
            Distance::AtLeast(_) => None,
        }
    }
}

impl Automaton for &FuzzyMatcher {
    type State = u32;

    fn start(&self) -> u32 {
        self.dfa.initial_state()
    }

    fn is_match(&self, &state: &u32) -> bool {
        matches!(self.dfa.distance(state), Distance::Exact(_))
    }

    fn can_match(&self, &state: &u32) -> bool {
        state != SINK_STATE
    }

    fn will_always_match(&self, state: &u32) -> bool {
        self.open && matches!(self.dfa.distance(*state), Distance::Exact(0))
    }

    fn accept(&self, &state: &u32, byte: u8) -> u32 {
        self.dfa.transition(state, byte)
    }
}

/// Builders of the automata: they take milliseconds to make and serve every word.
fn builder(edits: u8) -> &'static LevenshteinAutomatonBuilder {
    static ONE: LazyLock<LevenshteinAutomatonBuilder> =
        LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true));
    static TWO: LazyLock<LevenshteinAutomatonBuilder> =
        LazyLock::new(|| LevenshteinAutomatonBuilder::new(MAX_EDITS, true));
    if edits <= 1 { &ONE } else { &TWO }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typos_are_counted_as_people_make_them() {
        let cases = [
            ("matrix", "matrix", Some(0)),
            ("matrix", "martix", Some(1)),
            ("matrix", "matrx", Some(1)),
            ("matrix", "mattrix", Some(1)),
            ("matrix", "natrix", Some(1)),
            ("beevrly", "beverly", Some(1)),
            ("innonece", "innocence", Some(2)),
            ("matrix", "marvin", None),
        ];
        for (typed, word, edits) in cases {
            assert_eq!(FuzzyMatcher::word(typed, 2).edits(word), edits, "{typed} {word}");
        }
        assert_eq!(FuzzyMatcher::prefix("godfaht", 1).edits("godfather"), Some(1));
    }

    #[test]
    fn numbers_and_short_words_hold_no_typos() {
        let cases = [("saw", 0), ("1984", 0), ("jaws", 1), ("matrices", 2), ("se7en", 0), ("東京", 0)];
        for (word, edits) in cases {
            assert_eq!(allowed_edits(word), edits, "{word}");
        }
    }
}
