/** The operations that the page sends, and names for the parts of their answers. */

import type { SearchPageQuery, SimilarQuery, SuggestQuery } from './generated';

export * from './generated';

export type MovieSearch = SearchPageQuery['search'];
export type MovieHit = MovieSearch['hits']['edges'][number];
export type Movie = MovieHit['node'];
export type MatchReason = MovieHit['reasons'][number];
export type TextMatch = MovieHit['highlights'][number];
export type Span = TextMatch['spans'][number];
export type MovieFacets = MovieSearch['facets'];
export type TermFacet = MovieFacets['genres'];
export type FacetValue = TermFacet['values'][number];
export type YearFacet = MovieFacets['years'];
export type YearBucket = YearFacet['buckets'][number];
export type Understanding = MovieSearch['understood'][number];
export type Correction = NonNullable<MovieSearch['didYouMean']>;
export type Relaxation = MovieSearch['relaxations'][number];
export type Suggestion = SuggestQuery['autocomplete'][number];
export type SimilarMovie = NonNullable<SimilarQuery['movie']>['similar'][number];
