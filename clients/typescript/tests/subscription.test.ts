/** The subscription, against a live gateway with a watched folder. */

import assert from 'node:assert/strict';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { CatalogChangedDocument, WikimovieClient } from '../src/index.js';
import { live, url } from './gateway.js';

const watched = process.env['E2E_WATCHED'];

test('subscribe gives each revision until it is stopped', { skip: live.skip || watched === undefined }, async () => {
  const client = new WikimovieClient({ url, webSocket: WebSocket });
  const controller = new AbortController();
  const folder = join(watched ?? '', 'subscriber');
  const timer = setTimeout(() => void addMovie(folder), 500);
  try {
    let events = 0;
    for await (const { catalogChanged } of client.subscribe(CatalogChangedDocument, {}, { signal: controller.signal })) {
      assert.ok(catalogChanged.movies > 0);
      events += 1;
      controller.abort();
    }
    assert.equal(events, 1, 'the loop ends with the signal');
  } finally {
    clearTimeout(timer);
    await rm(folder, { recursive: true, force: true });
  }
});

async function addMovie(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const complete = join(folder, '..', '..', 'subscriber.json');
  await writeFile(complete, JSON.stringify([{ id: 'subscriber-1', title: 'The Subscriber', year: 2026 }]));
  await rename(complete, join(folder, 'one.json'));
}
