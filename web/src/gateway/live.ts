/** Subscriptions over WebSocket, protocol `graphql-transport-ws`. */

import { createClient } from 'graphql-ws';
import type { HashedDocument } from '../operations';
import { ENDPOINT } from './ask';
import { credential } from './credential';

export function webSocketUrl(): string {
  const url = new URL(ENDPOINT, window.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

export interface Listener<Data> {
  readonly onData: (data: Data) => void;
  readonly onConnection: (open: boolean) => void;
}

/** Longest wait before a new connection: the page is current again within five seconds of a restart. */
const MAX_WAIT_MS = 4_000;

/** Subscribes, and reconnects for as long as the page wants events. Returns the function that unsubscribes. */
export function subscribe<Data>(
  document: HashedDocument<Data, Record<string, never>>,
  listener: Listener<Data>,
): () => void {
  const client = createClient({
    url: webSocketUrl(),
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    connectionParams: () => {
      const key = credential();
      return key === undefined ? undefined : { authorization: `Bearer ${key}` };
    },
    retryWait: (retries) => new Promise((resolve) => setTimeout(resolve, Math.min(MAX_WAIT_MS, 1_000 * (retries + 1)))),
    on: {
      connected: () => listener.onConnection(true),
      closed: () => listener.onConnection(false),
    },
  });
  let unsubscribe = (): void => undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const start = (): void => {
    unsubscribe = client.subscribe<Data>(
      { query: document.text },
      {
        next: ({ data }) => {
          if (data) listener.onData(data);
        },
        // A connection that was refused, for want of a credential say, is not made anew by the library.
        error: () => {
          listener.onConnection(false);
          timer = setTimeout(start, MAX_WAIT_MS);
        },
        complete: () => undefined,
      },
    );
  };
  start();
  return () => {
    clearTimeout(timer);
    unsubscribe();
    void client.dispose();
  };
}
