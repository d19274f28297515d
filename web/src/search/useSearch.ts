/** The answer to the current view. An answer to an older view is dropped. */

import { useEffect, useState } from 'react';
import { ask, isAbort } from '../api/graphql';
import { SearchPageDocument, type MovieSearch, type SearchPageQueryVariables } from '../operations';
import type { View } from './view';

export const PAGE_SIZE = 20;

/** How many values the long facets list, and the text that the values must contain. */
export interface FacetOptions {
  readonly genres: number;
  readonly genresContain: string;
  readonly people: number;
  readonly peopleContain: string;
  readonly directors: number;
  readonly directorsContain: string;
}

export interface SearchState {
  readonly answer: MovieSearch | undefined;
  /** The view that the answer, or the error, belongs to. */
  readonly answeredView: View | undefined;
  readonly error: Error | undefined;
  readonly loading: boolean;
  /** Time from request to answer, as this browser measures it. */
  readonly tookMs: number;
}

const INITIAL: SearchState = { answer: undefined, answeredView: undefined, error: undefined, loading: true, tookMs: 0 };

/** A new `revision` repeats the search, because the catalogue has changed. */
export function useSearch(view: View, options: FacetOptions, revision: string): SearchState {
  const [state, setState] = useState(INITIAL);

  useEffect(() => {
    const controller = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    const started = performance.now();
    ask(SearchPageDocument, variables(view, options), controller.signal)
      .then(({ search }) =>
        setState({
          answer: search,
          answeredView: view,
          error: undefined,
          loading: false,
          tookMs: performance.now() - started,
        }),
      )
      .catch((error: unknown) => {
        if (controller.signal.aborted || isAbort(error)) return;
        setState((before) => ({
          ...before,
          answeredView: view,
          error: error instanceof Error ? error : new Error(String(error)),
          loading: false,
        }));
      });
    return () => controller.abort();
  }, [view, options, revision]);

  // A new view is rendered once before its effect runs, with the old answer still on show.
  return { ...state, loading: state.loading || state.answeredView !== view };
}

export function variables(view: View, options: FacetOptions): SearchPageQueryVariables {
  const question =
    view.state === undefined ? { text: view.text, where: view.filters, sort: view.sort } : { state: view.state };
  const page =
    view.page && 'before' in view.page
      ? { last: PAGE_SIZE, before: view.page.before }
      : { first: PAGE_SIZE, ...view.page };
  return {
    ...question,
    ...page,
    genres: options.genres,
    people: options.people,
    directors: options.directors,
    ...(options.genresContain && { genresContain: options.genresContain }),
    ...(options.peopleContain && { peopleContain: options.peopleContain }),
    ...(options.directorsContain && { directorsContain: options.directorsContain }),
  };
}
