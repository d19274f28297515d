import { afterEach, expect, test, vi } from 'vitest';
import { SimilarDocument } from '../operations';
import { ApiError, ask, isAbort } from './graphql';

afterEach(() => {
  vi.unstubAllGlobals();
});

function respond(body: string, status = 200) {
  const send = vi.fn<(url: string, init: RequestInit) => Promise<Response>>(() =>
    Promise.resolve(new Response(body, { status })),
  );
  vi.stubGlobal('fetch', send);
  return send;
}

const similar = () => ask(SimilarDocument, { id: 'm1' });

test('sends the document as text with its variables', async () => {
  const send = respond('{"data":{"movie":null}}');
  expect(await similar()).toEqual({ movie: null });
  const [url, init] = send.mock.calls[0] ?? [];
  expect(url).toBe('/graphql');
  const sent = JSON.parse(String(init?.body)) as { query: string; variables: object };
  expect(sent.query).toContain('query Similar($id: ID!)');
  expect(sent.variables).toEqual({ id: 'm1' });
});

test.each([
  ['the first error', '{"data":null,"errors":[{"message":"no","extensions":{"code":"BAD_STATE"}},{"message":"more"}]}', 400, 'no', 'BAD_STATE'],
  ['an error beside data', '{"data":{"movie":null},"errors":[{"message":"partial"}]}', 200, 'partial', undefined],
  ['a response without data', '{}', 503, 'The server answered with status 503.', undefined],
  ['a page of a proxy', '<html>', 502, 'The server answered with status 502 and no GraphQL answer.', undefined],
])('%s is an error', async (_, body, status, message, code) => {
  respond(body, status);
  const error = await similar().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ message, code });
});

test('an abort while the body is read stays an abort', async () => {
  const abort = new DOMException('aborted', 'AbortError');
  vi.stubGlobal('fetch', () => Promise.resolve({ status: 200, json: () => Promise.reject(abort) }));
  expect(await similar().catch(isAbort)).toBe(true);
});
