/** Asks until there is an answer, or a problem that asking again does not solve. */

import { isAbort } from './ask';
import { problemOf, type Problem } from './problem';
import { onReachable } from './reachable';

export interface Asking<Data> {
  readonly send: (signal: AbortSignal) => Promise<Data>;
  readonly onData: (data: Data) => void;
  /** Called for each try that failed; `problem.retryAt` says whether and when there is another. */
  readonly onProblem: (problem: Problem) => void;
}

/** Starts. The returned function stops: no handler is called afterwards. */
export function keepAsking<Data>({ send, onData, onProblem }: Asking<Data>): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  let tries = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let unlisten = (): void => undefined;

  const attempt = (): void => {
    clearTimeout(timer);
    unlisten();
    tries += 1;
    send(signal).then(
      (data) => {
        if (!signal.aborted) onData(data);
      },
      (error: unknown) => {
        if (signal.aborted || isAbort(error)) return;
        const problem = problemOf(error, tries);
        if (problem.retryAt !== undefined) {
          timer = setTimeout(attempt, Math.max(0, problem.retryAt - Date.now()));
          if (problem.kind === 'offline') unlisten = onReachable(attempt);
        }
        onProblem(problem);
      },
    );
  };
  attempt();
  return () => {
    controller.abort();
    clearTimeout(timer);
    unlisten();
  };
}
