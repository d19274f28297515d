//! Cleaning of texts, the same for every provider and always the same result for the same text.
//!
//! What [`text`] does, in this order: character references (`&amp;`, `&#39;`) decoded, once; Unicode NFC; white space of any kind (no-break spaces and line breaks
//! included) collapsed to single spaces and trimmed; control characters and invisible ones (soft hyphen, zero-width
//! space, byte order mark, direction overrides) removed; style sheets left by scrapers
//! (`.mw-parser-output .frac{…}`) removed. [`title`] also drops footnote marks at the end (`[1]`, `[fr]`,
//! `[note 2]`; but not `[REC]`). Names of people have rules of their own, see [`crate::names`].

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Where the style sheets of scraped Wikipedia pages begin.
const STYLE_MARK: &str = ".mw-parser-output";

/// Longest selector or declaration block taken for residue of a style sheet, in bytes.
const MAX_STYLE_BYTES: usize = 2_000;

/// Cleans any text.
pub fn text(raw: &str) -> String {
    if is_plain(raw) {
        return raw.to_owned();
    }
    let decoded = html_escape::decode_html_entities(raw);
    let normal = match is_nfc_quick(decoded.chars()) {
        IsNormalized::Yes => decoded,
        IsNormalized::No | IsNormalized::Maybe => Cow::Owned(decoded.nfc().collect()),
    };
    let bare = without_styles(&normal);
    let mut cleaned = String::with_capacity(bare.len());
    let mut space = false;
    for c in bare.chars() {
        if c.is_whitespace() {
            space = true;
        } else if !is_invisible(c) {
            if space && !cleaned.is_empty() {
                cleaned.push(' ');
            }
            space = false;
            cleaned.push(c);
        }
    }
    cleaned
}

/// Whether nothing in a text can need cleaning, as in most: visible ASCII with single spaces inside.
fn is_plain(raw: &str) -> bool {
    let mut before = b' ';
    let plain = raw.bytes().all(|byte| {
        let fits = (byte.is_ascii_graphic() && byte != b'&') || (byte == b' ' && before != b' ');
        before = byte;
        fits
    });
    plain && before != b' ' && !raw.contains(STYLE_MARK)
}

/// Cleans a title.
pub fn title(raw: &str) -> String {
    let mut cleaned = text(raw);
    while let Some(length) = before_footnote(&cleaned) {
        cleaned.truncate(length);
    }
    cleaned
}

/// Length of a text without the footnote mark at its end, if it has one and more than that.
pub(crate) fn before_footnote(text: &str) -> Option<usize> {
    let (before, mark) = text.strip_suffix(']')?.rsplit_once('[')?;
    let note = mark.strip_prefix("note ").or_else(|| mark.strip_prefix("nb ")).unwrap_or(mark);
    let is_number = !note.is_empty() && note.len() <= 3 && note.bytes().all(|byte| byte.is_ascii_digit());
    let is_letters = (1..=3).contains(&mark.len()) && mark.bytes().all(|byte| byte.is_ascii_lowercase());
    let length = before.trim_end().len();
    ((is_number || is_letters) && length > 0).then_some(length)
}

/// Control characters, and those that change how a text looks or compares without being seen. Joiners stay: some
/// scripts and emoji need them.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn without_styles(text: &str) -> Cow<'_, str> {
    if !text.contains(STYLE_MARK) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(STYLE_MARK) {
        let (before, styled) = rest.split_at(at);
        kept.push_str(before);
        match rule_length(styled) {
            Some(length) => rest = &styled[length..],
            None => {
                kept.push_str(STYLE_MARK);
                rest = &styled[STYLE_MARK.len()..];
            }
        }
    }
    kept.push_str(rest);
    Cow::Owned(kept)
}

/// Length of the rule `selector{declarations}` at the start; a rule cut off ends the text.
fn rule_length(text: &str) -> Option<usize> {
    let open = text.find(['{', '}']).filter(|&at| at <= MAX_STYLE_BYTES && text[at..].starts_with('{'))?;
    match text[open..].find('}') {
        Some(length) => Some(open + length + 1),
        None => Some(text.len()).filter(|length| length - open <= MAX_STYLE_BYTES),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cleaned() {
        let cases = [
            ("  The   Matrix\u{a0}\r\n 2 ", "The Matrix 2"),
            ("Ame\u{301}lie", "Amélie"),
            ("a\u{0}b\u{7f}c\u{200b}d\u{202e}e", "abcde"),
            ("\u{3000}東京 物語", "東京 物語"),
            ("a .mw-parser-output .x{b:c}.mw-parser-output .y{d}z", "a z"),
            ("cut .mw-parser-output .x{b:", "cut"),
            ("about .mw-parser-output and so on", "about .mw-parser-output and so on"),
            ("👨\u{200d}👩\u{200d}👧", "👨\u{200d}👩\u{200d}👧"),
            ("<b>&amp;</b>", "<b>&</b>"),
            ("Ender&#39;s Game", "Ender's Game"),
            ("Am&eacute;lie&nbsp; &amp;amp; &unknown; AT&T &", "Amélie &amp; &unknown; AT&T &"),
            ("\u{1}\u{200b} ", ""),
        ];
        for (raw, cleaned) in cases {
            assert_eq!(text(raw), cleaned, "{raw:?}");
        }
    }

    #[test]
    fn titles_lose_footnote_marks() {
        let cases = [
            ("The Cord of Life[1]", "The Cord of Life"),
            ("Fly by Night\u{a0}[fr]", "Fly by Night"),
            ("A [note 2][b]", "A"),
            ("[REC]", "[REC]"),
            ("[rec]", "[rec]"),
            ("Film [REC]", "Film [REC]"),
            ("Some Girl(s)", "Some Girl(s)"),
            ("(500) Days of Summer", "(500) Days of Summer"),
            (
                "Naked Gun .mw-parser-output .frac{white-space:nowrap}.mw-parser-output .frac .num,.mw-parser-output \
                 .frac .den{font-size:80%}.mw-parser-output .sr-only{border:0;clip:rect(0,0,0,0)}33+1⁄3: The Final \
                 Insult",
                "Naked Gun 33+1⁄3: The Final Insult",
            ),
        ];
        for (raw, cleaned) in cases {
            assert_eq!(title(raw), cleaned);
        }
    }
}
