//! Counting the movies of a question by value and by year.

use std::borrow::Cow;

use wikimovie_domain::{FacetAnswer, FacetField, FacetRequest, Filter};
use wikimovie_plan::{
    facets::{self, ByYear, Counted},
    vocabulary::Entry,
};
use wikimovie_text as text;

use super::{
    eval::{Bits, Dimension, Matched},
    lists::Lists,
    snapshot::Snapshot,
};

impl Snapshot {
    /// Answers one facet; each ignores its own part of the drill.
    pub(super) fn facet(&self, request: &FacetRequest, matched: &Matched, filter: &Filter) -> FacetAnswer {
        match request {
            FacetRequest::Years { interval } => {
                let (years, missing) = self.by_year(&matched.without(Dimension::Years));
                FacetAnswer::Years(facets::histogram(&years, missing, filter, *interval))
            }
            FacetRequest::Terms { field, first, contains, order } => {
                let counted = match field {
                    FacetField::Decades => {
                        let (years, missing) = self.by_year(&matched.without(Dimension::Decades));
                        Counted::decades(&years, missing, filter)
                    }
                    FacetField::Genres => {
                        let among = matched.without(Dimension::Genres);
                        let chosen = facets::selected(&filter.genres.any_of, text::key);
                        self.keyed(&self.genres, self.vocabulary.genres(), &among, chosen)
                    }
                    FacetField::Cast => {
                        let among = matched.without(Dimension::Cast);
                        let chosen = facets::selected(&filter.cast.any_of, text::key);
                        self.keyed(&self.people, self.vocabulary.people(), &among, chosen)
                    }
                    FacetField::Providers => {
                        let among = matched.without(Dimension::Providers);
                        let chosen = facets::selected(&filter.providers.any_of, str::to_owned);
                        self.keyed(&self.providers, self.vocabulary.providers(), &among, chosen)
                    }
                };
                counted.answer(*first, contains.as_deref(), *order)
            }
        }
    }

    /// Movies among these by entry; one flat count a value, then only the values that count are looked at.
    fn keyed<'a>(
        &self,
        rows: &Lists,
        entries: &'a [Entry],
        among: &Bits,
        chosen: Vec<(String, &'a String)>,
    ) -> Counted<'a> {
        let mut counts = vec![0_u32; entries.len()];
        let mut missing = 0;
        for doc in among.ones() {
            let values = rows.get(doc);
            missing += u64::from(values.is_empty());
            for &value in values {
                counts[value as usize] += 1;
            }
        }
        let counted = entries.iter().zip(counts).filter(|&(_, count)| count > 0);
        let counted = counted.map(|(entry, count)| (Cow::Borrowed(entry.key.as_str()), u64::from(count)));
        Counted::keyed(entries, counted, chosen, missing)
    }

    /// Movies by year, and movies without one.
    fn by_year(&self, among: &Bits) -> (ByYear, u64) {
        let mut counts = facets::no_years();
        for doc in among.ones() {
            counts[usize::from(self.year[doc])] += 1;
        }
        let missing = std::mem::take(&mut counts[0]);
        (counts, missing)
    }
}
