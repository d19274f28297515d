/** Subscriptions over WebSocket, protocol `graphql-transport-ws`. */

import { createClient } from 'graphql-ws';
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

/** Keeps a subscription alive, through restarts of the gateway too. Returns what ends it. */
export function listen<Data>(query: string, listener: Listener<Data>): () => void {
  const client = createClient({
    url: webSocketUrl(),
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: (retries) =>
      // 1 s, 2 s, … 15 s: a gateway that starts again is met soon, one that is gone is not hammered.
      new Promise((resolve) => setTimeout(resolve, Math.min(15_000, 1_000 * (retries + 1)))),
    on: {
      connected: () => listener.onConnection(true),
      closed: () => listener.onConnection(false),
    },
  });
  const end = client.subscribe<Data>(
    { query },
    {
      next: ({ data }) => {
        if (data) listener.onData(data);
      },
      error: () => listener.onConnection(false),
      complete: () => undefined,
    },
  );
  return () => {
    end();
    void client.dispose();
  };
}
