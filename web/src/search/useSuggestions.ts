/** Suggestions for the text in the search box. */

import { useEffect, useState } from 'react';
import { ask } from '../api/graphql';
import { SuggestDocument, type Suggestion } from '../operations';
import { delayed } from './delayed';

/** Shorter than the pause between two keys of a slow typist, longer than that of a fast one. */
const SUGGEST_DELAY_MS = 90;

const NONE: readonly Suggestion[] = [];

export function useSuggestions(prefix: string, state: string | undefined, wanted: boolean): readonly Suggestion[] {
  const [suggestions, setSuggestions] = useState(NONE);

  useEffect(() => {
    if (!wanted || prefix.trim() === '') {
      setSuggestions(NONE);
      return undefined;
    }
    return delayed({
      delayMs: SUGGEST_DELAY_MS,
      send: (signal) => ask(SuggestDocument, state === undefined ? { prefix } : { prefix, state }, signal),
      onData: ({ autocomplete }) => setSuggestions(autocomplete),
      // The search itself reports what is wrong.
      onError: () => setSuggestions(NONE),
    });
    // Each answer brings a new state, while typing too; it does not make the list on show stale.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [prefix, wanted]);

  return suggestions;
}
