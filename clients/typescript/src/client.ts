/** A client of a WIKIMovie gateway. The document gives the types of variables and data. */

import type { TypedDocumentString } from './generated/graphql';

/** One entry of the response's `errors`. */
export interface GraphQLError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string; readonly [key: string]: unknown };
}

/** The response has errors, or is no GraphQL response. */
export class RequestError extends Error {
  constructor(
    readonly errors: readonly GraphQLError[],
    readonly status: number,
  ) {
    super(errors.map(({ message }) => message).join('; ') || `the gateway answered with status ${status}`);
    this.name = 'RequestError';
  }

  /** Stable code of the first error, such as `BAD_CURSOR`. */
  get code(): string | undefined {
    return this.errors[0]?.extensions?.code;
  }
}

export interface ClientOptions {
  /** Address of the gateway, with or without `/graphql`. */
  readonly url: string;
  /** Headers of every request, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Timeout of a request in milliseconds; 10,000 by default. */
  readonly timeoutMs?: number;
  /** Replaces the global `fetch`, for tests and for proxies. */
  readonly fetch?: typeof fetch;
}

/** No argument for a document without variables, an optional one where all variables have defaults. */
type VariablesOf<Variables> = Record<string, never> extends Variables ? [variables?: Variables] : [variables: Variables];

export class WikimovieClient {
  private readonly endpoint: string;

  constructor(private readonly options: ClientOptions) {
    const base = options.url.replace(/\/+$/, '');
    this.endpoint = base.endsWith('/graphql') ? base : `${base}/graphql`;
  }

  /** @throws {RequestError} when the response has errors. */
  async ask<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    ...[variables]: VariablesOf<Variables>
  ): Promise<Data> {
    const send = this.options.fetch ?? fetch;
    const response = await send(this.endpoint, {
      method: 'POST',
      headers: {
        accept: 'application/graphql-response+json, application/json;q=0.9',
        'content-type': 'application/json',
        ...this.options.headers,
      },
      body: JSON.stringify({ query: document.toString(), variables: variables ?? {} }),
      signal: AbortSignal.timeout(this.options.timeoutMs ?? 10_000),
    });
    const { data, errors = [] } = await readBody<Data>(response);
    if (errors.length > 0 || data == null) throw new RequestError(errors, response.status);
    return data;
  }
}

interface Body<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly GraphQLError[];
}

/** A proxy may respond with an HTML page: the error then has the status alone. */
async function readBody<Data>(response: Response): Promise<Body<Data>> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Body<Data>;
  } catch {
    throw new RequestError([], response.status);
  }
}
