//! Counting the movies of a question by value and by year.

use std::borrow::Cow;

use wikimovie_domain::{FacetAnswer, FacetField, FacetRequest, Filter};
use wikimovie_plan::{
    facets::{self, ByYear, Chosen, Counted},
    vocabulary::Entry,
};

use super::{
    columns::Doc,
    doc_set::DocSet,
    eval::{Dimension, Matched},
    lists::Lists,
    snapshot::Snapshot,
};

/// Entries from which the values of few movies are listed instead of a count kept for each entry.
const MANY_ENTRIES: usize = 1_000;

impl Snapshot {
    /// Answers one facet; each ignores its own part of the drill.
    pub(super) fn facet(
        &self,
        request: &FacetRequest,
        matched: &Matched<'_>,
        filter: &Filter,
    ) -> FacetAnswer {
        match request {
            FacetRequest::Years { interval } => {
                let (years, missing) = self.by_year(&matched.without(Dimension::Years));
                FacetAnswer::Years(facets::histogram(&years, missing, filter, *interval))
            }
            FacetRequest::Terms { field, first, contains, order } => {
                let (rows, dimension) = match field {
                    FacetField::Decades => {
                        let (years, missing) = self.by_year(&matched.without(Dimension::Years));
                        let counted = Counted::decades(&years, missing, filter);
                        return counted.answer(*first, contains.as_deref(), *order);
                    }
                    FacetField::Genres => (&self.genres, Dimension::Genres),
                    FacetField::Cast => (&self.cast, Dimension::Cast),
                    FacetField::Directors => (&self.directors, Dimension::Directors),
                    FacetField::Languages => (&self.languages, Dimension::Languages),
                    FacetField::Countries => (&self.countries, Dimension::Countries),
                    FacetField::Providers => (&self.providers, Dimension::Providers),
                };
                let chosen = facets::chosen(filter, *field);
                let among = matched.without(dimension);
                let counted = self.keyed(rows, self.vocabulary.entries(*field), &among, chosen);
                counted.answer(*first, contains.as_deref(), *order)
            }
        }
    }

    /// Movies among these by entry: a list of the values of few movies, or a flat count a value.
    fn keyed<'a>(
        &self,
        rows: &Lists,
        entries: &'a [Entry],
        among: &DocSet<'_>,
        chosen: Vec<Chosen>,
    ) -> Counted<'a> {
        let mut missing = 0;
        let mut values_of = |doc: Doc| {
            let values = rows.get(doc as usize);
            missing += u64::from(values.is_empty());
            values
        };
        let key = |entry: &'a Entry, count: u64| (Cow::Borrowed(entry.key.as_str()), count);
        if entries.len() > MANY_ENTRIES && matches!(among, DocSet::List(_)) {
            let mut values = Vec::new();
            among.for_each(|doc| values.extend_from_slice(values_of(doc)));
            values.sort_unstable();
            let runs = values.chunk_by(|a, b| a == b);
            let counted = runs.map(|run| key(&entries[run[0] as usize], run.len() as u64));
            return Counted::keyed(entries, counted, chosen, missing);
        }
        let mut counts = vec![0_u32; entries.len()];
        among.for_each(|doc| values_of(doc).iter().for_each(|&value| counts[value as usize] += 1));
        let counted = entries.iter().zip(counts).filter(|&(_, count)| count > 0);
        let counted = counted.map(|(entry, count)| key(entry, u64::from(count)));
        Counted::keyed(entries, counted, chosen, missing)
    }

    /// Movies by year, and movies without one.
    fn by_year(&self, among: &DocSet<'_>) -> (ByYear, u64) {
        let mut counts = facets::no_years();
        among.for_each(|doc| counts[usize::from(self.columns.year[doc as usize])] += 1);
        let missing = std::mem::take(&mut counts[0]);
        (counts, missing)
    }
}

#[cfg(test)]
mod tests {
    use wikimovie_domain::{FacetOrder, FacetValue, ValueMatch, YearBucket, YearRange};
    use wikimovie_plan::{Clause, filter};

    use super::*;
    use crate::testing::dozen_in_segments;

    fn terms(field: FacetField, first: usize, contains: Option<&str>, order: FacetOrder) -> FacetRequest {
        FacetRequest::Terms { field, first, contains: contains.map(str::to_owned), order }
    }

    /// The facet of every movie under a filter.
    fn facet(snapshot: &Snapshot, request: &FacetRequest, filter: &Filter) -> FacetAnswer {
        let compiled = filter::compile(filter);
        let matched = Matched::of(snapshot, &Clause::all_of(compiled.must), &compiled.drill).unwrap();
        snapshot.facet(request, &matched, filter)
    }

    fn any_of(values: &[&str]) -> ValueMatch {
        ValueMatch { any_of: values.iter().map(|&value| value.to_owned()).collect(), ..ValueMatch::default() }
    }

    /// `value count` of each listed value, `*` behind those selected; then other, missing, distinct.
    fn shown(answer: FacetAnswer) -> (String, [u64; 3]) {
        let FacetAnswer::Terms { values, other, missing, distinct } = answer else { panic!("{answer:?}") };
        let value = |value: FacetValue| {
            format!("{} {}{}", value.value, value.count, if value.selected { "*" } else { "" })
        };
        (values.into_iter().map(value).collect::<Vec<_>>().join(", "), [other, missing, distinct])
    }

    #[test]
    fn shown_movies_are_counted_by_value() {
        use FacetField::{Cast, Decades, Genres, Providers};
        let snapshot = dozen_in_segments();
        let all = Filter::default();
        let crime = Filter { genres: any_of(&["CRIME"]), ..Filter::default() };
        let weaver = Filter { cast: any_of(&["Sigourney Weaver", "Nobody"]), ..Filter::default() };
        let seventies = Filter { decades: vec![1970, 1930], ..Filter::default() };
        let count = FacetOrder::Count;
        let cases = [
            (
                terms(Genres, 3, None, count),
                &all,
                "Crime 5, Drama 5, Science Fiction 3",
                // Thriller 3, Comedy 2, Horror 2, and Action, Fantasy, Romance once.
                [10, 0, 9],
            ),
            (terms(Genres, 2, None, FacetOrder::Value), &all, "Action 1, Comedy 2", [20, 0, 9]),
            (terms(Genres, 9, Some("RO"), count), &all, "Horror 2, Romance 1", [0, 0, 2]),
            // Its own filter is ignored; what it selects is listed even where it is cut off.
            (terms(Genres, 1, None, count), &crime, "Crime 5*", [18, 0, 9]),
            (terms(Genres, 0, None, count), &crime, "Crime 5*", [18, 0, 9]),
            (terms(Cast, 2, None, count), &crime, "Al Pacino 3, Robert De Niro 3", [7, 0, 8]),
            (
                terms(Cast, 1, None, count),
                &weaver,
                "Al Pacino 3, Nobody 0*, Sigourney Weaver 3*",
                [18, 1, 17],
            ),
            (
                terms(Genres, 9, None, count),
                &weaver,
                "Science Fiction 2, Action 1, Comedy 1, Fantasy 1, Horror 1",
                [0, 0, 5],
            ),
            (
                terms(Decades, 9, None, FacetOrder::Value),
                &all,
                "1920 1, 1960 1, 1970 4, 1980 2, 1990 2, 2000 1",
                [0, 1, 6],
            ),
            (terms(Decades, 1, None, count), &seventies, "1930 0*, 1970 4*", [7, 1, 6]),
            (terms(Providers, 9, None, count), &seventies, "test 4", [0, 0, 1]),
        ];
        for (request, filter, values, numbers) in cases {
            let answer = shown(facet(&snapshot, &request, filter));
            let mut listed: Vec<&str> = answer.0.split(", ").collect();
            let mut expected: Vec<&str> = values.split(", ").collect();
            // Selected values may stand behind the others.
            if values.contains('*') {
                listed.sort_unstable();
                expected.sort_unstable();
            }
            assert_eq!((listed, answer.1), (expected, numbers), "{request:?} {filter:?}");
        }
    }

    #[test]
    fn years_are_counted_in_buckets() {
        let snapshot = dozen_in_segments();
        let filter = Filter { year: YearRange { gte: Some(1975), lte: Some(1984) }, ..Filter::default() };
        let FacetAnswer::Years(years) = facet(&snapshot, &FacetRequest::Years { interval: 20 }, &filter)
        else {
            panic!("no years");
        };
        let bucket = |from, count, selected| YearBucket { from, to: from + 19, count, selected };
        let expected =
            [bucket(1920, 1, false), bucket(1960, 5, true), bucket(1980, 4, true), bucket(2000, 1, false)];
        assert_eq!(years.buckets, expected);
        assert_eq!((years.min, years.max, years.missing), (Some(1927), Some(2001), 1));
    }
}
