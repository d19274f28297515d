// GraphQL over HTTP, judged by the public audit suite.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditServer } from 'graphql-http';
import { endpoint } from '../lib/target.mjs';

/** Audits of the pinned suite; fewer would mean that some did not run. */
const AUDITS = 61;

test('every audit of graphql-http passes', async (context) => {
  const results = await auditServer({ url: endpoint });
  assert.equal(results.length, AUDITS);
  for (const { id, name, status, reason } of results) {
    await context.test(`${id} ${name}`, () => assert.equal(status, 'ok', reason));
  }
});
