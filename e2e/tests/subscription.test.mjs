// `catalogChanged` over WebSocket, protocol graphql-transport-ws.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { operation } from '../lib/operations.mjs';
import { ask, endpoint, watched } from '../lib/target.mjs';
import { addFile, movie, removeFile } from '../lib/watched-file.mjs';

const socketUrl = endpoint.replace(/^http/, 'ws');

const connect = () => createClient({ url: socketUrl, webSocketImpl: WebSocket, retryAttempts: 0 });

/** Subscribes with `query`; `next()` resolves with the next revision. */
function subscribe(query) {
  const client = connect();
  const revisions = client.iterate({ query });
  return {
    next: async () => {
      const { value } = await revisions.next();
      assert.equal(value.errors, undefined);
      return value.data.catalogChanged;
    },
    // The gateway answers in order, so the answer to a query means that the subscription has started.
    started: () => client.iterate({ query: '{ __typename }' }).next(),
    stop: () => client.dispose(),
  };
}

const SEARCH = 'query ($text: String) { search(text: $text) { hits(first: 1) { nodes { title } } } catalog { generation movies } }';

test('a file added to the watched folder is announced within a second and found, and so is its removal', async (context) => {
  if (!watched) {
    context.skip('the watched folder of this gateway is unknown');
    return;
  }
  // A named and an anonymous subscription, both without `operationName`.
  const subscriptions = [subscribe(await operation('catalog-changed')), subscribe('subscription { catalogChanged { generation movies } }')];
  const nextRevisions = () => Promise.all(subscriptions.map((subscription) => subscription.next()));
  const search = async () => {
    const { data } = await ask(SEARCH, { text: movie.title });
    return { title: data.search.hits.nodes[0]?.title, catalog: data.catalog };
  };
  try {
    const before = (await search()).catalog;
    for (const { change, movies, title } of [
      { change: addFile, movies: before.movies + 1, title: movie.title },
      { change: removeFile, movies: before.movies },
    ]) {
      const announced = nextRevisions();
      await Promise.all(subscriptions.map((subscription) => subscription.started()));
      const changed = Date.now();
      await change();
      const revisions = await announced;
      assert.ok(Date.now() - changed < 1_000, `announced after ${Date.now() - changed} ms`);
      const after = await search();
      for (const revision of revisions) {
        assert.equal(revision.movies, movies);
        assert.equal(revision.generation, after.catalog.generation);
      }
      assert.equal(after.title === movie.title, title !== undefined);
    }
  } finally {
    await removeFile();
    await Promise.all(subscriptions.map((subscription) => subscription.stop()));
  }
});

test('the server speaks graphql-transport-ws and closes the connection on an invalid message', async () => {
  const socket = new WebSocket(socketUrl, 'graphql-transport-ws');
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  assert.equal(socket.protocol, 'graphql-transport-ws');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.send('not a message of the protocol');
  // 4400 is the code of the protocol, 1002 that of WebSocket.
  assert.ok([4400, 1002].includes(await closed));
});
