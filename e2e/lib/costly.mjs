// Requests that once cost the gateway much and their sender nothing. Those that are `refused` never run, whatever they hold.

const many = (count, text) => Array.from({ length: count }, (_, at) => text(at)).join(' ');
const word = (rng) => Array.from({ length: 5 + rng.below(6) }, () => rng.of('bcdfghjklmnpqrstvwxz')).join('');
const words = (rng, count) => many(count, () => word(rng));

/** Lists within lists below a fragment on an interface, as Relay writes it. */
function fragmentOnInterface(rng) {
  const inner = `${'similar(first: 100) { '.repeat(3)}id${' }'.repeat(3)}`;
  const [node, id] = rng.of([['node', 'id: "x"'], ['nodes', 'ids: ["x", "y"]']]);
  return { query: `{ ${node}(${id}) { ...F } } fragment F on Movie { ${inner} }`, refused: true };
}

/**
 * Lists within lists whose prices, summed as signed or unsigned 64 bits, begin again at nothing. Fields repeated under one
 * name are priced each, and are one field when they run.
 */
function overflow() {
  const levels = 11;
  const ids = (level) => (level === levels - 1 ? 'id' : 'id '.repeat(level === 0 ? 53 : 52));
  const list = (level) => (level === levels ? '' : `similar(first: 64) { ${ids(level)}${list(level + 1)} }`);
  return { query: `query($i: ID!) { rateLimit { cost } movie(id: $i) { ${list(0)} } }`, variables: { i: 'x' }, refused: true };
}

/** Values and words that nobody has, of which each is compared with all there are. */
function unknownValues(rng) {
  const anyOf = Array.from({ length: 1 + rng.below(256) }, () => words(rng, 1 + rng.below(55)).slice(0, 500));
  return {
    query: 'query($w: MovieWhere, $t: String) { search(text: $t, where: $w) { total { value } didYouMean { text } relaxations { total } } }',
    variables: { t: words(rng, rng.below(33)), w: { [rng.of(['cast', 'genres', 'providers'])]: { anyOf } } },
  };
}

/** State tokens by the hundred, each of which would hold the whole question. */
function bigStates(rng) {
  const facets = many(20, (at) => `f${at}: cast(first: 100, contains: "${at}") { values { toggle } }`);
  const titles = Array.from({ length: 1 + rng.below(250) }, () => ({ title: words(rng, 60).slice(0, 499) }));
  return { query: `query($w: MovieWhere) { search(where: $w) { state facets { ${facets} } } }`, variables: { w: { not: { and: titles } } } };
}

/** A document that is refused for its root fields, and holds a long list in each. */
function longLists(rng) {
  const ids = Array.from({ length: 10_000 + rng.below(90_000) }, (_, at) => `${at}`);
  return {
    query: `query($v: [ID!]!) { ${'...F '.repeat(100 + rng.below(900))} } fragment F on Query { movies(ids: $v) { id } }`,
    variables: { v: ids },
    refused: true,
  };
}

/** Thousands of errors to list. */
function unknownFields(rng) {
  return { query: `{ ${many(500 + rng.below(4_400), (at) => `nothing${at}`)} }`, refused: true };
}

/** Operations, by what is costly in them. */
export const OPERATIONS = {
  'fragment on an interface': fragmentOnInterface,
  'price overflow': overflow,
  'unknown values': unknownValues,
  'big states': bigStates,
  'long lists, refused': longLists,
  'unknown fields': unknownFields,
};

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** A frame of HTTP/2 (RFC 9113, 4.1). */
function frame(type, flags, stream, payload) {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** Streams of one connection without TLS, each with a body that does not end. */
export function streams(rng) {
  // POST, http and /graphql of the static table and by name (RFC 7541): indexed fields, and one literal path.
  const headers = Buffer.concat([Buffer.from([0x83, 0x86, 0x04, 0x08]), Buffer.from('/graphql')]);
  const body = Buffer.alloc(16_384, ' ');
  const opened = Array.from({ length: 1 + rng.below(100) }, (_, at) => [frame(1, 4, 2 * at + 1, headers), frame(0, 0, 2 * at + 1, body)]);
  return [Buffer.concat([Buffer.from(PREFACE), frame(4, 0, 0, Buffer.alloc(0)), ...opened.flat()]), Buffer.alloc(0)];
}

/** Headers by which a client would choose its own address. */
export function forgedAddress(rng) {
  const address = Array.from({ length: 4 }, () => rng.below(256)).join('.');
  return rng.of([
    { forwarded: `for=${address}` },
    { 'x-forwarded-for': address, forwarded: `for="[2001:db8::${rng.below(65_536).toString(16)}]"` },
    { 'x-real-ip': address, 'cf-connecting-ip': address, 'true-client-ip': address },
    { 'x-forwarded-for': `${address}, `.repeat(1 + rng.below(500)) },
  ]);
}
