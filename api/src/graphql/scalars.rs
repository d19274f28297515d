//! Our own scalars: sealed states, moments in time and days.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use wikimovie_domain as domain;

/// A sealed question; the scalar's own description is below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SearchState(pub(crate) String);

/// A compact token of a whole question (text, filters, order, understanding). Pass it as `state` to repeat the
/// question; share it in a link. It is authenticated, so clients cannot make or alter one.
#[Scalar]
impl ScalarType for SearchState {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(token) => Ok(Self(token)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// A moment in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DateTime(OffsetDateTime);

impl DateTime {
    /// The moment so many milliseconds after the Unix epoch; one beyond year 9999 reads as the epoch.
    pub(crate) fn from_ms(ms: u64) -> Self {
        let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000);
        Self(moment.unwrap_or(OffsetDateTime::UNIX_EPOCH))
    }
}

/// A moment in UTC, written as RFC 3339 with milliseconds: `2026-01-31T12:30:00.123Z`.
#[Scalar(specified_by_url = "https://scalars.graphql.org/andimarek/date-time")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => OffsetDateTime::parse(text, &Rfc3339)
                .map(Self)
                .map_err(|_| InputValueError::custom("not a moment in RFC 3339")),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.format(&Rfc3339).unwrap_or_default())
    }
}

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Date(pub(crate) domain::Date);

/// A day, as ISO 8601 writes it: `1972-03-24`.
#[Scalar(specified_by_url = "https://scalars.graphql.org/andimarek/local-date")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => domain::Date::parse(text)
                .map(Self)
                .ok_or_else(|| InputValueError::custom("not a day as in ISO 8601")),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_rendered_in_utc() {
        assert_eq!(DateTime::from_ms(1_700_000_000_123).to_value(), Value::from("2023-11-14T22:13:20.123Z"));
        assert_eq!(DateTime::from_ms(u64::MAX).to_value(), Value::from("1970-01-01T00:00:00Z"));
    }

    #[test]
    fn days_are_read_as_they_are_written() {
        let day = Value::from("1972-03-24");
        assert_eq!(Date::parse(day.clone()).map(|date| date.to_value()).ok(), Some(day));
        assert!(Date::parse(Value::from("1972-02-30")).is_err() && Date::parse(Value::from(1972)).is_err());
    }
}
