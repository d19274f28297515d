//! Numbers, durations, ratings and days as providers write them.

use serde_json::Value;
use time::OffsetDateTime;
use wikimovie_domain::{Date, RatingValue};

use crate::shorten::shortened;

/// Order of the numbers in a date such as `03/04/1999`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
pub(crate) enum DateOrder {
    /// Day, month, year.
    #[serde(rename = "DMY")]
    DayFirst,
    /// Month, day, year.
    #[serde(rename = "MDY")]
    MonthFirst,
}

/// A number, or a text that is one; thousands may be set apart by commas or spaces.
pub(crate) fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => number_of_text(text.trim()),
        _ => None,
    };
    number.filter(|number| number.is_finite())
}

fn number_of_text(text: &str) -> Option<f64> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return None;
    }
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    // A decimal comma: 7,5. Behind a comma, three digits are thousands.
    if let Some((whole, fraction)) = text.split_once(',')
        && (1..=2).contains(&fraction.len())
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
    {
        return [whole, ".", fraction].concat().parse().ok();
    }
    let groups: Vec<&str> = text.split([',', ' ', '\u{a0}', '\u{202f}', '\'']).collect();
    let are_groups = groups.len() > 1
        && groups[0].len() <= 3
        && groups[1..]
            .iter()
            .all(|group| group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit()));
    are_groups.then(|| groups.concat().parse().ok()).flatten()
}

/// A number that is whole, and small enough to be exact.
pub(crate) fn whole(number: f64) -> Option<i64> {
    /// Whole numbers are exact up to here.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

/// A whole number that counts something.
pub(crate) fn count(value: &Value) -> Option<u64> {
    match value {
        Value::Number(whole) if whole.is_u64() => whole.as_u64(),
        other => u64::try_from(whole(number(other)?)?).ok(),
    }
}

/// The day of a time since 1970, in seconds or milliseconds.
pub(crate) fn day_since_1970(number: i64) -> Result<Date, String> {
    // Seconds of the years that we know have at most ten digits.
    let seconds = if number.unsigned_abs() > 9_999_999_999 { number / 1_000 } else { number };
    OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .and_then(|time| Date::new(time.year(), u8::from(time.month()), time.day()))
        .ok_or_else(|| format!("{number} is no date in range"))
}

/// Minutes in a value: a number, `142 min`, `2h 22m`, `2:22:00`, `PT2H22M`. Plain numbers count what `thousandths` of a
/// minute stand for: 1,000 is a second, 60,000 a minute. `None` where it is no duration.
pub(crate) fn minutes(value: &Value, thousandths: u32) -> Option<f64> {
    if let Some(number) = number(value) {
        return Some(number * f64::from(thousandths) / 60_000.0);
    }
    let text = value.as_str()?.trim().to_lowercase();
    let text = text.strip_prefix("pt").or_else(|| text.strip_prefix('p')).unwrap_or(&text);
    if text.contains(':') {
        return clock(text);
    }
    let mut total = None;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (amount, behind) = rest.split_at(digits);
        let behind = behind.trim_start();
        let letters = behind.find(|c: char| !c.is_alphabetic()).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(letters);
        let worth = match unit {
            "h" | "hr" | "hrs" | "hour" | "hours" | "std" | "stunden" | "heures" => 60.0,
            "m" | "min" | "mins" | "minute" | "minutes" | "minuten" | "mn" => 1.0,
            "s" | "sec" | "secs" | "second" | "seconds" => 1.0 / 60.0,
            // 2h22
            "" if total.is_some_and(|total: f64| total > 0.0 && total % 60.0 == 0.0) => 1.0,
            _ => return None,
        };
        *total.get_or_insert(0.0) += amount.parse::<f64>().ok()? * worth;
        rest = behind.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '.' | '’' | '\''));
        rest = rest.strip_prefix("and ").unwrap_or(rest).trim_start();
    }
    total
}

/// Hours, minutes and perhaps seconds.
fn clock(text: &str) -> Option<f64> {
    let parts: Vec<f64> =
        text.split(':').map(|part| part.parse::<u32>().ok().map(f64::from)).collect::<Option<Vec<f64>>>()?;
    match parts.as_slice() {
        [hours, minutes] if *minutes < 60.0 => Some(hours * 60.0 + minutes),
        [hours, minutes, seconds] if *minutes < 60.0 && *seconds < 60.0 => {
            Some(hours * 60.0 + minutes + seconds / 60.0)
        }
        _ => None,
    }
}

/// A rating in a value: `8.1`, `8.1/10`, `77/100`, `94%`. A plain number is one of `best`. The outer `None` says that it
/// is no rating, the inner one that it is out of range.
pub(crate) fn rating(value: &Value, best: u16) -> Option<Option<RatingValue>> {
    let (number, best) = match number(value) {
        Some(number) => (number, f64::from(best)),
        None => {
            let text = value.as_str()?.trim();
            match (text.strip_suffix('%'), text.split_once('/')) {
                (Some(percent), _) => (number_of_text(percent.trim())?, 100.0),
                (None, Some((number, best))) => {
                    (number_of_text(number.trim())?, number_of_text(best.trim()).filter(|&best| best > 0.0)?)
                }
                (None, None) => return None,
            }
        }
    };
    Some(RatingValue::new(number * 10.0 / best))
}

/// The day in a value; `Ok(None)` where it names a year or month alone. The error completes "released … ".
pub(crate) fn day(value: &Value, order: Option<DateOrder>) -> Result<Option<Date>, String> {
    match value {
        Value::Number(number) => {
            let number = number.as_i64().or_else(|| whole(number.as_f64()?.trunc()));
            number.map_or(Ok(None), day_of_number)
        }
        Value::String(text) => day_of_text(text.trim(), order),
        _ => Err("has a wrong type".to_owned()),
    }
}

fn day_of_number(number: i64) -> Result<Option<Date>, String> {
    // A year, which has no day.
    if (0..=9_999).contains(&number) {
        return Ok(None);
    }
    if let Some(day) = day_of_digits(number) {
        return Ok(Some(day));
    }
    day_since_1970(number).map(Some)
}

/// A date without separators: 19790525.
fn day_of_digits(number: i64) -> Option<Date> {
    if !(10_000_000..=99_999_999).contains(&number) {
        return None;
    }
    let part = |number: i64| u8::try_from(number % 100).ok();
    Date::new(i32::try_from(number / 10_000).ok()?, part(number / 100)?, part(number)?)
}

fn day_of_text(text: &str, order: Option<DateOrder>) -> Result<Option<Date>, String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map_or_else(|_| Err(none(text)), day_of_number);
    }
    if let Some(day) = text.get(..10).and_then(Date::parse) {
        return Ok(Some(day));
    }
    let mut numbers: Vec<&str> = Vec::new();
    let mut month = None;
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if word.bytes().all(|byte| byte.is_ascii_digit()) {
            numbers.push(word);
        } else if let Some(found) = month_of(word) {
            month = month.or(Some(found));
        } else if let Some(number) = ordinal(word) {
            numbers.push(number);
        }
    }
    let year = |text: &str| (text.len() == 4).then(|| text.parse::<i32>().ok()).flatten();
    let small = |text: &str| (text.len() <= 2).then(|| text.parse::<u8>().ok()).flatten();
    let found = match (numbers.as_slice(), month) {
        ([day, last, ..], Some(month)) if year(last).is_some() => Some((year(last), Some(month), small(day))),
        ([first, day, ..], Some(month)) if year(first).is_some() => {
            Some((year(first), Some(month), small(day)))
        }
        ([first, second, third, ..], None) if year(first).is_some() => {
            Some((year(first), small(second), small(third)))
        }
        ([first, second, third, ..], None) if year(third).is_some() => {
            let (day, month) = in_order(text, small(first), small(second), order)?;
            Some((year(third), month, day))
        }
        _ => None,
    };
    match found {
        Some((Some(year), Some(month), Some(day))) => Date::new(year, month, day)
            .map(Some)
            .ok_or_else(|| format!("{} is no day in range", shortened(text))),
        // `Oct 1994` and the like.
        _ if numbers.iter().any(|number| year(number).is_some()) => Ok(None),
        _ => Err(none(text)),
    }
}

/// Day and month of `03/04/1999`.
fn in_order(
    text: &str,
    first: Option<u8>,
    second: Option<u8>,
    order: Option<DateOrder>,
) -> Result<(Option<u8>, Option<u8>), String> {
    let (Some(a), Some(b)) = (first, second) else { return Ok((None, None)) };
    match order {
        Some(DateOrder::DayFirst) => Ok((first, second)),
        Some(DateOrder::MonthFirst) => Ok((second, first)),
        None if a > 12 || a == b => Ok((first, second)),
        None if b > 12 => Ok((second, first)),
        None => Err(format!("{} may be two days: write it as YYYY-MM-DD, or map `dates`", shortened(text))),
    }
}

fn none(text: &str) -> String {
    format!("{} names no day", shortened(text))
}

/// `25th`
fn ordinal(word: &str) -> Option<&str> {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let is_one = matches!(&word[digits.len()..], "st" | "nd" | "rd" | "th");
    (is_one && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// The month of a name, English, three letters or more of it.
fn month_of(word: &str) -> Option<u8> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.to_ascii_lowercase();
    let position = MONTHS.iter().position(|month| word.len() >= 3 && month.starts_with(word.as_str()));
    let position = position.or_else(|| (word == "sept").then_some(8))?;
    u8::try_from(position + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn durations_are_read() {
        let cases = [
            (json!(142), Some(142.0)),
            (json!("142"), Some(142.0)),
            (json!("142 min"), Some(142.0)),
            (json!("142min."), Some(142.0)),
            (json!("2h 22m"), Some(142.0)),
            (json!("2h22"), Some(142.0)),
            (json!("2 hours, 22 minutes"), Some(142.0)),
            (json!("1 hr and 30 mins"), Some(90.0)),
            (json!("PT142M"), Some(142.0)),
            (json!("PT2H22M"), Some(142.0)),
            (json!("2:22"), Some(142.0)),
            (json!("02:22:00"), Some(142.0)),
            (json!("1.5 hours"), Some(90.0)),
            (json!("9 Seasons"), None),
            (json!("long"), None),
            (json!("2:99"), None),
            (json!([1]), None),
        ];
        for (value, expected) in cases {
            assert_eq!(minutes(&value, 60_000), expected, "{value}");
        }
        assert_eq!(minutes(&json!(8_520), 1_000), Some(142.0));
        assert_eq!(minutes(&json!("142 min"), 1_000), Some(142.0));
    }

    #[test]
    fn ratings_are_read() {
        let of = |value, best| rating(&value, best).map(|rating| rating.map(RatingValue::get));
        for (value, best, expected) in [
            (json!(8.1), 10, Some(Some(8.1))),
            (json!("8.1/10"), 10, Some(Some(8.1))),
            (json!("77/100"), 10, Some(Some(7.7))),
            (json!("94%"), 10, Some(Some(9.4))),
            (json!("4.5"), 5, Some(Some(9.0))),
            (json!("7,5"), 10, Some(Some(7.5))),
            (json!(94), 100, Some(Some(9.4))),
            (json!(94), 10, Some(None)),
            (json!(-1), 10, Some(None)),
            (json!("PG-13"), 10, None),
            (json!("8/0"), 10, None),
        ] {
            assert_eq!(of(value.clone(), best), expected, "{value}");
        }
        for (value, expected) in [
            (json!("2,343,110"), Some(2_343_110)),
            (json!("1 234"), Some(1_234)),
            (json!(7), Some(7)),
            (json!("12.0"), Some(12)),
            (json!("12.5"), None),
            (json!(-1), None),
            (json!("1,2,3"), None),
        ] {
            assert_eq!(count(&value), expected, "{value}");
        }
    }

    #[test]
    fn days_are_read() {
        let of = |value: &Value, order| day(value, order).map(|day| day.map(|day| day.to_string()));
        for text in [
            "1994-10-14",
            "1994-10-14T00:00:00Z",
            "14 Oct 1994",
            "Oct 14, 1994",
            "October 14th, 1994",
            "14-Oct-1994",
            "14/10/1994",
            "10/14/1994",
            "14.10.1994",
            "1994/10/14",
            "19941014",
            "782092800",
        ] {
            assert_eq!(of(&json!(text), None), Ok(Some("1994-10-14".to_owned())), "{text}");
        }
        assert_eq!(of(&json!(782_092_800_000_i64), None), Ok(Some("1994-10-14".to_owned())));
        for value in [json!(1994), json!("1994"), json!("Oct 1994"), json!("1994-10"), json!("1994 (Japan)")]
        {
            assert_eq!(of(&value, None), Ok(None), "{value}");
        }
        for value in [json!("soon"), json!("1994-02-30"), json!([1]), json!("05/04/1994"), json!("18-Oct-06")]
        {
            assert!(of(&value, None).is_err(), "{value}");
        }
        let both = json!("05/04/1994");
        assert_eq!(of(&both, Some(DateOrder::DayFirst)), Ok(Some("1994-04-05".to_owned())));
        assert_eq!(of(&both, Some(DateOrder::MonthFirst)), Ok(Some("1994-05-04".to_owned())));
    }
}
