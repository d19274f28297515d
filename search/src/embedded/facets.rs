//! Counting the movies of a question by value and by year.

use std::{borrow::Cow, collections::BTreeMap};

use wikimovie_domain::{
    FacetAnswer, FacetField, FacetOrder, FacetRequest, FacetValue, Filter, YearBucket, YearHistogram,
};

use super::{
    eval::{Bits, Dimension, Matched},
    lists::Lists,
    snapshot::Snapshot,
};
use crate::{text, vocabulary::Entry};

impl Snapshot {
    /// Answers one facet; each ignores its own part of the drill.
    pub(super) fn facet(&self, request: &FacetRequest, matched: &Matched, filter: &Filter) -> FacetAnswer {
        match request {
            FacetRequest::Years { interval } => {
                FacetAnswer::Years(self.year_histogram(&matched.without(Dimension::Years), filter, *interval))
            }
            FacetRequest::Terms { field, first, contains, order } => {
                let values = match field {
                    FacetField::Decades => self.decade_values(&matched.without(Dimension::Decades), filter),
                    FacetField::Genres => {
                        let among = matched.without(Dimension::Genres);
                        self.keyed(
                            &self.genres,
                            self.vocabulary.genres(),
                            &among,
                            &filter.genres.any_of,
                            text::key,
                        )
                    }
                    FacetField::Cast => {
                        let among = matched.without(Dimension::Cast);
                        self.keyed(
                            &self.people,
                            self.vocabulary.people(),
                            &among,
                            &filter.cast.any_of,
                            text::key,
                        )
                    }
                    FacetField::Providers => {
                        let among = matched.without(Dimension::Providers);
                        let (values, own) = (&self.providers, &filter.providers.any_of);
                        self.keyed(values, self.vocabulary.providers(), &among, own, str::to_owned)
                    }
                };
                values.answer(*first, contains.as_deref(), *order)
            }
        }
    }

    /// Movies among these by entry; one flat count a value, then only the values that count are looked at.
    pub(super) fn counts(&self, rows: &Lists, entries: usize, among: &Bits) -> (Vec<u32>, u64) {
        let mut counts = vec![0_u32; entries];
        let mut missing = 0;
        for doc in among.ones() {
            let values = rows.get(doc);
            missing += u64::from(values.is_empty());
            for &value in values {
                counts[value as usize] += 1;
            }
        }
        (counts, missing)
    }

    fn keyed<'a>(
        &self,
        rows: &Lists,
        entries: &'a [Entry],
        among: &Bits,
        selected: &'a [String],
        key: impl Fn(&str) -> String,
    ) -> Counted<'a> {
        let (counts, missing) = self.counts(rows, entries.len(), among);
        let mut chosen: Vec<(String, &'a String)> =
            selected.iter().map(|value| (key(value), value)).collect();
        chosen.sort();
        chosen.dedup_by(|a, b| a.0 == b.0);
        let is_chosen = |key: &str| chosen.binary_search_by(|(chosen, _)| chosen.as_str().cmp(key)).is_ok();
        let mut values: Vec<Value<'a>> = entries
            .iter()
            .zip(counts)
            .filter(|&(entry, count)| count > 0 || (!chosen.is_empty() && is_chosen(&entry.key)))
            .map(|(entry, count)| Value {
                sort: Cow::Borrowed(&entry.key),
                shown: Cow::Borrowed(&entry.name),
                count: u64::from(count),
                selected: !chosen.is_empty() && is_chosen(&entry.key),
            })
            .collect();
        // A selected value that nobody has is still told, as it was typed.
        for (key, typed) in chosen {
            if entries.binary_search_by(|entry| entry.key.cmp(&key)).is_err() {
                values.push(Value {
                    sort: Cow::Owned(key),
                    shown: Cow::Borrowed(typed),
                    count: 0,
                    selected: true,
                });
            }
        }
        Counted { values, missing }
    }

    fn decade_values(&self, among: &Bits, filter: &Filter) -> Counted<'static> {
        let (counts, missing) = self.by_year(among);
        let mut decades = BTreeMap::<i64, u64>::new();
        for (year, count) in counts.into_iter().enumerate().filter(|&(_, count)| count > 0) {
            *decades.entry(year as i64 / 10 * 10).or_default() += count;
        }
        for &decade in &filter.decades {
            decades.entry(decade).or_default();
        }
        let values = decades
            .into_iter()
            .map(|(decade, count)| Value {
                sort: decade.to_string().into(),
                shown: decade.to_string().into(),
                count,
                selected: filter.decades.contains(&decade),
            })
            .collect();
        Counted { values, missing }
    }

    fn year_histogram(&self, among: &Bits, filter: &Filter, interval: u32) -> YearHistogram {
        let (counts, missing) = self.by_year(among);
        let interval = i64::from(interval.max(1));
        let mut buckets: Vec<YearBucket> = Vec::new();
        let (mut min, mut max) = (None, None);
        for (year, count) in counts.into_iter().enumerate().filter(|&(_, count)| count > 0) {
            let year = year as i64;
            min = min.or(Some(year));
            max = Some(year);
            let from = year / interval * interval;
            let to = from + interval - 1;
            match buckets.last_mut() {
                Some(bucket) if bucket.from == from => bucket.count += count,
                _ => {
                    let range = filter.year;
                    let selected = !range.is_empty()
                        && range.gte.is_none_or(|gte| gte <= to)
                        && range.lte.is_none_or(|lte| from <= lte);
                    buckets.push(YearBucket { from, to, count, selected });
                }
            }
        }
        YearHistogram { min, max, missing, buckets }
    }

    /// Movies by year, the year as index, and movies without one.
    fn by_year(&self, among: &Bits) -> (Vec<u64>, u64) {
        let mut counts = vec![0_u64; wikimovie_domain::Year::MAX as usize + 1];
        for doc in among.ones() {
            counts[usize::from(self.year[doc])] += 1;
        }
        let missing = std::mem::take(&mut counts[0]);
        (counts, missing)
    }
}

/// One value while it is sorted and cut; only those listed are copied.
struct Value<'a> {
    sort: Cow<'a, str>,
    shown: Cow<'a, str>,
    count: u64,
    selected: bool,
}

struct Counted<'a> {
    values: Vec<Value<'a>>,
    missing: u64,
}

impl Counted<'_> {
    fn answer(self, first: usize, contains: Option<&str>, order: FacetOrder) -> FacetAnswer {
        let Self { mut values, missing } = self;
        if let Some(contains) = contains.map(text::key).filter(|contains| !contains.is_empty()) {
            values.retain(|value| value.selected || value.sort.contains(contains.as_str()));
        }
        match order {
            FacetOrder::Count => {
                values.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.sort.cmp(&b.sort)));
            }
            FacetOrder::Value => values.sort_unstable_by(|a, b| a.sort.cmp(&b.sort)),
        }
        let distinct = values.iter().filter(|value| value.count > 0).count() as u64;
        let mut place = 0;
        let mut other = 0;
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
        FacetAnswer::Terms { values, other, missing, distinct }
    }
}
