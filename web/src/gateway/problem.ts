/** What stands between a question and its answer, and when it is worth asking again. */

import { GatewayError } from './ask';

export type ProblemKind =
  /** No answer at all: the network or the server is away. */
  | 'offline'
  /** The caller has spent its points. */
  | 'limited'
  /** The server has too much to do, or its engine is away. */
  | 'busy'
  /** An API key is needed, or the one given is wrong. */
  | 'credential'
  /** The token or cursor of the address is old or altered. */
  | 'dead-link'
  | 'failed';

export interface Problem {
  readonly kind: ProblemKind;
  readonly message: string;
  /** Moment of the next try in milliseconds since 1970; undefined where nothing is tried by itself. */
  readonly retryAt: number | undefined;
}

const KIND_OF_CODE: Readonly<Record<string, ProblemKind>> = {
  RATE_LIMITED: 'limited',
  ENGINE_UNAVAILABLE: 'busy',
  ENGINE_TIMEOUT: 'busy',
  OVERLOADED: 'busy',
  AUTH_UNAVAILABLE: 'busy',
  TOO_MANY_OPERATIONS: 'busy',
  UNAUTHENTICATED: 'credential',
  FORBIDDEN: 'credential',
  BAD_STATE: 'dead-link',
  BAD_CURSOR: 'dead-link',
  UNREACHABLE: 'offline',
};

/** Longest wait before a server that is away is asked again: it is found again within five seconds. */
const MAX_WAIT_MS = 3_000;

/** @param tries how often it was tried already, at least 1. */
export function problemOf(error: unknown, tries: number, now = Date.now()): Problem {
  const backOff = Math.min(MAX_WAIT_MS, 500 * 2 ** (tries - 1));
  if (!(error instanceof GatewayError)) {
    return { kind: 'offline', message: error instanceof Error ? error.message : String(error), retryAt: now + backOff };
  }
  const kind = KIND_OF_CODE[error.code ?? ''] ?? 'failed';
  const { message, retryAfterMs } = error;
  switch (kind) {
    case 'offline':
    case 'busy':
      return { kind, message, retryAt: now + Math.max(backOff, retryAfterMs ?? 0) };
    case 'limited':
      return { kind, message, retryAt: now + (retryAfterMs ?? 1_000) };
    default:
      return { kind, message, retryAt: undefined };
  }
}
