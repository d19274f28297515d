import { beforeEach, expect, test, vi } from 'vitest';
import type { HashedDocument } from '../operations';

const document: HashedDocument<{ a: number }, { x: number }> = { hash: 'ab12', text: '{a}' };
const send = vi.fn<typeof fetch>();

/** A module of its own, since it remembers whether the gateway stores documents. */
async function fresh() {
  vi.resetModules();
  vi.stubGlobal('fetch', send);
  return import('./ask');
}

const json = (body: unknown, headers = {}) => Response.json(body, { headers });
const refused = (code: string) => json({ errors: [{ message: code, extensions: { code } }] });
const sent = (call: number): [URL, RequestInit | undefined] => {
  const [address, init] = send.mock.calls[call] ?? [];
  return [new URL(String(address), 'http://localhost'), init];
};

beforeEach(() => {
  send.mockReset();
});

test('asks by the hash over GET', async () => {
  const { ask } = await fresh();
  send.mockResolvedValueOnce(json({ data: { a: 1 } }, { 'server-timing': 'total;dur=2.5' }));
  expect(await ask(document, { x: 1 })).toEqual({ data: { a: 1 }, tookMs: 2.5 });
  const [address, init] = sent(0);
  expect(address.searchParams.get('documentId')).toBe('sha256:ab12');
  expect(address.searchParams.get('variables')).toBe('{"x":1}');
  expect(init?.method).toBeUndefined();
});

test('sends the text once to a gateway that does not know it', async () => {
  const { ask } = await fresh();
  send.mockResolvedValueOnce(refused('PERSISTED_QUERY_NOT_FOUND')).mockResolvedValueOnce(json({ data: { a: 1 } }));
  await ask(document, { x: 1 });
  const body = JSON.parse(String(sent(1)[1]?.body)) as { query: string; extensions: unknown };
  expect(body.query).toBe('{a}');
  expect(body.extensions).toEqual({ persistedQuery: { version: 1, sha256Hash: 'ab12' } });
});

test('sends texts from then on to a gateway that stores none', async () => {
  const { ask } = await fresh();
  send
    .mockResolvedValueOnce(refused('PERSISTED_QUERY_NOT_SUPPORTED'))
    .mockResolvedValueOnce(json({ data: { a: 1 } }))
    .mockResolvedValueOnce(json({ data: { a: 2 } }));
  await ask(document, { x: 1 });
  expect(await ask(document, { x: 2 })).toMatchObject({ data: { a: 2 } });
  expect(sent(2)[1]?.method).toBe('POST');
});

test('an error has its code and the delay before a retry', async () => {
  const { ask, GatewayError } = await fresh();
  send.mockResolvedValueOnce(
    Response.json({ errors: [{ message: 'spent', extensions: { code: 'RATE_LIMITED' } }] }, { status: 429, headers: { 'retry-after': '3' } }),
  );
  await expect(ask(document, { x: 1 })).rejects.toEqual(new GatewayError('spent', 'RATE_LIMITED', 3_000));
});

test('a page of a proxy is no answer', async () => {
  const { ask } = await fresh();
  send.mockResolvedValueOnce(new Response('<h1>Bad Gateway</h1>', { status: 502 }));
  await expect(ask(document, { x: 1 })).rejects.toMatchObject({ code: 'UNREACHABLE' });
});
