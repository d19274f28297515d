/** Asks the gateway that served this page, and nobody else. */

export const ENDPOINT = '/graphql';

interface GraphQLErrorShape {
  readonly message: string;
  readonly extensions?: { readonly code?: string };
}

/** What the gateway said instead of an answer, in words for a person. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly code: string | undefined,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** A document together with the shapes that go in and come out. */
export interface Document<Data, Variables> {
  readonly text: string;
  /** Only for the compiler: no value of these types is ever stored. */
  readonly shapes?: (variables: Variables) => Data;
}

export async function ask<Data, Variables extends object>(
  document: Document<Data, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Data> {
  const response = await fetch(ENDPOINT, {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json, application/json;q=0.9',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ query: document.text, variables }),
    signal: signal ?? null,
  });
  const answer = await readAnswer<Data>(response);
  const error = answer.errors?.[0];
  if (error) throw new ApiError(error.message, error.extensions?.code);
  if (!answer.data) throw new ApiError(`The server answered with status ${response.status}.`, undefined);
  return answer.data;
}

async function readAnswer<Data>(
  response: Response,
): Promise<{ data?: Data | null; errors?: readonly GraphQLErrorShape[] }> {
  try {
    return (await response.json()) as { data?: Data | null; errors?: readonly GraphQLErrorShape[] };
  } catch (cause) {
    // An aborted body is the caller's own doing and must stay recognisable as such.
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError(`The server answered with status ${response.status} and no GraphQL answer.`, undefined);
  }
}

/** Whether this failure only says that we no longer wanted the answer. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
