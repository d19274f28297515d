//! The start of a long text, cut where a reader would cut it.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

/// What stands for the rest of a text.
const ELLIPSIS: &str = "…";

/// The text in at most so many characters. A longer one ends behind its last word that fits, with an ellipsis that counts
/// as a character; a first word that does not fit is cut between two characters as a reader takes them.
pub fn shortened(text: &str, max: usize) -> Cow<'_, str> {
    let Some(kept) = max.checked_sub(1) else { return Cow::Borrowed("") };
    let mut places = text.char_indices().skip(kept).map(|(at, _)| at);
    let (Some(limit), Some(_)) = (places.next(), places.next()) else { return Cow::Borrowed(text) };
    let fits = |end: &usize| *end <= limit;
    let words = text.split_word_bound_indices().map(|(at, part)| at + part.len()).take_while(fits);
    let start = words.last().map_or("", |end| text.get(..end).unwrap_or_default());
    // What joins a word to the next one is no end of a text.
    let start = start.trim_end_matches(|c: char| c.is_whitespace() || ",;:.-–—".contains(c));
    let start = if start.is_empty() {
        let characters = text.grapheme_indices(true).map(|(at, c)| at + c.len()).take_while(fits);
        characters.last().map_or("", |end| text.get(..end).unwrap_or_default()).trim_end()
    } else {
        start
    };
    Cow::Owned([start, ELLIPSIS].concat())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_ends_behind_a_word() {
        for (text, max, expected) in [
            ("A crime family", 14, "A crime family"),
            ("A crime family", 13, "A crime…"),
            ("A crime family", 8, "A crime…"),
            ("A crime family", 7, "A…"),
            ("Wait, what? No.", 6, "Wait…"),
            ("Wait, what? No.", 12, "Wait, what?…"),
            ("Incomprehensible", 6, "Incom…"),
            ("Incomprehensible", 1, "…"),
            ("Incomprehensible", 0, ""),
            ("", 1, ""),
            ("千と千尋の神隠し", 5, "千と千尋…"),
            ("ले ले ले", 4, "ले…"),
            ("e\u{301}e\u{301}e\u{301}", 4, "e\u{301}…"),
            ("- - - - -", 5, "- -…"),
        ] {
            assert_eq!(shortened(text, max), expected, "{text} {max}");
        }
    }

    proptest! {
        #[test]
        fn a_text_is_never_longer_and_starts_as_it_did(text in "\\PC{0,60}|[a-c ,.]{0,60}", max in 0_usize..70) {
            let short = shortened(&text, max);
            prop_assert!(short.chars().count() <= max);
            prop_assert!(short == text || text.starts_with(short.trim_end_matches(ELLIPSIS)));
            prop_assert_eq!(text.chars().count() <= max, short == text);
        }
    }
}
