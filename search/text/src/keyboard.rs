//! Text typed while the keyboard was set to another script: `ьфекшч` is what the keys of `matrix` write on a Russian one.

/// The keys of a Latin keyboard, row by row, and what each writes on another one. A space stands for a key that writes
/// no letter there.
const LATIN: &str = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`";
const OTHERS: &[&str] = &[
    // Russian, Ukrainian, Greek, Hebrew, Arabic.
    "йцукенгшщзхъфывапролджэячсмитьбюё",
    "йцукенгшщзхїфівапролджєячсмитьбю'",
    ";ςερτυθιοπ[]ασδφγηξκλ΄'ζχψωβνμ,.`",
    "/'קראטוןםפ][שדגכעיחלךף,זסבהנמצתץ;",
    "ضصثقفغعهخحجدشسيبلاتنمكط ءؤر ىةوز ",
];

/// The text as the same keys write it on a Latin keyboard, where another one may have been set, one for each that could
/// have been. Texts that hold Latin letters were typed on none of them.
pub fn as_latin(text: &str) -> Vec<String> {
    if text.chars().any(|c| c.is_ascii_alphabetic()) || text.is_ascii() {
        return Vec::new();
    }
    let latin: Vec<char> = LATIN.chars().collect();
    let mut found: Vec<String> = Vec::new();
    for other in OTHERS {
        let typed = |c: char| -> Option<char> {
            if c.is_whitespace() || c.is_ascii_digit() {
                return Some(c);
            }
            let lower = c.to_lowercase().next().unwrap_or(c);
            let key = other.chars().position(|key| key == lower && key != ' ');
            key.and_then(|key| latin.get(key).copied()).or_else(|| (!c.is_alphabetic()).then_some(c))
        };
        if let Some(read) = text.chars().map(typed).collect::<Option<String>>()
            && !found.contains(&read)
        {
            found.push(read);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_layout_wrote_is_read() {
        assert!(as_latin("ьфекшч").contains(&"matrix".to_owned()));
        assert!(as_latin("Еру Ьфекшч 1999").contains(&"the matrix 1999".to_owned()));
        assert!(as_latin("צשארןס").contains(&"matrix".to_owned()), "{:?}", as_latin("צשארןס"));
        assert!(as_latin("ματριχ").contains(&"matrix".to_owned()), "{:?}", as_latin("ματριχ"));
        assert!(
            as_latin("matrix").is_empty() && as_latin("1917").is_empty() && as_latin("千と千尋").is_empty()
        );
    }

    #[test]
    fn every_layout_has_every_key() {
        for other in OTHERS {
            assert_eq!(other.chars().count(), LATIN.chars().count(), "{other}");
        }
    }
}
