//! The words of a vocabulary by their lengths, each with the letters in it, so that the few which may be near a typed word
//! are found by comparing numbers: an edit brings at most one letter and takes at most one.

use wikimovie_text::edit_distance::{MAX_EDITED_CHARS, MAX_EDITS, WordEdits};

/// Longest word that may be near one with typos, in characters.
const MAX_CHARS: usize = MAX_EDITED_CHARS + MAX_EDITS as usize;
/// Words compared at a time.
const AT_A_TIME: usize = 8;

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct NearIndex {
    /// For each number of characters where its words start, and one end.
    starts: Vec<u32>,
    /// Letters of each word, see [`letters`].
    letters: Vec<u32>,
    /// Place of each word in the vocabulary.
    places: Vec<u32>,
    /// End of each word in `texts`.
    ends: Vec<u32>,
    texts: String,
}

impl NearIndex {
    /// The index of words in the order of their vocabulary.
    pub(crate) fn of<'a>(words: impl Iterator<Item = &'a str> + Clone) -> Self {
        let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let mut starts = vec![0_u32; MAX_CHARS + 2];
        let chars: Vec<u32> = words.clone().map(|word| narrow(word.chars().count())).collect();
        for &chars in chars.iter().filter(|&&chars| chars as usize <= MAX_CHARS) {
            starts[chars as usize + 1] += 1;
        }
        for length in 1..starts.len() {
            starts[length] += starts[length - 1];
        }
        let mut next = starts.clone();
        let mut order = vec![(0_u32, ""); starts.last().map_or(0, |&all| all as usize)];
        for ((place, word), chars) in words.enumerate().zip(chars) {
            if chars as usize <= MAX_CHARS {
                let slot = &mut next[chars as usize];
                order[*slot as usize] = (narrow(place), word);
                *slot += 1;
            }
        }
        let mut index = Self { starts, ..Self::default() };
        index.texts.reserve_exact(order.iter().map(|(_, word)| word.len()).sum());
        for (place, word) in order {
            index.places.push(place);
            index.letters.push(letters(word));
            index.texts.push_str(word);
            index.ends.push(narrow(index.texts.len()));
        }
        index
    }

    /// Memory.
    pub(crate) fn bytes(&self) -> usize {
        let numbers = self.starts.len() + self.letters.len() + self.places.len() + self.ends.len();
        numbers * size_of::<u32>() + self.texts.len()
    }

    /// Calls `each` with every word within so many edits of a word (at most [`MAX_EDITS`]), its place in the vocabulary,
    /// and its edits, in no order. With `first`, only words that begin with this letter.
    pub(crate) fn each(
        &self,
        word: &str,
        edits: u8,
        first: Option<char>,
        mut each: impl FnMut(&str, u64, u8),
    ) {
        let Some(pattern) = WordEdits::new(word) else { return };
        let (chars, letters) = (word.chars().count(), letters(word));
        let mut compare = |at: usize| {
            let text = self.text(at);
            if first.is_none_or(|first| text.starts_with(first))
                && let Some(edits) = pattern.within(text, edits)
            {
                each(text, self.places[at].into(), edits);
            }
        };
        for length in chars.saturating_sub(edits.into())..=chars + usize::from(edits) {
            let (Some(&start), Some(&end)) = (self.starts.get(length), self.starts.get(length + 1)) else {
                break;
            };
            let (start, end) = (start as usize, end as usize);
            let of_length = &self.letters[start..end];
            // Each letter that the lengths differ by is an edit which brings or takes nothing else.
            let rest = usize::from(edits) - length.abs_diff(chars);
            let (taken, brought) = if length < chars { (edits.into(), rest) } else { (rest, edits.into()) };
            let found = |at: usize| compare(start + at);
            match (taken, brought) {
                (1, 0) => similar::<1, 0>(of_length, letters, found),
                (1, 1) => similar::<1, 1>(of_length, letters, found),
                (0, 1) => similar::<0, 1>(of_length, letters, found),
                (2, 0) => similar::<2, 0>(of_length, letters, found),
                (2, 1) => similar::<2, 1>(of_length, letters, found),
                (1, 2) => similar::<1, 2>(of_length, letters, found),
                (0, 2) => similar::<0, 2>(of_length, letters, found),
                _ => similar::<2, 2>(of_length, letters, found),
            }
        }
    }

    fn text(&self, at: usize) -> &str {
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        &self.texts[start..self.ends[at] as usize]
    }
}

/// Which letters a word has, as bits: one for each of a to z, one for digits, and five that all others share.
fn letters(word: &str) -> u32 {
    let bit = |c: char| match c {
        'a'..='z' => c as u32 - 'a' as u32,
        '0'..='9' => 26,
        _ => 27 + c as u32 % 5,
    };
    word.chars().fold(0, |letters, c| letters | 1 << bit(c))
}

/// The places of the letters that lack at most `TAKEN` of some letters, and have at most `BROUGHT` others.
fn similar<const TAKEN: usize, const BROUGHT: usize>(
    words: &[u32],
    letters: u32,
    mut found: impl FnMut(usize),
) {
    // Zero where it holds: all of it is arithmetic, which the compiler does for several words at once.
    let differ =
        |word: u32| without_lowest::<TAKEN>(letters & !word) | without_lowest::<BROUGHT>(word & !letters);
    for (chunk, words) in words.chunks(AT_A_TIME).enumerate() {
        let holds = words.iter().fold(0, |any, &word| any | u32::from(differ(word) == 0));
        if holds > 0 {
            let places = words.iter().enumerate().filter(|&(_, &word)| differ(word) == 0);
            places.for_each(|(at, _)| found(chunk * AT_A_TIME + at));
        }
    }
}

/// The bits without the lowest `N` that are set.
fn without_lowest<const N: usize>(bits: u32) -> u32 {
    (0..N).fold(bits, |bits, _| bits & bits.wrapping_sub(1))
}

#[cfg(test)]
mod tests {
    use wikimovie_text::edit_distance::FuzzyMatcher;

    use super::*;

    #[test]
    fn near_words_are_those_of_an_automaton_over_all_words() {
        let letters = ["a", "b", "e", "r", "s", "t", "1", "é", "ñ", "東"];
        let mut seed = 7_u32;
        let mut next = |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) % below
        };
        let mut word =
            |most: u32| -> String { (0..=next(most)).map(|_| letters[next(10) as usize]).collect() };
        let mut words: Vec<String> = (0..4_000).map(|_| word(11)).collect();
        words.push("x".repeat(MAX_CHARS + 1));
        words.sort_unstable();
        words.dedup();
        let index = NearIndex::of(words.iter().map(String::as_str));
        let mut pairs = 0;
        for typed in (0..60).map(|_| word(9)).chain(words.iter().step_by(97).cloned()) {
            for (edits, first) in [(1, None), (2, None), (1, typed.chars().next()), (2, Some('t'))] {
                let matcher = FuzzyMatcher::word(&typed, edits);
                let expected: Vec<(&str, u64, u8)> = words
                    .iter()
                    .enumerate()
                    .filter(|(_, word)| first.is_none_or(|first| word.starts_with(first)))
                    .filter_map(|(at, word)| Some((word.as_str(), at as u64, matcher.edits(word)?)))
                    .collect();
                let mut found = Vec::new();
                index.each(&typed, edits, first, |word, at, edits| found.push((word.to_owned(), at, edits)));
                found.sort_unstable_by_key(|&(_, at, _)| at);
                let found: Vec<_> =
                    found.iter().map(|(word, at, edits)| (word.as_str(), *at, *edits)).collect();
                assert_eq!(found, expected, "{typed} {edits} {first:?}");
                pairs += found.len();
            }
        }
        assert!(pairs > 1_000, "{pairs}");
        NearIndex::of(std::iter::empty()).each("alien", 2, None, |word, _, _| panic!("{word}"));
        NearIndex::default().each("alien", 2, None, |word, _, _| panic!("{word}"));
    }
}
