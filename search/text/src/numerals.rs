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

/// The number that the number words at the start of these mean together, at most four digits, and how many words it
/// takes: `five hundred`, `one hundred and one`, `twenty eight`, `two thousand one`, `nineteen eighty four`.
pub fn in_words(words: &[&str]) -> Option<(u32, usize)> {
    let value = |at: usize| {
        let word = words.get(at).copied()?;
        is_word(word).then(|| number(word)).flatten()
    };
    // Below a hundred: `seven`, `seventeen`, `seventy`, `seventy seven`.
    let small = |at: usize| -> Option<(u32, usize)> {
        let first = value(at).filter(|first| *first < 100)?;
        let unit = value(at + 1).filter(|unit| (1..10).contains(unit));
        match unit.filter(|_| first >= 20 && first.is_multiple_of(10)) {
            Some(unit) => Some((first + unit, at + 2)),
            None => Some((first, at + 1)),
        }
    };
    let and = |at: usize| at + usize::from(words.get(at) == Some(&"and"));
    let below_thousand = |at: usize| -> Option<(u32, usize)> {
        let (first, next) = match small(at) {
            Some(found) => found,
            // `a hundred`.
            None if words.get(at) == Some(&"a") && value(at + 1) == Some(100) => (1, at + 1),
            None => return None,
        };
        if value(next) != Some(100) || !(1..10).contains(&first) {
            return Some((first, next));
        }
        let rest = small(and(next + 1)).filter(|(rest, _)| *rest > 0);
        Some(rest.map_or((first * 100, next + 1), |(rest, end)| (first * 100 + rest, end)))
    };
    let (first, next) = below_thousand(0)?;
    if value(next) == Some(1000) && (1..10).contains(&first) {
        let rest = below_thousand(and(next + 1)).filter(|(rest, _)| *rest > 0);
        return Some(rest.map_or((first * 1000, next + 1), |(rest, end)| (first * 1000 + rest, end)));
    }
    // A year in two halves.
    if (10..=20).contains(&first)
        && let Some((rest, end)) = small(next).filter(|(rest, _)| (10..100).contains(rest))
    {
        return Some((first * 100 + rest, end));
    }
    Some((first, next))
}

/// The number words run together in one: `fivehundred`, `twentyeight`.
pub fn run_together(word: &str) -> Option<u32> {
    let mut parts: Vec<&str> = Vec::new();
    let mut rest = word;
    while !rest.is_empty() {
        // The longest name first: `seventeen` is not `seven` and something.
        let names = WORDS.iter().map(|&(name, _)| name).chain(["and"]);
        let part = names.filter(|name| rest.starts_with(name)).max_by_key(|name| name.len())?;
        parts.push(part);
        rest = &rest[part.len()..];
    }
    let (value, used) = in_words(&parts)?;
    (parts.len() > 1 && used == parts.len()).then_some(value)
}

/// A number from 21 to 999 in words, in each way that people write it; none where one word says it.
pub fn to_words(value: u32) -> Vec<Vec<String>> {
    let name =
        |value: u32| WORDS.iter().find(|&&(_, number)| number == value).map(|&(name, _)| name.to_owned());
    let below_hundred = |value: u32| -> Option<Vec<String>> {
        name(value).map(|name| vec![name]).or_else(|| Some(vec![name(value / 10 * 10)?, name(value % 10)?]))
    };
    let written = match value {
        21..=99 => vec![below_hundred(value)],
        100..=999 => {
            let (hundreds, rest) = (name(value / 100), value % 100);
            let start = hundreds.map(|hundreds| vec![hundreds, "hundred".to_owned()]);
            let with = |and: bool| -> Option<Vec<String>> {
                let mut words = start.clone()?;
                words.extend(and.then(|| "and".to_owned()));
                words.extend(below_hundred(rest)?);
                Some(words)
            };
            if rest == 0 { vec![start] } else { vec![with(true), with(false)] }
        }
        _ => Vec::new(),
    };
    written.into_iter().flatten().filter(|words| words.len() > 1).collect()
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
    fn numbers_are_read_and_written_in_words() {
        let cases = [
            ("five hundred days", Some((500, 2))),
            ("one hundred and one dalmatians", Some((101, 4))),
            ("a hundred", Some((100, 2))),
            ("twenty eight days", Some((28, 2))),
            ("two thousand and one", Some((2001, 4))),
            ("nineteen eighty four", Some((1984, 3))),
            ("nineteen seventeen", Some((1917, 2))),
            ("four rooms", Some((4, 1))),
            ("two and a half", Some((2, 1))),
            ("days", None),
        ];
        for (text, expected) in cases {
            assert_eq!(in_words(&text.split(' ').collect::<Vec<_>>()), expected, "{text}");
        }
        for value in 21..=999 {
            for words in to_words(value) {
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                assert_eq!(in_words(&words), Some((value, words.len())), "{words:?}");
                assert_eq!(run_together(&words.concat()), Some(value), "{words:?}");
            }
        }
        assert_eq!(run_together("seven"), None);
        assert_eq!(run_together("twilight"), None);
    }

    #[test]
    fn lone_letters_are_letters_where_they_lead() {
        assert_eq!(number_in_title(&["i", "robot"], 0), None);
        assert_eq!(number_in_title(&["henry", "v"], 1), Some(5));
        assert_eq!(number_in_title(&["part", "i"], 1), Some(1));
        assert_eq!(number_in_title(&["x", "men"], 0), None);
    }
}
