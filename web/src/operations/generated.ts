/** Generated from schema.graphql and the operations by `npm run generate`; do not edit. */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type MovieSort =
  | 'POPULARITY_ASC'
  | 'POPULARITY_DESC'
  | 'RATING_ASC'
  | 'RATING_DESC'
  | 'RELEVANCE'
  | 'TITLE_ASC'
  | 'TITLE_DESC'
  | 'YEAR_ASC'
  | 'YEAR_DESC';

export type MovieWhere = {
  and?: Array<MovieWhere> | null | undefined;
  cast?: ValueMatch | null | undefined;
  countries?: ValueMatch | null | undefined;
  decades?: Array<number> | null | undefined;
  directors?: ValueMatch | null | undefined;
  genres?: ValueMatch | null | undefined;
  hasPoster?: boolean | null | undefined;
  languages?: ValueMatch | null | undefined;
  not?: MovieWhere | null | undefined;
  or?: Array<MovieWhere> | null | undefined;
  providers?: ValueMatch | null | undefined;
  rating?: RatingRange | null | undefined;
  runtime?: RuntimeRange | null | undefined;
  title?: string | null | undefined;
  writers?: ValueMatch | null | undefined;
  year?: YearRange | null | undefined;
};

export type RatingRange = {
  gte?: number | null | undefined;
  lte?: number | null | undefined;
};

export type ReasonKind =
  | 'EXACT_TITLE'
  | 'GENRE'
  | 'INFLECTED'
  | 'JOINED'
  | 'MISSING'
  | 'NUMERAL'
  | 'PERSON'
  | 'PHRASE'
  | 'PIN'
  | 'PREFIX'
  | 'SYNONYM'
  | 'TITLE_PREFIX'
  | 'TYPO'
  | 'WORD'
  | 'YEAR';

export type RelaxedPart =
  | 'CAST'
  | 'COUNTRIES'
  | 'DECADES'
  | 'DIRECTORS'
  | 'GENRES'
  | 'HAS_POSTER'
  | 'LANGUAGES'
  | 'PERSON'
  | 'PROVIDERS'
  | 'RATING'
  | 'RUNTIME'
  | 'SEVERAL'
  | 'TEXT'
  | 'TITLE'
  | 'UNDERSTOOD'
  | 'WORD'
  | 'WRITERS'
  | 'YEAR';

export type RuntimeRange = {
  gte?: number | null | undefined;
  lte?: number | null | undefined;
};

export type SearchField =
  | 'CAST'
  | 'DIRECTORS'
  | 'GENRES'
  | 'KEYWORDS'
  | 'PLOT'
  | 'SUMMARY'
  | 'TITLE'
  | 'TITLES'
  | 'WRITERS'
  | 'YEAR';

export type TitleKind =
  | 'ALTERNATIVE'
  | 'ORIGINAL'
  | 'WORKING';

export type TotalRelation =
  | 'AT_LEAST'
  | 'EQUAL';

export type UnderstandingEffect =
  | 'BOOST'
  | 'FILTER'
  | 'IGNORED';

export type UnderstandingKind =
  | 'DECADE'
  | 'DIRECTOR'
  | 'EXCLUDED'
  | 'FILLER'
  | 'GENRE'
  | 'PERSON'
  | 'PHRASE'
  | 'SIMILAR'
  | 'YEAR'
  | 'YEAR_RANGE';

export type ValueMatch = {
  allOf?: Array<string> | null | undefined;
  anyOf?: Array<string> | null | undefined;
  noneOf?: Array<string> | null | undefined;
};

export type YearRange = {
  gte?: number | null | undefined;
  lte?: number | null | undefined;
};

export type CatalogChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type CatalogChangedSubscription = { catalogChanged: { generation: string, asOf: string, movies: number } };

export type CatalogLineQueryVariables = Exact<{ [key: string]: never; }>;


export type CatalogLineQuery = { catalog: { engine: string, engineVersion: string, movies: number, people: number, generation: string } };

export type SearchPageQueryVariables = Exact<{
  text?: string | null | undefined;
  where?: MovieWhere | null | undefined;
  sort?: MovieSort | null | undefined;
  state?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  genres: number;
  genresContain?: string | null | undefined;
  people: number;
  peopleContain?: string | null | undefined;
  directors: number;
  directorsContain?: string | null | undefined;
}>;


export type SearchPageQuery = { search: { state: string, total: { value: number, relation: TotalRelation }, hits: { edges: Array<{ cursor: string, node: { id: string, title: string, year: number | null, directors: Array<string>, cast: Array<string>, genres: Array<string>, summary: string | null, runtime: number | null, rating: number | null, url: string | null, titles: Array<{ title: string, language: string | null, kind: TitleKind }>, attribution: { text: string, licence: string | null, url: string | null } | null }, highlights: Array<{ field: SearchField, text: string, spans: Array<{ start: number, end: number }> }>, reasons: Array<{ kind: ReasonKind, typed: string, matched: string }> }>, pageInfo: { hasPreviousPage: boolean, hasNextPage: boolean, startCursor: string | null, endCursor: string | null } }, facets: { genres: { other: number, distinct: number, values: Array<{ value: string, count: number, selected: boolean, toggle: string }> }, cast: { other: number, distinct: number, values: Array<{ value: string, count: number, selected: boolean, toggle: string }> }, directors: { other: number, distinct: number, values: Array<{ value: string, count: number, selected: boolean, toggle: string }> }, decades: { other: number, distinct: number, values: Array<{ value: string, count: number, selected: boolean, toggle: string }> }, providers: { other: number, distinct: number, values: Array<{ value: string, count: number, selected: boolean, toggle: string }> }, years: { min: number | null, max: number | null, buckets: Array<{ from: number, to: number, count: number, selected: boolean, toggle: string }> } }, understood: Array<{ kind: UnderstandingKind, typed: string, value: string, effect: UnderstandingEffect, remove: string }>, didYouMean: { text: string, total: number, state: string } | null, relaxations: Array<{ part: RelaxedPart, dropped: string, total: number, state: string }> } };

export type TermFacetValuesFragment = { other: number, distinct: number, values: Array<{ value: string, count: number, selected: boolean, toggle: string }> };

export type SimilarQueryVariables = Exact<{
  id: string | number;
}>;


export type SimilarQuery = { movie: { similar: Array<{ id: string, title: string, year: number | null }> } | null };

export type SuggestQueryVariables = Exact<{
  prefix: string;
  state?: string | null | undefined;
}>;


export type SuggestQuery = { autocomplete: Array<
    | { __typename: 'DecadeSuggestion', from: number, text: string, count: number, state: string, highlight: { field: SearchField, text: string, spans: Array<{ start: number, end: number }> } }
    | { __typename: 'GenreSuggestion', text: string, count: number, state: string, highlight: { field: SearchField, text: string, spans: Array<{ start: number, end: number }> } }
    | { __typename: 'MovieSuggestion', text: string, count: number, state: string, movie: { id: string, year: number | null }, highlight: { field: SearchField, text: string, spans: Array<{ start: number, end: number }> } }
    | { __typename: 'PersonSuggestion', text: string, count: number, state: string, highlight: { field: SearchField, text: string, spans: Array<{ start: number, end: number }> } }
  > };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const TermFacetValuesFragmentDoc = new TypedDocumentString(`
    fragment TermFacetValues on TermFacet {
  values {
    value
    count
    selected
    toggle
  }
  other
  distinct
}
    `, {"fragmentName":"TermFacetValues"}) as unknown as TypedDocumentString<TermFacetValuesFragment, unknown>;
export const CatalogChangedDocument = new TypedDocumentString(`
    subscription CatalogChanged {
  catalogChanged {
    generation
    asOf
    movies
  }
}
    `) as unknown as TypedDocumentString<CatalogChangedSubscription, CatalogChangedSubscriptionVariables>;
export const CatalogLineDocument = new TypedDocumentString(`
    query CatalogLine {
  catalog {
    engine
    engineVersion
    movies
    people
    generation
  }
}
    `) as unknown as TypedDocumentString<CatalogLineQuery, CatalogLineQueryVariables>;
export const SearchPageDocument = new TypedDocumentString(`
    query SearchPage($text: String, $where: MovieWhere, $sort: MovieSort, $state: SearchState, $first: Int, $after: String, $last: Int, $before: String, $genres: Int!, $genresContain: String, $people: Int!, $peopleContain: String, $directors: Int!, $directorsContain: String) {
  search(text: $text, where: $where, sort: $sort, state: $state) {
    total {
      value
      relation
    }
    hits(first: $first, after: $after, last: $last, before: $before) {
      edges {
        cursor
        node {
          id
          title
          year
          titles {
            title
            language
            kind
          }
          directors
          cast
          genres
          summary
          runtime
          rating
          url
          attribution {
            text
            licence
            url
          }
        }
        highlights {
          field
          text
          spans {
            start
            end
          }
        }
        reasons {
          kind
          typed
          matched
        }
      }
      pageInfo {
        hasPreviousPage
        hasNextPage
        startCursor
        endCursor
      }
    }
    facets {
      genres(first: $genres, contains: $genresContain) {
        ...TermFacetValues
      }
      cast(first: $people, contains: $peopleContain) {
        ...TermFacetValues
      }
      directors(first: $directors, contains: $directorsContain) {
        ...TermFacetValues
      }
      decades(first: 20) {
        ...TermFacetValues
      }
      providers(first: 20) {
        ...TermFacetValues
      }
      years(interval: 5) {
        min
        max
        buckets {
          from
          to
          count
          selected
          toggle
        }
      }
    }
    understood {
      kind
      typed
      value
      effect
      remove
    }
    didYouMean {
      text
      total
      state
    }
    relaxations {
      part
      dropped
      total
      state
    }
    state
  }
}
    fragment TermFacetValues on TermFacet {
  values {
    value
    count
    selected
    toggle
  }
  other
  distinct
}`) as unknown as TypedDocumentString<SearchPageQuery, SearchPageQueryVariables>;
export const SimilarDocument = new TypedDocumentString(`
    query Similar($id: ID!) {
  movie(id: $id) {
    similar(first: 6) {
      id
      title
      year
    }
  }
}
    `) as unknown as TypedDocumentString<SimilarQuery, SimilarQueryVariables>;
export const SuggestDocument = new TypedDocumentString(`
    query Suggest($prefix: String!, $state: SearchState) {
  autocomplete(prefix: $prefix, state: $state, first: 8) {
    __typename
    text
    count
    state
    highlight {
      field
      text
      spans {
        start
        end
      }
    }
    ... on MovieSuggestion {
      movie {
        id
        year
      }
    }
    ... on DecadeSuggestion {
      from
    }
  }
}
    `) as unknown as TypedDocumentString<SuggestQuery, SuggestQueryVariables>;