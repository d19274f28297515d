// An agent without a mind of its own: it uses the tools of /mcp alone, in the order that their answers suggest, and writes its
// transcript as Markdown to stdout. It finds a movie by talk, opens it, walks to a co-star, and on to where that person leads.
//
//   node e2e/with-gateway.mjs target/debug/wikimovie node e2e/doors/agent.mjs
import assert from 'node:assert/strict';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask, eventually, url, watched } from '../lib/target.mjs';

const TALK = '80s horror with jamie lee curtis';

/** What the seeds lack of it: a provider's file in the watched folder. */
const DELIVERY = [
  { id: 'the-fog-1980', title: 'The Fog', year: 1980, cast: ['Adrienne Barbeau', 'Jamie Lee Curtis', 'Janet Leigh'], genres: ['Horror'], summary: 'A glowing fog brings drowned sailors back to a town that wrecked them.' },
  { id: 'prom-night-1980', title: 'Prom Night', year: 1980, cast: ['Leslie Nielsen', 'Jamie Lee Curtis'], genres: ['Horror', 'Slasher'] },
  { id: 'trading-places-1983', title: 'Trading Places', year: 1983, cast: ['Dan Aykroyd', 'Eddie Murphy', 'Jamie Lee Curtis'], genres: ['Comedy'] },
];

if (watched !== undefined) {
  const complete = join(watched, '..', 'matinee.json');
  await writeFile(complete, JSON.stringify(DELIVERY));
  await mkdir(join(watched, 'matinee'), { recursive: true });
  await rename(complete, join(watched, 'matinee', 'horror.json'));
  const query = '{ search(where: { providers: { anyOf: ["matinee"] } }) { total { value } } }';
  await eventually(async () => (await ask(query)).data?.search.total.value === DELIVERY.length, 'the delivery');
}

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'agent', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
let requests = 0;

async function send(method, params) {
  const response = await fetch(`${url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(params.name === undefined ? {} : { 'mcp-name': params.name }),
      ...(process.env.WIKIMOVIE_TOKEN === undefined ? {} : { authorization: `Bearer ${process.env.WIKIMOVIE_TOKEN}` }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: (requests += 1), method, params: { ...params, _meta: META } }),
  });
  assert.equal(response.status, 200, await response.clone().text());
  const { result, error } = await response.json();
  assert.equal(error, undefined, JSON.stringify(error));
  return result;
}

const say = (text) => console.log(`${text}\n`);

/** Calls a tool, and writes what is `shown` of its answer. */
async function call(name, args, shown = (answer) => answer) {
  const result = await send('tools/call', { name, arguments: args });
  assert.notEqual(result.isError, true, JSON.stringify(result));
  const answer = result.structuredContent;
  say(`**Calls** \`${name}\` with \`${JSON.stringify(args)}\``);
  say(`\`\`\`json\n${JSON.stringify(shown(answer), null, 1)}\n\`\`\``);
  return answer;
}

const { tools } = await send('tools/list', {});
const names = tools.map((tool) => tool.name);
say(`**Lists the tools**: ${names.map((name) => `\`${name}\``).join(', ')}.`);
assert.ok(tools.every((tool) => tool.annotations.readOnlyHint === true));

say(`**Is asked** for "${TALK}".`);
const { results } = await call('search', { query: TALK }, (answer) => answer.results.slice(0, 3).map(({ id, title }) => ({ id, title })));
const [first] = results;
assert.match(first.title, /\(198\d\)$/, 'a movie of the decade comes first');

say(`**Opens** ${first.title}.`);
const opened = await call('fetch', { id: first.id }, ({ title, text, metadata }) => ({ title, text, metadata }));
assert.equal(opened.metadata.kind, 'Movie');
assert.match(opened.text, /Horror/);
const cast = /^Cast: (.+)$/m.exec(opened.text)[1].split(', ');
assert.ok(cast.includes('Jamie Lee Curtis'), opened.text);

// The first co-star who leads further than to this movie.
let costar, person;
for (costar of cast.filter((name) => name !== 'Jamie Lee Curtis')) {
  say(`**Walks** to ${costar}.`);
  const brief = ({ person: { movieCount, filmography } }) => ({ movieCount, movies: filmography.nodes });
  ({ person } = await call('person', { name: costar, first: 3 }, brief));
  assert.equal(person.name, costar);
  if (person.movieCount > 1) break;
}
assert.ok(person.movieCount > 1, 'somebody leads on');

const { costars } = await call('costars', { from: costar, to: 'Al Pacino' }, (answer) =>
  answer.costars?.steps.map((step) => `${step.movie.title} (${step.movie.year}) with ${step.person.name}`) ?? null,
);
say(costars === null ? `Nothing connects ${costar} and Al Pacino.` : `${costar} and Al Pacino are ${costars.length} movies apart.`);
const next = person.filmography.nodes.find((movie) => movie.id !== first.id);
const last = await call('fetch', { id: next.id }, ({ title, metadata }) => ({ title, metadata }));
say(`**Answers**: "${first.title}", with ${cast.join(', ')}; ${costar} is in "${last.title}", too.`);
