//! Edit distance (Damerau-Levenshtein: insertion, deletion, substitution, transposition), and how many edits a typed
//! word may hold.

use std::sync::LazyLock;

use fst::{Automaton, IntoStreamer, Map, Streamer};
use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder, SINK_STATE};

/// Most edits ever allowed.
pub const MAX_EDITS: u8 = 2;

/// Longest word that may hold any, in characters.
pub const MAX_EDITED_CHARS: usize = 40;

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
        8..=MAX_EDITED_CHARS => MAX_EDITS,
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

    /// Calls `each` with every matching word of the map, its value and its edits, in order of bytes.
    pub fn each(&self, map: &Map<Vec<u8>>, mut each: impl FnMut(&str, u64, u8)) {
        let mut stream = map.search_with_state(self).into_stream();
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

/// Longest word that [`WordEdits`] compares with, in characters: one bit each.
const MAX_PATTERN_CHARS: usize = u64::BITS as usize;
const ASCII: usize = 128;

/// Counts the edits between one word and many others, without an automaton: it is made in less than a microsecond, and
/// compares in some ten nanoseconds. Equal to [`FuzzyMatcher::word`]: an edited place is not edited again.
pub struct WordEdits {
    /// Bits of the places at which the word has a character.
    ascii: [u64; ASCII],
    others: Vec<(char, u64)>,
    chars: u8,
}

impl WordEdits {
    /// Compares with this word; `None` for one without characters or with more than 64.
    pub fn new(word: &str) -> Option<Self> {
        let chars = word.chars().count();
        if chars == 0 || chars > MAX_PATTERN_CHARS {
            return None;
        }
        let mut edits = Self { ascii: [0; ASCII], others: Vec::new(), chars: chars as u8 };
        for (at, c) in word.chars().enumerate() {
            match edits.ascii.get_mut(c as usize) {
                Some(places) => *places |= 1 << at,
                None => match edits.others.iter_mut().find(|(other, _)| *other == c) {
                    Some((_, places)) => *places |= 1 << at,
                    None => edits.others.push((c, 1 << at)),
                },
            }
        }
        Some(edits)
    }

    fn places(&self, c: char) -> u64 {
        let other = || self.others.iter().find(|(other, _)| *other == c).map_or(0, |&(_, places)| places);
        self.ascii.get(c as usize).copied().unwrap_or_else(other)
    }

    /// Edits to another word, if they are no more than `most`.
    ///
    /// One column of the table of distances a character, as bits (Hyyrö 2003, "A bit-vector algorithm for computing
    /// Levenshtein and Damerau edit distances").
    pub fn within(&self, word: &str, most: u8) -> Option<u8> {
        let last = 1_u64 << (self.chars - 1);
        let (mut rises, mut falls) = (u64::MAX, 0_u64);
        let (mut same, mut before) = (0_u64, 0_u64);
        let mut edits = i32::from(self.chars);
        for c in word.chars() {
            let places = self.places(c);
            let swapped = ((!same & places) << 1) & before;
            same = ((places & rises).wrapping_add(rises) ^ rises) | places | falls | swapped;
            let right_rises = falls | !(same | rises);
            let right_falls = same & rises;
            edits += i32::from(right_rises & last != 0) - i32::from(right_falls & last != 0);
            let right_rises = (right_rises << 1) | 1;
            rises = (right_falls << 1) | !(same | right_rises);
            falls = right_rises & same;
            before = places;
        }
        u8::try_from(edits).ok().filter(|&edits| edits <= most)
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
    fn counted_edits_are_those_of_the_automaton() {
        // Few letters, so that most pairs are near; some of two and four bytes.
        let letters = ['a', 'b', 'c', 'é', '𐎀'];
        let mut seed = 1_u32;
        let mut next = |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) % below
        };
        let mut word = |most: u32| -> String {
            let chars = 1 + next(most);
            (0..chars).map(|_| letters[next(5) as usize]).collect()
        };
        let mut found = [0; 4];
        for _ in 0..300 {
            let typed = word(9);
            let (edits, automata) =
                (WordEdits::new(&typed).unwrap(), [1, 2].map(|k| FuzzyMatcher::word(&typed, k)));
            for other in (0..60).map(|_| word(10)) {
                let expected = [0, 1].map(|at| automata[at].edits(&other));
                assert_eq!([1, 2].map(|most| edits.within(&other, most)), expected, "{typed} {other}");
                found[usize::from(expected[1].unwrap_or(3))] += 1;
            }
        }
        assert!(found.iter().all(|&pairs| pairs > 100), "{found:?}");
        assert!(WordEdits::new("").is_none() && WordEdits::new(&"x".repeat(65)).is_none());
        let long = "é".repeat(64);
        assert_eq!(WordEdits::new(&long).unwrap().within(&long[2..], 2), Some(1));
        assert_eq!(WordEdits::new(&long).unwrap().within("", 2), None);
    }

    #[test]
    fn numbers_and_short_words_hold_no_typos() {
        let cases = [("saw", 0), ("1984", 0), ("jaws", 1), ("matrices", 2), ("se7en", 0), ("東京", 0)];
        for (word, edits) in cases {
            assert_eq!(allowed_edits(word), edits, "{word}");
        }
    }
}
