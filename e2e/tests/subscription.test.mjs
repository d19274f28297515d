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

test('the current state comes first', async () => {
  const client = connect();
  const revisions = client.iterate({ query: await operation('catalog-changed') });
  const { value } = await revisions.next();
  assert.equal(value.errors, undefined);
  const { data } = await ask('{ catalog { movies generation } }');
  assert.equal(value.data.catalogChanged.movies, data.catalog.movies);
  assert.equal(value.data.catalogChanged.generation, data.catalog.generation);
  assert.ok(!Number.isNaN(Date.parse(value.data.catalogChanged.asOf)));
  await revisions.return();
  await client.dispose();
});

test('a file dropped into the watched folder is told and found, and so is its end', { skip: !watched && 'the gateway watches a folder that is not ours' }, async () => {
  const client = connect();
  const revisions = client.iterate({ query: await operation('catalog-changed') });
  const until = async (movies) => {
    for await (const { data } of revisions) if (data.catalogChanged.movies === movies) return;
    assert.fail('the subscription ended');
  };
  const found = async () => {
    const { data } = await ask('query ($text: String) { search(text: $text) { hits(first: 1) { nodes { title } } } }', {
      text: movie.title,
    });
    return data.search.hits.nodes[0]?.title === movie.title;
  };
  try {
    const before = (await revisions.next()).value.data.catalogChanged.movies;
    const dropped = Date.now();
    await drop();
    await until(before + 1);
    assert.ok(Date.now() - dropped < 1_000, `told after ${Date.now() - dropped} ms`);
    assert.equal(await found(), true);
  } finally {
    await takeAway();
  }
  // A second subscription, since leaving the loop above has ended the first.
  await new Promise((resolve, reject) => {
    const end = client.subscribe(
      { query: 'subscription { catalogChanged { movies } }' },
      {
        next: async () => {
          if (await found()) return;
          end();
          resolve();
        },
        error: reject,
        complete: () => undefined,
      },
    );
  });
  await client.dispose();
});

test('the server speaks graphql-transport-ws and refuses what it does not know', async () => {
  const socket = new WebSocket(socketUrl, 'graphql-transport-ws');
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  assert.equal(socket.protocol, 'graphql-transport-ws');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.send('this is no message of the protocol');
  assert.ok((await closed) >= 4400, 'a protocol error has a code of its own');
});
