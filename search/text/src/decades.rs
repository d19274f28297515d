//! Decades as people write them.

use wikimovie_domain::Year;

const NAMES: [(&str, i64); 11] = [
    ("twenties", 1920),
    ("thirties", 1930),
    ("forties", 1940),
    ("fourties", 1940),
    ("fifties", 1950),
    ("sixties", 1960),
    ("seventies", 1970),
    ("eighties", 1980),
    ("nineties", 1990),
    ("noughties", 2000),
    ("aughts", 2000),
];

/// First year of the decade that a folded word means: `1980s`, `80s`, `eighties`. Two digits are of the
/// twentieth century, but `00s` and `10s` of this one.
pub fn decade(word: &str) -> Option<i64> {
    if let Some(&(_, decade)) = NAMES.iter().find(|&&(name, _)| name == word) {
        return Some(decade);
    }
    let digits = word.strip_suffix('s')?;
    if !digits.ends_with('0') || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value: i64 = digits.parse().ok()?;
    let decade = match digits.len() {
        2 if value < 20 => 2000 + value,
        2 => 1900 + value,
        4 => value,
        _ => return None,
    };
    (Year::MIN..=Year::MAX).contains(&decade).then_some(decade)
}

/// Decades that a text still being typed may mean, newest first: `198`, `80s`, `eight`.
pub fn suggest_decades(text: &str) -> Vec<i64> {
    let typed = super::key(text);
    let typed = typed.strip_prefix("the ").unwrap_or(&typed);
    if typed.len() < 2 || typed.contains(' ') {
        return Vec::new();
    }
    let numeric = typed.starts_with(|c: char| c.is_ascii_digit());
    (Year::MIN / 10..=202)
        .rev()
        .map(|tens| tens * 10)
        .filter(|&decade| {
            if numeric {
                let short = format!("{:02}s", decade % 100);
                format!("{decade}s").starts_with(typed)
                    || (self::decade(&short) == Some(decade) && short.starts_with(typed))
            } else {
                typed.len() >= 3 && NAMES.iter().any(|&(name, of)| of == decade && name.starts_with(typed))
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_are_read_as_people_write_them() {
        let cases = [
            ("1980s", Some(1980)),
            ("80s", Some(1980)),
            ("eighties", Some(1980)),
            ("00s", Some(2000)),
            ("10s", Some(2010)),
            ("20s", Some(1920)),
            ("1985s", None),
            ("180s", None),
            ("s", None),
            ("3000s", None),
            ("80", None),
        ];
        for (word, expected) in cases {
            assert_eq!(decade(word), expected, "{word}");
        }
    }

    #[test]
    fn decades_are_suggested_while_typed() {
        assert_eq!(suggest_decades("198"), [1980]);
        assert_eq!(suggest_decades("80s"), [1980]);
        assert_eq!(suggest_decades("80"), [1980]);
        assert_eq!(suggest_decades("eighties"), [1980]);
        assert_eq!(suggest_decades("1980s"), [1980]);
        assert_eq!(suggest_decades("the 1980s"), [1980]);
        assert_eq!(suggest_decades("20").first(), Some(&2020));
        assert!(suggest_decades("matrix").is_empty());
        assert!(suggest_decades("").is_empty());
    }
}
