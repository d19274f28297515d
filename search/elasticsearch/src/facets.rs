//! Facets read from aggregations.

use std::borrow::Cow;

use wikimovie_domain::{FacetAnswer, FacetField, FacetRequest, SearchRequest};
use wikimovie_elasticsearch_dsl::{AggregationResult, AggregationResults, BucketValue};
use wikimovie_engine::error::SearchError;
use wikimovie_plan::facets::{self, ByYear, Counted as Facet};

use crate::{
    compile::{DISTINCT, MISSING, SELECTED, VALUES, YEARS, facet_name},
    response::{asked_below, below, unexpected_response},
    view::View,
};

/// The facets of a request, in its order.
pub(crate) fn answers(
    view: &View,
    request: &SearchRequest,
    counted: &mut AggregationResults,
) -> Result<Vec<FacetAnswer>, SearchError> {
    let mut answers = Vec::with_capacity(request.facets.len());
    for (at, facet) in request.facets.iter().enumerate() {
        let counted = facet_name(at).and_then(|name| counted.remove(name));
        let counted = counted.ok_or_else(|| unexpected_response("a facet is missing"))?;
        answers.push(answer(view, request, facet, counted)?);
    }
    Ok(answers)
}

fn answer(
    view: &View,
    request: &SearchRequest,
    facet: &FacetRequest,
    mut counted: AggregationResult,
) -> Result<FacetAnswer, SearchError> {
    let filter = &request.question.filter;
    let missing = asked_below(&mut counted, MISSING)?.doc_count;
    let (field, first, contains, order) = match facet {
        FacetRequest::Years { interval } => {
            let years = by_year(asked_below(&mut counted, YEARS)?);
            return Ok(FacetAnswer::Years(facets::histogram(&years, missing, filter, *interval)));
        }
        FacetRequest::Terms { field, first, contains, order } => {
            (*field, *first, contains.as_deref(), *order)
        }
    };
    let vocabulary = &view.vocabulary;
    if field == FacetField::Decades {
        let years = by_year(asked_below(&mut counted, YEARS)?);
        return Ok(Facet::decades(&years, missing, filter).answer(first, contains, order));
    }
    let entries = vocabulary.entries(field);
    let chosen = facets::chosen(filter, field);
    let values = asked_below(&mut counted, VALUES)?;
    let mut unlisted = values.sum_other_doc_count;
    let mut counts: Vec<(String, u64)> =
        values.buckets.into_iter().map(|bucket| (bucket.key.into_text(), bucket.doc_count)).collect();
    let narrowed = facets::contained(contains);
    let is_counted = |key: &str| narrowed.as_deref().is_none_or(|text| key.contains(text));
    // Values in all, of those that the facet counts.
    let distinct = below(&mut counted, DISTINCT)?;
    let distinct = distinct.and_then(|distinct| distinct.count.or(distinct.value));
    let mut listed = counts.len() as u64;
    if let Some(selected) = below(&mut counted, SELECTED)? {
        for bucket in selected.buckets {
            let (key, count) = (bucket.key.into_text(), bucket.doc_count);
            if counts.iter().any(|(known, _)| *known == key) {
                continue;
            }
            if is_counted(&key) {
                unlisted = unlisted.saturating_sub(count);
                listed += 1;
            }
            counts.push((key, count));
        }
    }
    let counts = counts.into_iter().map(|(key, count)| (Cow::Owned(key), count));
    let facet = Facet {
        unlisted,
        unlisted_values: distinct.unwrap_or(listed).saturating_sub(listed),
        ..Facet::keyed(entries, counts, chosen, missing)
    };
    Ok(facet.answer(first, contains, order))
}

fn by_year(counted: AggregationResult) -> ByYear {
    let mut years = facets::no_years();
    for bucket in counted.buckets {
        if let BucketValue::Number(year) = bucket.key
            && let Some(count) = usize::try_from(year).ok().and_then(|year| years.get_mut(year))
        {
            *count += bucket.doc_count;
        }
    }
    years
}
