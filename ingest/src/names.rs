//! Names of people as scraped tables have them, made names again, or told apart from scraps.
//!
//! After [`crate::clean::text`], in this order: footnote marks and stray brackets at the ends go (`MacDonald]]`); a
//! leading `and` before a name goes (`and Lauren Sokolov`); an explanation in brackets at the end goes
//! (`Michael Dunn (actor)`); a full stop behind a lower-case letter goes (`Jude Law.`, but not `Jr.` and the
//! like). What is left is a scrap, and dropped, when it holds no letter or digit; closes a bracket it never opened
//! (`nominee)`) or starts with one (`(narrator)`); is a footnote mark (`[2]`); ends with a colon; is one of the
//! words tables have beside names (`and`, `narrator`, `Best Actor`, `Sr.`); or is all lower case and starts or ends
//! with a function word (`the life of`, `living with a`). Names in lower case (`bell hooks`, `will.i.am`) stay.

use crate::clean;

/// Entries that are no names, folded to lower case and without full stops at the end.
const SCRAPS: &[&str] = &[
    "and",
    "best actor",
    "best actress",
    "cast",
    "director",
    "directed by",
    "jr",
    "ii",
    "iii",
    "iv",
    "narrated by",
    "narrator",
    "narrators",
    "nominee",
    "none",
    "of",
    "producer",
    "screenplay",
    "screenwriter",
    "sr",
    "starring",
    "story",
    "tba",
    "tbd",
    "the",
    "unknown",
    "various",
    "voice of",
    "voices",
    "voices of",
    "winner",
    "with",
    "writer",
    "written by",
];

/// Words that no name of a person starts or ends with, where nothing in it is a capital.
const FUNCTION_WORDS: &[&str] = &[
    "a", "an", "and", "at", "between", "by", "for", "from", "in", "of", "on", "or", "post-", "the", "to",
    "with",
];

/// Abbreviations that keep their full stop.
const ABBREVIATIONS: &[&str] = &[
    "jr", "sr", "esq", "st", "dr", "mr", "mrs", "ms", "prof", "rev", "hon", "bros", "inc", "ltd", "co", "phd",
];

/// The name in an entry of a cast; `None` where there is none.
pub fn name(raw: &str) -> Option<String> {
    let mut text = clean::text(raw);
    while let Some(length) = clean::before_footnote(&text) {
        text.truncate(length);
    }
    if text.starts_with('[') && text.ends_with(']') && text.chars().count() <= 5 {
        return None;
    }
    let text = text.trim_matches(|c: char| c == '[' || c == ']' || c.is_whitespace());
    let text = without_leading_and(text);
    if text.starts_with('(') || closes_what_it_never_opened(text) {
        return None;
    }
    let text = without_explanation(text);
    let text = without_full_stop(text);
    (!is_scrap(text)).then(|| text.to_owned())
}

fn without_leading_and(text: &str) -> &str {
    match text.strip_prefix("and ") {
        Some(rest) if rest.starts_with(char::is_uppercase) => rest,
        _ => text,
    }
}

fn closes_what_it_never_opened(text: &str) -> bool {
    let mut open = 0_i32;
    text.chars().any(|c| {
        open += i32::from(c == '(') - i32::from(c == ')');
        open < 0
    })
}

/// Drops `(…)` at the end, closed or cut off.
fn without_explanation(text: &str) -> &str {
    let Some(at) = text.rfind('(') else { return text };
    let is_last = text[at..].find(')').is_none_or(|close| at + close + 1 == text.len());
    if is_last { text[..at].trim_end() } else { text }
}

fn without_full_stop(text: &str) -> &str {
    let Some(bare) = text.strip_suffix('.') else { return text };
    let last = bare.rsplit([' ', '.', ',']).next().unwrap_or_default();
    let is_abbreviation = ABBREVIATIONS.contains(&last.to_lowercase().as_str());
    let is_word = bare.ends_with(char::is_lowercase) && last.chars().count() > 1;
    if is_word && !is_abbreviation { bare } else { text }
}

fn is_scrap(text: &str) -> bool {
    if !text.chars().any(char::is_alphanumeric) || text.ends_with(':') || text.starts_with("Dir.:") {
        return true;
    }
    let lower = text.to_lowercase();
    if SCRAPS.contains(&lower.trim_end_matches('.')) {
        return true;
    }
    let has_capital = text.chars().any(char::is_uppercase);
    let is_function = |word: Option<&str>| word.is_some_and(|word| FUNCTION_WORDS.contains(&word));
    !has_capital && (is_function(text.split(' ').next()) || is_function(text.rsplit(' ').next()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_names_again() {
        let cases = [
            ("Michael Dunn (actor)", "Michael Dunn"),
            ("Max Booth III (screenwriter)", "Max Booth III"),
            ("Jude Law.", "Jude Law"),
            ("Katherine MacDonald]]", "Katherine MacDonald"),
            ("Cuba Gooding  Jr.", "Cuba Gooding Jr."),
            ("Robert Downey, Jr.", "Robert Downey, Jr."),
            ("Dave (Tex) O'Brien (actor)", "Dave (Tex) O'Brien"),
            ("Tom Wilkinson (", "Tom Wilkinson"),
            ("and Lauren K. Sokolov", "Lauren K. Sokolov"),
            ("Someone[2]", "Someone"),
        ];
        for (raw, expected) in cases {
            assert_eq!(name(raw).as_deref(), Some(expected), "{raw:?}");
        }
        let kept = [
            "50 Cent",
            "will.i.am",
            "india.arie",
            "muMs da Schemer",
            "bell hooks",
            "Louis C.K.",
            "Storm P.",
            "U2",
            "X",
            "H.E.R.",
            "Robbie E.",
            "Renée Zellweger",
            "D12",
            "1972 Summer Olympics",
            "The B-52's",
            "Mr. T",
            "三船敏郎",
        ];
        for raw in kept {
            assert_eq!(name(raw).as_deref(), Some(raw));
        }
    }

    #[test]
    fn scraps_are_no_names() {
        let scraps = [
            "and",
            "(",
            ")",
            ".",
            "]",
            "?",
            "&",
            "",
            " ",
            "nominee)",
            "Voices of",
            "Narrated by",
            "(narrator)",
            "Cast:",
            "Best Actor",
            "the",
            "Sr.",
            "Jr.",
            "the life of",
            "living with a",
            "in post-",
            "(The",
            "screenwriter)",
            "[2]",
            "Dir.: Steve Asquith",
            "and orchestra",
            "\u{200b}",
        ];
        for raw in scraps {
            assert_eq!(name(raw), None, "{raw:?}");
        }
    }
}
