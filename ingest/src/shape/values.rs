//! Values as providers write them: words for nothing, typed values of exports, dates, lists in one text.

use std::borrow::Cow;

use serde_json::Value;
use wikimovie_domain::Year;

use super::{
    amounts::{self, whole},
    field::MovieField,
    python,
};
use crate::shorten::shortened;

/// Words that tables have where there is no value.
const NULLS: [&str; 12] =
    ["\\N", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "<NA>", "#N/A", "-", "(no genres listed)"];

/// Genres of TMDB by number, as its API lists them for movies.
const TMDB_GENRES: [(i64, &str); 19] = [
    (12, "Adventure"),
    (14, "Fantasy"),
    (16, "Animation"),
    (18, "Drama"),
    (27, "Horror"),
    (28, "Action"),
    (35, "Comedy"),
    (36, "History"),
    (37, "Western"),
    (53, "Thriller"),
    (80, "Crime"),
    (99, "Documentary"),
    (878, "Science Fiction"),
    (9_648, "Mystery"),
    (10_402, "Music"),
    (10_749, "Romance"),
    (10_751, "Family"),
    (10_752, "War"),
    (10_770, "TV Movie"),
];

/// Abbreviations behind the comma of a name.
const SUFFIXES: [&str; 9] = ["jr", "sr", "ii", "iii", "iv", "esq", "phd", "md", "inc"];

/// What divides the entries of a list in one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListSeparator<'s> {
    /// Whatever is in it: `|`, else `;`, else commas.
    Any,
    /// This one.
    Only(&'s str),
}

/// Whether a text says that there is no value.
pub(crate) fn is_null(text: &str) -> bool {
    text.len() <= 18 && NULLS.contains(&text.trim())
}

/// The name of a genre of TMDB.
pub(crate) fn tmdb_genre(number: &Value) -> Option<&'static str> {
    let number = number.as_i64().or_else(|| number.as_str()?.trim().parse().ok())?;
    TMDB_GENRES.iter().find(|(of, _)| *of == number).map(|(_, name)| *name)
}

/// What a typed value holds: `{"$oid": …}` of MongoDB, `{"type": …, "value": …}` of SPARQL results.
pub(crate) fn plain(value: &Value) -> &Value {
    let mut inner = value;
    // `$date` may hold a `$numberLong`.
    for _ in 0..2 {
        let Value::Object(members) = inner else { break };
        let only = members.iter().next().filter(|(name, _)| members.len() == 1 && name.starts_with('$'));
        match (only, members.get("value")) {
            (Some((_, held)), _) => inner = held,
            (None, Some(held)) if members.get("type").is_some_and(is_rdf_type) => inner = held,
            _ => break,
        }
    }
    inner
}

/// Whether this is a type of values in SPARQL results; others have members of that name, too.
fn is_rdf_type(value: &Value) -> bool {
    matches!(value.as_str(), Some("uri" | "literal" | "typed-literal" | "bnode"))
}

/// The year in a value; the error completes "year … ".
pub(crate) fn year(value: &Value, is_date: bool) -> Result<Year, String> {
    match value {
        Value::Number(number) => {
            let whole = number.as_i64().or_else(|| whole(number.as_f64()?));
            let number = whole.ok_or_else(|| format!("{number} is no whole number in range"))?;
            year_of_number(number, is_date)
        }
        Value::String(text) => year_of_text(text.trim(), is_date),
        _ => Err("has a wrong type".to_owned()),
    }
}

fn year_of_number(number: i64, is_date: bool) -> Result<Year, String> {
    match Year::try_from(number) {
        Ok(year) => Ok(year),
        Err(_) if is_date => {
            let day = amounts::day_since_1970(number)?;
            Year::try_from(day.year()).map_err(|_| format!("{number} is no date in range"))
        }
        Err(outside) => Err(outside.to_string().trim_start_matches("year ").to_owned()),
    }
}

fn year_of_text(text: &str, is_date: bool) -> Result<Year, String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let number: i64 = text.parse().map_err(|_| format!("{} is out of range", shortened(text)))?;
        // A date without separators: 19790525.
        let is_day =
            text.len() == 8 && (1..=12).contains(&(number / 100 % 100)) && (1..=31).contains(&(number % 100));
        return match Year::try_from(number / 10_000) {
            Ok(year) if is_day => Ok(year),
            _ => year_of_number(number, is_date),
        };
    }
    if text.contains('.')
        && let Ok(number) = text.parse::<f64>()
    {
        return match whole(number) {
            Some(number) => year_of_number(number, false),
            None => Err(format!("{} is no whole number", shortened(text))),
        };
    }
    let groups = text.split(|c: char| !c.is_ascii_digit()).filter(|group| group.len() == 4);
    let mut years = groups.filter_map(|group| group.parse::<i64>().ok()).map(Year::try_from);
    match years.clone().find_map(Result::ok) {
        Some(year) => Ok(year),
        None => Err(match years.next() {
            Some(Err(outside)) => outside.to_string().trim_start_matches("year ").to_owned(),
            _ => format!("{} names no year", shortened(text)),
        }),
    }
}

/// A list within one text: JSON, what Python prints, or entries behind separators.
pub(crate) fn list_of_text(text: &str, separator: ListSeparator<'_>, of_people: bool) -> Vec<Value> {
    let text = text.trim();
    if let Some(list) = nested(text) {
        return list;
    }
    let entry = |text: &str| Value::String(text.trim().to_owned());
    split(text, separator, of_people).iter().map(|part| entry(part)).collect()
}

/// What a text holds that is JSON, or what Python prints.
pub(crate) fn structured(text: &str) -> Option<Value> {
    let text = text.trim();
    text.starts_with(['[', '{', '('])
        .then(|| serde_json::from_str(text).ok().or_else(|| python::parse(text)))?
}

fn nested(text: &str) -> Option<Vec<Value>> {
    match structured(text)? {
        Value::Array(items) => Some(items),
        one @ Value::Object(_) => Some(vec![one]),
        _ => None,
    }
}

fn split<'t>(text: &'t str, separator: ListSeparator<'_>, of_people: bool) -> Vec<Cow<'t, str>> {
    let parts: Vec<&str> = match separator {
        ListSeparator::Only(";") => at_semicolons(text),
        ListSeparator::Only(separator) => text.split(separator).collect(),
        ListSeparator::Any if text.contains('|') => return borrowed(text.split('|')),
        ListSeparator::Any => {
            let by_semicolons = at_semicolons(text);
            let parts = if by_semicolons.len() > 1 { by_semicolons } else { text.split(',').collect() };
            // One name may hold a comma: of parts that look like no full names it is left alone.
            if of_people && !are_names(&parts) {
                return vec![Cow::Borrowed(text)];
            }
            parts
        }
    };
    with_suffixes(&parts)
}

fn borrowed<'t>(parts: impl Iterator<Item = &'t str>) -> Vec<Cow<'t, str>> {
    parts.map(Cow::Borrowed).collect()
}

/// Splits at semicolons, but for those that end a character reference (`&amp;`).
fn at_semicolons(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(';') {
        let before = &text[start..at];
        let is_reference = before.rfind('&').is_some_and(|from| {
            let name = &before[from + 1..];
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#')
        });
        if !is_reference {
            parts.push(before);
            start = at + 1;
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Whether parts of a text look like the names of several people.
fn are_names(parts: &[&str]) -> bool {
    let mut full = false;
    let all = parts.iter().map(|part| part.trim()).filter(|part| !is_suffix(part)).all(|part| {
        let first = part.chars().next();
        full |= part.contains(' ')
            || first.is_some_and(|c| c.is_alphabetic() && !c.is_uppercase() && !c.is_lowercase());
        first.is_some_and(|c| c.is_alphabetic() && !c.is_lowercase())
    });
    all && full
}

fn is_suffix(part: &str) -> bool {
    let bare = part.trim().trim_end_matches('.').to_lowercase();
    SUFFIXES.contains(&bare.as_str())
}

/// Joins `Jr.` and the like to the names before them.
fn with_suffixes<'t>(parts: &[&'t str]) -> Vec<Cow<'t, str>> {
    let mut joined: Vec<Cow<'t, str>> = Vec::with_capacity(parts.len());
    for part in parts {
        match joined.last_mut() {
            Some(last) if is_suffix(part) => {
                let whole = last.to_mut();
                whole.push_str(", ");
                whole.push_str(part.trim());
            }
            _ => joined.push(Cow::Borrowed(*part)),
        }
    }
    joined
}

/// The name in an entry of a list that is an object.
pub(crate) fn name_of(entry: &Value) -> Option<&str> {
    let entry = plain(entry);
    let Value::Object(members) = entry else { return entry.as_str() };
    ["name", "label", "title", "value"].iter().find_map(|name| members.get(*name)?.as_str())
}

/// The same, for a field whose entries may be codes: tags of languages come before their names.
pub(crate) fn entry_name(field: MovieField, entry: &Value) -> Option<&str> {
    let tags = ["iso_639_1", "tag", "code", "iso"];
    let tag =
        (field == MovieField::Languages).then(|| tags.iter().find_map(|name| entry.get(*name)?.as_str()));
    tag.flatten().filter(|tag| !tag.trim().is_empty()).or_else(|| name_of(entry))
}

/// A title and the year behind it: `Heat (1995)`.
pub(crate) fn title_and_year(title: &str) -> Option<(&str, Year)> {
    let (before, year) = title.trim_end().strip_suffix(')')?.rsplit_once('(')?;
    let year = (year.len() == 4).then(|| year.parse::<i64>().ok()).flatten()?;
    let title = before.trim_end();
    Some((title, Year::try_from(year).ok()?)).filter(|_| !title.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn years_are_found_in_dates() {
        let cases = [
            (json!(1979), Some(1979)),
            (json!(1979.0), Some(1979)),
            (json!("1979.0"), Some(1979)),
            (json!("1979-05-25"), Some(1979)),
            (json!("25-May-1979"), Some(1979)),
            (json!("Jun 12 1998"), Some(1998)),
            (json!("2011–2019"), Some(2011)),
            (json!("1987è"), Some(1987)),
            (json!("19790525"), Some(1979)),
            (json!("1979-05-25T00:00:00Z"), Some(1979)),
            (json!(593_395_200), Some(1988)),
            (json!(-2_418_768_000_000_i64), Some(1893)),
            (json!("-2418768000000"), Some(1893)),
            (json!("PG"), None),
            (json!("18-Oct-06"), None),
            (json!(0.5), None),
        ];
        for (value, expected) in cases {
            assert_eq!(year(&value, true).ok().map(Year::get), expected, "{value}");
        }
        for value in [json!(0), json!(18), json!(593_395_200), json!("18"), json!("1979.5"), json!(1e300)] {
            assert!(year(&value, false).is_err(), "{value}");
        }
    }

    #[test]
    fn lists_are_split() {
        let of = |text: &str, separator, of_people| -> Vec<String> {
            let names = list_of_text(text, separator, of_people);
            names.iter().map(|name| name_of(name).unwrap_or("?").to_owned()).collect()
        };
        use ListSeparator::{Any, Only};
        assert_eq!(of("Drama, Horror", Any, false), ["Drama", "Horror"]);
        assert_eq!(of("Drama|Sci-Fi, odd", Any, false), ["Drama", "Sci-Fi, odd"]);
        assert_eq!(of("Drama;Horror", Any, false), ["Drama", "Horror"]);
        assert_eq!(of("Tom Hanks, Meg Ryan", Any, true), ["Tom Hanks", "Meg Ryan"]);
        assert_eq!(of("Cher, Nicolas Cage", Any, true), ["Cher", "Nicolas Cage"]);
        assert_eq!(of("Robert Downey, Jr.", Any, true), ["Robert Downey, Jr."]);
        assert_eq!(of("Robert Downey, Jr., Val Kilmer", Any, true), ["Robert Downey, Jr.", "Val Kilmer"]);
        assert_eq!(of("Smith, John", Any, true), ["Smith, John"]);
        assert_eq!(of("三船敏郎,志村喬", Any, true), ["三船敏郎", "志村喬"]);
        assert_eq!(of("Hearts &amp; Minds; B", Any, false), ["Hearts &amp; Minds", "B"]);
        assert_eq!(of("a, b", Only("|"), true), ["a, b"]);
        assert_eq!(of("Ivan / Olga", Only(" / "), true), ["Ivan", "Olga"]);
        assert_eq!(of(r#"[{"id": 28, "name": "Action"}]"#, Any, false), ["Action"]);
        assert_eq!(of("[{'id': 28, 'name': \"A's\"}, None]", Any, false), ["A's", "?"]);
        assert_eq!(of("[REC] crew", Any, false), ["[REC] crew"]);
    }

    #[test]
    fn titles_and_typed_values_are_taken_apart() {
        let year = |year| Year::try_from(year).unwrap();
        assert_eq!(title_and_year("Heat (1995)"), Some(("Heat", year(1995))));
        assert_eq!(
            title_and_year("Shawshank Redemption, The (1994) "),
            Some(("Shawshank Redemption, The", year(1994)))
        );
        for title in ["Heat", "(1995)", "Heat (95)", "Heat (1995) x", "Heat (+995)", "Heat (9999)"] {
            assert_eq!(title_and_year(title), None, "{title}");
        }
        assert_eq!(plain(&json!({"$oid": "a"})), &json!("a"));
        assert_eq!(plain(&json!({"$date": {"$numberLong": "1"}})), &json!("1"));
        assert_eq!(plain(&json!({"type": "uri", "value": "v"})), &json!("v"));
        for other in [json!({"url": "v"}), json!({"type": "user", "value": 8, "votes": 7})] {
            assert_eq!(plain(&other), &other);
        }
        assert_eq!(tmdb_genre(&json!("878")), Some("Science Fiction"));
        assert!(is_null("\\N") && is_null(" N/A ") && !is_null("Nan"));
    }
}
