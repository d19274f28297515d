//! The filters of a question, by who ignores them.

use wikimovie_domain::FacetRequest;
use wikimovie_elasticsearch_dsl::Query;
use wikimovie_plan::{Clause, Drill, Plan};

use super::clause::{any_value, query};
use crate::mapping::field;

/// What the compiler must know of the cluster and its catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sizes {
    /// Shards of the index.
    pub(crate) shards: u32,
    /// Different people, as far as is known.
    pub(crate) people: usize,
}

/// A part of the drill: the facet that ignores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dimension {
    Genres,
    Cast,
    Directors,
    Languages,
    Countries,
    Providers,
    /// Years and decades, which ignore each other.
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
                FacetField::Directors => Self::Directors,
                FacetField::Languages => Self::Languages,
                FacetField::Countries => Self::Countries,
                FacetField::Providers => Self::Providers,
                FacetField::Decades => Self::Years,
            },
        }
    }
}

/// The drill as queries, by dimension; those that constrain nothing are left out.
pub(super) fn dimensions(drill: &Drill) -> Vec<(Dimension, Query)> {
    let years = if drill.years.is_empty() { Clause::All } else { Clause::Years(drill.years) };
    let decades = match &drill.decades[..] {
        [] => Clause::All,
        decades => Clause::any_of(decades.iter().copied().map(Clause::Years)),
    };
    [
        (Dimension::Genres, any_value(field::GENRE, &drill.genres)),
        (Dimension::Cast, any_value(field::CAST, &drill.cast)),
        (Dimension::Directors, any_value(field::DIRECTOR, &drill.directors)),
        (Dimension::Languages, any_value(field::LANGUAGE, &drill.languages)),
        (Dimension::Countries, any_value(field::COUNTRY, &drill.countries)),
        (Dimension::Providers, any_value(field::PROVIDER, &drill.providers)),
        (Dimension::Years, query(&Clause::all_of([decades, years]))),
    ]
    .into_iter()
    .filter(|(_, query)| ![Query::NONE, Query::ALL].contains(query))
    .collect()
}

/// The filters of a question, separated by who ignores them.
pub(super) struct Filters {
    /// For hits and facets alike.
    base: Vec<Query>,
    /// For hits, and for facets but their own.
    drill: Vec<(Dimension, Query)>,
}

impl Filters {
    /// A dimension that none of the facets asked ignores is a filter like any other.
    pub(super) fn of(plan: &Plan, facets: &[FacetRequest]) -> Self {
        let mut base = conjuncts(&plan.must);
        let ignored = |dimension: Dimension| facets.iter().any(|facet| Dimension::of(facet) == dimension);
        let (drill, rest): (Vec<_>, Vec<_>) =
            dimensions(&plan.drill).into_iter().partition(|&(dimension, _)| ignored(dimension));
        base.extend(rest.into_iter().map(|(_, query)| query));
        Self { base, drill }
    }

    pub(super) fn query(&self) -> Query {
        Query::all_of(self.base.clone())
    }

    pub(super) fn post_filter(&self) -> Option<Query> {
        let all: Vec<Query> = self.drill.iter().map(|(_, query)| query.clone()).collect();
        (!all.is_empty()).then(|| Query::all_of(all))
    }

    /// What a facet counts among.
    pub(super) fn without(&self, own: Dimension) -> Query {
        let others = self.drill.iter().filter(|&&(dimension, _)| dimension != own);
        Query::all_of(others.map(|(_, query)| query.clone()).collect())
    }
}

/// Clauses that all must hold.
pub(super) fn conjuncts(must: &Clause) -> Vec<Query> {
    match must {
        Clause::All => Vec::new(),
        Clause::AllOf(clauses) => clauses.iter().map(query).collect(),
        other => vec![query(other)],
    }
}
