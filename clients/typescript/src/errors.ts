/** One entry of the response's `errors`. */
export interface GraphQLError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string; readonly retryAfterMs?: number; readonly [key: string]: unknown };
}

/** The response has errors, or is no GraphQL response. */
export class RequestError extends Error {
  constructor(
    readonly errors: readonly GraphQLError[],
    /** Status of HTTP. */
    readonly status: number,
    /** Milliseconds after which a retry may help; undefined where the gateway names none. */
    readonly retryAfterMs?: number,
  ) {
    super(errors.map(({ message }) => message).join('; ') || `the gateway answered with status ${status}`);
    this.name = 'RequestError';
  }

  /** Stable code of the first error, such as `BAD_CURSOR`. */
  get code(): string | undefined {
    return this.errors[0]?.extensions?.code;
  }
}
