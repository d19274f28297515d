import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EMPTY_QUESTION, type Question } from '../address/question';
import { FacetsDocument, HitsDocument } from '../operations';
import { PAUSE_MS, SearchStore } from './search';

interface Sent {
  readonly kind: 'hits' | 'facets';
  readonly variables: { readonly text?: string; readonly after?: string };
  readonly land: (body: unknown) => void;
  readonly fail: (error: Error) => void;
  readonly aborted: () => boolean;
}

let sent: Sent[];
const asked = (text: string): Question => ({ ...EMPTY_QUESTION, text });
const of = (kind: Sent['kind']): Sent[] => sent.filter((request) => request.kind === kind);
const texts = (kind: Sent['kind']) => of(kind).map(({ variables }) => variables.text);

const found = (text: string, { next = false, total = 1 } = {}) => ({
  data: {
    search: {
      text,
      total: { value: total, relation: 'EQUAL' },
      hits: { edges: [{ node: { id: text } }], pageInfo: { hasNextPage: next, endCursor: next ? 'cursor' : null } },
    },
  },
});

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  vi.stubGlobal('fetch', (address: string, init: RequestInit) => {
    const params = new URL(address, 'http://localhost').searchParams;
    const hash = params.get('documentId')?.replace('sha256:', '');
    return new Promise<Response>((resolve, reject) => {
      sent.push({
        kind: hash === HitsDocument.hash ? 'hits' : 'facets',
        variables: JSON.parse(params.get('variables') ?? '{}') as Sent['variables'],
        land: (body) => resolve(Response.json(body)),
        fail: reject,
        aborted: () => init.signal?.aborted === true,
      });
      if (hash !== HitsDocument.hash && hash !== FacetsDocument.hash) reject(new Error(`unexpected document ${hash}`));
      init.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
    });
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const settle = () => vi.advanceTimersByTimeAsync(0);

test('every key is asked at once, and once; the facets wait for the pause', async () => {
  const store = new SearchStore();
  for (const text of ['a', 'al', 'ali', 'alie', 'alien']) {
    store.show(asked(text), undefined, true);
    store.show(asked(text), undefined, true);
    await vi.advanceTimersByTimeAsync(60);
  }
  expect(texts('hits')).toEqual(['a', 'al', 'ali', 'alie', 'alien']);
  expect(texts('facets')).toEqual([]);
  await vi.advanceTimersByTimeAsync(PAUSE_MS);
  expect(texts('facets')).toEqual(['alien']);
});

test('an answer to an older question is never shown', async () => {
  const store = new SearchStore();
  store.show(asked('alie'), undefined, true);
  store.show(asked('alien'), undefined, true);
  of('hits')[1]?.land(found('alien'));
  await settle();
  of('hits')[0]?.land(found('alie'));
  await settle();
  expect(store.state.shown?.found.text).toBe('alien');
});

test('an answer that was had is shown again without a request', async () => {
  const store = new SearchStore();
  store.show(asked('alien'), undefined, true);
  of('hits')[0]?.land(found('alien'));
  await settle();
  store.show(asked('aliens'), undefined, true);
  store.show(asked('alien'), undefined, true);
  expect(store.state.shown?.found.text).toBe('alien');
  expect(store.state.shown?.key).toBe(store.state.wanted);
  expect(texts('hits')).toEqual(['alien', 'aliens']);
});

test('few requests run at a time: the oldest is given up', () => {
  const store = new SearchStore();
  for (const text of ['a', 'b', 'c', 'd', 'e']) store.show(asked(text), undefined, true);
  expect(of('hits').map((request) => request.aborted())).toEqual([true, true, false, false, false]);
});

test('a new revision asks again and shows the old movies until then', async () => {
  const store = new SearchStore();
  store.show(asked('alien'));
  of('hits')[0]?.land(found('alien', { total: 1 }));
  await settle();
  store.refresh();
  expect(store.state.shown?.found.total.value).toBe(1);
  of('hits')[1]?.land(found('alien', { total: 2 }));
  await settle();
  expect(store.state.shown?.found.total.value).toBe(2);
});

test('the next page is appended, and Back finds it', async () => {
  const store = new SearchStore();
  store.show(asked('star'));
  of('hits')[0]?.land(found('star', { next: true }));
  await settle();
  store.loadMore();
  store.loadMore();
  expect(of('hits')).toHaveLength(2);
  expect(of('hits')[1]?.variables.after).toBe('cursor');
  of('hits')[1]?.land(found('star 2'));
  await settle();
  const ids = () => store.state.shown?.found.hits.edges.map(({ node }) => node.id);
  expect(ids()).toEqual(['star', 'star 2']);
  store.show(asked('war'));
  store.show(asked('star'));
  expect(ids()).toEqual(['star', 'star 2']);
});

test('a cursor that is of no use any more begins the list anew', async () => {
  const store = new SearchStore();
  store.show(asked('star'));
  of('hits')[0]?.land(found('star', { next: true }));
  await settle();
  store.loadMore();
  of('hits')[1]?.land({ errors: [{ message: 'm', extensions: { code: 'BAD_CURSOR' } }] });
  await settle();
  expect(store.state.problem).toBeUndefined();
  expect(store.state.loadingMore).toBe(false);
  expect(of('hits')[2]?.variables).toEqual({ text: 'star' });
});

test('D7: movies stay while the server is away, and it is asked until it answers', async () => {
  const store = new SearchStore();
  store.show(asked('alien'));
  of('hits')[0]?.land(found('alien'));
  await settle();
  store.show(asked('aliens'));
  of('hits').at(-1)?.fail(new TypeError('Failed to fetch'));
  await settle();
  expect(store.state.problem?.kind).toBe('offline');
  expect(store.state.shown?.found.text).toBe('alien');
  await vi.advanceTimersByTimeAsync(5_000);
  of('hits').at(-1)?.land(found('aliens'));
  await settle();
  expect(store.state.problem).toBeUndefined();
  expect(store.state.shown?.found.text).toBe('aliens');
});

test('only the newest question is asked again', async () => {
  const store = new SearchStore();
  store.show(asked('alie'), undefined, true);
  store.show(asked('alien'), undefined, true);
  for (const request of of('hits')) request.fail(new TypeError('Failed to fetch'));
  await vi.advanceTimersByTimeAsync(600);
  expect(texts('hits')).toEqual(['alie', 'alien', 'alien']);
});
