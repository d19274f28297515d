//! Ratings, each of one source, and its votes, which may stand under a name of their own.

use serde_json::{Map, Value};
use wikimovie_domain::{Rating, RatingValue, RefusalReason};

use super::{Fields, ValueFault, shown};
use crate::{
    limits::MAX_RATINGS,
    shape::{
        amounts,
        names::{MovieField, Treatment, is_source_name, normal},
        values,
    },
};

/// The best rating, where nothing else is said.
const BEST: u16 = 10;

/// Sources by what others call them.
const SOURCES: [(&str, &str); 8] = [
    ("internetmoviedatabase", "imdb"),
    ("imdbcom", "imdb"),
    ("themoviedatabase", "tmdb"),
    ("themoviedb", "tmdb"),
    ("tmdbuser", "tmdb"),
    ("rottentomato", "rottentomatoes"),
    ("tomatometer", "rottentomatoes"),
    ("metascore", "metacritic"),
];

/// What is found of one source.
#[derive(Clone, Debug)]
struct SourceRating {
    source: String,
    value: Option<RatingValue>,
    votes: Option<u64>,
}

/// Members of a rating that is an object.
struct Members<'v> {
    value: Option<&'v Value>,
    votes: Option<&'v Value>,
}

impl<'v> Members<'v> {
    fn of(members: &'v Map<String, Value>) -> Self {
        let find = |names: &[&str]| {
            let is_named = |name: &&String| names.contains(&normal(name).as_str());
            members.keys().find(is_named).and_then(|name| members.get(name))
        };
        Self {
            value: find(&["value", "rating", "score", "average", "ratingvalue"]),
            votes: find(&["votes", "votecount", "count", "numvotes", "numreviews", "ratingcount"]),
        }
    }
}

impl<'a> Fields<'a> {
    /// Ratings, one a source; those without a name of their source are of the provider.
    pub(crate) fn ratings(&mut self, provider: &str) -> Vec<Rating> {
        if !self.has_sources(MovieField::Ratings) {
            return Vec::new();
        }
        let of = |source: &str| if source.is_empty() { own_source(provider) } else { source.to_owned() };
        let mut all: Vec<SourceRating> = Vec::new();
        for found in self.sources(MovieField::Ratings) {
            let (name, value) = (found.name, found.value);
            match (found.treatment, value) {
                (_, Value::String(text)) if text.trim().is_empty() => {}
                (Treatment::Votes(source), value) => {
                    let votes = self.votes(name, value);
                    note(&mut all, of(source), None, votes);
                }
                (Treatment::Rating { source, best, .. }, Value::Object(members)) => {
                    self.add_members(name, of(source), *best, members, &mut all);
                }
                (Treatment::Rating { source, best, sure }, value) => {
                    let value = self.rating(name, value, *best, *sure);
                    note(&mut all, of(source), value, None);
                }
                (Treatment::Tomatoes, Value::Object(members)) => {
                    let critic = members.get("critic").and_then(Value::as_object);
                    if let Some(critic) = critic
                        && let Some(meter) = critic.get("meter").filter(|meter| !meter.is_null())
                    {
                        let value = self.rating("tomatoes.critic.meter", values::plain(meter), 100, true);
                        let votes = Members::of(critic).votes;
                        let votes = votes.and_then(|votes| self.votes(name, values::plain(votes)));
                        note(&mut all, "rottentomatoes".to_owned(), value, votes);
                    }
                }
                (Treatment::Tomatoes, _) => {}
                (treatment, value) => {
                    let by_hundred = *treatment == Treatment::OfHundred;
                    self.add_ratings(name, value, by_hundred, provider, &mut all);
                }
            }
        }
        let known = all.into_iter().filter(|found| found.votes != Some(0));
        let ratings = known.filter_map(|SourceRating { source, value, votes }| {
            Some(Rating { source, value: value?, votes })
        });
        ratings.take(MAX_RATINGS).collect()
    }

    /// A list of ratings with their sources, or an object of them by source.
    fn add_ratings(
        &mut self,
        name: &str,
        value: &Value,
        by_hundred: bool,
        provider: &str,
        all: &mut Vec<SourceRating>,
    ) {
        let parsed;
        let value = match value {
            Value::String(text) => match values::structured(text) {
                Some(structured) => {
                    parsed = structured;
                    &parsed
                }
                None => value,
            },
            _ => value,
        };
        match value {
            Value::Array(items) => {
                if items.len() > MAX_RATINGS {
                    let message = format!(
                        "{name} has {} entries, of which the first {MAX_RATINGS} are read",
                        items.len()
                    );
                    self.drop(MovieField::Ratings, ValueFault::new(name, RefusalReason::TooLarge, message));
                }
                for item in items.iter().take(MAX_RATINGS) {
                    let Value::Object(members) = item else {
                        let fault = ValueFault::wrong_type(name, item, "an object with source and value");
                        self.drop(MovieField::Ratings, fault);
                        continue;
                    };
                    let source =
                        members.iter().find(|(name, _)| matches!(normal(name).as_str(), "source" | "site"));
                    match source.and_then(|(_, source)| source.as_str()).and_then(source_of) {
                        Some(source) => self.add_members(name, source, BEST, members, all),
                        None => {
                            let message = format!("{name}: a rating names no source");
                            let fault = ValueFault::new(name, RefusalReason::Missing, message);
                            self.drop(MovieField::Ratings, fault);
                        }
                    }
                }
            }
            Value::Object(members) if Members::of(members).value.is_some() => {
                self.add_members(name, own_source(provider), BEST, members, all);
            }
            Value::Object(sources) => {
                for (given, value) in sources.iter().take(MAX_RATINGS) {
                    let Some(source) = source_of(given) else { continue };
                    let is_critic = matches!(source.as_str(), "metacritic" | "rottentomatoes" | "trakt");
                    let best = if by_hundred && is_critic { 100 } else { BEST };
                    let place = [name, ".", given].concat();
                    match values::plain(value) {
                        Value::Null => {}
                        Value::Object(members) => self.add_members(&place, source, best, members, all),
                        value => {
                            let value = self.rating(&place, value, best, true);
                            note(all, source, value, None);
                        }
                    }
                }
            }
            value => {
                let value = self.rating(name, value, BEST, false);
                note(all, own_source(provider), value, None);
            }
        }
    }

    fn add_members(
        &mut self,
        name: &str,
        source: String,
        best: u16,
        members: &Map<String, Value>,
        all: &mut Vec<SourceRating>,
    ) {
        let Members { value, votes } = Members::of(members);
        let votes = votes.map(values::plain).filter(|votes| !is_nothing(votes));
        // Critics do not vote, for which some write 0.
        let votes =
            votes.and_then(|votes| self.votes(name, votes)).filter(|&votes| votes > 0 || best == BEST);
        let value = value.map(values::plain).filter(|value| !is_nothing(value));
        let value = value.and_then(|value| self.rating(name, value, best, true));
        note(all, source, value, votes);
    }

    fn rating(&mut self, name: &str, value: &Value, best: u16, sure: bool) -> Option<RatingValue> {
        match amounts::rating(value, best) {
            Some(Some(rating)) => return Some(rating),
            // A certificate, say.
            None if !sure => return None,
            _ => {}
        }
        let message = format!("{name} is {}, which is no rating from 0 to {best}", shown(value));
        self.drop(MovieField::Ratings, ValueFault::new(name, RefusalReason::Invalid, message));
        None
    }

    fn votes(&mut self, name: &str, value: &Value) -> Option<u64> {
        let votes = amounts::count(value);
        if votes.is_none() {
            let message = format!("{name} is {}, which is no number of votes", shown(value));
            self.drop(MovieField::Ratings, ValueFault::new(name, RefusalReason::Invalid, message));
        }
        votes
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty() || values::is_null(text))
}

/// Adds what is known of a source; what was known before counts.
fn note(all: &mut Vec<SourceRating>, source: String, value: Option<RatingValue>, votes: Option<u64>) {
    match all.iter_mut().find(|found| found.source == source) {
        Some(found) => {
            found.value = found.value.or(value);
            found.votes = found.votes.or(votes);
        }
        None => all.push(SourceRating { source, value, votes }),
    }
}

/// A source in its own spelling: `Internet Movie Database` is `imdb`.
fn source_of(name: &str) -> Option<String> {
    let normal = normal(name);
    let known = SOURCES.iter().find(|(named, _)| *named == normal).map(|(_, source)| (*source).to_owned());
    let lower = name.trim().to_lowercase();
    known
        .or_else(|| Some(lower).filter(|name| is_source_name(name)))
        .or(Some(normal).filter(|name| is_source_name(name)))
}

/// The source of ratings that are the provider's own.
fn own_source(provider: &str) -> String {
    source_of(provider).unwrap_or_else(|| "provider".to_owned())
}
