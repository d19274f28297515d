#!/usr/bin/env node
// Runs a command against a gateway that it starts: `node with-gateway.mjs target/release/wikimovie npm test`. Settings of the
// gateway stand before the command: `node with-gateway.mjs BINARY WIKIMOVIE_HOSTS=localhost npm test`.
// The command gets its address in WIKIMOVIE_URL, its watched folder in E2E_WATCHED and its binary in E2E_BINARY.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { startGateway } from './lib/gateway.mjs';

const [binary, ...rest] = process.argv.slice(2);
const isSetting = (argument) => /^WIKIMOVIE_[A-Z_]+=/.test(argument);
const first = rest.findIndex((argument) => !isSetting(argument));
const settings = Object.fromEntries(rest.slice(0, Math.max(first, 0)).map((setting) => setting.split(/=(.*)/s).slice(0, 2)));
const command = first < 0 ? [] : rest.slice(first);
if (binary === undefined || command.length === 0) {
  console.error('usage: with-gateway.mjs BINARY [SETTING=VALUE...] COMMAND [ARGUMENT...]');
  process.exit(2);
}

let gateway;
try {
  gateway = await startGateway(resolve(binary), settings);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
console.log(`gateway at ${gateway.url}`);

const child = spawn(command[0], command.slice(1), {
  stdio: 'inherit',
  env: { ...process.env, WIKIMOVIE_URL: gateway.url, E2E_WATCHED: gateway.watched, E2E_BINARY: resolve(binary) },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
const code = await new Promise((done) => {
  child.once('error', (error) => {
    console.error(error.message);
    done(127);
  });
  child.once('exit', (status) => done(status ?? 1));
});
if (code !== 0) console.error(`last lines of the gateway:\n${gateway.lines.slice(-40).join('\n')}`);
const stopped = await gateway.stop();
if (stopped !== 'exit 0') console.error(`the gateway did not stop cleanly: ${stopped}`);
process.exit(code === 0 && stopped !== 'exit 0' ? 1 : code);
