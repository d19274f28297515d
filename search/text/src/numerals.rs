//! Numbers as titles write them: digits, Roman numerals and number words.

const WORDS: [(&str, u32); 30] = [
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("thirteen", 13),
    ("fourteen", 14),
    ("fifteen", 15),
    ("sixteen", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
    ("hundred", 100),
    ("thousand", 1000),
    ("zero", 0),
];

/// Highest Roman numeral read: sequels end long before, and `xl`, `mix` or `civil` are words.
const MAX_ROMAN: u32 = 39;

/// The number that a folded word means, in any spelling. `i` counts as one only for
/// [`number_in_title`].
pub fn number(word: &str) -> Option<u32> {
    if word.bytes().all(|b| b.is_ascii_digit()) {
        return (word.len() <= 4 && (word == "0" || !word.starts_with('0')))
            .then(|| word.parse().ok())
            .flatten();
    }
    WORDS.iter().find(|&&(name, _)| name == word).map(|&(_, value)| value).or_else(|| from_roman(word))
}

/// The number of the word at `place` of so many: the letter `i` opens sentences more often than it counts, so
/// it is a number only at the end of several words, and `v` and `x` are none at the start.
pub fn number_in_title(words: &[&str], place: usize) -> Option<u32> {
    let word = *words.get(place)?;
    match word {
        "i" if place == 0 || place + 1 < words.len() => None,
        "v" | "x" if place == 0 => None,
        _ => number(word),
    }
}

/// Whether this is a number word, such as `seven`.
pub(crate) fn is_word(word: &str) -> bool {
    WORDS.iter().any(|&(name, _)| name == word)
}

/// Every spelling of the number.
pub fn spellings(value: u32) -> Vec<String> {
    let mut all = vec![value.to_string()];
    all.extend(to_roman(value));
    all.extend(WORDS.iter().find(|&&(_, number)| number == value).map(|&(name, _)| name.to_owned()));
    all
}

fn to_roman(mut value: u32) -> Option<String> {
    if !(1..=MAX_ROMAN).contains(&value) {
        return None;
    }
    let mut roman = String::new();
    for (worth, letters) in [(10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")] {
        while value >= worth {
            roman.push_str(letters);
            value -= worth;
        }
    }
    Some(roman)
}

fn from_roman(word: &str) -> Option<u32> {
    if word.is_empty() || word.len() > 7 || !word.bytes().all(|b| matches!(b, b'i' | b'v' | b'x')) {
        return None;
    }
    let worth = |b: u8| match b {
        b'i' => 1,
        b'v' => 5,
        _ => 10,
    };
    let bytes = word.as_bytes();
    let mut sum = 0;
    for (place, &b) in bytes.iter().enumerate() {
        let smaller = bytes.get(place + 1).is_some_and(|&next| worth(b) < worth(next));
        sum += if smaller { -worth(b) } else { worth(b) };
    }
    let value = u32::try_from(sum).ok()?;
    // Only the one proper spelling counts: `iiii` and `vx` are no numerals.
    (to_roman(value).as_deref() == Some(word)).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_every_spelling() {
        let cases = [
            ("2", Some(2)),
            ("ii", Some(2)),
            ("two", Some(2)),
            ("viii", Some(8)),
            ("xiii", Some(13)),
            ("iiii", None),
            ("vx", None),
            ("mix", None),
            ("007", None),
            ("2001", Some(2001)),
            ("123456", None),
            ("", None),
            ("matrix", None),
        ];
        for (word, expected) in cases {
            assert_eq!(number(word), expected, "{word}");
        }
        for value in 1..=MAX_ROMAN {
            for spelling in spellings(value) {
                assert_eq!(number(&spelling), Some(value), "{spelling}");
            }
        }
    }

    #[test]
    fn lone_letters_are_letters_where_they_lead() {
        assert_eq!(number_in_title(&["i", "robot"], 0), None);
        assert_eq!(number_in_title(&["henry", "v"], 1), Some(5));
        assert_eq!(number_in_title(&["part", "i"], 1), Some(1));
        assert_eq!(number_in_title(&["x", "men"], 0), None);
    }
}
