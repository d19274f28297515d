/** Suggestions for what is typed, asked at once for every key. An older answer never replaces a newer one. */

import { useEffect, useState } from 'preact/hooks';
import { ask } from '../gateway/ask';
import type { HashedDocument } from '../operations';
import { catalog } from '../store/catalog';
import { Lru } from '../store/lru';

const answers = new Lru<readonly unknown[]>(100);
catalog.onChange(() => answers.clear());

/**
 * @param variables undefined where nothing is wanted.
 * @returns the suggestions for these variables, or the last ones while theirs are on the way.
 */
export function useSuggestions<Item, Variables extends object>(
  document: HashedDocument<{ readonly autocomplete: readonly Item[] }, Variables>,
  variables: Variables | undefined,
): readonly Item[] {
  const key = variables && `${document.hash} ${JSON.stringify(variables)}`;
  const known = key === undefined ? undefined : (answers.get(key) as readonly Item[] | undefined);
  const [landed, setLanded] = useState<readonly Item[]>([]);

  useEffect(() => {
    if (key === undefined || variables === undefined) {
      setLanded([]);
      return undefined;
    }
    if (known) {
      setLanded(known);
      return undefined;
    }
    let wanted = true;
    ask(document, variables).then(
      ({ data }) => {
        answers.set(key, data.autocomplete);
        if (wanted) setLanded(data.autocomplete);
      },
      () => {
        // The page tells of problems beside the results; a list without suggestions is none.
        if (wanted) setLanded([]);
      },
    );
    return () => {
      wanted = false;
    };
    // The key stands for document and variables.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);

  return known ?? landed;
}
