/** The operations that the page sends, and names for the parts of their answers. */

import type {
  FacetsQuery,
  FilmsFragment,
  HitsQuery,
  MoviePageQuery,
  PathQuery,
  PersonPageQuery,
  StartQuery,
  SuggestPeopleQuery,
  SuggestQuery,
  TileFragment,
} from './generated';

export * from './generated';

export type Found = HitsQuery['search'];
export type Hit = Found['hits']['edges'][number];
export type HitMovie = Hit['node'];
export type MatchReason = Hit['reasons'][number];
export type TextMatch = Hit['highlights'][number];
export type Span = TextMatch['spans'][number];
export type Understanding = Found['understood'][number];
export type Attribution = NonNullable<HitMovie['attribution']>;
export type MovieFacets = FacetsQuery['search']['facets'];
export type TermFacet = MovieFacets['genres'];
export type FacetValue = TermFacet['values'][number];
export type YearFacet = MovieFacets['years'];
export type Relaxation = FacetsQuery['search']['relaxations'][number];
export type CatalogCounts = FacetsQuery['catalog'];
export type Suggestion = SuggestQuery['autocomplete'][number];
export type PersonSuggestion = SuggestPeopleQuery['autocomplete'][number];
export type MovieDetails = NonNullable<MoviePageQuery['movie']>;
export type PersonDetails = NonNullable<PersonPageQuery['person']>;
export type CostarPath = NonNullable<PathQuery['costars']>;
export type Start = StartQuery;
export type Tile = TileFragment;
export type Films = FilmsFragment;
