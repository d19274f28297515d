//! Facets as aggregations: each under a filter of the drill without its own part, never `global`.

use wikimovie_domain::{FacetField, FacetRequest, SearchRequest};
use wikimovie_elasticsearch_dsl::{Aggregation, Aggregations, Include, TermsOrder};
use wikimovie_plan::facets;

use super::filters::{Dimension, Filters, Sizes};
use crate::mapping::field;

/// Names of what is counted below a facet's filter.
pub(crate) const VALUES: &str = "values";
pub(crate) const SELECTED: &str = "selected";
pub(crate) const MISSING: &str = "missing";
pub(crate) const DISTINCT: &str = "distinct";
pub(crate) const YEARS: &str = "years";
/// Every value; its buckets are counted and not sent.
const ALL: &str = "all";

/// Buckets that one aggregation may have on every engine, with room for the others of the request.
const MAX_BUCKETS: usize = 60_000;
/// Years that a movie may have.
const YEAR_BUCKETS: usize = 300;
/// Longest regular expression that engines take, in characters.
const MAX_PATTERN: usize = 1_000;

/// Names of the facets of one request: engines answer by name, in no order.
const NAMES: [&str; SearchRequest::MAX_FACETS] = [
    "f00", "f01", "f02", "f03", "f04", "f05", "f06", "f07", "f08", "f09", "f10", "f11", "f12", "f13", "f14",
    "f15", "f16", "f17", "f18", "f19",
];

/// The name of the facet at this place; `None` beyond what one request may ask.
pub(crate) fn name(at: usize) -> Option<&'static str> {
    NAMES.get(at).copied()
}

/// The aggregations of all facets.
pub(super) fn aggregations(filters: &Filters, request: &SearchRequest, sizes: Sizes) -> Aggregations {
    let facets = request.facets.iter().zip(NAMES);
    facets
        .map(|(facet, name)| {
            let among = filters.without(Dimension::of(facet));
            (name, Aggregation::filter(among, counts(facet, request, sizes)))
        })
        .collect()
}

fn counts(facet: &FacetRequest, request: &SearchRequest, sizes: Sizes) -> Aggregations {
    let filter = &request.question.filter;
    match facet {
        FacetRequest::Years { .. } => years(),
        FacetRequest::Terms { field: FacetField::Decades, .. } => years(),
        FacetRequest::Terms { field, first, contains, order } => {
            let name = match field {
                FacetField::Cast => field::CAST,
                FacetField::Directors => field::DIRECTOR,
                FacetField::Languages => field::LANGUAGE,
                FacetField::Countries => field::COUNTRY,
                FacetField::Providers => field::PROVIDER,
                FacetField::Genres | FacetField::Decades => field::GENRE,
            };
            let chosen = facets::chosen(filter, *field);
            let include = facets::contained(contains.as_deref()).map(|text| containing(&text));
            let order = match order {
                wikimovie_domain::FacetOrder::Count => TermsOrder::Count,
                wikimovie_domain::FacetOrder::Value => TermsOrder::Value,
            };
            // A shard knows only its own counts: where several count, each returns more than is asked.
            let shard_size = (sizes.shards > 1).then(|| first * 20 + 200);
            let mut counts = Aggregations::new();
            counts.insert(
                VALUES,
                Aggregation::terms(name, (*first).max(1), order, include.clone(), shard_size),
            );
            counts.insert(MISSING, Aggregation::missing(name));
            if !chosen.is_empty() {
                let keys = chosen.into_iter().map(|chosen| chosen.key).collect();
                counts.insert(SELECTED, Aggregation::counts_of(name, keys));
            }
            if request.wanted.distinct {
                let is_of_people = matches!(field, FacetField::Cast | FacetField::Directors);
                if is_of_people && sizes.people > MAX_BUCKETS {
                    counts.insert(DISTINCT, Aggregation::cardinality(name));
                } else {
                    counts
                        .insert(ALL, Aggregation::terms(name, MAX_BUCKETS, TermsOrder::Value, include, None));
                    counts.insert(DISTINCT, Aggregation::stats_of_counts("all>_count"));
                }
            }
            counts
        }
    }
}

fn containing(text: &str) -> Include {
    match Include::containing(text) {
        // No key is that long, so none holds it.
        Include::Pattern(pattern) if pattern.chars().count() > MAX_PATTERN => Include::Pattern(String::new()),
        include => include,
    }
}

/// Movies by year.
pub(crate) fn by_year() -> Aggregation {
    Aggregation::terms(field::YEAR, YEAR_BUCKETS, TermsOrder::Value, None, None)
}

fn years() -> Aggregations {
    Aggregations::from([(YEARS, by_year()), (MISSING, Aggregation::missing(field::YEAR))])
}
