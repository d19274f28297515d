// `catalogChanged` over WebSocket, protocol graphql-transport-ws.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { operation } from '../lib/operations.mjs';
import { ask, endpoint, watched } from '../lib/target.mjs';
import { drop, movie, takeAway } from '../lib/visitor.mjs';

const socketUrl = endpoint.replace(/^http/, 'ws');

const connect = () => createClient({ url: socketUrl, webSocketImpl: WebSocket, retryAttempts: 0 });

/** Subscribes with `query`; `next()` resolves with the next revision told. */
function follow(query) {
  const client = connect();
  const revisions = client.iterate({ query });
  return {
    next: async () => {
      const { value } = await revisions.next();
      assert.equal(value.errors, undefined);
      return value.data.catalogChanged;
    },
    // A question on the same socket is answered behind the subscription, so by then that is under way.
    underWay: () => client.iterate({ query: '{ __typename }' }).next(),
    end: () => client.dispose(),
  };
}

const SEARCH = 'query ($text: String) { search(text: $text) { hits(first: 1) { nodes { title } } } catalog { generation movies } }';

test('a file dropped into the watched folder is told within a second and found, and so is its end', async (context) => {
  if (!watched) {
    context.skip('the gateway watches a folder that is not ours');
    return;
  }
  // Named and anonymous subscriptions are the same to the gateway, with or without `operationName`.
  const followers = [follow(await operation('catalog-changed')), follow('subscription { catalogChanged { generation movies } }')];
  const tell = () => Promise.all(followers.map((follower) => follower.next()));
  const found = async () => {
    const { data } = await ask(SEARCH, { text: movie.title });
    return { title: data.search.hits.nodes[0]?.title, catalog: data.catalog };
  };
  try {
    const before = (await found()).catalog;
    for (const { change, movies, title } of [
      { change: drop, movies: before.movies + 1, title: movie.title },
      { change: takeAway, movies: before.movies },
    ]) {
      const told = tell();
      await Promise.all(followers.map((follower) => follower.underWay()));
      const changed = Date.now();
      await change();
      const revisions = await told;
      assert.ok(Date.now() - changed < 1_000, `told after ${Date.now() - changed} ms`);
      const after = await found();
      for (const revision of revisions) {
        assert.equal(revision.movies, movies);
        assert.equal(revision.generation, after.catalog.generation);
      }
      assert.equal(after.title === movie.title, title !== undefined);
    }
  } finally {
    await takeAway();
    await Promise.all(followers.map((follower) => follower.end()));
  }
});

test('the server speaks graphql-transport-ws and refuses what it does not know', async () => {
  const socket = new WebSocket(socketUrl, 'graphql-transport-ws');
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  assert.equal(socket.protocol, 'graphql-transport-ws');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.send('this is no message of the protocol');
  // 4400 is the protocol's own code, 1002 that of WebSocket itself.
  assert.ok([4400, 1002].includes(await closed));
});
