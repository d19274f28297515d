/** Requests that follow typing: asked after a pause, and dropped when the next key makes them stale. */

export interface DelayedRequest<Data> {
  readonly delayMs: number;
  readonly send: (signal: AbortSignal) => Promise<Data>;
  readonly onData: (data: Data) => void;
  readonly onError: (error: unknown) => void;
}

/** Starts the request. The returned function cancels it: neither handler is called afterwards. */
export function delayed<Data>({ delayMs, send, onData, onError }: DelayedRequest<Data>): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  const timer = setTimeout(() => {
    send(signal).then(
      (data) => !signal.aborted && onData(data),
      (error: unknown) => !signal.aborted && onError(error),
    );
  }, delayMs);
  return () => {
    clearTimeout(timer);
    controller.abort();
  };
}
