//! Spelling variants of words: abbreviations, ordinals, numbers in words, and digits in place of letters. They are
//! rules of how people write, and name no movie.

use std::ops::Range;

use super::numerals;

/// Words that are equivalent wherever they occur. The first of a row is the common one.
const EQUIVALENT: &[&[&str]] = &[
    &["mr", "mister"],
    &["mrs", "missus"],
    &["dr", "doctor"],
    &["st", "saint"],
    &["vs", "v", "versus"],
    &["jr", "junior"],
    &["sr", "senior"],
    &["mt", "mount"],
    &["ft", "fort"],
    &["sgt", "sergeant"],
    &["capt", "captain"],
    &["prof", "professor"],
    &["vol", "volume"],
    &["pt", "part"],
    &["1st", "first"],
    &["2nd", "second"],
    &["3rd", "third"],
    &["4th", "fourth"],
    &["5th", "fifth"],
    &["6th", "sixth"],
    &["7th", "seventh"],
    &["8th", "eighth"],
    &["9th", "ninth"],
    &["10th", "tenth"],
    &["11th", "eleventh"],
    &["12th", "twelfth"],
    &["13th", "thirteenth"],
    &["20th", "twentieth"],
];

/// Letters that a digit is written for, likeliest first.
const LOOKALIKE_LETTERS: &[(char, &[char])] = &[
    ('0', &['o']),
    ('1', &['i', 'l']),
    ('3', &['e']),
    ('4', &['a', 'r']),
    ('5', &['s']),
    ('7', &['v', 't']),
    ('8', &['b']),
    ('9', &['g']),
];

/// Shortest word whose digits may be letters: `3d` and `r2d2` are themselves.
const MIN_LOOKALIKE_CHARS: usize = 4;
/// A run of words, and the words that may replace it.
pub(crate) type SpellingVariant = (Range<usize>, Vec<String>);

/// All spelling variants of runs of these folded words, in the order of the words.
pub fn spelling_variants(words: &[&str]) -> Vec<SpellingVariant> {
    let mut found = Vec::new();
    for start in 0..words.len() {
        for row in EQUIVALENT.iter().filter(|row| row.contains(&words[start])) {
            let others = row.iter().filter(|other| **other != words[start]);
            found.extend(others.map(|&other| (start..start + 1, vec![other.to_owned()])));
        }
        if let Some((number, used)) = numerals::in_words(&words[start..]).filter(|&(_, used)| used > 1) {
            found.push((start..start + used, vec![number.to_string()]));
        }
        found.extend(in_digits(words[start]).into_iter().map(|meant| (start..start + 1, meant)));
        found.extend(without_lookalikes(words[start]).into_iter().map(|word| (start..start + 1, vec![word])));
    }
    found
}

/// 28 as `twenty` and `eight`, `fivehundred` as 500, 310 as 3 and 10: a time written without its colon.
fn in_digits(word: &str) -> Vec<Vec<String>> {
    let Some(value) = word.parse::<u32>().ok().filter(|_| (2..=4).contains(&word.len())) else {
        return numerals::run_together(word).map(|value| vec![value.to_string()]).into_iter().collect();
    };
    let mut found = numerals::to_words(value);
    let (hour, minute) = (value / 100, value % 100);
    if word.len() > 2 && !word.starts_with('0') && (1..=24).contains(&hour) && minute < 60 {
        found.push(vec![hour.to_string(), format!("{minute:02}")]);
    }
    found
}

/// `se7en` as `seven`: a word of letters and digits with letters in place of the digits, every digit by its
/// likeliest letter, and each likeliest but one.
pub(crate) fn without_lookalikes(word: &str) -> Vec<String> {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    if digits == 0 || digits > letters || word.chars().count() < MIN_LOOKALIKE_CHARS {
        return Vec::new();
    }
    let mut found: Vec<String> = Vec::new();
    for choice in 0..2 {
        let read = word.chars().map(|c| {
            if !c.is_ascii_digit() {
                return Some(c);
            }
            let (_, drawn) = LOOKALIKE_LETTERS.iter().find(|(digit, _)| *digit == c)?;
            drawn.get(choice).or(drawn.first()).copied()
        });
        match read.collect::<Option<String>>() {
            Some(read) if !found.contains(&read) => found.push(read),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_variants_are_those_that_people_use() {
        let cases: [(&str, &[&str]); 15] = [
            ("mister deeds", &["mr deeds"]),
            ("batman vs superman", &["batman v superman", "batman versus superman"]),
            ("1st blood", &["first blood"]),
            ("twenty eight days", &["28 days"]),
            ("28 days", &["twenty eight days"]),
            ("se7en", &["seven", "seten"]),
            ("thir13en", &["thirieen", "thirleen"]),
            ("twenty v", &["twenty vs", "twenty versus"]),
            ("r2d2 3d 20 1970", &[]),
            ("blade runner 2060", &[]),
            ("310 to yuma", &["three hundred and ten to yuma", "three hundred ten to yuma", "3 10 to yuma"]),
            ("five hundred days", &["500 days"]),
            ("fivehundred days", &["500 days"]),
            ("four hundred blows", &["400 blows"]),
            ("ten things", &[]),
        ];
        for (text, expected) in cases {
            let words: Vec<&str> = text.split(' ').collect();
            let variants: Vec<String> = spelling_variants(&words)
                .into_iter()
                .map(|(run, meant)| {
                    let before = words[..run.start].iter().map(|&word| word.to_owned());
                    let after = words[run.end..].iter().map(|&word| word.to_owned());
                    before.chain(meant).chain(after).collect::<Vec<_>>().join(" ")
                })
                .collect();
            assert_eq!(variants, expected, "{text}");
        }
    }

    #[test]
    fn each_word_is_folded_and_occurs_once() {
        let all: Vec<&str> = EQUIVALENT.iter().copied().flatten().copied().collect();
        for word in &all {
            assert_eq!(crate::key(word), *word);
            assert_eq!(all.iter().filter(|other| *other == word).count(), 1, "{word}");
        }
    }
}
