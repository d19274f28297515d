/** The hooks in React, against a live gateway. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Window } from 'happy-dom';
import { createElement, type ReactNode } from 'react';
import { live, client } from './gateway.js';

const window = new Window();
Object.assign(globalThis, { window, document: window.document });
// Node has one of its own from version 21, which cannot be replaced.
if (typeof navigator === 'undefined') Object.assign(globalThis, { navigator: window.navigator });
const { createRoot } = await import('react-dom/client');
const { useAutocomplete, useMovieSearch, WikimovieProvider } = await import('../src/react.js');
after(() => window.happyDOM.close());

/** Renders a view and reads what it returned last. */
function mount<Seen>(view: () => Seen) {
  let seen: Seen | undefined;
  const Probe = (): ReactNode => {
    seen = view();
    return null;
  };
  const root = createRoot(document.body.appendChild(document.createElement('div')));
  const render = (): void => root.render(createElement(WikimovieProvider, { client }, createElement(Probe)));
  render();
  const until = async (holds: (now: Seen) => boolean): Promise<Seen> => {
    for (let tries = 0; tries < 500; tries += 1) {
      if (seen !== undefined && holds(seen)) return seen;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return assert.fail(`it did not come to it: ${JSON.stringify(seen)?.slice(0, 300)}`);
  };
  return { render, until, unmount: () => root.unmount() };
}

test('useMovieSearch finds movies, and appends pages', live, async () => {
  const { until, unmount } = mount(() => useMovieSearch({ text: 'love', first: 3 }));
  const first = await until(({ loading }) => !loading);
  assert.equal(first.data?.search.hits.edges.length, 3);
  assert.equal(first.hasMore, true);
  await first.loadMore();
  const second = await until(({ data }) => data?.search.hits.edges.length === 6);
  assert.equal(new Set(second.data?.search.hits.edges.map(({ node }) => node.id)).size, 6);
  unmount();
});

test('useAutocomplete follows what is typed; the newest question wins, and an empty box asks nothing', live, async () => {
  let prefix = '';
  const { render, until, unmount } = mount(() => ({ prefix, ...useAutocomplete(prefix, { first: 5 }) }));
  assert.equal((await until(({ loading }) => !loading)).data, undefined);
  for (prefix of ['al', 'al p', 'al pa']) render();
  const { data } = await until((now) => now.prefix === 'al pa' && !now.loading);
  assert.ok(data?.autocomplete.some(({ text }) => text === 'Al Pacino'));
  prefix = '';
  render();
  await until((now) => now.data === undefined);
  unmount();
});

test('an error is told', live, async () => {
  const { until, unmount } = mount(() => useMovieSearch({ after: 'forged', first: 1 }));
  const { error } = await until(({ loading }) => !loading);
  assert.equal((error as { code?: string }).code, 'BAD_CURSOR');
  unmount();
});
