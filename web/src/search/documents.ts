/** What the page asks. `npm test` checks these texts against the schema. */

import type { Document } from '../api/graphql';
import type {
  AutocompleteData,
  AutocompleteVariables,
  CatalogData,
  SearchData,
  SearchVariables,
  SimilarData,
} from './types';

const TERM_FACET = /* GraphQL */ `
  fragment Values on TermFacet {
    values {
      value
      count
      selected
      toggle
    }
    other
    distinct
  }
`;

export const SEARCH: Document<SearchData, SearchVariables> = {
  text: /* GraphQL */ `
    query SearchPage(
      $text: String
      $where: MovieWhere
      $sort: MovieSort
      $state: SearchState
      $first: Int
      $after: String
      $last: Int
      $before: String
      $genres: Int!
      $genresContain: String
      $people: Int!
      $peopleContain: String
    ) {
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
              cast
              genres
              summary
              url
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
            ...Values
          }
          cast(first: $people, contains: $peopleContain) {
            ...Values
          }
          decades(first: 20) {
            ...Values
          }
          providers(first: 20) {
            ...Values
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
    ${TERM_FACET}
  `,
};

export const AUTOCOMPLETE: Document<AutocompleteData, AutocompleteVariables> = {
  text: /* GraphQL */ `
    query Suggest($prefix: String!, $state: SearchState) {
      autocomplete(prefix: $prefix, state: $state, first: 8) {
        __typename
        text
        count
        state
        highlight {
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
      }
    }
  `,
};

export const SIMILAR: Document<SimilarData, { id: string }> = {
  text: /* GraphQL */ `
    query Similar($id: ID!) {
      movie(id: $id) {
        similar(first: 6) {
          id
          title
          year
        }
      }
    }
  `,
};

export const CATALOG: Document<CatalogData, Record<string, never>> = {
  text: /* GraphQL */ `
    query CatalogLine {
      catalog {
        engine
        engineVersion
        movies
        people
        generation
      }
    }
  `,
};

export const CATALOG_CHANGED = /* GraphQL */ `
  subscription CatalogChanged {
    catalogChanged {
      generation
      movies
    }
  }
`;
