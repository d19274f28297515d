// Hostile requests generated from a seed. Each is sent over a connection of its own.
import { deflateSync, gzipSync } from 'node:zlib';
import { OPERATIONS, forgedAddress, streams } from './costly.mjs';

/** A small random number generator (mulberry32), so that a seed reproduces a run. */
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

/** GraphQL documents, by what is hostile in them. */
const DOCUMENTS = {
  deep: (rng) => {
    const depth = 10 + rng.below(20_000);
    return `{ search { hits { nodes { ${'similar(first:1){'.repeat(depth)}id${'}'.repeat(depth)} } } } }`;
  },
  unclosed: (rng) => rng.of(['{', '[', '(']).repeat(1 + rng.below(100_000)),
  wide: (rng) => `{ ${many(10 + rng.below(20_000), () => '__typename')} }`,
  aliased: (rng) => `{ ${many(10 + rng.below(3_000), (at) => `a${at}: search(text:"a${at}") { total { value } }`)} }`,
  'aliased ids': (rng) => `{ ${many(10 + rng.below(1_500), (at) => `m${at}: movie(id:"m${at}") { title }`)} }`,
  'circular fragments': (rng) => {
    const length = 1 + rng.below(300);
    return `{ ...f0 } ${many(length, (at) => `fragment f${at} on Query { ...f${(at + 1) % length} __typename }`)}`;
  },
  'doubling fragments': (rng) => {
    const depth = 5 + rng.below(200);
    return `{ ...f0 } ${many(depth, (at) => `fragment f${at} on Query { ...f${at + 1} ...f${at + 1} }`)} fragment f${depth} on Query { __typename }`;
  },
  'huge literal': (rng) => `{ search(text: "${rng.of(['a', 'é', '💥', '\\\\u0000', '\\"'])
    .repeat(1 + rng.below(60_000))}") { total { value } } }`,
  'block string': (rng) => `{ search(text: """${'" '.repeat(rng.below(50_000))}""") { state } }`,
  'nested input': (rng) => {
    const depth = 1 + rng.below(5_000);
    return `{ search(where: ${'{not:'.repeat(depth)}{}${'}'.repeat(depth)}) { state } }`;
  },
  'wide input': (rng) => `{ search(where: { or: [${many(1 + rng.below(5_000), (at) => `{title:"${at}"}`)}] }) { state } }`,
  'wide answer': (rng) => `{ search { hits(first: 100) { nodes { similar(first: 100) { similar(first: ${rng.below(200)}) { people { costars(first: 100) { together } } } } } } } }`,
  'circular schema': (rng) => {
    let inner = 'name';
    for (let level = 0; level < 1 + rng.below(12); level++) inner = `fields { type { ${inner} } }`;
    return `{ __schema { types { ${inner} } } }`;
  },
  directives: (rng) => `{ __typename ${many(1 + rng.below(5_000), () => '@skip(if:false)')} }`,
  'unknown directives': (rng) => `query ${many(1 + rng.below(2_000), (at) => `@d${at}`)} { __typename }`,
  operations: (rng) => many(1 + rng.below(3_000), (at) => `query q${at} { __typename }`),
  'variable definitions': (rng) => `query(${many(1 + rng.below(3_000), (at) => `$v${at}: [[[Int]]] = [[[${at}]]]`)}) { __typename }`,
  comments: (rng) => `${'#'.repeat(1 + rng.below(100_000))}\n{ __typename }`,
  commas: (rng) => `{${','.repeat(1 + rng.below(120_000))}__typename}`,
  'costly words': (rng) => `{ search(text: "${many(1 + rng.below(60), (at) => `${rng.of(['mvoie', 'godfahter', 'xqzwv', 'aeiou', 'strng'])}${at}`)}") { hits(first: 100) { edges { highlights { html } reasons { kind } } } facets { genres { distinct } cast(first: 100) { distinct } } didYouMean { text } relaxations { total } } }`,
  'invalid cursors': (rng) => `{ search(text: "a") { hits(first: 5, after: "${rng.of(['', 'AAAA', 'x'.repeat(rng.below(70_000)), '../../etc/passwd'])}") { nodes { id } } } }`,
  'query language': (rng) => `{ search(text: ${JSON.stringify(rng.of(['"} OR 1=1 --', '{"$gt":""}', '*:* OR title:/.*/', '</script><script>', '\u0000\u202e', "'; DROP TABLE movies;--"]))}) { total { value } } }`,
  'slow costars': (rng) => `{ ${many(1 + rng.below(40), (at) => `c${at}: costars(from: "Al Pacino", to: "nobody ${at}") { steps { movie { id } } }`)} }`,
};

function post(body, headers = {}) {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body);
  const lines = Object.entries({ 'content-type': 'application/json', 'content-length': bytes.length, ...headers });
  const head = `POST /graphql HTTP/1.1\r\nhost: test\r\nconnection: close\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return [Buffer.concat([Buffer.from(head, 'latin1'), bytes])];
}

const json = (value) => JSON.stringify(value);

/** Requests that are hostile as HTTP or as JSON. Each is a list of writes, sent in order with pauses between them. */
const REQUESTS = {
  'gzip bomb': (rng) => post(gzipSync(Buffer.alloc(1 + rng.below(30) * 1_000_000, '[')), { 'content-encoding': 'gzip' }),
  'deflate bomb': (rng) => post(deflateSync(Buffer.alloc(1 + rng.below(30) * 1_000_000, '{')), { 'content-encoding': 'deflate' }),
  'not UTF-8': (rng) => {
    const bytes = Buffer.from(json({ query: `{ search(text: "${'a'.repeat(100)}") { total { value } } }` }));
    for (let turned = 0; turned < 1 + rng.below(20); turned++) bytes[20 + rng.below(bytes.length - 20)] = 0x80 + rng.below(0x80);
    return post(bytes);
  },
  'half a surrogate': () => post('{"query":"{ search(text: \\"\\ud800\\") { state } }"}'),
  'huge variables': (rng) => post(json({ query: 'query($w: MovieWhere) { search(where: $w) { state } }', variables: { w: { title: 'x'.repeat(rng.below(1_200_000)) } } })),
  'nested variables': (rng) => {
    const depth = 1 + rng.below(50_000);
    return post(`{"query":"query($w: MovieWhere) { search(where: $w) { state } }","variables":{"w":${'{"not":'.repeat(depth)}{}${'}'.repeat(depth)}}}`);
  },
  'many variables': (rng) => post(json({ query: '{ __typename }', variables: Object.fromEntries(Array.from({ length: rng.below(30_000) }, (_, at) => [`v${at}`, at])) })),
  batch: (rng) => post(json(Array.from({ length: 1 + rng.below(2_000) }, () => ({ query: '{ search { state } }' })))),
  'body too large': (rng) => post(Buffer.alloc(1_100_000 + rng.below(3_000_000), ' ')),
  'wrong length': (rng) => post('{"query":"{ __typename }"}', { 'content-length': 1 + rng.below(1e9) }),
  'two lengths': () => post('{}', { 'content-length': '2\r\ncontent-length: 3' }),
  'length and chunks': () => post('2\r\n{}\r\n0\r\n\r\n', { 'transfer-encoding': 'chunked' }),
  'endless chunks': (rng) => {
    const head = 'POST /graphql HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';
    return [Buffer.from(head), ...Array.from({ length: 1 + rng.below(30) }, () => Buffer.from(`10000\r\n${' '.repeat(65_536)}\r\n`))];
  },
  'slow body': (rng) => {
    const [whole] = post(json({ query: '{ __typename }' }), { 'content-length': 100_000 });
    return [whole, ...Array.from({ length: 1 + rng.below(5) }, () => Buffer.from(' '))];
  },
  'slow headers': (rng) => ['POST /graphql HTTP/1.1\r\n', ...Array.from({ length: 1 + rng.below(5) }, (_, at) => `x-${at}: y\r\n`)].map((text) => Buffer.from(text)),
  'many headers': (rng) => post('{}', Object.fromEntries(Array.from({ length: rng.below(2_000) }, (_, at) => [`x-${at}`, 'y']))),
  'long header': (rng) => post('{}', { 'x-long': 'y'.repeat(rng.below(500_000)) }),
  'long address': (rng) => [Buffer.from(`GET /graphql?query=${'%7B'.repeat(rng.below(100_000))} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n`)],
  'not HTTP': (rng) => [Buffer.from(Array.from({ length: 1 + rng.below(5_000) }, () => rng.below(256)))],
  'unknown method': (rng) => [Buffer.from(`${rng.of(['DELETE', 'TRACE', 'CONNECT', 'PRI', 'X'.repeat(50)])} /graphql HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n`)],
  'form of another site': () => post('query=%7B__typename%7D', { 'content-type': 'application/x-www-form-urlencoded' }),
  'half a handshake': () => [Buffer.from('GET /graphql HTTP/1.1\r\nhost: test\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: x\r\n\r\n')],
  'cleartext HTTP/2': streams,
  'forged address': (rng) => post(json({ query: `{ search(text: "${rng.of(['alien', 'robot', 'west'])}") { hits(first: 100) { nodes { title } } } }` }), forgedAddress(rng)),
  'body of a stranger': (rng) => {
    const [whole] = post(Buffer.alloc(200_000 + rng.below(800_000), ' '), { authorization: `Bearer wmk_${rng.below(1e9)}` });
    return [whole.subarray(0, -48_000), Buffer.alloc(0)];
  },
  'closed early': (rng) => {
    const [whole] = post(json({ query: '{ search(text: "drama") { hits(first: 100) { nodes { title } } } }' }));
    return [whole.subarray(0, 1 + rng.below(whole.length))];
  },
};

/** Kinds of hostile requests. */
export const KINDS = [...Object.keys(DOCUMENTS), ...Object.keys(REQUESTS), ...Object.keys(OPERATIONS)];

/** Request `number` of a seed: its kind, its writes, and whether it must be refused. */
export function hostile(seed, number) {
  const rng = random(seed * 1_000_003 + number);
  // Every kind occurs, even in a short run.
  const kind = KINDS[number % KINDS.length];
  const operation = OPERATIONS[kind];
  if (operation) {
    const { refused = false, ...body } = operation(rng);
    // By this type the status says whether an operation ran.
    return { kind, refused, writes: post(json(body), { accept: 'application/graphql-response+json' }) };
  }
  const document = DOCUMENTS[kind];
  return { kind, refused: false, writes: document ? post(json({ query: document(rng) })) : REQUESTS[kind](rng) };
}
