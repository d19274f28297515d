#!/usr/bin/env node
// Starts a gateway, sends hostile requests beside honest clients and reports both:
// `node abuse.mjs target/release/wikimovie [REQUESTS] [SEED]`. Fails when the process ends, exceeds its memory bound,
// responds with status 500, executes what must be refused, or slows honest clients down.
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startGateway } from './lib/gateway.mjs';
import { hostile } from './lib/hostile.mjs';

/** Peak memory allowed, with the seeds in the index and every cache at its default size. */
const MAX_MB = 400;
/** How much the 99th percentile of honest clients may grow under attack; below `NOISE_MS` it does not count. */
const MAX_RATIO = 2;
const NOISE_MS = 15;
/** Requests from which latency is checked: a shorter run ends before the load is even. */
const LATENCY_FROM = 10_000;
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

const honest = fork(fileURLToPath(new URL('./lib/honest-client.mjs', import.meta.url)), [gateway.url, String(HONEST_PER_SECOND)]);
const report = () =>
  new Promise((done) => {
    honest.once('message', done);
    honest.send('report');
  });

/** Sends the writes of a request. Resolves with the status of the response, or how the connection ended. */
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
    // Slow requests are cut off here: other tests cover the gateway's own deadlines.
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

// Attackers are on other machines: they take no processor from those who are measured.
os.setPriority(os.constants.priority.PRIORITY_LOW);

const loadedMb = memory('VmRSS');
await sleep(3_000);
await report();
await sleep(BASELINE_MS);
const before = await report();

const outcomes = new Map();
/** Kinds that should have been refused, with what they got. */
const notRefused = new Map();
const slowest = { ms: 0 };
let next = 0;
const started = performance.now();
const attacker = async () => {
  for (;;) {
    const number = next++;
    if (number >= Number(requests)) return;
    const { kind, refused, writes } = hostile(Number(seed), number);
    const begun = performance.now();
    const status = await send(writes);
    const ms = performance.now() - begun;
    if (ms > slowest.ms && writes.length === 1) Object.assign(slowest, { ms, kind });
    const row = outcomes.get(kind) ?? {};
    row[status] = (row[status] ?? 0) + 1;
    if (refused && status === '200') notRefused.set(kind, status);
    outcomes.set(kind, row);
  }
};
await Promise.all(Array.from({ length: ATTACKERS }, attacker));
const seconds = (performance.now() - started) / 1_000;
const during = await report();
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
  console.log(`honest clients ${when}: ${row.sent} sent, ${row.failed} failed, p50 ${ms(row.p50)}, p95 ${ms(row.p95)}, p99 ${ms(row.p99)}`);
}
console.log(`p99 ratio: ${(during.p99 / before.p99).toFixed(2)}`);
console.log(`memory: ${loadedMb.toFixed(0)} MB loaded, ${peakMb.toFixed(0)} MB at most, ${restMb.toFixed(0)} MB afterwards`);

const faults = [];
if (!alive) faults.push('the gateway is no longer ready');
for (const [kind, row] of outcomes) if (row[500]) faults.push(`${kind}: ${row[500]} responses with status 500`);
for (const [kind, status] of notRefused) faults.push(`${kind}: was not refused (${status})`);
if (peakMb > MAX_MB) faults.push(`memory: more than ${MAX_MB} MB`);
if (before.failed + during.failed > 0) faults.push(`honest requests failed: ${before.first ?? during.first}`);
if (Number(requests) >= LATENCY_FROM && during.p99 > Math.max(before.p99 * MAX_RATIO, NOISE_MS)) faults.push(`the latency of honest clients grew by more than ${MAX_RATIO} times`);
const stopped = await gateway.stop();
if (stopped !== 'exit 0') faults.push(`the gateway did not stop cleanly: ${stopped}`);
for (const fault of faults) console.error(`FAULT: ${fault}`);
process.exit(faults.length === 0 ? 0 : 1);
