/** Sends operations to the gateway that served this page, and to no other host. */

import type { HashedDocument } from '../operations';
import { credentialHeaders } from './credential';

export const ENDPOINT = '/graphql';

export interface Answer<Data> {
  readonly data: Data;
  /** Milliseconds that the gateway took, as it says itself; undefined where it says nothing. */
  readonly tookMs: number | undefined;
}

/** The gateway's first error, or a status without a GraphQL answer. */
export class GatewayError extends Error {
  constructor(
    message: string,
    readonly code: string | undefined,
    /** Milliseconds after which a retry may help; undefined where the gateway names none. */
    readonly retryAfterMs?: number,
  ) {
    super(message);
    this.name = 'GatewayError';
  }
}

interface Body<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly code?: string; readonly retryAfterMs?: number };
  }[];
}

/** A gateway that stores no documents gets texts from then on. */
let storesDocuments = true;

/**
 * Asks by the hash of the document over GET, which browsers and proxies may cache; a gateway that does not know the document
 * gets its text once.
 *
 * @throws {GatewayError} when the gateway reports an error or sends no GraphQL response.
 * @throws {TypeError} when it cannot be reached.
 */
export async function ask<Data, Variables extends object>(
  document: HashedDocument<Data, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Answer<Data>> {
  if (storesDocuments) {
    try {
      return await byHash(document, variables, signal);
    } catch (error) {
      const code = error instanceof GatewayError ? error.code : undefined;
      if (code === 'PERSISTED_QUERY_NOT_SUPPORTED') storesDocuments = false;
      else if (code !== 'PERSISTED_QUERY_NOT_FOUND') throw error;
    }
  }
  return byText(document, variables, signal);
}

/** A well-formed request has the status 200 then, so that a browser's log does not list documents that were not known yet. */
const ACCEPT = 'application/json';

function byHash<Data>({ hash }: HashedDocument<Data, never>, variables: object, signal?: AbortSignal) {
  const params = new URLSearchParams({ documentId: `sha256:${hash}`, variables: JSON.stringify(variables) });
  // A gateway in a private network may ask for a header that other sites cannot send unasked.
  const headers = { accept: ACCEPT, 'graphql-require-preflight': '1', ...credentialHeaders() };
  return send<Data>(`${ENDPOINT}?${params}`, { headers }, signal);
}

function byText<Data>({ hash, text }: HashedDocument<Data, never>, variables: object, signal?: AbortSignal) {
  const extensions = storesDocuments ? { persistedQuery: { version: 1, sha256Hash: hash } } : undefined;
  const headers = { accept: ACCEPT, 'content-type': 'application/json', ...credentialHeaders() };
  const body = JSON.stringify({ query: text, variables, extensions });
  return send<Data>(ENDPOINT, { method: 'POST', headers, body }, signal);
}

async function send<Data>(address: string, init: RequestInit, signal?: AbortSignal): Promise<Answer<Data>> {
  const response = await fetch(address, { ...init, signal: signal ?? null });
  const { data, errors } = await readBody<Data>(response);
  const error = errors?.[0];
  if (error) {
    const { code, retryAfterMs } = error.extensions ?? {};
    throw new GatewayError(error.message, code, retryAfterMs ?? retryAfter(response));
  }
  if (!data) throw new GatewayError(`The server answered with status ${response.status}.`, undefined, retryAfter(response));
  return { data, tookMs: serverTime(response.headers.get('server-timing')) };
}

async function readBody<Data>(response: Response): Promise<Body<Data>> {
  try {
    return (await response.json()) as Body<Data>;
  } catch (cause) {
    if (isAbort(cause)) throw cause;
    // A proxy in front of a gateway that is down answers with a page of its own.
    throw new GatewayError(
      `The server answered with status ${response.status} and no GraphQL answer.`,
      response.status >= 502 && response.status <= 504 ? 'UNREACHABLE' : undefined,
      retryAfter(response),
    );
  }
}

function retryAfter(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1_000 : undefined;
}

/** `total;dur=9.91, engine;dur=6.43` is 9.91. */
export function serverTime(header: string | null): number | undefined {
  const found = /(?:^|,)\s*total;dur=([\d.]+)/.exec(header ?? '');
  return found ? Number(found[1]) : undefined;
}

/** Whether the caller aborted the request. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
