import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { delayed } from './delayed';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A request whose response the test gives. */
function request() {
  let resolve!: (data: string) => void;
  let reject!: (error: Error) => void;
  const response = new Promise<string>((onResolve, onReject) => {
    [resolve, reject] = [onResolve, onReject];
  });
  const send = vi.fn<(signal: AbortSignal) => Promise<string>>(() => response);
  const onData = vi.fn<(data: string) => void>();
  const onError = vi.fn<(error: unknown) => void>();
  const cancel = delayed({ delayMs: 90, send, onData, onError });
  return { resolve, reject, send, onData, onError, cancel };
}

test('is sent after the pause and reports its data', async () => {
  const { resolve, send, onData, onError } = request();
  await vi.advanceTimersByTimeAsync(89);
  expect(send).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(send).toHaveBeenCalledOnce();
  resolve('found');
  await vi.runAllTimersAsync();
  expect(onData).toHaveBeenCalledExactlyOnceWith('found');
  expect(onError).not.toHaveBeenCalled();
});

test('is never sent when it is cancelled during the pause', async () => {
  const { send, cancel } = request();
  await vi.advanceTimersByTimeAsync(50);
  cancel();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(send).not.toHaveBeenCalled();
});

test('is aborted when it is cancelled later, and a late response is dropped', async () => {
  const { resolve, send, onData, onError, cancel } = request();
  await vi.advanceTimersByTimeAsync(90);
  cancel();
  expect(send.mock.calls[0]?.[0].aborted).toBe(true);
  resolve('stale');
  await vi.runAllTimersAsync();
  expect(onData).not.toHaveBeenCalled();
  expect(onError).not.toHaveBeenCalled();
});

test('reports a failure, but not that of a cancelled request', async () => {
  const failed = request();
  const cancelled = request();
  await vi.advanceTimersByTimeAsync(90);
  cancelled.cancel();
  failed.reject(new Error('unreachable'));
  cancelled.reject(new Error('aborted'));
  await vi.runAllTimersAsync();
  expect(failed.onError).toHaveBeenCalledOnce();
  expect(cancelled.onError).not.toHaveBeenCalled();
});
