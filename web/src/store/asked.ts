/** The answer to one operation, kept so that Back shows it at once. */

import { useEffect, useState } from 'preact/hooks';
import { ask } from '../gateway/ask';
import { keepAsking } from '../gateway/keepAsking';
import type { Problem } from '../gateway/problem';
import type { HashedDocument } from '../operations';
import { catalog } from './catalog';
import { Lru } from './lru';

const answers = new Lru<unknown>(50);
catalog.onChange(() => answers.clear());

export interface Asked<Data> {
  /** The last answer, also of other variables while the new one is on the way. */
  readonly data: Data | undefined;
  readonly loading: boolean;
  readonly problem: Problem | undefined;
  readonly retry: () => void;
}

interface Landed {
  readonly key: string;
  readonly data?: unknown;
  readonly problem?: Problem;
}

/** Asks whenever the variables change; `undefined` asks nothing. */
export function useAsked<Data, Variables extends object>(
  document: HashedDocument<Data, Variables>,
  variables: Variables | undefined,
): Asked<Data> {
  const key = variables && `${document.hash} ${JSON.stringify(variables)}`;
  const [landed, setLanded] = useState<Landed>();
  const [round, setRound] = useState(0);
  const known = key === undefined ? undefined : (answers.get(key) as Data | undefined);

  useEffect(() => {
    if (key === undefined || variables === undefined || answers.get(key) !== undefined) return undefined;
    return keepAsking({
      send: (signal) => ask(document, variables, signal),
      onData: ({ data }) => {
        answers.set(key, data);
        setLanded({ key, data });
      },
      onProblem: (problem) => setLanded((before) => ({ ...before, key, problem })),
    });
    // The key stands for document and variables.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [key, round]);

  // A new revision of the catalogue is asked for as well.
  useEffect(() => catalog.onChange(() => setRound((before) => before + 1)), []);

  const current = landed?.key === key ? landed : undefined;
  const data = known ?? (landed?.data as Data | undefined);
  return {
    data,
    loading: key !== undefined && known === undefined && current?.data === undefined,
    problem: known === undefined ? current?.problem : undefined,
    retry: () => setRound((before) => before + 1),
  };
}
