/** Sends operations to the gateway that served this page, and to no other host. */

import type { TypedDocumentString } from '../operations';

export const ENDPOINT = '/graphql';

interface Response<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** The gateway's first error, with a message for people. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly code: string | undefined,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** @throws {ApiError} when the gateway reports an error or sends no GraphQL response. */
export async function ask<Data, Variables extends object>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Data> {
  const http = await fetch(ENDPOINT, {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json, application/json;q=0.9',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ query: document.toString(), variables }),
    signal: signal ?? null,
  });
  const { data, errors } = await readResponse<Data>(http);
  const error = errors?.[0];
  if (error) throw new ApiError(error.message, error.extensions?.code);
  if (!data) throw new ApiError(`The server answered with status ${http.status}.`, undefined);
  return data;
}

async function readResponse<Data>(http: globalThis.Response): Promise<Response<Data>> {
  try {
    return (await http.json()) as Response<Data>;
  } catch (cause) {
    // The caller must still recognise its own abort.
    if (isAbort(cause)) throw cause;
    throw new ApiError(`The server answered with status ${http.status} and no GraphQL answer.`, undefined);
  }
}

/** Whether the caller aborted the request. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
