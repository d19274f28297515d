//! Compiles a plan and a search request to DSL. Pure: the same input gives the same searches.

mod clause;
mod facet;
mod page;
mod score;

use wikimovie_domain::{FacetRequest, SearchRequest};
use wikimovie_elasticsearch_dsl::{Query, Search, SortValue, TrackTotalHits};
use wikimovie_engine::cursor::SortKey;
use wikimovie_plan::{Clause, Drill, Plan};

pub(super) use self::{
    clause::{any_value, query},
    facet::{DISTINCT, MISSING, SELECTED, VALUES, YEARS, by_year, name as facet_name},
    page::{HitOrder, sort_key_of},
    score::ranked,
};
use super::mapping::field;

/// Number of hits up to which corrections and relaxations are searched.
pub(super) const FEW_HITS: u64 = wikimovie_plan::FEW_HITS;

/// What the compiler needs to know about the cluster and its catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sizes {
    /// Shards of the index.
    pub(super) shards: u32,
    /// Number of different people, if known.
    pub(super) people: usize,
}

/// The searches of one question, in the order in which their answers are read: the first carries total, facets and
/// the first page; then come further pages and reverse probes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Searches {
    pub(super) searches: Vec<Search>,
    /// For each requested page, the search that reads it and the one that finds whether there is anything beyond its
    /// cursor.
    pub(super) pages: Vec<PageSearches>,
}

/// Position of a page's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PageSearches {
    pub(super) page: usize,
    pub(super) probe: Option<usize>,
}

/// Compiles a question whose text and filter became this plan. `places` are the opened cursors of its pages.
pub(super) fn compile(
    plan: &Plan,
    request: &SearchRequest,
    places: &[Option<SortKey>],
    sizes: Sizes,
) -> Searches {
    let order = HitOrder::of(request.question.sort, plan);
    let filters = Filters::of(plan, &request.facets);
    let mut first = Search {
        post_filter: filters.post_filter(),
        aggs: facet::aggregations(&filters, request, sizes),
        track_total_hits: total(request),
        ..Search::new(filters.query())
    };
    let mut searches = Vec::new();
    let mut pages = Vec::new();
    for (asked, place) in request.hits.iter().zip(places) {
        let page = page::page(plan, asked, order, place.as_ref());
        let at = if pages.is_empty() {
            first = Search {
                aggs: first.aggs,
                post_filter: first.post_filter,
                track_total_hits: first.track_total_hits,
                query: page::scored(first.query, plan, asked, order),
                ..page
            };
            0
        } else {
            searches.push(Search { query: page::scored(everything(plan), plan, asked, order), ..page });
            searches.len()
        };
        pages.push(PageSearches { page: at, probe: None });
    }
    searches.insert(0, first);
    for ((asked, place), places) in request.hits.iter().zip(places).zip(&mut pages) {
        if let Some(place) = place.as_ref().filter(|_| asked.page_info) {
            let probe = page::probe(asked, order, place);
            places.probe = Some(searches.len());
            searches.push(Search { query: page::scored(everything(plan), plan, asked, order), ..probe });
        }
    }
    Searches { searches, pages }
}

/// All clauses of a hit.
pub(super) fn everything(plan: &Plan) -> Query {
    let mut all = conjuncts(&plan.must);
    all.extend(dimensions(&plan.drill).into_iter().map(|(_, query)| query));
    Query::all_of(all)
}

fn total(request: &SearchRequest) -> TrackTotalHits {
    let wanted = &request.wanted;
    if wanted.total {
        TrackTotalHits::Exact(true)
    } else if wanted.did_you_mean || wanted.relaxations {
        TrackTotalHits::UpTo(FEW_HITS + 1)
    } else {
        TrackTotalHits::Exact(false)
    }
}

/// A part of the drill: the facet that ignores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dimension {
    Genres,
    Cast,
    Providers,
    Decades,
    Years,
}

impl Dimension {
    pub(super) fn of(request: &FacetRequest) -> Self {
        use wikimovie_domain::FacetField;
        match request {
            FacetRequest::Years { .. } => Self::Years,
            FacetRequest::Terms { field, .. } => match field {
                FacetField::Genres => Self::Genres,
                FacetField::Cast => Self::Cast,
                FacetField::Providers => Self::Providers,
                FacetField::Decades => Self::Decades,
            },
        }
    }
}

/// The drill as queries, by dimension; those that constrain nothing are omitted.
fn dimensions(drill: &Drill) -> Vec<(Dimension, Query)> {
    let ranges = drill.decades.iter().map(|&range| query(&Clause::Years(range))).collect();
    let years = if drill.years.is_empty() { Vec::new() } else { vec![query(&Clause::Years(drill.years))] };
    [
        (Dimension::Genres, any_value(field::GENRE, &drill.genres)),
        (Dimension::Cast, any_value(field::PERSON, &drill.cast)),
        (Dimension::Providers, any_value(field::PROVIDER, &drill.providers)),
        (Dimension::Decades, Query::any_of(ranges)),
        (Dimension::Years, Query::any_of(years)),
    ]
    .into_iter()
    .filter(|(_, query)| *query != Query::NONE)
    .collect()
}

/// The filters of a question, by what they apply to.
pub(super) struct Filters {
    /// For hits and facets alike.
    base: Vec<Query>,
    /// For hits, and for facets but their own.
    drill: Vec<(Dimension, Query)>,
}

impl Filters {
    /// A dimension that no requested facet ignores is a filter like any other.
    fn of(plan: &Plan, facets: &[FacetRequest]) -> Self {
        let mut base = conjuncts(&plan.must);
        let ignored = |dimension: Dimension| facets.iter().any(|facet| Dimension::of(facet) == dimension);
        let (drill, rest): (Vec<_>, Vec<_>) =
            dimensions(&plan.drill).into_iter().partition(|&(dimension, _)| ignored(dimension));
        base.extend(rest.into_iter().map(|(_, query)| query));
        Self { base, drill }
    }

    fn query(&self) -> Query {
        Query::all_of(self.base.clone())
    }

    fn post_filter(&self) -> Option<Query> {
        let all: Vec<Query> = self.drill.iter().map(|(_, query)| query.clone()).collect();
        (!all.is_empty()).then(|| Query::all_of(all))
    }

    /// The movies that a facet counts.
    fn without(&self, own: Dimension) -> Query {
        let others = self.drill.iter().filter(|&&(dimension, _)| dimension != own);
        Query::all_of(others.map(|(_, query)| query.clone()).collect())
    }
}

/// Clauses that all must hold.
fn conjuncts(must: &Clause) -> Vec<Query> {
    match must {
        Clause::All => Vec::new(),
        Clause::AllOf(clauses) => clauses.iter().map(query).collect(),
        other => vec![query(other)],
    }
}

/// Sort values of a place.
pub(super) type SortValues = Vec<SortValue>;
