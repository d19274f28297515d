//! The forced filter of a tenant, as operators write it: JSON in the form of the contract's `MovieWhere`. Unknown names
//! are rejected, because a filter with a typo would show everything.

use serde::Deserialize;
use serde_json::Value;
use wikimovie_domain::{Filter, RatingRange, RatingValue, RuntimeRange, ValueMatch, YearRange};
use wikimovie_plan::filter::Filtered;

/// Placeholder of the claim's value in a rule.
pub const PLACEHOLDER: &str = "$tenant";

/// Maps the value of a token's claim to the filter of its tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantRule {
    claim: String,
    template: Value,
}

impl TenantRule {
    /// A rule: the claim's name, and a filter with `"$tenant"` as the placeholder of its value.
    ///
    /// # Errors
    /// The error in the filter.
    pub fn new(claim: &str, template: &str) -> Result<Self, String> {
        let template: Value =
            serde_json::from_str(template).map_err(|error| format!("it is not valid JSON: {error}"))?;
        if is_in_title(&template) {
            return Err(format!(
                "{PLACEHOLDER:?} is used in a title, whose words are only some of the value"
            ));
        }
        let rule = Self { claim: claim.to_owned(), template };
        if rule.filter(&["a".to_owned()])? == rule.filter(&["b".to_owned()])? {
            return Err(format!("it does not hold {PLACEHOLDER:?}, the value of the claim"));
        }
        Ok(rule)
    }

    /// Name of the claim.
    pub fn claim(&self) -> &str {
        &self.claim
    }

    /// The filter of a claim with these values. In a list the placeholder is replaced by all of them.
    ///
    /// # Errors
    /// If there is no value, or the filter is invalid.
    pub fn filter(&self, values: &[String]) -> Result<Filter, String> {
        if values.is_empty() || values.iter().any(String::is_empty) {
            return Err("the claim holds no value".to_owned());
        }
        let mut json = self.template.clone();
        fill(&mut json, values)?;
        parse(json)
    }
}

/// Whether the placeholder stands in a title.
fn is_in_title(json: &Value) -> bool {
    match json {
        Value::Array(items) => items.iter().any(is_in_title),
        Value::Object(object) => object.iter().any(|(name, value)| {
            (name == "title" && value.as_str() == Some(PLACEHOLDER)) || is_in_title(value)
        }),
        _ => false,
    }
}

/// Whether every movie meets a filter: it may have conditions, none of which asks for anything (`title: "!!!"`), or an
/// alternative without any.
fn constrains_nothing(filter: &Filter) -> bool {
    wikimovie_plan::filter::compile(filter) == Filtered::default()
}

fn fill(json: &mut Value, values: &[String]) -> Result<(), String> {
    match json {
        Value::String(text) if text == PLACEHOLDER => match values {
            [value] => value.clone_into(text),
            _ => return Err("the claim holds several values, and the filter takes one".to_owned()),
        },
        Value::Array(items) => {
            let mut filled = Vec::with_capacity(items.len() + values.len());
            for mut item in std::mem::take(items) {
                if item.as_str() == Some(PLACEHOLDER) {
                    filled.extend(values.iter().cloned().map(Value::String));
                } else {
                    fill(&mut item, values)?;
                    filled.push(item);
                }
            }
            *items = filled;
        }
        Value::Object(object) => object.values_mut().try_for_each(|value| fill(value, values))?,
        _ => {}
    }
    Ok(())
}

/// Reads a filter.
///
/// # Errors
/// The error in it; a filter without constraints is an error too.
pub fn parse(json: Value) -> Result<Filter, String> {
    let filter: Filter = serde_json::from_value::<Where>(json).map_err(|error| error.to_string())?.into();
    filter.validate().map_err(|error| error.to_string())?;
    if constrains_nothing(&filter) {
        return Err("it constrains nothing, so it would show every movie".to_owned());
    }
    Ok(filter)
}

/// `MovieWhere` as JSON.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Where {
    genres: ValueLists,
    cast: ValueLists,
    directors: ValueLists,
    writers: ValueLists,
    languages: ValueLists,
    countries: ValueLists,
    title: Option<String>,
    year: Numbers,
    decades: Vec<i64>,
    runtime: Numbers,
    rating: Ratings,
    has_poster: Option<bool>,
    providers: ValueLists,
    and: Vec<Where>,
    or: Vec<Where>,
    not: Option<Box<Where>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct ValueLists {
    any_of: Vec<String>,
    all_of: Vec<String>,
    none_of: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Numbers {
    gte: Option<i64>,
    lte: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Ratings {
    gte: Option<RatingEnd>,
    lte: Option<RatingEnd>,
}

/// An end of a range of ratings.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "f64")]
struct RatingEnd(RatingValue);

impl TryFrom<f64> for RatingEnd {
    type Error = String;

    fn try_from(value: f64) -> Result<Self, String> {
        RatingValue::new(value).map(Self).ok_or_else(|| format!("rating {value} is outside 0 to 10"))
    }
}

impl From<ValueLists> for ValueMatch {
    fn from(values: ValueLists) -> Self {
        Self { any_of: values.any_of, all_of: values.all_of, none_of: values.none_of }
    }
}

impl From<Where> for Filter {
    fn from(json: Where) -> Self {
        let list = |list: Vec<Where>| list.into_iter().map(Self::from).collect();
        Self {
            genres: json.genres.into(),
            cast: json.cast.into(),
            directors: json.directors.into(),
            writers: json.writers.into(),
            languages: json.languages.into(),
            countries: json.countries.into(),
            title: json.title.filter(|title| !title.trim().is_empty()),
            year: YearRange { gte: json.year.gte, lte: json.year.lte },
            decades: json.decades,
            runtime: RuntimeRange { gte: json.runtime.gte, lte: json.runtime.lte },
            rating: RatingRange {
                gte: json.rating.gte.map(|end| end.0),
                lte: json.rating.lte.map(|end| end.0),
            },
            has_poster: json.has_poster,
            providers: json.providers.into(),
            and: list(json.and),
            or: list(json.or),
            not: json.not.map(|not| Box::new(Self::from(*not))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_invalid_filter_is_rejected() {
        assert!(parse(json!({ "providers": { "anyOf": ["acme"] }, "hasPoster": true })).is_ok());
        for (json, part) in [
            (json!({ "provider": { "anyOf": ["acme"] } }), "unknown field `provider`"),
            (json!({ "providers": { "any_of": ["acme"] } }), "unknown field `any_of`"),
            (json!({ "providers": ["acme"] }), ""),
            (json!({ "or": [{ "titel": "x" }] }), "unknown field `titel`"),
            (json!({}), "every movie"),
            (json!({ "providers": { "anyOf": [] } }), "every movie"),
            (json!({ "title": "!!!" }), "every movie"),
            (json!({ "or": [{ "providers": { "anyOf": ["acme"] } }, {}] }), "every movie"),
            (json!({ "year": { "gte": 2000, "lte": 1990 } }), "is after"),
            (json!({ "runtime": { "gte": 120, "lte": 90 } }), "is above"),
            (json!({ "rating": { "gte": 10.5 } }), "outside 0 to 10"),
            (json!({ "rating": { "gte": "7" } }), ""),
            (json!("acme"), ""),
        ] {
            let told = parse(json.clone()).expect_err(&json.to_string());
            assert!(told.contains(part), "{json}: {told}");
        }
    }

    #[test]
    fn every_condition_of_the_contract_is_one() {
        for json in [
            json!({ "directors": { "anyOf": ["Ida Lupino"] } }),
            json!({ "writers": { "noneOf": ["Ida Lupino"] } }),
            json!({ "languages": { "allOf": ["en", "fr"] } }),
            json!({ "countries": { "anyOf": ["Japan"] } }),
            json!({ "runtime": { "lte": 90 } }),
            json!({ "rating": { "gte": 7, "lte": 9.25 } }),
        ] {
            assert!(parse(json.clone()).is_ok_and(|filter| filter.leaves() > 0), "{json}");
        }
        let rating = parse(json!({ "rating": { "lte": 9.25 } })).unwrap().rating;
        assert_eq!(rating.lte, RatingValue::new(9.25));
    }

    #[test]
    fn a_rule_puts_the_values_of_the_claim_in_place() {
        let rule =
            TenantRule::new("tenant", r#"{"providers":{"anyOf":["$tenant"]},"year":{"lte":1999}}"#).unwrap();
        let filter = rule.filter(&["acme".to_owned(), "zenith".to_owned()]).unwrap();
        assert_eq!(filter.providers.any_of, ["acme", "zenith"]);
        assert!(rule.filter(&[]).is_err() && rule.filter(&[String::new()]).is_err());
        for template in [
            "{",
            "{}",
            r#"{"providers":{"anyOf":["acme"]}}"#,
            r#"{"tenant":"$tenant"}"#,
            r#"{"title":"$tenant"}"#,
            r#"{"or":[{"providers":{"anyOf":["$tenant"]}},{}]}"#,
            r#"{"providers":{"anyOf":["$tenant"]},"not":{"title":"$tenant"}}"#,
        ] {
            assert!(TenantRule::new("tenant", template).is_err(), "{template}");
        }
    }

    #[test]
    fn a_value_is_never_more_than_a_value() {
        let rule = TenantRule::new("tenant", r#"{"providers":{"anyOf":["$tenant"]}}"#).unwrap();
        let odd = r#""]},"or":[{}],"x":{"y":[""#.to_owned();
        assert_eq!(rule.filter(std::slice::from_ref(&odd)).unwrap().providers.any_of, [odd]);
    }
}
