/** The shapes of the page's questions and answers, in the words of the schema. */

export type MovieSort = 'RELEVANCE' | 'YEAR_DESC' | 'YEAR_ASC' | 'TITLE_ASC' | 'TITLE_DESC';

export interface MovieWhere {
  readonly genres?: { readonly anyOf: readonly string[] };
  readonly cast?: { readonly anyOf: readonly string[] };
  readonly providers?: { readonly anyOf: readonly string[] };
  readonly decades?: readonly number[];
  readonly year?: { readonly gte?: number; readonly lte?: number };
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface TextMatch {
  readonly field: 'TITLE' | 'CAST' | 'GENRES' | 'SUMMARY' | 'YEAR';
  readonly text: string;
  readonly spans: readonly Span[];
}

export interface Movie {
  readonly id: string;
  readonly title: string;
  readonly year: number | null;
  readonly cast: readonly string[];
  readonly genres: readonly string[];
  readonly summary: string | null;
  readonly url: string | null;
}

export interface MatchReason {
  readonly kind: string;
  readonly typed: string;
  readonly matched: string;
}

export interface MovieHit {
  readonly cursor: string;
  readonly node: Movie;
  readonly highlights: readonly TextMatch[];
  readonly reasons: readonly MatchReason[];
}

export interface FacetValue {
  readonly value: string;
  readonly count: number;
  readonly selected: boolean;
  readonly toggle: string;
}

export interface TermFacet {
  readonly values: readonly FacetValue[];
  readonly other: number;
  readonly distinct: number;
}

export interface YearBucket {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly selected: boolean;
  readonly toggle: string;
}

export interface YearFacet {
  readonly min: number | null;
  readonly max: number | null;
  readonly buckets: readonly YearBucket[];
}

export interface MovieFacets {
  readonly genres: TermFacet;
  readonly cast: TermFacet;
  readonly decades: TermFacet;
  readonly providers: TermFacet;
  readonly years: YearFacet;
}

export interface Understanding {
  readonly kind: string;
  readonly typed: string;
  readonly value: string;
  readonly effect: 'FILTER' | 'BOOST';
  readonly remove: string;
}

export interface Correction {
  readonly text: string;
  readonly total: number;
  readonly state: string;
}

export interface Relaxation {
  readonly part: string;
  readonly dropped: string;
  readonly total: number;
  readonly state: string;
}

export interface PageInfo {
  readonly hasPreviousPage: boolean;
  readonly hasNextPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

export interface MovieSearch {
  readonly total: { readonly value: number; readonly relation: 'EQUAL' | 'AT_LEAST' };
  readonly hits: { readonly edges: readonly MovieHit[]; readonly pageInfo: PageInfo };
  readonly facets: MovieFacets;
  readonly understood: readonly Understanding[];
  readonly didYouMean: Correction | null;
  readonly relaxations: readonly Relaxation[] | null;
  readonly state: string;
}

export interface SearchData {
  readonly search: MovieSearch;
}

export interface SearchVariables {
  readonly text?: string;
  readonly where?: MovieWhere;
  readonly sort?: MovieSort;
  readonly state?: string;
  readonly first?: number;
  readonly after?: string;
  readonly last?: number;
  readonly before?: string;
  readonly genres: number;
  readonly genresContain?: string;
  readonly people: number;
  readonly peopleContain?: string;
}

export type SuggestionType = 'MovieSuggestion' | 'PersonSuggestion' | 'GenreSuggestion' | 'DecadeSuggestion';

export interface Suggestion {
  readonly __typename: SuggestionType;
  readonly text: string;
  readonly count: number;
  readonly state: string;
  readonly highlight: { readonly text: string; readonly spans: readonly Span[] };
  readonly movie?: { readonly id: string; readonly year: number | null };
}

export interface AutocompleteData {
  readonly autocomplete: readonly Suggestion[];
}

export interface AutocompleteVariables {
  readonly prefix: string;
  readonly state?: string;
}

export interface SimilarMovie {
  readonly id: string;
  readonly title: string;
  readonly year: number | null;
}

export interface SimilarData {
  readonly movie: { readonly similar: readonly SimilarMovie[] } | null;
}

export interface CatalogLine {
  readonly engine: string;
  readonly engineVersion: string;
  readonly movies: number;
  readonly people: number;
  readonly generation: string;
}

export interface CatalogData {
  readonly catalog: CatalogLine;
}

export interface CatalogChangedData {
  readonly catalogChanged: { readonly generation: string; readonly movies: number };
}
