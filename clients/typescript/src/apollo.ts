/** What Apollo Client must know of the contract: pages of one list are one list, and which types an interface has. */

import type { TypePolicies } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import { possibleTypes as types } from './generated/cache.js';

/** For `new InMemoryCache({ possibleTypes, typePolicies: typePolicies() })`. */
export const possibleTypes: Record<string, string[]> = Object.fromEntries(
  Object.entries(types).map(([name, of]) => [name, [...of]]),
);

/**
 * Policies for `InMemoryCache`: `fetchMore({ variables: { after } })` appends to the list of the same question. Lists need
 * `edges` and `pageInfo`; pages of `nodes` alone replace each other.
 */
export function typePolicies(): TypePolicies {
  return {
    Query: {
      fields: {
        search: { keyArgs: ['text', 'where', 'sort', 'understand', 'state'], merge: true },
        importReceipts: relayStylePagination(['status']),
      },
    },
    MovieSearch: { merge: true, fields: { hits: relayStylePagination(), facets: { merge: true } } },
    Person: { fields: { filmography: relayStylePagination(['role']) } },
  };
}
