//! Edit distance (Damerau-Levenshtein: insertion, deletion, substitution, transposition), and how many edits a typed
//! word may hold.

use fst::{Automaton, IntoStreamer, Map, Streamer};

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

/// Matches words within an edit distance of one word; with `open`, words that have such a prefix. That prefix is read only
/// as far as more letters of the word may bring it nearer: one more letter may also take it away.
pub struct FuzzyMatcher {
    /// `None` of a word that is too long or has no characters: it matches nothing.
    edits: Option<WordEdits>,
    most: u8,
    open: bool,
}

impl FuzzyMatcher {
    /// Matches words within `edits` of `word`, which has 64 characters at most.
    pub fn word(word: &str, edits: u8) -> Self {
        Self { edits: WordEdits::new(word), most: edits, open: false }
    }

    /// Matches words that have a prefix within `edits` of `prefix`, which has 64 characters at most.
    pub fn prefix(prefix: &str, edits: u8) -> Self {
        Self { open: true, ..Self::word(prefix, edits) }
    }

    /// Calls `each` with every matching word of the map, its value and its edits, in order of bytes.
    pub fn each(&self, map: &Map<Vec<u8>>, mut each: impl FnMut(&str, u64, u8)) {
        let Some(edits) = &self.edits else { return };
        let mut stream = map.search_with_state(Walk { matcher: self, edits }).into_stream();
        while let Some((word, value, state)) = stream.next() {
            if let (Ok(word), Some(edits)) = (str::from_utf8(word), self.found(&state.column)) {
                each(word, value, edits);
            }
        }
    }

    /// Edits to the word, if within the bound; with `open`, to the nearest of its prefixes.
    pub fn edits(&self, word: &str) -> Option<u8> {
        let edits = self.edits.as_ref()?;
        let mut column = edits.start();
        word.chars().for_each(|c| self.next(edits, &mut column, c));
        self.found(&column)
    }

    fn next(&self, edits: &WordEdits, column: &mut Column, c: char) {
        if column.is_done {
            return;
        }
        edits.next(column, c);
        column.is_done = self.open && column.edits <= self.most.into() && !edits.may_be_nearer(column);
    }

    fn found(&self, column: &Column) -> Option<u8> {
        u8::try_from(column.edits).ok().filter(|&edits| edits <= self.most)
    }
}

/// A walk over a map of words, a byte at a time.
struct Walk<'a> {
    matcher: &'a FuzzyMatcher,
    edits: &'a WordEdits,
}

/// Where a walk is.
#[derive(Clone)]
struct Walked {
    column: Column,
    /// Bits of a character that has begun, and how many bytes it lacks.
    begun: u32,
    lacks: u8,
}

impl Automaton for Walk<'_> {
    type State = Walked;

    fn start(&self) -> Walked {
        Walked { column: self.edits.start(), begun: 0, lacks: 0 }
    }

    fn is_match(&self, state: &Walked) -> bool {
        self.matcher.found(&state.column).is_some()
    }

    fn can_match(&self, state: &Walked) -> bool {
        state.column.is_done || self.edits.may_match(&state.column, self.matcher.most)
    }

    fn accept(&self, state: &Walked, byte: u8) -> Walked {
        let mut next = state.clone();
        match byte {
            0..=0x7F => self.matcher.next(self.edits, &mut next.column, byte.into()),
            0x80..=0xBF => {
                next.begun = next.begun << 6 | u32::from(byte & 0x3F);
                next.lacks = next.lacks.saturating_sub(1);
                if next.lacks == 0 {
                    let c = char::from_u32(next.begun).unwrap_or('\u{FFFD}');
                    self.matcher.next(self.edits, &mut next.column, c);
                }
            }
            0xC0..=0xDF => (next.begun, next.lacks) = ((byte & 0x1F).into(), 1),
            0xE0..=0xEF => (next.begun, next.lacks) = ((byte & 0x0F).into(), 2),
            0xF0..=0xFF => (next.begun, next.lacks) = ((byte & 0x07).into(), 3),
        }
        next
    }
}

/// Longest word that [`WordEdits`] compares with, in characters: one bit each.
const MAX_PATTERN_CHARS: usize = u64::BITS as usize;
const ASCII: usize = 128;

/// Counts the edits between one word and many others, a column of their table at a time, as bits: it is made in less than
/// a microsecond, which no table of all states is. A place that was edited is not edited again.
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
    pub fn within(&self, word: &str, most: u8) -> Option<u8> {
        let mut column = self.start();
        word.chars().for_each(|c| self.next(&mut column, c));
        u8::try_from(column.edits).ok().filter(|&edits| edits <= most)
    }

    fn start(&self) -> Column {
        let chars = self.chars.into();
        Column { rises: u64::MAX, falls: 0, same: 0, before: 0, edits: chars, first: 0, is_done: false }
    }

    /// The column behind one more character of the other word (Hyyrö 2003, "A bit-vector algorithm for computing
    /// Levenshtein and Damerau edit distances").
    fn next(&self, column: &mut Column, c: char) {
        let Column { rises, falls, same, before, .. } = *column;
        let last = 1_u64 << (self.chars - 1);
        let places = self.places(c);
        let swapped = ((!same & places) << 1) & before;
        let same = ((places & rises).wrapping_add(rises) ^ rises) | places | falls | swapped;
        let right_rises = falls | !(same | rises);
        let right_falls = same & rises;
        column.edits += u16::from(right_rises & last != 0);
        column.edits -= u16::from(right_falls & last != 0);
        let right_rises = (right_rises << 1) | 1;
        column.rises = (right_falls << 1) | !(same | right_rises);
        column.falls = right_rises & same;
        (column.same, column.before) = (same, places);
        column.first += 1;
    }

    /// Whether a word that goes on from here may be within so many edits.
    fn may_match(&self, column: &Column, most: u8) -> bool {
        self.any_start(column, |edits| edits <= most.into()) || column.edits <= most.into()
    }

    /// Whether more characters may bring fewer edits: a start of the word is nearer to what was read than all of it.
    fn may_be_nearer(&self, column: &Column) -> bool {
        self.any_start(column, |edits| edits < column.edits)
    }

    /// Whether this holds of the edits to any start of the word.
    fn any_start(&self, column: &Column, holds: impl Fn(u16) -> bool) -> bool {
        let mut edits = column.first;
        (0..self.chars).any(|at| {
            let found = holds(edits);
            edits += (column.rises >> at & 1) as u16;
            edits -= (column.falls >> at & 1) as u16;
            found
        })
    }
}

/// A column of the table of edits: from each start of the word to what was read of another one.
#[derive(Clone, Debug)]
struct Column {
    /// Where a start has an edit more than the one before it, and where one less.
    rises: u64,
    falls: u64,
    /// Where it has as many as the start before it had before the last character.
    same: u64,
    /// Places of the last character.
    before: u64,
    /// Edits to the whole word.
    edits: u16,
    /// Edits to nothing: the characters read.
    first: u16,
    /// Whether the rest is not read: the prefix is as near as it can be.
    is_done: bool,
}

#[cfg(test)]
mod tests {
    use levenshtein_automata::{Distance, LevenshteinAutomatonBuilder};

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

    /// The edits that an automaton of another crate counts.
    fn by_automaton(
        builder: &LevenshteinAutomatonBuilder,
        typed: &str,
        open: bool,
        other: &str,
    ) -> Option<u8> {
        let dfa = if open { builder.build_prefix_dfa(typed) } else { builder.build_dfa(typed) };
        match dfa.eval(other) {
            Distance::Exact(edits) => Some(edits),
            Distance::AtLeast(_) => None,
        }
    }

    #[test]
    fn edits_are_those_of_an_automaton() {
        let builders = [1, 2].map(|edits| LevenshteinAutomatonBuilder::new(edits, true));
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
        let mut words: Vec<String> = (0..400).map(|_| word(10)).collect();
        words.sort_unstable();
        words.dedup();
        let map = Map::from_iter(words.iter().zip(0..)).unwrap();
        let mut found = 0;
        for typed in (0..60).map(|_| word(9)) {
            let edits = WordEdits::new(&typed).unwrap();
            for (most, open) in [(1, false), (2, false), (1, true), (2, true)] {
                let builder = &builders[usize::from(most) - 1];
                let matcher =
                    if open { FuzzyMatcher::prefix(&typed, most) } else { FuzzyMatcher::word(&typed, most) };
                let expected: Vec<(&str, u64, u8)> = (0..)
                    .zip(&words)
                    .filter_map(|(at, word)| {
                        Some((word.as_str(), at, by_automaton(builder, &typed, open, word)?))
                    })
                    .collect();
                for word in &words {
                    let expected =
                        expected.iter().find(|(other, ..)| other == word).map(|&(.., edits)| edits);
                    assert_eq!(matcher.edits(word), expected, "{typed} {word} {most} {open}");
                    assert!(open || edits.within(word, most) == expected, "{typed} {word} {most}");
                }
                let mut walked = Vec::new();
                matcher.each(&map, |word, at, edits| walked.push((word.to_owned(), at, edits)));
                let walked: Vec<_> =
                    walked.iter().map(|(word, at, edits)| (word.as_str(), *at, *edits)).collect();
                assert_eq!(walked, expected, "{typed} {most} {open}");
                found += walked.len();
            }
        }
        assert!(found > 1_000, "{found}");
    }

    #[test]
    fn words_of_any_length_are_compared() {
        assert!(WordEdits::new("").is_none() && WordEdits::new(&"x".repeat(65)).is_none());
        let long = "é".repeat(64);
        assert_eq!(WordEdits::new(&long).unwrap().within(&long[2..], 2), Some(1));
        assert_eq!(WordEdits::new(&long).unwrap().within("", 2), None);
        assert_eq!(FuzzyMatcher::word("", 2).edits(""), None);
        assert_eq!(FuzzyMatcher::word(&"x".repeat(300), 2).edits(&"x".repeat(300)), None);
        assert_eq!(FuzzyMatcher::word("matrix", 2).edits(&"x".repeat(3_000)), None);
    }

    #[test]
    fn numbers_and_short_words_hold_no_typos() {
        let cases = [("saw", 0), ("1984", 0), ("jaws", 1), ("matrices", 2), ("se7en", 0), ("東京", 0)];
        for (word, edits) in cases {
            assert_eq!(allowed_edits(word), edits, "{word}");
        }
    }
}
