//! Parses typed text into words, quoted phrases, and words excluded by a minus. Knows nothing of the
//! catalogue.

use std::ops::Range;

use super::words;

/// Longest text read, in characters; the rest is cut.
pub const MAX_CHARS: usize = 10_000;
/// Most words used.
pub const MAX_WORDS: usize = 32;

/// A parsed text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Words in order, those in quotes included, at most [`MAX_WORDS`].
    pub words: Vec<TypedWord>,
    /// Quoted pieces.
    pub phrases: Vec<Phrase>,
    /// Pieces with a minus.
    pub excluded: Vec<Excluded>,
    /// Whether the last word may be incomplete: nothing follows it.
    pub open: bool,
    /// Words beyond [`MAX_WORDS`]: they are reported and not used.
    pub unused: Vec<String>,
}

/// A word as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedWord {
    /// Folded.
    pub text: String,
    /// Bytes of the text.
    pub place: Range<usize>,
    /// Whether it is quoted.
    pub quoted: bool,
}

/// Words in quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// Which of [`Reading::words`].
    pub words: Range<usize>,
    /// Bytes of the text, quotes included.
    pub place: Range<usize>,
}

/// Words that a movie must not have, side by side if they are several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excluded {
    /// Folded.
    pub words: Vec<String>,
    /// Bytes of the text, minus included.
    pub place: Range<usize>,
}

/// The part of a text that is read.
pub fn cut(text: &str) -> &str {
    text.char_indices().nth(MAX_CHARS).map_or(text, |(end, _)| &text[..end])
}

/// Takes a text apart.
pub fn read(text: &str) -> Reading {
    let text = cut(text);
    let mut reading = Reading::default();
    let mut plain = 0;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let piece = match c {
            '"' | '“' | '”' | '„' | '«' => quoted(text, at),
            '-' | '−' if starts_piece(text, at) => excluded(text, at),
            _ => None,
        };
        match piece {
            Some(piece) => {
                reading.add_words(text, plain..at, false);
                at = piece.end();
                plain = at;
                reading.add_piece(text, piece);
            }
            None => at += c.len_utf8(),
        }
    }
    reading.add_words(text, plain..text.len(), false);
    reading.open = reading.unused.is_empty()
        && reading.words.last().is_some_and(|word| !word.quoted && word.place.end == text.len());
    reading
}

enum Piece {
    /// Place with the quotes, and what is between them.
    Quoted { place: Range<usize>, inside: Range<usize> },
    /// Place with the minus, and what it excludes.
    Excluded { place: Range<usize>, inside: Range<usize> },
}

impl Piece {
    fn end(&self) -> usize {
        match self {
            Self::Quoted { place, .. } | Self::Excluded { place, .. } => place.end,
        }
    }
}

fn starts_piece(text: &str, at: usize) -> bool {
    text[..at].chars().next_back().is_none_or(char::is_whitespace)
}

/// A pair of quotes with a word in it; a lone quote is no more than a space.
fn quoted(text: &str, at: usize) -> Option<Piece> {
    let open = text[at..].chars().next()?;
    let start = at + open.len_utf8();
    let closes = |c: char| match open {
        '«' => c == '»',
        _ => matches!(c, '"' | '“' | '”'),
    };
    let (offset, close) = text[start..].char_indices().find(|&(_, c)| closes(c))?;
    let inside = start..start + offset;
    (!words(&text[inside.clone()]).is_empty())
        .then(|| Piece::Quoted { place: at..inside.end + close.len_utf8(), inside })
}

/// A minus right before a letter, a digit or a quote. `-30-`, a dash between words and one between years exclude nothing.
fn excluded(text: &str, at: usize) -> Option<Piece> {
    let start = at + text[at..].chars().next()?.len_utf8();
    let next = text[start..].chars().next()?;
    if let Some(Piece::Quoted { place, inside }) =
        matches!(next, '"' | '“' | '„' | '«').then(|| quoted(text, start)).flatten()
    {
        return Some(Piece::Excluded { place: at..place.end, inside });
    }
    let end = text[start..].find(char::is_whitespace).map_or(text.len(), |offset| start + offset);
    let behind_a_number = text[..at].trim_end().ends_with(|c: char| c.is_ascii_digit());
    let excludes = next.is_alphabetic() || (next.is_ascii_digit() && at > 0 && !behind_a_number);
    (excludes && !text[start..end].ends_with('-') && !words(&text[start..end]).is_empty())
        .then_some(Piece::Excluded { place: at..end, inside: start..end })
}

impl Reading {
    fn add_words(&mut self, text: &str, range: Range<usize>, quoted: bool) {
        for word in words(&text[range.clone()]) {
            if self.room() == 0 {
                self.unused.push(word.text);
            } else {
                let place = range.start + word.start..range.start + word.end;
                self.words.push(TypedWord { text: word.text, place, quoted });
            }
        }
    }

    fn room(&self) -> usize {
        MAX_WORDS
            .saturating_sub(self.words.len() + self.excluded.iter().map(|e| e.words.len()).sum::<usize>())
    }

    fn add_piece(&mut self, text: &str, piece: Piece) {
        match piece {
            Piece::Quoted { place, inside } => {
                let first = self.words.len();
                self.add_words(text, inside, true);
                if self.words.len() > first {
                    self.phrases.push(Phrase { words: first..self.words.len(), place });
                }
            }
            Piece::Excluded { place, inside } => {
                let mut words: Vec<String> = words(&text[inside]).into_iter().map(|word| word.text).collect();
                let rest = words.split_off(self.room().min(words.len()));
                self.unused.extend(rest);
                if !words.is_empty() {
                    self.excluded.push(Excluded { words, place });
                }
            }
        }
    }
}

/// A text without some of its bytes, with single spaces where the piece was.
pub fn without(text: &str, piece: &Range<usize>) -> String {
    let (before, after) = (&text[..piece.start], &text[piece.end..]);
    match (before.trim_end(), after.trim_start()) {
        ("", after) => after.to_owned(),
        (before, "") => before.to_owned(),
        (before, after) => format!("{before} {after}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, plain: &[&str], phrases: &[&str], minus: &[&str]) {
        let reading = read(text);
        let texts: Vec<&str> = reading.words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(texts, plain, "{text}");
        let found: Vec<String> = reading.phrases.iter().map(|p| texts[p.words.clone()].join(" ")).collect();
        assert_eq!(found, phrases, "{text}");
        let found: Vec<String> = reading.excluded.iter().map(|e| e.words.join(" ")).collect();
        assert_eq!(found, minus, "{text}");
    }

    #[test]
    fn quotes_and_minus_are_read() {
        check("the matrix", &["the", "matrix"], &[], &[]);
        check("\"star wars\" lucas", &["star", "wars", "lucas"], &["star wars"], &[]);
        check("“star wars”", &["star", "wars"], &["star wars"], &[]);
        check("star -wars -\"the clone\"", &["star"], &[], &["wars", "the clone"]);
        check("spider-man - home -30-", &["spider", "man", "home", "30"], &[], &[]);
        check("batman -spider-man", &["batman"], &[], &["spider man"]);
        check("toy story -3", &["toy", "story"], &[], &["3"]);
        check("1990 -1995 -30", &["1990", "1995", "30"], &[], &[]);
        check("say \"what", &["say", "what"], &[], &[]);
        check("\"\" \"!\" a", &["a"], &[], &[]);
    }

    #[test]
    fn the_last_word_is_open_until_something_follows() {
        assert!(read("the mat").open);
        assert!(!read("the mat ").open);
        assert!(!read("\"the mat\"").open);
        assert!(!read("").open);
    }

    proptest! {
        #[test]
        fn no_word_is_lost(text in "\\PC{0,80}|[-a-c \"“”«»]{0,40}|([a-z]{1,3} ){0,40}") {
            let reading = read(&text);
            let kept = reading.words.len() + reading.unused.len()
                + reading.excluded.iter().map(|e| e.words.len()).sum::<usize>();
            // Quotes and minus separate words that would be one (`a."b"`), so there are never fewer.
            prop_assert!(kept >= words(&text).len());
            prop_assert!(reading.words.len() <= MAX_WORDS);
            for word in &reading.words {
                prop_assert!(text.get(word.place.clone()).is_some());
            }
        }
    }
}
