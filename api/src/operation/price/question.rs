//! The size of a question: what its text and filter ask of the engine, and how long its state token is.

use async_graphql::Value;
use async_graphql_value::Value as Literal;
use wikimovie_domain::{Filter, Question, ValueMatch};
use wikimovie_engine::token;

use super::arguments::{Arguments, Given, VariableValues};

/// Values of an answer that make one point.
pub(super) const VALUES_PER_POINT: u64 = 8;

/// Most words of a text that are searched; what stands behind them is read and ignored.
const MAX_WORDS: u64 = 32;
/// Bytes of a text that take as long to read as a value takes to write.
const TEXT_BYTES: u64 = 32;
/// Values of one condition of a filter.
const CONDITION: u64 = 4;
/// Bytes of a state token that one value stands for.
const STATE_BYTES: u64 = 200;

/// The size of a question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct QuestionSize {
    /// Words that are searched.
    words: u64,
    text_bytes: u64,
    /// Conditions of the filter.
    conditions: u64,
    filter_bytes: u64,
    /// Parts of the filter that a relaxation may drop.
    parts: u64,
}

impl QuestionSize {
    /// The size of the question that the arguments `text` (or another name for it), `where` and `state` ask.
    ///
    /// # Errors
    /// The sentence of the GraphQL library about a variable without a value.
    pub(super) fn of_arguments(
        arguments: &Arguments,
        text: &str,
        values: &VariableValues<'_>,
    ) -> Result<Self, String> {
        let mut size = Self::default();
        if let Some(text) = values.argument(arguments, text)? {
            size.add_text(string(text).unwrap_or_default());
        }
        if let Some(filter) = values.argument(arguments, "where")? {
            size.parts = match filter {
                Given::Literal(Literal::Object(fields)) => fields.len() as u64,
                Given::Value(Value::Object(fields)) => fields.len() as u64,
                _ => 0,
            };
            size.add_filter(filter, values)?;
        }
        if let Some(state) = values.argument(arguments, "state")?.and_then(string) {
            size.add_state(state);
        }
        Ok(size)
    }

    fn add_text(&mut self, text: &str) {
        // Not all scripts put spaces between words.
        let words = (text.split_whitespace().count() as u64).max(text.len() as u64 / 16);
        self.words = self.words.saturating_add(words).min(MAX_WORDS);
        self.text_bytes = self.text_bytes.saturating_add(text.len() as u64);
    }

    fn add_filter(&mut self, value: Given<'_>, values: &VariableValues<'_>) -> Result<(), String> {
        let Some(value) = values.given(value)? else { return Ok(()) };
        match value {
            Given::Literal(Literal::List(items)) => {
                items.iter().try_for_each(|item| self.add_filter(Given::Literal(item), values))
            }
            Given::Literal(Literal::Object(fields)) => {
                fields.values().try_for_each(|field| self.add_filter(Given::Literal(field), values))
            }
            Given::Value(Value::List(items)) => {
                items.iter().try_for_each(|item| self.add_filter(Given::Value(item), values))
            }
            Given::Value(Value::Object(fields)) => {
                fields.values().try_for_each(|field| self.add_filter(Given::Value(field), values))
            }
            Given::Literal(Literal::Null) | Given::Value(Value::Null) => Ok(()),
            leaf => {
                self.conditions = self.conditions.saturating_add(1);
                let bytes = string(leaf).map_or(0, str::len) as u64;
                self.filter_bytes = self.filter_bytes.saturating_add(bytes);
                Ok(())
            }
        }
    }

    /// A token that cannot be read is refused when the question is asked, which takes no time.
    fn add_state(&mut self, state: &str) {
        let Some(Question { text, filter, .. }) = token::peek_state(state) else { return };
        self.add_text(&text);
        self.conditions = self.conditions.saturating_add(filter.leaves() as u64);
        self.filter_bytes = self.filter_bytes.saturating_add(bytes(&filter));
        self.parts = self.parts.saturating_add(parts(&filter));
    }

    /// What the question itself asks of the engine.
    pub(super) fn values(&self) -> u64 {
        let words = self.words.saturating_mul(VALUES_PER_POINT);
        let conditions = self.conditions.saturating_mul(CONDITION);
        let bytes = self.text_bytes.saturating_add(self.filter_bytes) / TEXT_BYTES;
        words.saturating_add(conditions).saturating_add(bytes)
    }

    /// A state token of the question.
    pub(super) fn state_values(&self) -> u64 {
        let conditions = self.conditions.saturating_mul(8);
        let bytes = self.text_bytes.saturating_add(self.filter_bytes).saturating_add(conditions);
        1 + bytes / STATE_BYTES
    }

    /// A correction of the question: its words are expanded again, and what it finds is counted.
    pub(super) fn correction_values(&self) -> u64 {
        if self.words == 0 { 0 } else { VALUES_PER_POINT * (1 + self.words) }
    }

    /// All relaxations of the question: each of its words and parts is dropped, and the rest asked again.
    pub(super) fn relaxation_values(&self) -> u64 {
        let each = VALUES_PER_POINT + self.words * VALUES_PER_POINT / 4 + self.conditions;
        self.words.saturating_add(self.parts).saturating_mul(each)
    }
}

/// Bytes of the texts in a filter.
fn bytes(filter: &Filter) -> u64 {
    let values = lists(filter).into_iter().flat_map(ValueMatch::values).map(String::len).sum::<usize>();
    let title = filter.title.as_deref().map_or(0, str::len);
    let below = filter.and.iter().chain(&filter.or).chain(filter.not.as_deref()).map(bytes);
    (values + title) as u64 + below.sum::<u64>()
}

fn lists(filter: &Filter) -> [&ValueMatch; 7] {
    let Filter { genres, cast, directors, writers, languages, countries, providers, .. } = filter;
    [genres, cast, directors, writers, languages, countries, providers]
}

fn parts(filter: &Filter) -> u64 {
    let lists = lists(filter).into_iter().filter(|list| !list.is_empty()).count() as u64;
    let others = [
        filter.title.is_some(),
        !filter.year.is_empty(),
        !filter.decades.is_empty(),
        !filter.runtime.is_empty(),
        !filter.rating.is_empty(),
        filter.has_poster.is_some(),
    ];
    lists + others.iter().map(|is_set| u64::from(*is_set)).sum::<u64>()
}

pub(super) fn string(value: Given<'_>) -> Option<&str> {
    match value {
        Given::Literal(Literal::String(text)) | Given::Value(Value::String(text)) => Some(text),
        _ => None,
    }
}
