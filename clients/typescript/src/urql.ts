/** What urql's graphcache must know of the contract: which objects have no key, and that pages of one list are one list. */

import { relayPagination } from '@urql/exchange-graphcache/extras';
import type { KeyingConfig, ResolverConfig } from '@urql/exchange-graphcache';
import { typesWithId, typesWithoutId } from './generated/cache.js';

/** For `cacheExchange({ keys: keys(), resolvers: resolvers() })`. */
export function keys(): KeyingConfig {
  return {
    ...Object.fromEntries(typesWithoutId.map((name) => [name, () => null])),
    // A query may do without the id: the object then belongs to the one around it.
    ...Object.fromEntries(typesWithId.map((name) => [name, ({ id }: { id?: unknown }) => (typeof id === 'string' ? id : null)])),
  };
}

/** Lists that grow by the pages asked for: of a search, of a person, of receipts. */
export function resolvers(): ResolverConfig {
  return {
    Query: { importReceipts: relayPagination() },
    MovieSearch: { hits: relayPagination() },
    Person: { filmography: relayPagination() },
  };
}
