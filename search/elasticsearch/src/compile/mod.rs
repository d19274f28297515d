//! Compiles a plan and a search request to DSL. Pure: the same input gives the same searches.

mod clause;
mod facet;
mod filters;
mod page;
mod score;

use wikimovie_domain::SearchRequest;
use wikimovie_elasticsearch_dsl::{Query, Search, TrackTotalHits};
use wikimovie_engine::cursor::SortKey;
use wikimovie_plan::{ENOUGH_HITS, Plan};

use self::filters::{Filters, conjuncts, dimensions};
pub(super) use self::{
    clause::{any_value, person, query},
    facet::{DISTINCT, MISSING, SELECTED, VALUES, YEARS, by_year, name as facet_name},
    filters::Sizes,
    page::{HitOrder, by_known, sort_key_of},
    score::ranked,
};

/// The searches of one question, in the order in which their answers are read: the first carries total, facets and
/// the first page; then come further pages and reverse probes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Searches {
    pub(super) searches: Vec<Search>,
    /// For each page asked, the search that reads it and the one that finds whether anything is before its
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
    } else if !request.question.text.is_empty() || wanted.did_you_mean || wanted.relaxations {
        // Whether they are enough decides at which level the question is answered.
        TrackTotalHits::UpTo(ENOUGH_HITS)
    } else {
        TrackTotalHits::Exact(false)
    }
}
