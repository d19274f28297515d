//! Natural order: texts sorted by the values of the numbers in them, `2 Fast` before `8 Mile` before `10 Things`.
//!
//! [`natural_order`] writes a key so that bytewise order is natural order: before each number stands its length.
//! [`from_natural_order`] gives the key back.

use std::fmt::Write as _;

/// Longest number whose length is one digit; the length of a longer one is [`LONG`] and [`LONG_DIGITS`] digits.
const SHORT: usize = 8;
const LONG: char = '9';
const LONG_DIGITS: usize = 3;
/// Stands behind a number for each zero before it: a number is first by its value.
const ZERO: char = '\u{1}';

/// A folded key, with every number in it led by its length.
pub fn natural_order(key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 4);
    let mut rest = key;
    while let Some(at) = rest.find(is_digit) {
        out.push_str(&rest[..at]);
        let end = rest[at..].find(|c| !is_digit(c)).map_or(rest.len(), |length| at + length);
        push_number(&rest[at..end], &mut out);
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

fn push_number(digits: &str, out: &mut String) {
    let stripped = digits.trim_start_matches('0');
    // Zero has one digit, too.
    let value = if stripped.is_empty() { "0" } else { stripped };
    let length = value.len();
    // A `String` takes whatever is written.
    let _ =
        if length <= SHORT { write!(out, "{length}") } else { write!(out, "{LONG}{length:0LONG_DIGITS$}") };
    out.push_str(value);
    out.extend(std::iter::repeat_n(ZERO, digits.len() - value.len()));
}

/// The key that [`natural_order`] was made of.
pub fn from_natural_order(ordered: &str) -> String {
    let mut out = String::with_capacity(ordered.len());
    let mut rest = ordered;
    while let Some(at) = rest.find(is_digit) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let lead = if rest.starts_with(LONG) { 1..1 + LONG_DIGITS } else { 0..1 };
        let behind = rest.get(lead.end..).unwrap_or_default();
        let length = rest.get(lead).and_then(|length| length.parse().ok()).unwrap_or(0);
        let value = behind.get(..length).unwrap_or(behind);
        rest = &behind[value.len()..];
        let after = rest.trim_start_matches(ZERO);
        out.extend(std::iter::repeat_n('0', rest.len() - after.len()));
        out.push_str(value);
        rest = after;
    }
    out.push_str(rest);
    out
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_sort_by_their_values() {
        let sorted = [
            "",
            "0",
            "000",
            "2 fast",
            "7",
            "007",
            "7 a",
            "8 mile",
            "10 things",
            "12 angry men",
            "101 dalmatians",
            "2001 a space odyssey",
            "12345678",
            "123456789",
            "1234567890123",
            "alien",
            "alien 3",
            "alien 10",
            "r2d2",
            "r10d2",
        ];
        for pair in sorted.windows(2) {
            assert!(natural_order(pair[0]) < natural_order(pair[1]), "{pair:?}");
        }
    }

    proptest! {
        #[test]
        fn the_key_comes_back(key in "[a-c0-9 ]{0,30}|[0-9]{0,200}|0{0,20}[1-9a]?") {
            prop_assert_eq!(from_natural_order(&natural_order(&key)), key);
        }

        #[test]
        fn numbers_alone_sort_as_numbers(one in any::<u64>(), other in any::<u64>(), short in 0_u64..200) {
            for (one, other) in [(one, other), (one, short), (short, other)] {
                let ordered = |number: u64| natural_order(&number.to_string());
                prop_assert_eq!(ordered(one).cmp(&ordered(other)), one.cmp(&other));
            }
        }
    }
}
