// Sends well-behaved requests at a constant rate until the parent stops it, and reports percentiles of the latency from a
// request's scheduled time to its last byte. A process of its own, so that only the gateway's work shows in the latency.
import http from 'node:http';

const [url, perSecond] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: 32 });
const { hostname, port } = new URL(url);

const DOCUMENTS = [
  'query($t: String) { search(text: $t) { total { value } hits(first: 10) { nodes { title year } } } }',
  'query($t: String) { search(text: $t) { hits(first: 5) { edges { highlights { html } } } facets { genres { values { value count } } } } }',
  'query($t: String!) { autocomplete(prefix: $t, first: 8) { text count } }',
];
const TEXTS = ['alien', 'the godfahter', '80s horror', 'chaplin', 'robot', 'love story', 'dr', 'king kong', 'west', 'mar'];

let latencies = [];
let failed = [];
let sent = 0;

function send() {
  const due = performance.now();
  const number = sent++;
  const body = JSON.stringify({
    query: DOCUMENTS[number % DOCUMENTS.length],
    variables: { t: `${TEXTS[number % TEXTS.length]}${number % 7 ? ` ${number % 13}` : ''}` },
  });
  const request = http.request(
    { agent, hostname, port, path: '/graphql', method: 'POST', headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } },
    (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        latencies.push(performance.now() - due);
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode !== 200 || text.includes('"errors"')) failed.push(`${response.statusCode} ${text.slice(0, 200)}`);
      });
    },
  );
  request.on('error', (error) => failed.push(error.message));
  request.end(body);
}

const pace = setInterval(send, 1_000 / Number(perSecond));
process.on('message', (message) => {
  if (message === 'stop') {
    clearInterval(pace);
    process.disconnect();
    agent.destroy();
    return;
  }
  const sorted = latencies.toSorted((one, other) => one - other);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  process.send({ sent: sorted.length, failed: failed.length, first: failed[0], p50: at(0.5), p95: at(0.95), p99: at(0.99) });
  latencies = [];
  failed = [];
});
