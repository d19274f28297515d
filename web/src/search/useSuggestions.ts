/** Suggestions for what stands in the box, asked when typing rests for a moment. */

import { useEffect, useState } from 'react';
import { ask } from '../api/graphql';
import { SuggestDocument, type Suggestion } from '../operations';

/** Shorter than the pause between two keys of a slow typist, longer than that of a fast one. */
const PAUSE_MS = 90;

const NONE: readonly Suggestion[] = [];

export function useSuggestions(prefix: string, state: string | undefined, wanted: boolean): readonly Suggestion[] {
  const [suggestions, setSuggestions] = useState(NONE);

  useEffect(() => {
    if (!wanted || prefix.trim() === '') {
      setSuggestions(NONE);
      return undefined;
    }
    const controller = new AbortController();
    const timer = setTimeout(() => {
      ask(SuggestDocument, state === undefined ? { prefix } : { prefix, state }, controller.signal)
        .then(({ autocomplete }) => {
          if (!controller.signal.aborted) setSuggestions(autocomplete);
        })
        // Suggestions are a courtesy: the search itself tells what is wrong.
        .catch(() => {
          if (!controller.signal.aborted) setSuggestions(NONE);
        });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
    // The state changes with every answer, typing included; a list once shown need not be asked again for it.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [prefix, wanted]);

  return suggestions;
}
