/** A client of a WIKIMovie gateway. The operation gives the types of variables and data. */

import { RequestError, type GraphQLError } from './errors.js';
import type { Operation } from './operation.js';

export interface ClientOptions {
  /** Address of the gateway, with or without `/graphql`. */
  readonly url: string;
  /** Headers of every request, such as `authorization`; a function is called for each request. */
  readonly headers?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>);
  /** Timeout of one try in milliseconds; 10,000 by default. */
  readonly timeoutMs?: number;
  /** Further tries where the gateway is away, overloaded or limits the caller; 2 by default. */
  readonly retries?: number;
  /** Longest delay before a further try in milliseconds; a longer one that the gateway asks for fails at once. 10,000 by default. */
  readonly maxRetryDelayMs?: number;
  /** Whether operations with a hash are asked by it; true by default. */
  readonly persisted?: boolean;
  /** Replaces the global `fetch`, for tests and for proxies. */
  readonly fetch?: typeof fetch;
  /** Replaces the global `WebSocket`, which Node has from version 22. */
  readonly webSocket?: unknown;
}

export interface AskOptions {
  /** Gives the question up: `ask` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** No argument for an operation without variables, an optional one where all variables have defaults. */
export type VariablesOf<Variables> =
  Record<string, never> extends Variables
    ? [variables?: Variables, options?: AskOptions]
    : [variables: Variables, options?: AskOptions];

/** Codes that another try may overcome. */
const RETRIED = new Set([
  'RATE_LIMITED',
  'ENGINE_UNAVAILABLE',
  'ENGINE_TIMEOUT',
  'OVERLOADED',
  'AUTH_UNAVAILABLE',
  'TOO_MANY_OPERATIONS',
]);

interface Body<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly GraphQLError[];
}

export class WikimovieClient {
  private readonly endpoint: string;
  private storesDocuments: boolean;

  constructor(private readonly options: ClientOptions) {
    const base = options.url.replace(/\/+$/, '');
    this.endpoint = base.endsWith('/graphql') ? base : `${base}/graphql`;
    this.storesDocuments = options.persisted ?? true;
  }

  /**
   * Asks, and tries again where the gateway is away, overloaded or limits the caller, after the delay that it names.
   *
   * @throws {RequestError} when the response has errors.
   * @throws the signal's reason when it is aborted, and `fetch`'s error when the gateway cannot be reached.
   */
  async ask<Data, Variables>(
    operation: Operation<Data, Variables>,
    ...[variables, { signal } = {}]: VariablesOf<Variables>
  ): Promise<Data> {
    const { retries = 2, maxRetryDelayMs = 10_000 } = this.options;
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.try<Data>(operation, variables ?? {}, signal);
      } catch (error) {
        signal?.throwIfAborted();
        const delay = delayOf(error, tries);
        if (tries > retries || delay === undefined || delay > maxRetryDelayMs) throw error;
        await sleep(delay, signal);
      }
    }
  }

  /**
   * Events of a subscription, for as long as they are read; the connection is made anew when it breaks.
   *
   * @throws {Error} where there is no `WebSocket` and none is given.
   */
  async *subscribe<Data, Variables>(
    operation: Operation<Data, Variables>,
    ...[variables, { signal } = {}]: VariablesOf<Variables>
  ): AsyncGenerator<Data, void, undefined> {
    const { createClient } = await import('graphql-ws');
    const headers = this.headers();
    const client = createClient({
      url: this.endpoint.replace(/^http/, 'ws'),
      ...(this.options.webSocket !== undefined && { webSocketImpl: this.options.webSocket }),
      connectionParams: headers,
      retryAttempts: Number.POSITIVE_INFINITY,
      shouldRetry: () => true,
    });
    const events = client.iterate<Data>({
      query: operation.toString(),
      variables: variables as Record<string, unknown>,
    });
    const stop = (): void => void events.return?.();
    signal?.addEventListener('abort', stop);
    try {
      for await (const { data, errors } of events) {
        if (errors && errors.length > 0) throw new RequestError(errors as readonly GraphQLError[], 200);
        if (data != null) yield data;
      }
    } finally {
      signal?.removeEventListener('abort', stop);
      await client.dispose();
    }
  }

  private headers(): Readonly<Record<string, string>> {
    const { headers = {} } = this.options;
    return typeof headers === 'function' ? headers() : headers;
  }

  /** By the hash where there is one; a gateway that does not know it gets the text with it, once. */
  private async try<Data>(operation: Operation<Data, never>, variables: object, signal?: AbortSignal): Promise<Data> {
    const { hash } = operation;
    if (hash !== undefined && this.storesDocuments) {
      try {
        const params = new URLSearchParams({ documentId: `sha256:${hash}`, variables: JSON.stringify(variables) });
        return await this.send<Data>(`${this.endpoint}?${params}`, { headers: { 'graphql-require-preflight': '1' } }, signal);
      } catch (error) {
        const code = error instanceof RequestError ? error.code : undefined;
        if (code === 'PERSISTED_QUERY_NOT_SUPPORTED') this.storesDocuments = false;
        else if (code !== 'PERSISTED_QUERY_NOT_FOUND') throw error;
      }
    }
    const extensions =
      hash !== undefined && this.storesDocuments ? { persistedQuery: { version: 1, sha256Hash: hash } } : undefined;
    const body = JSON.stringify({ query: operation.toString(), variables, extensions });
    return this.send<Data>(this.endpoint, { method: 'POST', headers: { 'content-type': 'application/json' }, body }, signal);
  }

  private async send<Data>(address: string, init: RequestInit, signal?: AbortSignal): Promise<Data> {
    const { timeoutMs = 10_000 } = this.options;
    const timeout = AbortSignal.timeout(timeoutMs);
    const response = await (this.options.fetch ?? fetch)(address, {
      ...init,
      headers: {
        accept: 'application/graphql-response+json, application/json;q=0.9',
        ...init.headers,
        ...this.headers(),
      },
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    const { data, errors = [] } = await readBody<Data>(response);
    if (errors.length > 0 || data == null) throw new RequestError(errors, response.status, retryAfter(response, errors));
    return data;
  }
}

/** A proxy may respond with an HTML page: the error then has the status alone. */
async function readBody<Data>(response: Response): Promise<Body<Data>> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Body<Data>;
  } catch {
    throw new RequestError([], response.status, retryAfter(response, []));
  }
}

function retryAfter(response: Response, errors: readonly GraphQLError[]): number | undefined {
  const named = errors[0]?.extensions?.retryAfterMs;
  if (named !== undefined) return named;
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1_000 : undefined;
}

/** Delay before another try in milliseconds; undefined where none helps. */
function delayOf(error: unknown, tries: number): number | undefined {
  const backOff = 200 * 2 ** (tries - 1);
  // `fetch` has a TypeError where the gateway cannot be reached.
  if (error instanceof TypeError) return backOff;
  if (!(error instanceof RequestError)) return undefined;
  const retried = error.code === undefined ? error.status >= 502 && error.status <= 504 : RETRIED.has(error.code);
  return retried ? Math.max(error.retryAfterMs ?? 0, backOff) : undefined;
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    function stop(): void {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    }
    signal?.addEventListener('abort', stop, { once: true });
  });
}
