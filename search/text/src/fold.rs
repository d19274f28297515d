//! Folding: the form in which texts are compared, without case, diacritics, ligatures and width.

use super::words::joined;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Folds a text: compatibility decomposition (NFKD, Unicode Annex 15), marks dropped, lower case, and the
/// letters that Unicode does not decompose written out (`æ` to `ae`, `ø` to `o`, `ß` to `ss`). Punctuation and
/// spaces stay. Folding twice changes nothing.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|&c| !is_combining_mark(c)).flat_map(char::to_lowercase) {
        match spelled_out(c) {
            Some(letters) => folded.push_str(letters),
            // Lower-casing can itself bring a mark: `İ` becomes `i` and a dot above.
            None if is_combining_mark(c) => {}
            None => folded.push(c),
        }
    }
    // Korean syllables came apart into letters; they are words' characters again once put together.
    if folded.contains(|c| ('\u{1100}'..='\u{11FF}').contains(&c)) { folded.nfc().collect() } else { folded }
}

/// The key under which values of a facet, names of people and genres are one: folded, words only, joined by
/// single spaces. `Robert Downey, Jr.` and `robert downey jr` share a key.
pub fn key(value: &str) -> String {
    let key = joined(value);
    if !key.is_empty() {
        return key;
    }
    // Symbols that fold to letters, such as `⑴`, are no words before they are folded.
    let folded = fold(value).trim().to_owned();
    let key = joined(&folded);
    if key.is_empty() { folded } else { key }
}

fn spelled_out(c: char) -> Option<&'static str> {
    Some(match c {
        'æ' | 'ǽ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ß' => "ss",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ħ' => "h",
        'ı' => "i",
        'ŋ' => "ng",
        'ĸ' => "k",
        'ŧ' => "t",
        'ƒ' => "f",
        'ə' => "e",
        'ς' => "σ",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn folds_what_people_leave_out() {
        let cases = [
            ("Amélie", "amelie"),
            ("RENÉE", "renee"),
            ("Ærø ß Œuvre Łódź", "aero ss oeuvre lodz"),
            ("ﬁnal ２００１", "final 2001"),
            ("İstanbul", "istanbul"),
            ("ΟΔΥΣΣΕΥΣ", "οδυσσευσ"),
            ("8½", "81⁄2"),
            ("東京物語", "東京物語"),
            ("기생충", "기생충"),
        ];
        for (text, folded) in cases {
            assert_eq!(fold(text), folded);
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC*") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
