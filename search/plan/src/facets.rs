//! Facets as they are returned: values sorted, cut, and merged with the selected ones, whichever engine counted them.

use std::{borrow::Cow, collections::BTreeMap};

use wikimovie_domain::{
    FacetAnswer, FacetField, FacetOrder, FacetValue, Filter, ValueMatch, Year, YearBucket, YearHistogram,
};
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
    /// Whether the filter asks for it.
    pub selected: bool,
    /// Whether the filter excludes it.
    pub excluded: bool,
}

/// A value that the filter names, by itself or in its `and`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// By what it is compared.
    pub key: String,
    /// As it was typed.
    pub typed: String,
    /// Whether it is asked for (`anyOf`, `allOf`, a decade).
    pub selected: bool,
    /// Whether it is excluded (`noneOf`).
    pub excluded: bool,
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

/// The values of a facet that a filter names, sorted by key, each once.
pub fn chosen(filter: &Filter, field: FacetField) -> Vec<Chosen> {
    let mut chosen = Vec::new();
    add_chosen(filter, field, &mut chosen);
    // Of several spellings the first in byte order is shown, where the catalogue has none.
    chosen.sort_by(|a, b| (&a.key, &a.typed).cmp(&(&b.key, &b.typed)));
    chosen.dedup_by(|later, first| {
        let same = later.key == first.key;
        if same {
            first.selected |= later.selected;
            first.excluded |= later.excluded;
        }
        same
    });
    chosen
}

fn add_chosen(filter: &Filter, field: FacetField, chosen: &mut Vec<Chosen>) {
    if let Some(values) = values(filter, field) {
        let key =
            |value: &str| if field == FacetField::Providers { value.to_owned() } else { text::key(value) };
        for (list, selected) in [(&values.any_of, true), (&values.all_of, true), (&values.none_of, false)] {
            chosen.extend(list.iter().map(|value| Chosen {
                key: key(value),
                typed: value.clone(),
                selected,
                excluded: !selected,
            }));
        }
    } else {
        chosen.extend(filter.decades.iter().map(|decade| {
            let key = decade.to_string();
            Chosen { typed: key.clone(), key, selected: true, excluded: false }
        }));
    }
    for filter in &filter.and {
        add_chosen(filter, field, chosen);
    }
}

/// What a filter asks of the values of a facet; decades are no values.
fn values(filter: &Filter, field: FacetField) -> Option<&ValueMatch> {
    match field {
        FacetField::Genres => Some(&filter.genres),
        FacetField::Cast => Some(&filter.cast),
        FacetField::Directors => Some(&filter.directors),
        FacetField::Languages => Some(&filter.languages),
        FacetField::Countries => Some(&filter.countries),
        FacetField::Providers => Some(&filter.providers),
        FacetField::Decades => None,
    }
}

/// The part of a facet's request that narrows its values, folded.
pub fn contained(contains: Option<&str>) -> Option<String> {
    contains.map(text::key).filter(|contains| !contains.is_empty())
}

impl Value<'_> {
    fn is_chosen(&self) -> bool {
        self.selected || self.excluded
    }
}

impl<'a> Counted<'a> {
    /// Values counted by key, with the chosen ones among them. `counts` may be in any order, each key once;
    /// entries that count 0 are left out unless chosen.
    pub fn keyed(
        entries: &'a [Entry],
        counts: impl IntoIterator<Item = (Cow<'a, str>, u64)>,
        chosen: Vec<Chosen>,
        missing: u64,
    ) -> Self {
        let place = |key: &str| chosen.binary_search_by(|chosen| chosen.key.as_str().cmp(key));
        let named = |key: &str| {
            let found = entries.binary_search_by(|entry| entry.key.as_str().cmp(key));
            found.ok().and_then(|at| entries.get(at)).map(|entry| entry.name.as_str())
        };
        let mut listed = vec![false; chosen.len()];
        let mut values: Vec<Value<'a>> = Vec::new();
        for (key, count) in counts {
            let place = if chosen.is_empty() { None } else { place(&key).ok() };
            if let Some(listed) = place.and_then(|at| listed.get_mut(at)) {
                *listed = true;
            } else if count == 0 {
                continue;
            }
            let chosen = place.and_then(|at| chosen.get(at));
            let (selected, excluded) =
                chosen.map_or((false, false), |chosen| (chosen.selected, chosen.excluded));
            let shown = named(&key).map_or_else(|| key.clone(), Cow::Borrowed);
            values.push(Value { key, shown, count, selected, excluded });
        }
        // A chosen value that no movie has is listed too: as the catalogue spells it, else as it was typed.
        for (Chosen { key, typed, selected, excluded }, _) in
            chosen.into_iter().zip(listed).filter(|(_, listed)| !listed)
        {
            let shown = named(&key).map_or(Cow::Owned(typed), Cow::Borrowed);
            values.push(Value { key: Cow::Owned(key), shown, count: 0, selected, excluded });
        }
        Self { values, missing, ..Self::default() }
    }

    /// Decades, counted from years.
    pub fn decades(years: &ByYear, missing: u64, filter: &Filter) -> Self {
        let mut decades = BTreeMap::<usize, u64>::new();
        for (year, &count) in years.iter().enumerate().filter(|&(_, &count)| count > 0) {
            *decades.entry(year / 10 * 10).or_default() += count;
        }
        let chosen = chosen(filter, FacetField::Decades);
        for decade in chosen.iter().filter_map(|chosen| chosen.key.parse().ok()) {
            decades.entry(decade).or_default();
        }
        let values = decades.into_iter().map(|(decade, count)| {
            let name = decade.to_string();
            let selected = chosen.iter().any(|chosen| chosen.key == name);
            Value { key: name.clone().into(), shown: name.into(), count, selected, excluded: false }
        });
        Self { values: values.collect(), missing, ..Self::default() }
    }

    /// The facet as it is returned: narrowed, sorted and cut.
    pub fn answer(self, first: usize, contains: Option<&str>, order: FacetOrder) -> FacetAnswer {
        let Self { mut values, missing, unlisted, unlisted_values } = self;
        if let Some(contains) = contained(contains) {
            values.retain(|value| value.is_chosen() || value.key.contains(contains.as_str()));
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
            let listed = place <= first || value.is_chosen();
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
                excluded: value.excluded,
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
