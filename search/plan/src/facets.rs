//! Facets as they are returned: values sorted, cut, and merged with the selected ones, whichever engine counted them.

use std::{borrow::Cow, collections::BTreeMap};

use wikimovie_domain::{FacetAnswer, FacetOrder, FacetValue, Filter, Year, YearBucket, YearHistogram};
use wikimovie_text as text;

use crate::vocabulary::Entry;

/// Movies by year, the year as index.
pub type ByYear = Vec<u64>;

/// No movie in any year.
pub fn no_years() -> ByYear {
    vec![0; Year::MAX as usize + 1]
}

/// One value while it is sorted and cut; only those listed are copied.
#[derive(Clone, Debug)]
pub struct Value<'a> {
    /// By what it is compared and sorted.
    pub key: Cow<'a, str>,
    /// As it is shown.
    pub shown: Cow<'a, str>,
    /// Movies that have it.
    pub count: u64,
    /// Whether the filter names it.
    pub selected: bool,
}

/// A counted facet.
#[derive(Clone, Debug, Default)]
pub struct Counted<'a> {
    /// Values that the engine listed.
    pub values: Vec<Value<'a>>,
    /// Movies without a value.
    pub missing: u64,
    /// Sum of the counts of values that the engine counted and did not list.
    pub unlisted: u64,
    /// Such values.
    pub unlisted_values: u64,
}

/// The values that a filter selects: keys with what was typed, sorted by key, each once.
pub fn selected<'a>(values: &'a [String], key: impl Fn(&str) -> String) -> Vec<(String, &'a String)> {
    let mut chosen: Vec<(String, &'a String)> = values.iter().map(|value| (key(value), value)).collect();
    chosen.sort();
    chosen.dedup_by(|a, b| a.0 == b.0);
    chosen
}

/// The part of a facet's request that narrows its values, folded.
pub fn contained(contains: Option<&str>) -> Option<String> {
    contains.map(text::key).filter(|contains| !contains.is_empty())
}

impl<'a> Counted<'a> {
    /// Values counted by key, with the selected ones among them. `counts` may be in any order, each key once;
    /// entries that count 0 are left out unless selected.
    pub fn keyed(
        entries: &'a [Entry],
        counts: impl IntoIterator<Item = (Cow<'a, str>, u64)>,
        chosen: Vec<(String, &'a String)>,
        missing: u64,
    ) -> Self {
        let place = |key: &str| chosen.binary_search_by(|(chosen, _)| chosen.as_str().cmp(key));
        let named = |key: &str| {
            let found = entries.binary_search_by(|entry| entry.key.as_str().cmp(key));
            found.ok().and_then(|at| entries.get(at)).map(|entry| entry.name.as_str())
        };
        let mut listed = vec![false; chosen.len()];
        let mut values: Vec<Value<'a>> = Vec::new();
        for (key, count) in counts {
            let selected = if chosen.is_empty() { Err(0) } else { place(&key) };
            if let Some(listed) = selected.ok().and_then(|at| listed.get_mut(at)) {
                *listed = true;
            } else if count == 0 {
                continue;
            }
            let shown = named(&key).map_or_else(|| key.clone(), Cow::Borrowed);
            values.push(Value { key, shown, count, selected: selected.is_ok() });
        }
        // A selected value that no movie has is listed too: as the catalogue spells it, else as it was typed.
        for ((key, typed), _) in chosen.into_iter().zip(listed).filter(|(_, listed)| !listed) {
            let shown = Cow::Borrowed(named(&key).unwrap_or(typed));
            values.push(Value { key: Cow::Owned(key), shown, count: 0, selected: true });
        }
        Self { values, missing, ..Self::default() }
    }

    /// Decades, counted from years.
    pub fn decades(years: &ByYear, missing: u64, filter: &Filter) -> Self {
        let mut decades = BTreeMap::<usize, u64>::new();
        for (year, &count) in years.iter().enumerate().filter(|&(_, &count)| count > 0) {
            *decades.entry(year / 10 * 10).or_default() += count;
        }
        let chosen = |decade: usize| filter.decades.iter().any(|&known| usize::try_from(known) == Ok(decade));
        for decade in filter.decades.iter().filter_map(|&decade| usize::try_from(decade).ok()) {
            decades.entry(decade).or_default();
        }
        let values = decades.into_iter().map(|(decade, count)| {
            let name = decade.to_string();
            Value { key: name.clone().into(), shown: name.into(), count, selected: chosen(decade) }
        });
        Self { values: values.collect(), missing, ..Self::default() }
    }

    /// The facet as it is returned: narrowed, sorted and cut.
    pub fn answer(self, first: usize, contains: Option<&str>, order: FacetOrder) -> FacetAnswer {
        let Self { mut values, missing, unlisted, unlisted_values } = self;
        if let Some(contains) = contained(contains) {
            values.retain(|value| value.selected || value.key.contains(contains.as_str()));
        }
        match order {
            FacetOrder::Count => {
                values.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.key.cmp(&b.key)));
            }
            FacetOrder::Value => values.sort_unstable_by(|a, b| a.key.cmp(&b.key)),
        }
        let counted = values.iter().filter(|value| value.count > 0).count() as u64;
        let mut place = 0;
        let mut other = unlisted;
        values.retain(|value| {
            place += 1;
            let listed = place <= first || value.selected;
            if !listed {
                other += value.count;
            }
            listed
        });
        let values = values
            .into_iter()
            .map(|value| FacetValue {
                value: value.shown.into_owned(),
                count: value.count,
                selected: value.selected,
            })
            .collect();
        FacetAnswer::Terms { values, other, missing, distinct: counted + unlisted_values }
    }
}

/// Years in buckets, as they are returned.
pub fn histogram(years: &ByYear, missing: u64, filter: &Filter, interval: u32) -> YearHistogram {
    let interval = i64::from(interval.max(1));
    let range = filter.year;
    let mut histogram = YearHistogram { missing, ..YearHistogram::default() };
    for (year, &count) in (0_i64..).zip(years).filter(|&(_, &count)| count > 0) {
        histogram.min = histogram.min.or(Some(year));
        histogram.max = Some(year);
        let from = year / interval * interval;
        let to = from + interval - 1;
        match histogram.buckets.last_mut() {
            Some(bucket) if bucket.from == from => bucket.count += count,
            _ => {
                let selected = !range.is_empty()
                    && range.gte.is_none_or(|gte| gte <= to)
                    && range.lte.is_none_or(|lte| from <= lte);
                histogram.buckets.push(YearBucket { from, to, count, selected });
            }
        }
    }
    histogram
}
