/** Tells whoever waits for the server that it can be reached again: the network is back, or the subscription connected. */

const waiting = new Set<() => void>();

/** Calls `listener` whenever the server can be reached again. Returns the function that stops this. */
export function onReachable(listener: () => void): () => void {
  waiting.add(listener);
  return () => {
    waiting.delete(listener);
  };
}

export function reportReachable(): void {
  for (const listener of waiting) listener();
}

if (typeof window !== 'undefined') window.addEventListener('online', reportReachable);
