// Honest clients, in a process of their own so that nobody's work but the gateway's shows in their times: asks at a
// steady pace until told to stop, and tells percentiles of the time from when a question was due to its last byte.
import http from 'node:http';

const [url, perSecond] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: 32 });
const { hostname, port } = new URL(url);

const QUESTIONS = [
  'query($t: String) { search(text: $t) { total { value } hits(first: 10) { nodes { title year } } } }',
  'query($t: String) { search(text: $t) { hits(first: 5) { edges { highlights { html } } } facets { genres { values { value count } } } } }',
  'query($t: String!) { autocomplete(prefix: $t, first: 8) { text count } }',
];
const TEXTS = ['alien', 'the godfahter', '80s horror', 'chaplin', 'robot', 'love story', 'dr', 'king kong', 'west', 'mar'];

let times = [];
let failed = [];
let asked = 0;

function ask() {
  const due = performance.now();
  const number = asked++;
  const body = JSON.stringify({
    query: QUESTIONS[number % QUESTIONS.length],
    variables: { t: `${TEXTS[number % TEXTS.length]}${number % 7 ? ` ${number % 13}` : ''}` },
  });
  const request = http.request(
    { agent, hostname, port, path: '/graphql', method: 'POST', headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } },
    (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        times.push(performance.now() - due);
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode !== 200 || text.includes('"errors"')) failed.push(`${response.statusCode} ${text.slice(0, 200)}`);
      });
    },
  );
  request.on('error', (error) => failed.push(error.message));
  request.end(body);
}

const pace = setInterval(ask, 1_000 / Number(perSecond));
process.on('message', (message) => {
  if (message === 'stop') {
    clearInterval(pace);
    process.disconnect();
    agent.destroy();
    return;
  }
  times.sort((one, other) => one - other);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
  process.send({ asked: times.length, failed: failed.length, first: failed[0], p50: at(0.5), p95: at(0.95), p99: at(0.99) });
  times = [];
  failed = [];
});
