/** Apollo's and urql's caches by the shipped policies, against a live gateway: pages of a list become one list. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { Client, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { possibleTypes, typePolicies } from '../src/apollo.js';
import { keys, resolvers } from '../src/urql.js';
import { live, url } from './gateway.js';

interface Data {
  readonly search: {
    readonly total: { readonly value: number };
    readonly hits: {
      readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string; readonly title: string } }[];
      readonly pageInfo: { readonly endCursor: string };
    };
  };
}

const QUERY = gql`
  query Pages($after: String) {
    search(text: "love") {
      total {
        value
      }
      hits(first: 3, after: $after) {
        edges {
          cursor
          score
          node {
            id
            title
            provenance {
              provider
            }
            people(first: 2) {
              name
            }
          }
          highlights {
            text
          }
          reasons {
            kind
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
      facets {
        genres(first: 3) {
          values {
            value
            count
          }
        }
      }
      understood {
        kind
      }
    }
    autocomplete(prefix: "al pa") {
      text
      ... on PersonSuggestion {
        person {
          name
        }
      }
    }
  }
`;

test('Apollo Client appends the second page: 6 of 6 edges', live, async () => {
  const cache = new InMemoryCache({ possibleTypes, typePolicies: typePolicies() });
  const client = new ApolloClient({ cache, link: new HttpLink({ uri: `${url}/graphql` }) });
  const first = (await client.query<Data>({ query: QUERY })).data as Data;
  const query = client.watchQuery<Data>({ query: QUERY });
  const watching = query.subscribe({});
  assert.equal(first.search.hits.edges.length, 3);
  await query.fetchMore({ variables: { after: first.search.hits.pageInfo.endCursor } });
  // The cache tells its readers in a later task.
  const { search } = await eventually(() => {
    const data = query.getCurrentResult().data as Data;
    return data.search.hits.edges.length === 6 ? data : undefined;
  });
  assert.equal(new Set(search.hits.edges.map(({ node }) => node.id)).size, 6);
  assert.equal(search.total.value, first.search.total.value);
  watching.unsubscribe();
  client.stop();
});

async function eventually<Value>(read: () => Value | undefined): Promise<Value> {
  for (let tries = 0; tries < 100; tries += 1) {
    const value = read();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return assert.fail('the second page was not appended');
}

test('urql appends the second page, and warns of nothing: 6 of 6 edges', live, async (t) => {
  const warnings = t.mock.method(console, 'warn', () => undefined);
  const errors = t.mock.method(console, 'error', () => undefined);
  const client = new Client({
    url: `${url}/graphql`,
    preferGetMethod: false,
    exchanges: [cacheExchange({ keys: keys(), resolvers: resolvers() }), fetchExchange],
  });
  const first = await client.query<Data>(QUERY, {}).toPromise();
  assert.equal(first.error, undefined);
  const after = first.data?.search.hits.pageInfo.endCursor;
  const second = await client.query<Data>(QUERY, { after }).toPromise();
  assert.equal(second.data?.search.hits.edges.length, 6);
  assert.deepEqual([...warnings.mock.calls, ...errors.mock.calls].map(({ arguments: said }) => said), []);
});
