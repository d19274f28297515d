//! The text of a mapping, read and checked member by member, so that each fault has a line.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
    fmt,
};

use encoding_rs::Encoding;
use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::Value;

use super::{
    path::RecordsRule,
    source::{FieldSource, FieldSources, sources},
};
use crate::{
    limits::MAX_COLUMNS,
    separator::Separator,
    shape::{
        Preset,
        amounts::DateOrder,
        names::{self, MovieField, Treatment, is_source_name},
    },
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    #[serde(rename = "$schema", default)]
    _schema: Option<IgnoredAny>,
    /// For people.
    #[serde(rename = "description", default)]
    _description: Option<String>,
    #[serde(default)]
    pub(super) preset: Option<PresetChoice>,
    #[serde(default)]
    pub(super) records: Option<RecordsRule>,
    #[serde(default)]
    pub(super) separator: Option<RowSeparator>,
    #[serde(default)]
    pub(super) quotes: Option<bool>,
    #[serde(default)]
    pub(super) lines_before: Option<u8>,
    #[serde(default, deserialize_with = "columns")]
    pub(super) columns: Option<Vec<String>>,
    #[serde(default)]
    pub(super) encoding: Option<TextEncoding>,
    #[serde(default)]
    pub(super) nulls: HashSet<String>,
    #[serde(default, deserialize_with = "divider")]
    pub(super) list: Option<String>,
    #[serde(default)]
    pub(super) dates: Option<DateOrder>,
    #[serde(default)]
    pub(super) title_year: Option<bool>,
    #[serde(default)]
    pub(super) only: OnlyRules,
    #[serde(default)]
    pub(super) ignore: Vec<String>,
    #[serde(default)]
    pub(super) fields: FieldRules,
}

fn columns<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    let columns = Option::<Vec<String>>::deserialize(deserializer)?;
    let Some(names) = &columns else { return Ok(columns) };
    if names.is_empty() || names.len() > MAX_COLUMNS {
        return Err(D::Error::custom(format!("columns names 1 to {MAX_COLUMNS} columns")));
    }
    let twice = names.iter().enumerate().find(|(at, name)| !name.is_empty() && names[..*at].contains(name));
    match twice {
        Some((_, name)) => Err(D::Error::custom(format!("columns names {name:?} twice"))),
        None => Ok(columns),
    }
}

fn divider<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    match &text {
        Some(divider) if divider.is_empty() => Err(D::Error::custom("what divides a list is not empty")),
        _ => Ok(text),
    }
}

/// A preset by name, or none at all.
#[derive(Clone, Copy, Debug)]
pub(super) struct PresetChoice(pub(super) Option<&'static Preset>);

impl<'de> Deserialize<'de> for PresetChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        match (name.as_str(), Preset::of_name(&name)) {
            ("none", _) => Ok(Self(None)),
            (_, Some(preset)) => Ok(Self(Some(preset))),
            (_, None) => Err(D::Error::custom(format!("there is no preset {name:?}"))),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct RowSeparator(pub(super) Separator);

impl<'de> Deserialize<'de> for RowSeparator {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_bytes() {
            b"::" => Ok(Self(Separator::Colons)),
            &[byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"\"\n\r ".contains(&byte) => {
                Ok(Self(Separator::Byte(byte)))
            }
            _ => Err(D::Error::custom(format!(
                "{text:?} cannot separate fields: one ASCII character can, or ::"
            ))),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct TextEncoding(pub(super) &'static Encoding);

impl<'de> Deserialize<'de> for TextEncoding {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let label = String::deserialize(deserializer)?;
        match Encoding::for_label_no_replacement(label.as_bytes()) {
            Some(encoding) => Ok(Self(encoding)),
            None => Err(D::Error::custom(format!("there is no encoding {label:?}"))),
        }
    }
}

/// What a rule fills.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    pub(super) field: MovieField,
    pub(super) part: TargetPart,
}

/// The part of a field that is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TargetPart {
    Whole,
    /// `ids.<source>`
    Id(String),
    /// `ratings.<source>`
    Rating(String),
    /// `votes.<source>`
    Votes(String),
    /// `titles.original`
    Original,
}

impl Target {
    fn parse(text: &str) -> Option<Self> {
        let (field, part) = match text.split_once('.') {
            None => (MovieField::of_name(text)?, TargetPart::Whole),
            Some(("titles", "original")) => (MovieField::Titles, TargetPart::Original),
            Some((of, source)) if is_source_name(source) => match of {
                "ids" => (MovieField::Ids, TargetPart::Id(source.to_owned())),
                "ratings" => (MovieField::Ratings, TargetPart::Rating(source.to_owned())),
                "votes" => (MovieField::Ratings, TargetPart::Votes(source.to_owned())),
                _ => return None,
            },
            Some(_) => return None,
        };
        Some(Self { field, part })
    }
}

/// Rules by what they fill, each at most once.
#[derive(Debug, Default)]
pub(super) struct FieldRules(BTreeMap<Target, Rule>);

impl FieldRules {
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Target, &Rule)> {
        self.0.iter()
    }
}

impl<'de> Deserialize<'de> for FieldRules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = FieldRules;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of fields")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FieldRules, A::Error> {
                let mut rules = BTreeMap::new();
                while let Some(name) = map.next_key::<String>()? {
                    let no_field = || A::Error::custom(format!("a movie has no field {name:?}"));
                    let target = Target::parse(&name).ok_or_else(no_field)?;
                    if rules.contains_key(&target) {
                        return Err(A::Error::custom(format!("the field {name} is mapped twice")));
                    }
                    let rule: Rule = map.next_value()?;
                    rule.check(&target).map_err(|why| A::Error::custom(format!("{name}: {why}")))?;
                    rules.insert(target, rule);
                }
                Ok(FieldRules(rules))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

/// Where a field comes from.
#[derive(Clone, Debug, Default)]
pub(super) struct Rule {
    /// The first that has a usable value counts.
    pub(super) from: Vec<FieldSource>,
    pub(super) split: Option<String>,
    /// Whether each source is one entry of the list.
    pub(super) join: bool,
    scale: Option<u16>,
    unit: Option<TimeUnit>,
    below: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum TimeUnit {
    Seconds,
    Minutes,
    Hours,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleMembers {
    from: FieldSources,
    #[serde(default, deserialize_with = "divider")]
    split: Option<String>,
    #[serde(default)]
    join: bool,
    #[serde(default)]
    scale: Option<u16>,
    #[serde(default)]
    unit: Option<TimeUnit>,
    #[serde(default)]
    below: Option<String>,
}

impl Rule {
    fn check(&self, target: &Target) -> Result<(), String> {
        let is_list = target.field.is_list() && target.part == TargetPart::Whole;
        if (self.split.is_some() || self.join) && !is_list {
            return Err("split and join are for lists alone".to_owned());
        }
        if self.scale.is_some() && !matches!(target.part, TargetPart::Rating(_)) {
            return Err("scale is for ratings of one source alone, such as ratings.imdb".to_owned());
        }
        if self.scale == Some(0) {
            return Err("the best rating of a scale is not 0".to_owned());
        }
        if self.unit.is_some() && target.field != MovieField::Runtime {
            return Err("unit is for the runtime alone".to_owned());
        }
        let has_address = matches!(target.field, MovieField::Poster | MovieField::Url);
        match &self.below {
            Some(_) if !has_address => Err("below is for poster and url alone".to_owned()),
            Some(base) if crate::address::absolute(base).is_none() => {
                Err(format!("{base:?} is no absolute http or https address"))
            }
            _ => Ok(()),
        }
    }

    /// What is done with the values of a source.
    pub(super) fn treatment(&self, target: &Target, place: usize, normal: &str) -> Treatment {
        if self.join {
            return Treatment::Entry(u32::try_from(place).unwrap_or(u32::MAX));
        }
        match (&target.part, target.field) {
            (TargetPart::Id(source), _) => Treatment::IdOf(Cow::Owned(source.clone())),
            (TargetPart::Rating(source), _) => Treatment::Rating {
                source: Cow::Owned(source.clone()),
                best: self.scale.unwrap_or(10),
                sure: true,
            },
            (TargetPart::Votes(source), _) => Treatment::Votes(Cow::Owned(source.clone())),
            (TargetPart::Original, _) => Treatment::Original,
            (TargetPart::Whole, MovieField::Certificate | MovieField::Titles) => Treatment::AsIs,
            (TargetPart::Whole, MovieField::Runtime) => match self.unit {
                None => names::treatment(MovieField::Runtime, normal),
                Some(TimeUnit::Seconds) => Treatment::Seconds(1_000),
                Some(TimeUnit::Minutes) => Treatment::AsIs,
                Some(TimeUnit::Hours) => Treatment::Seconds(3_600_000),
            },
            (TargetPart::Whole, field) => match &self.below {
                Some(base) => Treatment::Below(Cow::Owned(base.trim_end_matches('/').to_owned())),
                None => names::treatment(field, normal),
            },
        }
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneRule;
        impl<'de> Visitor<'de> for OneRule {
            type Value = Rule;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name, a path, a list of them, or an object with from")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Rule, E> {
                Ok(Rule { from: vec![FieldSource::parse(text)?], ..Rule::default() })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Rule, A::Error> {
                Ok(Rule { from: sources(list)?, ..Rule::default() })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Rule, A::Error> {
                let members = RuleMembers::deserialize(MapAccessDeserializer::new(map))?;
                let RuleMembers { from: FieldSources(from), split, join, scale, unit, below } = members;
                Ok(Rule { from, split, join, scale, unit, below })
            }
        }
        deserializer.deserialize_any(OneRule)
    }
}

/// Names and the values of them that movies have.
#[derive(Debug, Default)]
pub(super) struct OnlyRules(Vec<(FieldSource, Vec<String>)>);

impl OnlyRules {
    pub(super) fn iter(&self) -> impl Iterator<Item = &(FieldSource, Vec<String>)> {
        self.0.iter()
    }
}

impl<'de> Deserialize<'de> for OnlyRules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Only;
        impl<'de> Visitor<'de> for Only {
            type Value = OnlyRules;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of names and values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<OnlyRules, A::Error> {
                let mut rules: Vec<(FieldSource, Vec<String>)> = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    let source: FieldSource = FieldSource::parse(&name)?;
                    if rules.iter().any(|(other, _)| other.key == source.key) {
                        return Err(A::Error::custom(format!("only names {name:?} twice")));
                    }
                    let values = match map.next_value::<Value>()? {
                        Value::Array(values) => values,
                        one => vec![one],
                    };
                    let wanted = values.iter().map(|value| match value {
                        Value::String(text) => Ok(text.clone()),
                        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
                        _ => Err(A::Error::custom(format!(
                            "only: the values of {name:?} are texts or numbers"
                        ))),
                    });
                    rules.push((source, wanted.collect::<Result<_, _>>()?));
                }
                Ok(OnlyRules(rules))
            }
        }
        deserializer.deserialize_map(Only)
    }
}
