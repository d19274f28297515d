/** The answer to the current view. Only the newest question's answer is ever shown. */

import { useEffect, useState } from 'react';
import { ask, isAbort } from '../api/graphql';
import { SearchPageDocument, type MovieSearch, type SearchPageQueryVariables } from '../operations';
import type { View } from './view';

export const PAGE_SIZE = 20;

/** How much of the long facets is shown, and which words narrow them. */
export interface FacetWish {
  readonly genres: number;
  readonly genresContain: string;
  readonly people: number;
  readonly peopleContain: string;
}

export interface SearchState {
  readonly answer: MovieSearch | undefined;
  /** The view that the answer, or the error, belongs to. */
  readonly answered: View | undefined;
  readonly error: Error | undefined;
  readonly loading: boolean;
  /** From question to answer as this browser saw it. */
  readonly tookMs: number;
}

const START: SearchState = { answer: undefined, answered: undefined, error: undefined, loading: true, tookMs: 0 };

/** `revision` is no part of the question: a new one asks it again. */
export function useSearch(view: View, wish: FacetWish, revision: string): SearchState {
  const [state, setState] = useState(START);

  useEffect(() => {
    const controller = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    const started = performance.now();
    ask(SearchPageDocument, variables(view, wish), controller.signal)
      .then(({ search }) =>
        setState({
          answer: search,
          answered: view,
          error: undefined,
          loading: false,
          tookMs: performance.now() - started,
        }),
      )
      .catch((error: unknown) => {
        if (controller.signal.aborted || isAbort(error)) return;
        setState((before) => ({
          ...before,
          answered: view,
          error: error instanceof Error ? error : new Error(String(error)),
          loading: false,
        }));
      });
    return () => controller.abort();
  }, [view, wish, revision]);

  // Between a new view and the effect above lies a moment in which the old answer is on show.
  return { ...state, loading: state.loading || state.answered !== view };
}

function variables(view: View, wish: FacetWish): SearchPageQueryVariables {
  const question =
    view.state === undefined ? { text: view.text, where: view.where, sort: view.sort } : { state: view.state };
  const page =
    view.page && 'before' in view.page
      ? { last: PAGE_SIZE, before: view.page.before }
      : { first: PAGE_SIZE, ...view.page };
  return {
    ...question,
    ...page,
    genres: wish.genres,
    people: wish.people,
    ...(wish.genresContain && { genresContain: wish.genresContain }),
    ...(wish.peopleContain && { peopleContain: wish.peopleContain }),
  };
}
