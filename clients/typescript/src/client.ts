/** Asks a WIKIMovie gateway. Variables and answers are typed by the document that is asked. */

import type { TypedDocumentString } from './generated/graphql';

/** One entry of the answer's `errors`. */
export interface GatewayError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string; readonly [key: string]: unknown };
}

/** The gateway refused the question, or could not answer all of it. */
export class QuestionFailed extends Error {
  constructor(
    readonly errors: readonly GatewayError[],
    readonly status: number,
  ) {
    super(errors.map(({ message }) => message).join('; ') || `the gateway answered with status ${status}`);
    this.name = 'QuestionFailed';
  }

  /** Stable code of the first error, such as `BAD_CURSOR`. */
  get code(): string | undefined {
    return this.errors[0]?.extensions?.code;
  }
}

export interface ClientOptions {
  /** Address of the gateway, with or without `/graphql`. */
  readonly url: string;
  /** Sent with every question, for instance `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long one question may take, in milliseconds; 10,000 unless told. */
  readonly timeoutMs?: number;
  /** Replaces the global `fetch`, for tests and for agents with a proxy. */
  readonly fetch?: typeof fetch;
}

/** No argument where a document has no variables, an optional one where all of them have defaults. */
type VariablesOf<Variables> = Record<string, never> extends Variables ? [variables?: Variables] : [variables: Variables];

export class WikimovieClient {
  private readonly endpoint: string;

  constructor(private readonly options: ClientOptions) {
    const base = options.url.replace(/\/+$/, '');
    this.endpoint = base.endsWith('/graphql') ? base : `${base}/graphql`;
  }

  /** @throws {QuestionFailed} when the answer holds errors. */
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
    const answer = await readAnswer<Data>(response);
    if (answer.errors?.length || answer.data == null) throw new QuestionFailed(answer.errors ?? [], response.status);
    return answer.data;
  }
}

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly GatewayError[];
}

/** A proxy on the way may answer with a page of its own; that is a failure with a status, not a crash. */
async function readAnswer<Data>(response: Response): Promise<Answer<Data>> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Answer<Data>;
  } catch {
    throw new QuestionFailed([], response.status);
  }
}
