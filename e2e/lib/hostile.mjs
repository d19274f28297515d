// Hostile requests, made from a seed: what is sent over a socket of its own, and what a server that stays well may say.
import { deflateSync, gzipSync } from 'node:zlib';

/** A small generator of numbers (mulberry32), so that a seed names a run. */
export function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    below: (limit) => Math.floor(next() * limit),
    of: (list) => list[Math.floor(next() * list.length)],
  };
}

const many = (count, text) => Array.from({ length: count }, (_, at) => text(at)).join(' ');

/** Documents, by what is hostile in them. */
const DOCUMENTS = {
  deep: (dice) => {
    const depth = 10 + dice.below(20_000);
    return `{ search { hits { nodes { ${'similar(first:1){'.repeat(depth)}id${'}'.repeat(depth)} } } } }`;
  },
  unclosed: (dice) => dice.of(['{', '[', '(']).repeat(1 + dice.below(100_000)),
  wide: (dice) => `{ ${many(10 + dice.below(20_000), () => '__typename')} }`,
  aliased: (dice) => `{ ${many(10 + dice.below(3_000), (at) => `a${at}: search(text:"a${at}") { total { value } }`)} }`,
  'aliased ids': (dice) => `{ ${many(10 + dice.below(1_500), (at) => `m${at}: movie(id:"m${at}") { title }`)} }`,
  'circular fragments': (dice) => {
    const length = 1 + dice.below(300);
    return `{ ...f0 } ${many(length, (at) => `fragment f${at} on Query { ...f${(at + 1) % length} __typename }`)}`;
  },
  'doubling fragments': (dice) => {
    const depth = 5 + dice.below(200);
    return `{ ...f0 } ${many(depth, (at) => `fragment f${at} on Query { ...f${at + 1} ...f${at + 1} }`)} fragment f${depth} on Query { __typename }`;
  },
  'huge literal': (dice) => `{ search(text: "${dice.of(['a', 'é', '💥', '\\\\u0000', '\\"'])
    .repeat(1 + dice.below(60_000))}") { total { value } } }`,
  'block string': (dice) => `{ search(text: """${'" '.repeat(dice.below(50_000))}""") { state } }`,
  'nested input': (dice) => {
    const depth = 1 + dice.below(5_000);
    return `{ search(where: ${'{not:'.repeat(depth)}{}${'}'.repeat(depth)}) { state } }`;
  },
  'wide input': (dice) => `{ search(where: { or: [${many(1 + dice.below(5_000), (at) => `{title:"${at}"}`)}] }) { state } }`,
  'wide answer': (dice) => `{ search { hits(first: 100) { nodes { similar(first: 100) { similar(first: ${dice.below(200)}) { people { costars(first: 100) { together } } } } } } } }`,
  'circular schema': (dice) => {
    let inner = 'name';
    for (let level = 0; level < 1 + dice.below(12); level++) inner = `fields { type { ${inner} } }`;
    return `{ __schema { types { ${inner} } } }`;
  },
  directives: (dice) => `{ __typename ${many(1 + dice.below(5_000), () => '@skip(if:false)')} }`,
  'unknown directives': (dice) => `query ${many(1 + dice.below(2_000), (at) => `@d${at}`)} { __typename }`,
  operations: (dice) => many(1 + dice.below(3_000), (at) => `query q${at} { __typename }`),
  'variable definitions': (dice) => `query(${many(1 + dice.below(3_000), (at) => `$v${at}: [[[Int]]] = [[[${at}]]]`)}) { __typename }`,
  comments: (dice) => `${'#'.repeat(1 + dice.below(100_000))}\n{ __typename }`,
  commas: (dice) => `{${','.repeat(1 + dice.below(120_000))}__typename}`,
  'costly words': (dice) => `{ search(text: "${many(1 + dice.below(60), (at) => `${dice.of(['mvoie', 'godfahter', 'xqzwv', 'aeiou', 'strng'])}${at}`)}") { hits(first: 100) { edges { highlights { html } reasons { kind } } } facets { genres { distinct } cast(first: 100) { distinct } } didYouMean { text } relaxations { total } } }`,
  'odd cursors': (dice) => `{ search(text: "a") { hits(first: 5, after: "${dice.of(['', 'AAAA', 'x'.repeat(dice.below(70_000)), '../../etc/passwd'])}") { nodes { id } } } }`,
  'query language': (dice) => `{ search(text: ${JSON.stringify(dice.of(['"} OR 1=1 --', '{"$gt":""}', '*:* OR title:/.*/', '</script><script>', '\u0000\u202e', "'; DROP TABLE movies;--"]))}) { total { value } } }`,
  'slow costars': (dice) => `{ ${many(1 + dice.below(40), (at) => `c${at}: costars(from: "Al Pacino", to: "nobody ${at}") { steps { movie { id } } }`)} }`,
};

function post(body, headers = {}) {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body);
  const lines = Object.entries({ 'content-type': 'application/json', 'content-length': bytes.length, ...headers });
  const head = `POST /graphql HTTP/1.1\r\nhost: test\r\nconnection: close\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return [Buffer.concat([Buffer.from(head, 'latin1'), bytes])];
}

const json = (value) => JSON.stringify(value);

/** Requests that are hostile as HTTP or as JSON. Each is a list of what is written, in that order, with pauses between. */
const REQUESTS = {
  'gzip bomb': (dice) => post(gzipSync(Buffer.alloc(1 + dice.below(30) * 1_000_000, '[')), { 'content-encoding': 'gzip' }),
  'deflate bomb': (dice) => post(deflateSync(Buffer.alloc(1 + dice.below(30) * 1_000_000, '{')), { 'content-encoding': 'deflate' }),
  'not UTF-8': (dice) => {
    const bytes = Buffer.from(json({ query: `{ search(text: "${'a'.repeat(100)}") { total { value } } }` }));
    for (let turned = 0; turned < 1 + dice.below(20); turned++) bytes[20 + dice.below(bytes.length - 20)] = 0x80 + dice.below(0x80);
    return post(bytes);
  },
  'half a surrogate': () => post('{"query":"{ search(text: \\"\\ud800\\") { state } }"}'),
  'huge variables': (dice) => post(json({ query: 'query($w: MovieWhere) { search(where: $w) { state } }', variables: { w: { title: 'x'.repeat(dice.below(1_200_000)) } } })),
  'nested variables': (dice) => {
    const depth = 1 + dice.below(50_000);
    return post(`{"query":"query($w: MovieWhere) { search(where: $w) { state } }","variables":{"w":${'{"not":'.repeat(depth)}{}${'}'.repeat(depth)}}}`);
  },
  'many variables': (dice) => post(json({ query: '{ __typename }', variables: Object.fromEntries(Array.from({ length: dice.below(30_000) }, (_, at) => [`v${at}`, at])) })),
  batch: (dice) => post(json(Array.from({ length: 1 + dice.below(2_000) }, () => ({ query: '{ search { state } }' })))),
  'body too large': (dice) => post(Buffer.alloc(1_100_000 + dice.below(3_000_000), ' ')),
  'length that lies': (dice) => post('{"query":"{ __typename }"}', { 'content-length': 1 + dice.below(1e9) }),
  'two lengths': () => post('{}', { 'content-length': '2\r\ncontent-length: 3' }),
  'length and chunks': () => post('2\r\n{}\r\n0\r\n\r\n', { 'transfer-encoding': 'chunked' }),
  'endless chunks': (dice) => {
    const head = 'POST /graphql HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';
    return [Buffer.from(head), ...Array.from({ length: 1 + dice.below(30) }, () => Buffer.from(`10000\r\n${' '.repeat(65_536)}\r\n`))];
  },
  'slow body': (dice) => {
    const [whole] = post(json({ query: '{ __typename }' }), { 'content-length': 100_000 });
    return [whole, ...Array.from({ length: 1 + dice.below(5) }, () => Buffer.from(' '))];
  },
  'slow headers': (dice) => ['POST /graphql HTTP/1.1\r\n', ...Array.from({ length: 1 + dice.below(5) }, (_, at) => `x-${at}: y\r\n`)].map((text) => Buffer.from(text)),
  'many headers': (dice) => post('{}', Object.fromEntries(Array.from({ length: dice.below(2_000) }, (_, at) => [`x-${at}`, 'y']))),
  'long header': (dice) => post('{}', { 'x-long': 'y'.repeat(dice.below(500_000)) }),
  'long address': (dice) => [Buffer.from(`GET /graphql?query=${'%7B'.repeat(dice.below(100_000))} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n`)],
  'not HTTP': (dice) => [Buffer.from(Array.from({ length: 1 + dice.below(5_000) }, () => dice.below(256)))],
  'odd method': (dice) => [Buffer.from(`${dice.of(['DELETE', 'TRACE', 'CONNECT', 'PRI', 'X'.repeat(50)])} /graphql HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n`)],
  'form of another site': () => post('query=%7B__typename%7D', { 'content-type': 'application/x-www-form-urlencoded' }),
  'half a handshake': () => [Buffer.from('GET /graphql HTTP/1.1\r\nhost: test\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: x\r\n\r\n')],
  'hung up': (dice) => {
    const [whole] = post(json({ query: '{ search(text: "drama") { hits(first: 100) { nodes { title } } } }' }));
    return [whole.subarray(0, 1 + dice.below(whole.length))];
  },
};

/** Kinds of hostile requests. */
export const KINDS = [...Object.keys(DOCUMENTS), ...Object.keys(REQUESTS)];

/** Request number `number` of a seed: its kind, and what is written. */
export function hostile(seed, number) {
  const dice = random(seed * 1_000_003 + number);
  // Each kind comes up, however few are asked.
  const kind = KINDS[number % KINDS.length];
  const document = DOCUMENTS[kind];
  return { kind, writes: document ? post(json({ query: document(dice) })) : REQUESTS[kind](dice) };
}
