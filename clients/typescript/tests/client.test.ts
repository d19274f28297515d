/** The client's own behaviour, with answers that the tests give. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CatalogDocument, RequestError, SearchDocument, WikimovieClient, type ClientOptions } from '../src/index.js';

type Call = readonly [address: URL, init: RequestInit | undefined];
type Reply = () => Response | Promise<Response>;

function client(replies: readonly Reply[], options: Partial<ClientOptions> = {}) {
  const calls: Call[] = [];
  const send: typeof fetch = async (address, init) => {
    calls.push([new URL(String(address)), init]);
    const reply = replies[calls.length - 1];
    if (!reply) throw new Error('one request too many');
    return reply();
  };
  return { calls, client: new WikimovieClient({ url: 'http://gateway/', fetch: send, ...options }) };
}

const data = () => Response.json({ data: { catalog: { movies: 1 } } });
const refusal =
  (code: string, status: number, extensions: object = {}, headers: Record<string, string> = {}): Reply =>
  () =>
    Response.json({ errors: [{ message: code, extensions: { code, ...extensions } }] }, { status, headers });

test('asks by the hash over GET, and sends a text that is not known once', async () => {
  const { client: asked, calls } = client([refusal('PERSISTED_QUERY_NOT_FOUND', 400), data]);
  await asked.ask(CatalogDocument);
  assert.equal(calls[0]?.[0].searchParams.get('documentId'), `sha256:${CatalogDocument.hash}`);
  const body = JSON.parse(String(calls[1]?.[1]?.body)) as { query: string; extensions: unknown };
  assert.equal(body.query, CatalogDocument.toString());
  assert.deepEqual(body.extensions, { persistedQuery: { version: 1, sha256Hash: CatalogDocument.hash } });
});

test('sends texts to a gateway that stores none, and where that is wanted', async () => {
  const { client: asked, calls } = client([refusal('PERSISTED_QUERY_NOT_SUPPORTED', 400), data, data]);
  await asked.ask(CatalogDocument);
  await asked.ask(CatalogDocument);
  assert.deepEqual(
    calls.map(([, init]) => init?.method ?? 'GET'),
    ['GET', 'POST', 'POST'],
  );
  const { client: plain, calls: plainCalls } = client([data], { persisted: false });
  await plain.ask(CatalogDocument);
  assert.equal(plainCalls[0]?.[1]?.method, 'POST');
});

test('tries again after the delay that the gateway names', async () => {
  const { client: asked, calls } = client([refusal('RATE_LIMITED', 429, { retryAfterMs: 300 }), data]);
  const started = Date.now();
  await asked.ask(CatalogDocument);
  assert.equal(calls.length, 2);
  assert.ok(Date.now() - started >= 295);
});

test('tries again where the gateway is away, and gives up after the tries it may', async () => {
  const away: Reply = () => Promise.reject(new TypeError('fetch failed'));
  const { client: asked, calls } = client([away, () => new Response('<h1>', { status: 502 }), data]);
  await asked.ask(CatalogDocument);
  assert.equal(calls.length, 3);
  const { client: hopeless, calls: hopelessCalls } = client([away, away], { retries: 1 });
  await assert.rejects(hopeless.ask(CatalogDocument), TypeError);
  assert.equal(hopelessCalls.length, 2);
});

test('a longer delay than allowed fails at once, with that delay', async () => {
  const { client: asked, calls } = client([refusal('RATE_LIMITED', 429, {}, { 'retry-after': '60' })]);
  await assert.rejects(
    asked.ask(CatalogDocument),
    (error) => error instanceof RequestError && error.retryAfterMs === 60_000 && error.code === 'RATE_LIMITED',
  );
  assert.equal(calls.length, 1);
});

test('what another try does not help is tried once', async () => {
  const { client: asked, calls } = client([refusal('BAD_CURSOR', 400)]);
  await assert.rejects(asked.ask(SearchDocument, { after: 'x' }), RequestError);
  assert.equal(calls.length, 1);
});

test('a question can be given up, also while it waits', async () => {
  const controller = new AbortController();
  const { client: asked, calls } = client([refusal('OVERLOADED', 503, { retryAfterMs: 5_000 })]);
  const answer = asked.ask(CatalogDocument, {}, { signal: controller.signal });
  setTimeout(() => controller.abort(), 30);
  await assert.rejects(answer, { name: 'AbortError' });
  assert.equal(calls.length, 1);
});

test('headers are read for each request', async () => {
  let token = 0;
  const { client: asked, calls } = client([data, data], { headers: () => ({ authorization: `Bearer ${(token += 1)}` }) });
  await asked.ask(CatalogDocument);
  await asked.ask(CatalogDocument);
  assert.deepEqual(
    calls.map(([, init]) => new Headers(init?.headers).get('authorization')),
    ['Bearer 1', 'Bearer 2'],
  );
});
