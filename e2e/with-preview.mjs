#!/usr/bin/env node
// Runs a command against the pages of web/dist as they are built now, in front of the gateway at WIKIMOVIE_URL: the pages can be
// tested without building the binary anew. `node with-gateway.mjs BINARY node with-preview.mjs npm test`.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const web = fileURLToPath(new URL('../web', import.meta.url));
const [command, ...rest] = process.argv.slice(2);
if (command === undefined || !process.env.WIKIMOVIE_URL) {
  console.error('usage: WIKIMOVIE_URL=... with-preview.mjs COMMAND [ARGUMENT...]');
  process.exit(2);
}

const port = await new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port: free } = server.address();
    server.close(() => resolve(free));
  });
});
const preview = spawn('node_modules/.bin/vite', ['preview', '--host', '127.0.0.1', '--port', String(port), '--strictPort'], {
  cwd: web,
  stdio: 'ignore',
});
const url = `http://127.0.0.1:${port}`;
for (let tries = 0; ; tries += 1) {
  if (await fetch(url).then(({ ok }) => ok, () => false)) break;
  if (tries > 100 || preview.exitCode !== null) throw new Error('vite preview did not start; is web/dist built?');
  await new Promise((resolve) => setTimeout(resolve, 100));
}
const child = spawn(command, rest, { stdio: 'inherit', env: { ...process.env, WIKIMOVIE_URL: url } });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
const code = await new Promise((resolve) => {
  child.once('error', () => resolve(127));
  child.once('exit', (status) => resolve(status ?? 1));
});
preview.kill();
process.exit(code);
