/** A value that views follow. */

import { useLayoutEffect, useState } from 'preact/hooks';

export class Store<State> {
  private readonly listeners = new Set<() => void>();

  constructor(private current: State) {}

  get state(): State {
    return this.current;
  }

  protected update(change: Partial<State>): void {
    this.current = { ...this.current, ...change };
    for (const listener of this.listeners) listener();
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }
}

/** The store's state; the view is rendered again when it changes. */
export function useStore<State>(store: Store<State>): State {
  const [, render] = useState({});
  useLayoutEffect(() => store.subscribe(() => render({})), [store]);
  return store.state;
}
