/**
 * A search page with urql: results on every key, "More" that appends, filters by genre. Start it with any bundler and an
 * element `#app`; the gateway's address is `globalThis.WIKIMOVIE_URL`, by default the page's own.
 */

import { cacheExchange } from '@urql/exchange-graphcache';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { Client, fetchExchange, gql, Provider, useQuery, type TypedDocumentNode } from 'urql';
import { keys, resolvers } from 'wikimovie-client/urql';

interface Data {
  readonly search: {
    readonly total: { readonly value: number };
    readonly hits: {
      readonly edges: readonly { readonly node: { readonly id: string; readonly title: string; readonly year: number | null } }[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    };
    readonly facets: { readonly genres: { readonly values: readonly { readonly value: string; readonly count: number }[] } };
  };
}

interface Variables {
  readonly text: string;
  readonly genres: readonly string[];
  readonly after?: string | null;
}

const SEARCH: TypedDocumentNode<Data, Variables> = gql`
  query Search($text: String, $genres: [String!], $after: String) {
    search(text: $text, where: { genres: { anyOf: $genres } }) {
      total {
        value
      }
      hits(first: 5, after: $after) {
        edges {
          node {
            id
            title
            year
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
      facets {
        genres(first: 5) {
          values {
            value
            count
          }
        }
      }
    }
  }
`;

function Search() {
  const [text, setText] = useState('');
  const [genre, setGenre] = useState<string>();
  const [after, setAfter] = useState<string | null>(null);
  // The list before stays on show while the next one is on the way; the cache joins the pages of one question.
  const variables = { text, genres: genre === undefined ? [] : [genre], after };
  const [{ data, error }] = useQuery({ query: SEARCH, variables });
  const shown = data?.search;
  const ask = (change: () => void): void => {
    setAfter(null);
    change();
  };
  return (
    <main>
      <label>
        Movies <input value={text} onChange={({ currentTarget }) => ask(() => setText(currentTarget.value))} />
      </label>
      {error && <p role="alert">{error.message}</p>}
      {shown && (
        <>
          <p role="status">{shown.total.value} movies</p>
          <ul>
            {shown.facets.genres.values.map(({ value, count }) => (
              <li key={value}>
                <button
                  type="button"
                  aria-pressed={value === genre}
                  onClick={() => ask(() => setGenre(value === genre ? undefined : value))}
                >
                  {value} {count}
                </button>
              </li>
            ))}
          </ul>
          <ol>
            {shown.hits.edges.map(({ node }) => (
              <li key={node.id}>
                {node.title} {node.year}
              </li>
            ))}
          </ol>
          {shown.hits.pageInfo.hasNextPage && (
            <button
              type="button"
              id="more"
              onClick={() => setAfter(shown.hits.pageInfo.endCursor)}
            >
              More
            </button>
          )}
        </>
      )}
    </main>
  );
}

const { WIKIMOVIE_URL = '' } = globalThis as { WIKIMOVIE_URL?: string };
const client = new Client({
  url: `${WIKIMOVIE_URL}/graphql`,
  preferGetMethod: false,
  exchanges: [cacheExchange({ keys: keys(), resolvers: resolvers() }), fetchExchange],
});
const app = document.getElementById('app');
if (!app) throw new Error('there is no element #app');
createRoot(app).render(
  <Provider value={client}>
    <Search />
  </Provider>,
);
