/** Subscriptions over WebSocket, protocol `graphql-transport-ws`. */

import { createClient } from 'graphql-ws';
import type { TypedDocumentString } from '../operations';
import { ENDPOINT } from './graphql';

export function webSocketUrl(): string {
  const url = new URL(ENDPOINT, window.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

export interface Listener<Data> {
  readonly onData: (data: Data) => void;
  readonly onConnection: (open: boolean) => void;
}

/** Subscribes, and reconnects for as long as the page wants events. Returns the function that unsubscribes. */
export function subscribe<Data>(
  document: TypedDocumentString<Data, Record<string, never>>,
  listener: Listener<Data>,
): () => void {
  const client = createClient({
    url: webSocketUrl(),
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: (retries) =>
      // 1 s, 2 s, … 15 s: the page reconnects soon after a restart, and does not overload a gateway that is down.
      new Promise((resolve) => setTimeout(resolve, Math.min(15_000, 1_000 * (retries + 1)))),
    on: {
      connected: () => listener.onConnection(true),
      closed: () => listener.onConnection(false),
    },
  });
  const unsubscribe = client.subscribe<Data>(
    { query: document.toString() },
    {
      next: ({ data }) => {
        if (data) listener.onData(data);
      },
      error: () => listener.onConnection(false),
      complete: () => undefined,
    },
  );
  return () => {
    unsubscribe();
    void client.dispose();
  };
}
