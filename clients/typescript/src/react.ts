/** Hooks of React for a search page: results and suggestions that follow what is typed. */

import { createContext, createElement, useCallback, useContext, useEffect, useRef, useState, type ReactNode } from 'react';
import type { WikimovieClient } from './client.js';
import {
  AutocompleteDocument,
  MovieSearchDocument,
  type AutocompleteQuery,
  type AutocompleteQueryVariables,
  type MovieSearchQuery,
  type MovieSearchQueryVariables,
} from './generated/operations.js';
import type { Operation } from './operation.js';

const Context = createContext<WikimovieClient | undefined>(undefined);

/** The client that the hooks below it ask. */
export function WikimovieProvider({ client, children }: { readonly client: WikimovieClient; readonly children?: ReactNode }) {
  return createElement(Context.Provider, { value: client }, children);
}

/** @throws {Error} outside a `WikimovieProvider`. */
export function useWikimovie(): WikimovieClient {
  const client = useContext(Context);
  if (!client) throw new Error('useWikimovie needs a WikimovieProvider above it');
  return client;
}

export interface Asked<Data> {
  /** The newest answer; the one to earlier variables while theirs is on the way. */
  readonly data: Data | undefined;
  /** Why the newest question has no answer. */
  readonly error: Error | undefined;
  readonly loading: boolean;
}

/**
 * Asks whenever the variables differ from those before. The newest question wins: an older one is given up. `undefined` asks
 * nothing and keeps no answer.
 */
export function useOperation<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables | undefined,
): Asked<Data> {
  const client = useWikimovie();
  const [answer, setAnswer] = useState<{ readonly key?: string; readonly data?: Data; readonly error?: Error }>({});
  const key = variables === undefined ? undefined : JSON.stringify(variables);
  useEffect(() => {
    if (key === undefined) {
      setAnswer({});
      return undefined;
    }
    const controller = new AbortController();
    const asked = JSON.parse(key) as Variables;
    // The types of the call depend on whether there are variables at all.
    const ask = client.ask.bind(client) as (
      of: Operation<Data, Variables>,
      variables: Variables,
      options: { signal: AbortSignal },
    ) => Promise<Data>;
    ask(operation, asked, { signal: controller.signal }).then(
      (data) => {
        if (!controller.signal.aborted) setAnswer({ key, data });
      },
      (error: unknown) => {
        if (controller.signal.aborted) return;
        const shown = error instanceof Error ? error : new Error(String(error));
        setAnswer((before) => ({ ...before, key, error: shown }));
      },
    );
    return () => controller.abort();
  }, [client, operation, key]);
  const current = answer.key === key;
  return { data: answer.data, error: current ? answer.error : undefined, loading: key !== undefined && !current };
}

/** Suggestions for what is typed; nothing is asked for an empty box. */
export function useAutocomplete(
  prefix: string,
  variables: Omit<AutocompleteQueryVariables, 'prefix'> = {},
): Asked<AutocompleteQuery> {
  return useOperation(AutocompleteDocument, prefix.trim() === '' ? undefined : { ...variables, prefix });
}

export interface MovieSearchAsked extends Asked<MovieSearchQuery> {
  /** Whether there are further movies. */
  readonly hasMore: boolean;
  /** Appends the next page to `data.search.hits.edges`; does nothing while one is on the way. */
  readonly loadMore: () => Promise<void>;
}

type Hits = MovieSearchQuery['search']['hits'];

/** The movies that a question finds, page by page. */
export function useMovieSearch(variables: MovieSearchQueryVariables): MovieSearchAsked {
  const client = useWikimovie();
  const first = useOperation(MovieSearchDocument, variables);
  const key = JSON.stringify(variables);
  const [later, setLater] = useState<{ readonly of: MovieSearchQuery; readonly hits: Hits }>();
  const loading = useRef(false);
  const known = later !== undefined && later.of === first.data ? later.hits : undefined;
  const hits = known ?? first.data?.search.hits;
  const loadMore = useCallback(async () => {
    const after = hits?.pageInfo.endCursor;
    if (!first.data || !hits?.pageInfo.hasNextPage || after == null || loading.current) return;
    loading.current = true;
    try {
      const { search } = await client.ask(MovieSearchDocument, { ...(JSON.parse(key) as MovieSearchQueryVariables), after });
      setLater({ of: first.data, hits: { ...search.hits, edges: [...hits.edges, ...search.hits.edges] } });
    } finally {
      loading.current = false;
    }
  }, [client, first.data, hits, key]);
  const data = first.data && hits ? { ...first.data, search: { ...first.data.search, hits } } : first.data;
  return { ...first, data, hasMore: hits?.pageInfo.hasNextPage === true, loadMore };
}
