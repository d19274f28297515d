//! Facets: the movies of a question counted by genre, person, director, language, country, decade, year and provider.

/// Fields with a facet of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FacetField {
    /// Genre.
    Genres,
    /// Person of the cast.
    Cast,
    /// Director.
    Directors,
    /// Spoken language.
    Languages,
    /// Country of production.
    Countries,
    /// Decade, by its first year.
    Decades,
    /// Provider.
    Providers,
}

/// Order of a facet's values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FacetOrder {
    /// Most movies first; equal counts by value, bytewise.
    #[default]
    Count,
    /// By value, bytewise over the folded value (decades: by year).
    Value,
}

/// A request for one facet.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FacetRequest {
    /// Values with their counts.
    Terms {
        /// Counted by.
        field: FacetField,
        /// Number of values, 0 to 100; selected and excluded values are listed in addition.
        first: usize,
        /// Only values with a word that starts with this text, or that contain it, folded.
        contains: Option<String>,
        /// Order of the values.
        order: FacetOrder,
    },
    /// Movies by year, in buckets of so many years (at least 1).
    Years {
        /// Years in a bucket.
        interval: u32,
    },
}

impl FacetRequest {
    /// Most values of one facet.
    pub const MAX_VALUES: i64 = 100;
}

/// Answer to one [`FacetRequest`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FacetAnswer {
    /// To [`FacetRequest::Terms`].
    Terms {
        /// The values, in the order asked.
        values: Vec<FacetValue>,
        /// Sum of the counts of the values not listed, after `contains` (a movie with two of them counts twice).
        other: u64,
        /// Movies without any value.
        missing: u64,
        /// Number of values with a count, listed or not (after `contains`).
        distinct: u64,
    },
    /// To [`FacetRequest::Years`].
    Years(YearHistogram),
}

/// One value of a facet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetValue {
    /// In its commonest spelling; a decade as `1980`.
    pub value: String,
    /// Movies that have it, under every filter but this facet's own `anyOf`; years and decades are one facet in this.
    pub count: u64,
    /// Whether the question's filter asks for it.
    pub selected: bool,
    /// Whether the question's filter excludes it.
    pub excluded: bool,
}

/// Movies by year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct YearHistogram {
    /// Earliest year counted.
    pub min: Option<i64>,
    /// Latest year counted.
    pub max: Option<i64>,
    /// Movies without a year.
    pub missing: u64,
    /// Buckets that contain a movie under every filter but the question's own years and decades, by year; their first year is
    /// a multiple of the interval.
    pub buckets: Vec<YearBucket>,
}

/// Movies of some years.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearBucket {
    /// First year.
    pub from: i64,
    /// Last year, included.
    pub to: i64,
    /// Movies.
    pub count: u64,
    /// Whether the question has a year range and the bucket's years overlap it.
    pub selected: bool,
}
