#!/usr/bin/env node
// Sends hostile requests to a gateway of its own beside honest clients, and tells what became of either:
// `node abuse.mjs target/release/wikimovie [REQUESTS] [SEED]`. Fails where the process ends or grows beyond its bound,
// answers by a fault of its own (500), or keeps honest clients waiting.
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startGateway } from './lib/gateway.mjs';
import { hostile } from './lib/hostile.mjs';

/** Most memory that the process may ever hold, with the seeds in its index and every cache at its usual size. */
const MAX_MB = 700;
/** How much longer honest clients may wait at their 99th percentile than without the attack, and a floor of noise. */
const MAX_RATIO = 2;
const NOISE_MS = 15;
/** Requests from which the waiting is judged; fewer, as tests send them, look at answers and memory alone. */
const TIMED_FROM = 10_000;
const ATTACKERS = 16;
const PAUSE_MS = 120;
const HONEST_PER_SECOND = 50;
const BASELINE_MS = 15_000;

const [binary, requests = '10000', seed = '1'] = process.argv.slice(2);
if (binary === undefined) {
  console.error('usage: abuse.mjs BINARY [REQUESTS] [SEED]');
  process.exit(2);
}

const gateway = await startGateway(resolve(binary), { WIKIMOVIE_LOG: 'error' });
const { hostname, port } = new URL(gateway.url);
const memory = (field) => Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))[1]) / 1024;

const honest = fork(fileURLToPath(new URL('./lib/honest.mjs', import.meta.url)), [gateway.url, String(HONEST_PER_SECOND)]);
const told = () =>
  new Promise((done) => {
    honest.once('message', done);
    honest.send('tell');
  });

/** Writes a request and reads what comes, for a while; the status, or how it ended. */
function send(writes) {
  return new Promise((done) => {
    const socket = net.connect({ host: hostname, port: Number(port) });
    let text = '';
    let status = 'no answer';
    const finish = () => {
      clearTimeout(limit);
      socket.destroy();
      done(status);
    };
    // What is slow on purpose is not waited for to its end: the gateway's own deadlines are tested elsewhere.
    const limit = setTimeout(finish, 3_000);
    socket.on('data', (chunk) => {
      if (text.length < 64) text += chunk.toString('latin1');
      const found = /^HTTP\/1\.[01] (\d{3})/.exec(text);
      if (found) status = found[1];
      if (found && !text.includes('101')) setImmediate(finish);
    });
    socket.on('error', finish);
    socket.on('close', finish);
    socket.on('connect', async () => {
      for (const [at, bytes] of writes.entries()) {
        if (at > 0) await sleep(PAUSE_MS);
        if (socket.destroyed) return;
        socket.write(bytes);
      }
      if (writes.length > 1) setTimeout(finish, PAUSE_MS);
    });
  });
}

const loadedMb = memory('VmRSS');
await sleep(3_000);
await told();
await sleep(BASELINE_MS);
const before = await told();

const outcomes = new Map();
const slowest = { ms: 0 };
let next = 0;
const started = performance.now();
const attacker = async () => {
  for (;;) {
    const number = next++;
    if (number >= Number(requests)) return;
    const { kind, writes } = hostile(Number(seed), number);
    const begun = performance.now();
    const status = await send(writes);
    const ms = performance.now() - begun;
    if (ms > slowest.ms && writes.length === 1) Object.assign(slowest, { ms, kind });
    const row = outcomes.get(kind) ?? {};
    row[status] = (row[status] ?? 0) + 1;
    outcomes.set(kind, row);
  }
};
await Promise.all(Array.from({ length: ATTACKERS }, attacker));
const seconds = (performance.now() - started) / 1_000;
const during = await told();
const peakMb = memory('VmHWM');
await sleep(3_000);
const restMb = memory('VmRSS');
const alive = (await fetch(`${gateway.url}/readyz`)).ok;
honest.send('stop');

const statuses = [...new Set([...outcomes.values()].flatMap(Object.keys))].toSorted();
console.log(`| kind | ${statuses.join(' | ')} |\n|---|${statuses.map(() => '---:|').join('')}`);
for (const [kind, row] of outcomes) console.log(`| ${kind} | ${statuses.map((status) => row[status] ?? '').join(' | ')} |`);
const ms = (value) => `${value.toFixed(1)} ms`;
console.log(`\n${requests} hostile requests (seed ${seed}) in ${seconds.toFixed(0)} s by ${ATTACKERS} connections at once`);
console.log(`slowest answer: ${slowest.kind}, ${ms(slowest.ms)}`);
for (const [when, row] of [['before', before], ['during', during]]) {
  console.log(`honest clients ${when}: ${row.asked} asked, ${row.failed} failed, p50 ${ms(row.p50)}, p95 ${ms(row.p95)}, p99 ${ms(row.p99)}`);
}
console.log(`p99 ratio: ${(during.p99 / before.p99).toFixed(2)}`);
console.log(`memory: ${loadedMb.toFixed(0)} MB loaded, ${peakMb.toFixed(0)} MB at most, ${restMb.toFixed(0)} MB afterwards`);

const faults = [];
if (!alive) faults.push('the gateway is not ready any more');
for (const [kind, row] of outcomes) if (row[500]) faults.push(`${kind}: ${row[500]} answers by a fault of its own (500)`);
if (peakMb > MAX_MB) faults.push(`memory: more than ${MAX_MB} MB`);
if (before.failed + during.failed > 0) faults.push(`honest questions failed: ${before.first ?? during.first}`);
// A share of the requests tells nothing of waiting: it is over before the load is even.
if (Number(requests) >= TIMED_FROM && during.p99 > Math.max(before.p99 * MAX_RATIO, NOISE_MS)) faults.push(`honest clients wait more than ${MAX_RATIO} times as long`);
const stopped = await gateway.stop();
if (stopped !== 'exit 0') faults.push(`the gateway did not stop cleanly: ${stopped}`);
for (const fault of faults) console.error(`FAULT: ${fault}`);
process.exit(faults.length === 0 ? 0 : 1);
