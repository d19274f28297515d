//! The one tokenizer: what a word is, in what is indexed and in what is typed.
//!
//! Rules, in the order they apply:
//! - a word is a run of letters, digits and marks, folded by [`super::fold()`];
//! - an apostrophe inside a word is dropped: `Don't` is `dont`, `O'Brien` is `obrien`;
//! - dots after single letters join them: `E.T.` is `et`, `S.W.A.T.` is `swat`;
//! - `&` between words is `and`;
//! - fractions, superscripts and the like are words of their own: `8½` is `8 1 2`, `Alien³` is `alien 3`;
//! - Chinese, Japanese and Korean runs become overlapping pairs of characters, a lone character itself;
//! - all else separates; a word is cut at [`MAX_WORD_BYTES`].

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::fold;

/// Longest word, in bytes of its folded form.
pub const MAX_WORD_BYTES: usize = 200;

/// A word and where it stands.
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
    let mut chars = text.char_indices().peekable();
    while let Some(&(start, c)) = chars.peek() {
        match class(c) {
            Class::Letter => {
                let end = end_of_run(text, start);
                push_word(&mut found, &text[start..end], start, end);
                skip_to(&mut chars, end);
            }
            Class::Ideograph => {
                let end = text[start..]
                    .char_indices()
                    .find(|&(_, c)| class(c) != Class::Ideograph && !is_combining_mark(c))
                    .map_or(text.len(), |(offset, _)| start + offset);
                push_pairs(&mut found, text, start, end);
                skip_to(&mut chars, end);
            }
            Class::OddNumber => {
                let end = start + c.len_utf8();
                let parts: String = c.nfkd().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
                for part in parts.split_whitespace() {
                    push_word(&mut found, part, start, end);
                }
                chars.next();
            }
            Class::Ampersand => {
                found.push(Word { text: "and".into(), start, end: start + c.len_utf8() });
                chars.next();
            }
            Class::Apostrophe | Class::Other => {
                chars.next();
            }
        }
    }
    found
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

fn push_word(found: &mut Vec<Word>, raw: &str, start: usize, end: usize) {
    let mut text = fold(raw);
    // One letter can come apart into an apostrophe and another: `ŉ`.
    text.retain(|c| c.is_alphanumeric() && class(c) != Class::Apostrophe);
    if !text.is_empty() {
        cut(&mut text);
        found.push(Word { text, start, end });
    }
}

fn push_pairs(found: &mut Vec<Word>, text: &str, start: usize, end: usize) {
    let places: Vec<usize> =
        text[start..end].char_indices().map(|(offset, _)| start + offset).chain([end]).collect();
    if places.len() == 2 {
        push_word(found, &text[start..end], start, end);
    }
    for pair in places.windows(3) {
        push_word(found, &text[pair[0]..pair[2]], pair[0], pair[2]);
    }
}

fn cut(text: &mut String) {
    if text.len() > MAX_WORD_BYTES {
        text.truncate(text.floor_char_boundary(MAX_WORD_BYTES));
    }
}

fn skip_to(chars: &mut std::iter::Peekable<std::str::CharIndices<'_>>, end: usize) {
    while chars.next_if(|&(place, _)| place < end).is_some() {}
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
        let cases: [(&str, &[&str]); 19] = [
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
        fn a_key_is_its_own_key(text in "\\PC*") {
            let once = super::super::key(&text);
            prop_assert_eq!(super::super::key(&once), once);
        }
    }
}
