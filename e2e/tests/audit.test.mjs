// The public audit suite of GraphQL over HTTP.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditServer } from 'graphql-http';
import { endpoint } from '../lib/target.mjs';

/** Number of audits in the pinned suite, so that none is skipped unseen. */
const AUDITS = 61;

test('every audit of graphql-http passes', async (context) => {
  const results = await auditServer({ url: endpoint });
  assert.equal(results.length, AUDITS);
  for (const { id, name, status, reason } of results) {
    await context.test(`${id} ${name}`, () => assert.equal(status, 'ok', reason));
  }
});
