//! The one tokenizer: what a word is, in what is indexed and in what is typed.
//!
//! Rules, in the order they apply:
//! - a word is a run of letters, digits and marks, folded by [`super::fold()`];
//! - an apostrophe inside a word is dropped: `Don't` is `dont`, `O'Brien` is `obrien`;
//! - dots after single letters join them: `E.T.` is `et`, `S.W.A.T.` is `swat`;
//! - `&` between words is `and`;
//! - fractions, superscripts and the like are words of their own: `8½` is `8 1 2`, `Alien³` is `alien 3`;
//! - Chinese, Japanese and Korean runs become overlapping pairs of characters, a lone character itself; an index holds
//!   each of the [`characters`] as well;
//! - all else separates; a word is cut at [`MAX_WORD_BYTES`].

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_segmentation::UnicodeSegmentation;

use super::fold;

/// Longest word, in bytes of its folded form.
pub const MAX_WORD_BYTES: usize = 200;

/// A word and its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Folded form, as indexed.
    pub text: String,
    /// First byte in the original text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// The words of a text, in order.
pub fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    each(text, |word, start, end| found.push(Word { text: word.to_owned(), start, end }));
    found
}

/// The words of a text in one string, single spaces between them; no word holds a space.
pub fn joined(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    each(text, |word, _, _| {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(word);
    });
    joined
}

/// The characters that [`words`] puts in pairs, each as a word by itself, in order. An index holds them beside the words,
/// since one character is all that may be typed, and a pair only starts with its first.
pub fn characters(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut start = 0;
    while let Some((c, end)) = next_run(text, start) {
        if class(c) == Class::Ideograph {
            let places = places(text, start, end);
            for place in places.windows(2).filter(|_| places.len() > 2) {
                let mut folded = String::new();
                fold_word(&text[place[0]..place[1]], &mut folded);
                if !folded.is_empty() {
                    found.push(Word { text: folded, start: place[0], end: place[1] });
                }
            }
        }
        start = end;
    }
    found
}

/// What stands before and behind the apostrophe of a word and is a word to readers, too: `schindler` of `Schindler's`,
/// `avventura` of `L'avventura`. Folded, each once, in order.
pub fn apostrophe_parts(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut start = 0;
    while let Some((_, end)) = next_run(text, start) {
        let raw = &text[start..end];
        let is_apostrophe = |c: char| class(c) == Class::Apostrophe;
        if let Some((first, rest)) = raw.split_once(is_apostrophe) {
            let ending = raw.rsplit_once(is_apostrophe).filter(|(_, last)| fold(last) == "s");
            let elision =
                is_elided(&fold(first)) && fold(rest).starts_with(['a', 'e', 'i', 'o', 'u', 'y', 'h']);
            let parts = [ending.map(|(head, _)| head), elision.then_some(rest)];
            for part in parts.into_iter().flatten() {
                let mut folded = String::new();
                fold_word(part, &mut folded);
                if !folded.is_empty() && !found.contains(&folded) {
                    found.push(folded);
                }
            }
        }
        start = end;
    }
    found
}

/// Articles and the like that French and Italian shorten before a vowel.
fn is_elided(word: &str) -> bool {
    matches!(
        word,
        "c" | "d"
            | "j"
            | "l"
            | "m"
            | "n"
            | "s"
            | "t"
            | "qu"
            | "un"
            | "all"
            | "dall"
            | "dell"
            | "nell"
            | "sull"
    )
}

/// The character that the run at this byte begins with, and one past the run's last byte.
fn next_run(text: &str, start: usize) -> Option<(char, usize)> {
    let c = text[start..].chars().next()?;
    let end = match class(c) {
        Class::Letter => end_of_run(text, start),
        Class::Ideograph => text[start..]
            .char_indices()
            .find(|&(_, c)| class(c) != Class::Ideograph && !is_combining_mark(c))
            .map_or(text.len(), |(offset, _)| start + offset),
        Class::OddNumber | Class::Ampersand | Class::Apostrophe | Class::Other => start + c.len_utf8(),
    };
    Some((c, end))
}

/// Gives each word of a text, in order: its folded form, its first byte and the one past its last.
fn each(text: &str, mut found: impl FnMut(&str, usize, usize)) {
    // Holds one folded word after another.
    let mut folded = String::new();
    let mut give = |raw: &str, start, end| {
        fold_word(raw, &mut folded);
        if !folded.is_empty() {
            found(&folded, start, end);
        }
    };
    let mut start = 0;
    while let Some((c, end)) = next_run(text, start) {
        match class(c) {
            Class::Letter => give(&text[start..end], start, end),
            Class::Ideograph => {
                for (start, end) in pairs(text, start, end) {
                    give(&text[start..end], start, end);
                }
            }
            Class::OddNumber => {
                let parts: String = c.nfkd().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
                for part in parts.split_whitespace() {
                    give(part, start, end);
                }
            }
            Class::Ampersand => give("and", start, end),
            Class::Apostrophe | Class::Other => {}
        }
        start = end;
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Ideograph,
    OddNumber,
    Ampersand,
    Apostrophe,
    Other,
}

fn class(c: char) -> Class {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => Class::Letter,
        '\'' | '’' | '‘' | 'ʼ' | 'ʻ' | '`' | '´' | '′' | '＇' => Class::Apostrophe,
        '&' | '＆' => Class::Ampersand,
        _ if c.is_ascii() => Class::Other,
        '\u{1100}'..='\u{11FF}'
        | '\u{2E80}'..='\u{2FDF}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30FF}'
        | '\u{3130}'..='\u{318F}'
        | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{A960}'..='\u{A97F}'
        | '\u{AC00}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FF66}'..='\u{FFDC}'
        | '\u{20000}'..='\u{3FFFF}' => Class::Ideograph,
        _ if c.is_numeric() && c.nfkd().next() != Some(c) && !('０'..='９').contains(&c) => {
            Class::OddNumber
        }
        _ if c.is_alphanumeric() => Class::Letter,
        _ => Class::Other,
    }
}

/// One past the last byte of the run of letters that starts here, with apostrophes and acronym dots inside it.
fn end_of_run(text: &str, start: usize) -> usize {
    // Most runs are plain, and end where something plain follows.
    let rest = &text.as_bytes()[start..];
    let plain = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let next = rest.get(plain).copied().unwrap_or(b' ');
    let may_be_acronym = plain < 2 && next == b'.';
    if plain > 0 && next.is_ascii() && !matches!(next, b'\'' | b'`') && !may_be_acronym {
        return start + plain;
    }
    if let Some(end) = end_of_acronym(text, start) {
        return end;
    }
    let mut end = start;
    let mut chars = text[start..].char_indices().peekable();
    while let Some((offset, c)) = chars.next() {
        let inside = match class(c) {
            Class::Letter => true,
            Class::Apostrophe => chars.peek().is_some_and(|&(_, next)| class(next) == Class::Letter),
            _ => offset > 0 && is_combining_mark(c),
        };
        if !inside {
            break;
        }
        end = start + offset + c.len_utf8();
    }
    end
}

/// `E.T.` and `U.S.A`: at least two single letters, each but perhaps the last followed by a dot.
fn end_of_acronym(text: &str, start: usize) -> Option<usize> {
    let mut end = start;
    let mut letters = 0;
    let mut rest = text[start..].chars().peekable();
    while let Some(c) = rest.next_if(|c| c.is_alphabetic() && class(*c) == Class::Letter) {
        let dotted = rest.next_if_eq(&'.').is_some();
        if !dotted && rest.peek().is_some_and(|&next| class(next) == Class::Letter || is_combining_mark(next))
        {
            // More letters follow: this one starts an ordinary word (`J.Edgar`), or the run never was one.
            break;
        }
        letters += 1;
        end += c.len_utf8() + usize::from(dotted);
        if !dotted {
            break;
        }
    }
    (letters >= 2).then_some(end)
}

/// Puts the form of one word into `folded`; empty where nothing of it is left.
fn fold_word(raw: &str, folded: &mut String) {
    folded.clear();
    if raw.is_ascii() {
        folded.push_str(raw);
        folded.make_ascii_lowercase();
    } else {
        folded.push_str(&fold(raw));
    }
    // One letter can come apart into an apostrophe and another: `ŉ`.
    if !folded.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        folded.retain(|c| c.is_alphanumeric() && class(c) != Class::Apostrophe);
    }
    if folded.len() > MAX_WORD_BYTES {
        folded.truncate(folded.floor_char_boundary(MAX_WORD_BYTES));
    }
}

/// Overlapping pairs of the characters from `start` to `end`; a lone character itself.
fn pairs(text: &str, start: usize, end: usize) -> Vec<(usize, usize)> {
    let places = places(text, start, end);
    if places.len() == 2 {
        return vec![(start, end)];
    }
    places.windows(3).map(|pair| (pair[0], pair[2])).collect()
}

/// Where the characters from `start` to `end` begin, and `end`. A character is what a reader takes for one: `が` and `기`
/// are, in however many code points they come.
fn places(text: &str, start: usize, end: usize) -> Vec<usize> {
    let clusters = text[start..end].grapheme_indices(true).map(|(offset, _)| start + offset);
    clusters.chain([end]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn words_are_what_people_type() {
        let cases: [(&str, &[&str]); 20] = [
            ("The Matrix", &["the", "matrix"]),
            ("Don't Look Now", &["dont", "look", "now"]),
            ("Ocean’s Eleven", &["oceans", "eleven"]),
            ("ŉ Skerm", &["n", "skerm"]),
            ("rock 'n' roll", &["rock", "n", "roll"]),
            ("Spider-Man: Far from Home", &["spider", "man", "far", "from", "home"]),
            ("E.T. the Extra-Terrestrial", &["et", "the", "extra", "terrestrial"]),
            ("S.W.A.T.", &["swat"]),
            ("U.S. Marshals", &["us", "marshals"]),
            ("J. Edgar", &["j", "edgar"]),
            ("Mr. & Mrs. Smith", &["mr", "and", "mrs", "smith"]),
            ("8½", &["8", "1", "2"]),
            ("33+1⁄3", &["33", "1", "3"]),
            ("Alien³", &["alien", "3"]),
            ("WALL·E", &["wall", "e"]),
            ("東京物語", &["東京", "京物", "物語"]),
            ("乱 Ran", &["乱", "ran"]),
            ("기생충", &["기생", "생충"]),
            ("Amélie", &["amelie"]),
            ("<b>!?…💥", &["b"]),
        ];
        for (text, expected) in cases {
            assert_eq!(texts(text), expected, "{text}");
        }
    }

    #[test]
    fn one_character_is_a_word_in_an_index() {
        let cases: [(&str, &[&str]); 6] = [
            ("蝙蝠侠", &["蝙", "蝠", "侠"]),
            ("乱 Ran", &[]),
            ("The 東京 Story", &["東", "京"]),
            ("기생충", &["기", "생", "충"]),
            ("がき", &["か", "き"]),
            ("Heat", &[]),
        ];
        for (text, expected) in cases {
            let found: Vec<String> = characters(text).into_iter().map(|word| word.text).collect();
            assert_eq!(found, expected, "{text}");
            let apart: String = text.nfd().collect();
            let found: Vec<String> = characters(&apart).into_iter().map(|word| word.text).collect();
            assert_eq!(found, expected, "{text}, decomposed");
            assert_eq!(texts(&apart), texts(text), "{text}, decomposed");
        }
    }

    #[test]
    fn parts_at_apostrophes_are_what_readers_take_for_words() {
        let cases: [(&str, &[&str]); 9] = [
            ("Schindler's List", &["schindler"]),
            ("Ocean’s Eleven and Rosemary`s Baby", &["ocean", "rosemary"]),
            ("O'Brien's D'Artagnan", &["obrien", "artagnan"]),
            ("L'avventura dell'arte", &["avventura", "arte"]),
            ("L’Œuvre d’Hiver", &["oeuvre", "hiver"]),
            ("Boys' Town", &[]),
            ("Don't rock 'n' roll", &[]),
            ("'s Wonderful", &[]),
            ("Spider-Man", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(apostrophe_parts(text), expected, "{text}");
        }
    }

    #[test]
    fn long_words_are_cut_between_characters() {
        let word = &words(&"é".repeat(500))[0];
        assert_eq!(word.text.len(), MAX_WORD_BYTES);
        assert_eq!(words(&"я".repeat(500))[0].text.len(), MAX_WORD_BYTES);
    }

    proptest! {
        #[test]
        fn words_stand_in_the_text_in_order_and_stay_words(text in "\\PC*|[a-z'.& ½東é]*") {
            let found = words(&text);
            for word in &found {
                prop_assert!(text.get(word.start..word.end).is_some());
                prop_assert!(!word.text.is_empty() && word.text.len() <= MAX_WORD_BYTES);
            }
            prop_assert!(found.windows(2).all(|pair| pair[0].start <= pair[1].start));
        }

        #[test]
        fn characters_and_parts_stay_words(text in "\\PC*|[a-z'.& ½東京がｶﾞé]*") {
            for word in characters(&text) {
                prop_assert!(text.get(word.start..word.end).is_some());
                prop_assert_eq!(texts(&word.text), std::slice::from_ref(&word.text));
            }
            for part in apostrophe_parts(&text) {
                prop_assert!(!part.contains(' ') && part.len() <= MAX_WORD_BYTES);
            }
        }

        #[test]
        fn a_key_is_its_own_key(text in "\\PC*") {
            let once = super::super::key(&text);
            prop_assert_eq!(super::super::key(&once), once);
        }
    }
}
