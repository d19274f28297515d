//! Scores: of each group its best tier, summed over the groups. Every clause scores a whole number, so sums are exact
//! and the same on every engine, shard and replica.

use wikimovie_elasticsearch_dsl::{Bool, ConstantScore, DisMax, Query};
use wikimovie_plan::{Clause, Group, Tier};

use super::clause::query;

/// The same documents, with scores.
pub(crate) fn ranked(found: Query, groups: &[Group]) -> Query {
    let should: Vec<Query> = groups.iter().filter_map(group).collect();
    let filter = match found {
        Query::Bool(bool) if bool.should.is_empty() && bool.must_not.is_empty() => bool.filter,
        other => vec![other],
    };
    Query::Bool(Box::new(Bool { filter, should, minimum_should_match: Some(0), ..Bool::default() }))
}

fn group(group: &Group) -> Option<Query> {
    let mut tiers: Vec<Query> = merged(&group.tiers).into_iter().map(tier).collect();
    match tiers.len() {
        0 => None,
        1 => tiers.pop(),
        _ => Some(Query::DisMax(DisMax { queries: tiers })),
    }
}

fn tier((weight, clause): (u32, Clause)) -> Query {
    Query::ConstantScore(Box::new(ConstantScore { filter: query(&clause), boost: weight }))
}

/// Tiers of one weight are one.
fn merged(tiers: &[Tier]) -> Vec<(u32, Clause)> {
    tiers
        .chunk_by(|a, b| a.weight == b.weight)
        .filter_map(|same| {
            let clause = Clause::any_of(same.iter().map(|tier| tier.clause.clone()));
            Some((same.first()?.weight, clause)).filter(|(_, clause)| *clause != Clause::None)
        })
        .collect()
}
