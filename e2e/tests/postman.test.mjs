// The Postman collection is current, and its assertions hold against the gateway.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import newman from 'newman';
import { buildCollection } from '../lib/postman.mjs';
import { url } from '../lib/target.mjs';

const file = (name) => fileURLToPath(new URL(`../../postman/${name}`, import.meta.url));
const COLLECTION = file('Wikimovie.postman_collection.json');

test('the collection is what `npm run postman` writes', async () => {
  assert.deepEqual(JSON.parse(await readFile(COLLECTION, 'utf8')), await buildCollection());
});

test('newman reports no failure', async (context) => {
  const summary = await new Promise((resolve, reject) => {
    newman.run(
      {
        collection: COLLECTION,
        environment: file('local.postman_environment.json'),
        envVar: [{ key: 'baseUrl', value: url }],
        timeoutRequest: 10_000,
      },
      (error, done) => (error ? reject(error) : resolve(done)),
    );
  });
  const { stats, failures } = summary.run;
  context.diagnostic(`${stats.requests.total} requests, ${stats.assertions.total} assertions`);
  assert.deepEqual(
    failures.map(({ source, error }) => `${source?.name}: ${error.test ?? ''} ${error.message}`),
    [],
  );
  assert.ok(stats.assertions.total >= 30);
});
