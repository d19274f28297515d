// Authentication with a real OpenID provider: discovery, scopes, tenants, key rotation, outage.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { startGateway } from '../lib/gateway.mjs';
import { AUDIENCE, startProvider } from '../lib/openid-provider.mjs';
import { eventually } from '../lib/target.mjs';

const binary = process.env.E2E_BINARY;
if (!binary) throw new Error('set E2E_BINARY to the gateway to start, or run: node with-gateway.mjs BINARY npm test');

let provider;
let gateway;
let folder;

before(async () => {
  provider = await startProvider();
  folder = await mkdtemp(join(tmpdir(), 'wikimovie-auth-'));
  const filter = join(folder, 'tenant.json');
  await writeFile(filter, JSON.stringify({ providers: { anyOf: ['$tenant'] } }));
  gateway = await startGateway(
    binary,
    {
      WIKIMOVIE_AUTH: 'jwt',
      WIKIMOVIE_JWT_ISSUER: provider.issuer,
      WIKIMOVIE_JWT_AUDIENCE: AUDIENCE,
      WIKIMOVIE_JWT_SKEW: '0',
      WIKIMOVIE_TENANT_CLAIM: 'tenant',
      WIKIMOVIE_TENANT_FILTER: filter,
    },
    async () => {
      provider.state.tenant = 'nickelodeon';
      return provider.token('search provider');
    },
  );
});

after(async () => {
  await gateway?.stop();
  await provider?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

async function ask(token, query) {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, ...(await response.json()) };
}

const code = (answer) => answer.errors?.[0].extensions.code;
const TOTAL = '{ search { total { value } } }';

const b64 = (json) => Buffer.from(JSON.stringify(json)).toString('base64url');
const payload = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

test('scopes decide what a token may read', async () => {
  provider.state.tenant = 'nickelodeon';
  const token = await provider.token('search');
  assert.equal((await ask(token, TOTAL)).status, 200);
  assert.equal(code(await ask(token, '{ importReceipts { totalCount } }')), 'FORBIDDEN');
  assert.equal(code(await ask(token, '{ search { explain { engine } } }')), 'FORBIDDEN');
  const operator = await provider.token('search provider operator');
  for (const query of ['{ importReceipts { totalCount } }', '{ search { explain { engine } } }']) {
    assert.equal(code(await ask(operator, query)), undefined, query);
  }
});

test('forged, altered, unsigned and foreign tokens are refused', async () => {
  provider.state.tenant = 'nickelodeon';
  const token = await provider.token();
  const [head, body, signature] = token.split('.');
  const claims = payload(token);
  const stranger = await startProvider();
  stranger.state.tenant = 'nickelodeon';
  provider.state.audience = 'another';
  const foreign = await provider.token();
  provider.state.audience = AUDIENCE;
  const bad = {
    'no token': undefined,
    'other claims': `${head}.${b64({ ...claims, scope: 'search operator' })}.${signature}`,
    'alg none': `${b64({ alg: 'none', typ: 'at+jwt' })}.${body}.`,
    'alg none, named key': `${b64({ alg: 'none', kid: 'first' })}.${body}.${signature}`,
    'unknown key': `${b64({ alg: 'RS256', kid: 'nobody' })}.${body}.${signature}`,
    'no signature': `${head}.${body}.`,
    'another audience': foreign,
    'another issuer with the same key id': await stranger.token(),
    'not a token': 'x',
  };
  await stranger.stop();
  for (const [what, badToken] of Object.entries(bad)) {
    const answer = await ask(badToken, TOTAL);
    assert.deepEqual([answer.status, code(answer)], [401, 'UNAUTHENTICATED'], what);
    assert.equal(answer.data, undefined);
  }
});

test('a tenant sees its own movies, and a token without a tenant is refused', async () => {
  provider.state.tenant = 'streamline';
  await eventually(async () => (await ask(await provider.token(), TOTAL)).data?.search.total.value > 0, 'loading');
  const totals = {};
  for (const tenant of ['nickelodeon', 'streamline', 'nobody']) {
    provider.state.tenant = tenant;
    const token = await provider.token('search provider');
    totals[tenant] = (await ask(token, TOTAL)).data.search.total.value;
    const answer = await ask(token, '{ catalog { providers { name } } search { facets { providers { values { value } } } } importReceipts { nodes { provider } } }');
    const providers = [
      ...answer.data.catalog.providers.map(({ name }) => name),
      ...answer.data.search.facets.providers.values.map(({ value }) => value),
      ...answer.data.importReceipts.nodes.map((receipt) => receipt.provider),
    ];
    assert.deepEqual([...new Set(providers)], tenant === 'nobody' ? [] : [tenant]);
  }
  assert.ok(totals.nickelodeon > 0 && totals.streamline > 0 && totals.nobody === 0, JSON.stringify(totals));
  provider.state.tenant = undefined;
  assert.deepEqual(code(await ask(await provider.token(), TOTAL)), 'UNAUTHENTICATED');
});

test('an expired token is refused, and its connection is closed', async () => {
  provider.state.tenant = 'nickelodeon';
  provider.state.lifetime = 3;
  const token = await provider.token();
  provider.state.lifetime = 600;
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const acknowledged = new Promise((resolve) => socket.once('message', (text) => resolve(JSON.parse(text).type)));
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  assert.equal(await acknowledged, 'connection_ack');
  assert.equal((await ask(token, TOTAL)).status, 200);
  assert.equal(await closed, 4403);
  assert.equal((await ask(token, TOTAL)).status, 401);
});

test('after a key rotation tokens of the new key are accepted and those of the old key refused', async () => {
  provider.state.tenant = 'nickelodeon';
  const old = await provider.token();
  assert.equal((await ask(old, TOTAL)).status, 200);
  provider.rotate('second');
  const token = await provider.token();
  // The gateway fetches keys at most once in ten seconds.
  await eventually(async () => (await ask(token, TOTAL)).status === 200, 'a token of the new key is accepted', 20_000);
  assert.equal((await ask(old, TOTAL)).status, 401);
});

test('known keys stay valid during an outage of the provider and after it', async () => {
  provider.state.tenant = 'streamline';
  const token = await provider.token();
  const other = await provider.token('search operator');
  await provider.stop();
  assert.equal((await ask(token, TOTAL)).status, 200);
  assert.equal((await ask(other, TOTAL)).status, 200);
  const unknown = `${b64({ alg: 'RS256', kid: 'nobody' })}.${token.split('.').slice(1).join('.')}`;
  assert.equal((await ask(unknown, TOTAL)).status, 401);
  assert.equal((await fetch(`${gateway.url}/readyz`)).status, 200);
  await provider.restart();
  assert.equal((await ask(await provider.token(), TOTAL)).status, 200);
});
