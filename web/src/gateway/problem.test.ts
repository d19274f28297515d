import { expect, test } from 'vitest';
import { GatewayError, serverTime } from './ask';
import { problemOf } from './problem';

test('D7: a server that is away is asked again within five seconds, however long it is away', () => {
  for (const tries of [1, 2, 3, 10, 100]) {
    const { kind, retryAt } = problemOf(new TypeError('Failed to fetch'), tries, 0);
    expect(kind).toBe('offline');
    expect(retryAt).toBeGreaterThan(0);
    expect(retryAt).toBeLessThanOrEqual(5_000);
  }
});

test('D8: a spent limit is asked again when the gateway says', () => {
  expect(problemOf(new GatewayError('m', 'RATE_LIMITED', 7_200), 1, 100)).toEqual({
    kind: 'limited',
    message: 'm',
    retryAt: 7_300,
  });
});

test.each([
  ['UNAUTHENTICATED', 'credential'],
  ['BAD_STATE', 'dead-link'],
  ['BAD_CURSOR', 'dead-link'],
  ['INTERNAL', 'failed'],
  [undefined, 'failed'],
])('%s is not asked again by itself', (code, kind) => {
  expect(problemOf(new GatewayError('m', code), 1)).toEqual({ kind, message: 'm', retryAt: undefined });
});

test('D12: the time is the gateway’s own', () => {
  expect(serverTime('total;dur=9.91, engine;dur=6.43;desc="2 calls"')).toBe(9.91);
  expect(serverTime('cache;desc=hit')).toBeUndefined();
  expect(serverTime(null)).toBeUndefined();
});
