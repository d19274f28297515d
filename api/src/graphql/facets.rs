//! Counts of the movies found: by genre, person, director, language, country, decade, year and provider.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, Result, SelectionField};
use wikimovie_domain::{self as domain, FacetAnswer, FacetField, FacetRequest, Question};
use wikimovie_plan::toggle;

use crate::error::ApiError;
use crate::graphql::{
    hits::argument,
    inputs::{count, cut},
    result::SearchResult,
    scalars::SearchState,
    scope,
};

const VALUES: usize = 20;
/// Years in a bucket at most: the whole range of years that a movie may have.
const MAX_INTERVAL: i32 = 231;

/// Order of a facet's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::FacetOrder")]
pub(crate) enum FacetOrder {
    /// Most movies first; equal counts by value.
    Count,
    /// By value, A first.
    Value,
}

/// The facet that a selected field of `MovieFacets` asks; `None` where it is none, or its arguments are wrong:
/// then its own resolver says so.
pub(crate) fn facet_request(field: SelectionField<'_>) -> Option<FacetRequest> {
    let arguments = field.arguments().ok()?;
    let terms = |facet, rich: bool| {
        let (contains, order) = if rich {
            (argument(&arguments, "contains")?, argument(&arguments, "orderBy")?)
        } else {
            (None, None)
        };
        terms(facet, argument(&arguments, "first")?, contains, order).ok()
    };
    match field.name() {
        "genres" => terms(FacetField::Genres, true),
        "cast" => terms(FacetField::Cast, true),
        "directors" => terms(FacetField::Directors, true),
        "languages" => terms(FacetField::Languages, true),
        "countries" => terms(FacetField::Countries, true),
        "decades" => terms(FacetField::Decades, false),
        "providers" => terms(FacetField::Providers, false),
        "years" => years(argument(&arguments, "interval")?).ok(),
        _ => None,
    }
}

fn terms(
    field: FacetField,
    first: Option<i32>,
    contains: Option<String>,
    order: Option<FacetOrder>,
) -> Result<FacetRequest, ApiError> {
    let order = order.map_or_else(domain::FacetOrder::default, domain::FacetOrder::from);
    let contains = contains.map(cut).filter(|text| !text.trim().is_empty());
    Ok(FacetRequest::Terms { field, first: count("first", first, VALUES)?, contains, order })
}

fn years(interval: Option<i32>) -> Result<FacetRequest, ApiError> {
    match interval.unwrap_or(1) {
        interval @ 1..=MAX_INTERVAL => Ok(FacetRequest::Years { interval: interval.unsigned_abs() }),
        other => Err(ApiError::input("interval", format!("interval {other} is outside 1 to {MAX_INTERVAL}"))),
    }
}

/// Counts of the movies found.
#[derive(Clone, Debug)]
pub(crate) struct MovieFacets(pub(crate) Arc<SearchResult>);

impl MovieFacets {
    fn terms(&self, field: FacetField, request: Result<FacetRequest, ApiError>) -> Result<TermFacet> {
        match self.0.facet(&request?)? {
            FacetAnswer::Terms { values, other, missing, distinct } => Ok(TermFacet {
                question: self.0.question(),
                field,
                values: values.clone(),
                other: *other,
                missing: *missing,
                distinct: *distinct,
            }),
            FacetAnswer::Years(_) => Err(ApiError::internal("years came for a facet of values").into()),
        }
    }
}

/// Counts of the movies found, by their values. A facet ignores its own filter (`anyOf`; years and decades ignore each
/// other's too), so that further values can be selected; values that differ only in case or accents are one. Only the
/// facets selected are computed.
#[Object]
impl MovieFacets {
    /// Movies by genre.
    async fn genres(
        &self,
        #[graphql(
            desc = "Number of values, 0 to 100; selected and excluded values are listed in addition.",
            default = 20
        )]
        first: Option<i32>,
        #[graphql(desc = "Only genres that contain this text, ignoring case and accents.")] contains: Option<
            String,
        >,
        #[graphql(desc = "Order of the values.", default_with = "Some(FacetOrder::Count)")] order_by: Option<
            FacetOrder,
        >,
    ) -> Result<TermFacet> {
        self.terms(FacetField::Genres, terms(FacetField::Genres, first, contains, order_by))
    }

    /// Movies by person in the cast.
    async fn cast(
        &self,
        #[graphql(
            desc = "Number of values, 0 to 100; selected and excluded values are listed in addition.",
            default = 20
        )]
        first: Option<i32>,
        #[graphql(desc = "Only names that contain this text, ignoring case and accents.")] contains: Option<
            String,
        >,
        #[graphql(desc = "Order of the values.", default_with = "Some(FacetOrder::Count)")] order_by: Option<
            FacetOrder,
        >,
    ) -> Result<TermFacet> {
        self.terms(FacetField::Cast, terms(FacetField::Cast, first, contains, order_by))
    }

    /// Movies by director.
    async fn directors(
        &self,
        #[graphql(
            desc = "Number of values, 0 to 100; selected and excluded values are listed in addition.",
            default = 20
        )]
        first: Option<i32>,
        #[graphql(desc = "Only names that contain this text, ignoring case and accents.")] contains: Option<
            String,
        >,
        #[graphql(desc = "Order of the values.", default_with = "Some(FacetOrder::Count)")] order_by: Option<
            FacetOrder,
        >,
    ) -> Result<TermFacet> {
        self.terms(FacetField::Directors, terms(FacetField::Directors, first, contains, order_by))
    }

    /// Movies by spoken language, as the providers name them.
    async fn languages(
        &self,
        #[graphql(
            desc = "Number of values, 0 to 100; selected and excluded values are listed in addition.",
            default = 20
        )]
        first: Option<i32>,
        #[graphql(desc = "Only languages that contain this text, ignoring case and accents.")]
        contains: Option<String>,
        #[graphql(desc = "Order of the values.", default_with = "Some(FacetOrder::Count)")] order_by: Option<
            FacetOrder,
        >,
    ) -> Result<TermFacet> {
        self.terms(FacetField::Languages, terms(FacetField::Languages, first, contains, order_by))
    }

    /// Movies by country of production, as the providers name them.
    async fn countries(
        &self,
        #[graphql(
            desc = "Number of values, 0 to 100; selected and excluded values are listed in addition.",
            default = 20
        )]
        first: Option<i32>,
        #[graphql(desc = "Only countries that contain this text, ignoring case and accents.")]
        contains: Option<String>,
        #[graphql(desc = "Order of the values.", default_with = "Some(FacetOrder::Count)")] order_by: Option<
            FacetOrder,
        >,
    ) -> Result<TermFacet> {
        self.terms(FacetField::Countries, terms(FacetField::Countries, first, contains, order_by))
    }

    /// Movies by decade; a value is the decade's first year, such as `1980`.
    async fn decades(
        &self,
        #[graphql(
            desc = "Number of values, 0 to 100; selected and excluded values are listed in addition.",
            default = 20
        )]
        first: Option<i32>,
    ) -> Result<TermFacet> {
        self.terms(FacetField::Decades, terms(FacetField::Decades, first, None, None))
    }

    /// Movies by year: a histogram.
    async fn years(
        &self,
        #[graphql(desc = "Years in one bucket, 1 to 231.", default = 1)] interval: Option<i32>,
    ) -> Result<YearFacet> {
        match self.0.facet(&years(interval)?)? {
            FacetAnswer::Years(years) => Ok(YearFacet { question: self.0.question(), years: years.clone() }),
            FacetAnswer::Terms { .. } => Err(ApiError::internal("values came for a facet of years").into()),
        }
    }

    /// Movies by provider.
    async fn providers(
        &self,
        #[graphql(
            desc = "Number of values, 0 to 100; selected and excluded values are listed in addition.",
            default = 20
        )]
        first: Option<i32>,
    ) -> Result<TermFacet> {
        self.terms(FacetField::Providers, terms(FacetField::Providers, first, None, None))
    }
}

/// Movies by value.
#[derive(Clone, Debug)]
pub(crate) struct TermFacet {
    question: Arc<Question>,
    field: FacetField,
    values: Vec<domain::FacetValue>,
    other: u64,
    missing: u64,
    distinct: u64,
}

/// Movies by value of one field.
#[Object]
impl TermFacet {
    /// The values with their counts, in the requested order. Selected and excluded values are always listed, even at 0.
    async fn values(&self) -> Vec<FacetValue> {
        let value = |value: &domain::FacetValue| FacetValue {
            question: Arc::clone(&self.question),
            field: self.field,
            value: value.clone(),
        };
        self.values.iter().map(value).collect()
    }

    /// Number of further values that have movies and are not listed.
    async fn other(&self) -> u64 {
        self.other
    }

    /// Number of movies without any value.
    async fn missing(&self) -> u64 {
        self.missing
    }

    /// Number of values that have movies, listed or not.
    async fn distinct(&self) -> u64 {
        self.distinct
    }
}

/// One value of a facet.
#[derive(Clone, Debug)]
pub(crate) struct FacetValue {
    question: Arc<Question>,
    field: FacetField,
    value: domain::FacetValue,
}

/// One value of a facet, with the number of movies that have it.
#[Object]
impl FacetValue {
    /// The value in its commonest spelling; a decade as its first year, such as `1980`.
    async fn value(&self) -> &str {
        &self.value.value
    }

    /// Movies that have it, under every filter but this facet's own.
    async fn count(&self) -> u64 {
        self.value.count
    }

    /// Whether the question's own filter asks for it: in `anyOf`, in `allOf`, or as a decade, also within `and`.
    async fn selected(&self) -> bool {
        self.value.selected
    }

    /// Whether the question's own filter excludes it: in `noneOf`, also within `and`.
    async fn excluded(&self) -> bool {
        self.value.excluded
    }

    /// The question with this value added to the filter, or without it where it is selected or excluded: what a click
    /// on it searches.
    async fn toggle(&self, ctx: &Context<'_>) -> Result<SearchState> {
        let toggled = toggle::toggle_value(&self.question, self.field, &self.value.value);
        Ok(scope::seal_state(ctx, &toggled)?)
    }
}

/// Movies by year.
#[derive(Clone, Debug)]
pub(crate) struct YearFacet {
    question: Arc<Question>,
    years: domain::YearHistogram,
}

/// Movies by year of release.
#[Object]
impl YearFacet {
    /// Earliest year counted; null where no movie has a year.
    async fn min(&self) -> Option<i64> {
        self.years.min
    }

    /// Latest year counted; null where no movie has a year.
    async fn max(&self) -> Option<i64> {
        self.years.max
    }

    /// Number of movies without a year.
    async fn missing(&self) -> u64 {
        self.years.missing
    }

    /// The buckets that hold movies, by year; buckets of the question's own range are listed even at 0.
    async fn buckets(&self) -> Vec<YearBucket> {
        let bucket = |bucket: &domain::YearBucket| YearBucket {
            question: Arc::clone(&self.question),
            bucket: bucket.clone(),
        };
        self.years.buckets.iter().map(bucket).collect()
    }
}

/// Movies of some years.
#[derive(Clone, Debug)]
pub(crate) struct YearBucket {
    question: Arc<Question>,
    bucket: domain::YearBucket,
}

/// Movies of one year, or of some years in a row.
#[Object]
impl YearBucket {
    /// First year of the bucket.
    async fn from(&self) -> i64 {
        self.bucket.from
    }

    /// Last year of the bucket, included.
    async fn to(&self) -> i64 {
        self.bucket.to
    }

    /// Movies of these years, under every filter but the ones on year and decade.
    async fn count(&self) -> u64 {
        self.bucket.count
    }

    /// Whether the question's own year range covers the bucket.
    async fn selected(&self) -> bool {
        self.bucket.selected
    }

    /// The question with its year range set to this bucket, or without it where it equals this bucket.
    async fn toggle(&self, ctx: &Context<'_>) -> Result<SearchState> {
        let toggled = toggle::toggle_years(&self.question, self.bucket.from, self.bucket.to);
        Ok(scope::seal_state(ctx, &toggled)?)
    }
}
