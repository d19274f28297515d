// Starts a gateway to test against, on a free port and over a copy of the seeds.
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const SEEDS = fileURLToPath(new URL('../../seeds', import.meta.url));
/** A folder of movie files in place of the seeds. */
const MOVIES = process.env.MOVIES || undefined;
const START_MS = 60_000;
const STOP_MS = 15_000;
/** Lines of output that an error about a failed start includes. */
const MAX_LINES = 200;

/**
 * Starts `binary serve` with these settings and resolves once every file of the seeds is loaded. With authentication on,
 * `credential` returns a token that may read receipts; a tenant's token may see only some of them.
 */
export async function startGateway(binary, settings = {}, credential = undefined) {
  const home = await mkdtemp(join(tmpdir(), 'wikimovie-e2e-'));
  // A copy, so that tests can add files to the watched folder.
  const watched = join(home, 'seeds');
  if (MOVIES === undefined) await cp(SEEDS, watched, { recursive: true });
  else await cp(MOVIES, join(watched, 'movies'), { recursive: true });

  const gateway = spawn(binary, ['serve'], {
    env: { ...environment(), WIKIMOVIE_LISTEN: '127.0.0.1:0', WIKIMOVIE_DATA_DIR: join(home, 'data'), WIKIMOVIE_WATCH: watched, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = [];
  let url;
  for (const stream of [gateway.stdout, gateway.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => {
      // The gateway chooses its port and prints it.
      url ??= /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(text)?.[0];
      lines.push(...text.trimEnd().split('\n'));
      lines.splice(0, lines.length - MAX_LINES);
    });
  }
  let exitReason;
  const exit = new Promise((resolve) => {
    gateway.once('error', (error) => resolve((exitReason = error.message)));
    gateway.once('exit', (code, signal) => resolve((exitReason = `exit ${code ?? signal}`)));
  });

  const stop = async () => {
    gateway.kill('SIGTERM');
    const stopped = await Promise.race([exit, sleep(STOP_MS, undefined, { ref: false })]);
    if (stopped === undefined) {
      gateway.kill('SIGKILL');
      await exit;
    }
    await rm(home, { recursive: true, force: true });
    return stopped ?? `killed: still running ${STOP_MS / 1000} s after SIGTERM`;
  };

  // Movies are in the providers' folders; the files beside the folders describe them.
  const files = (await readdir(watched, { recursive: true })).filter((name) => /[\\/].+\.(json|ndjson|csv)(\.gz)?$/.test(name));
  const deadline = Date.now() + START_MS;
  while (!(url && (await loaded(url, files, credential)))) {
    if (exitReason !== undefined || Date.now() > deadline) {
      const why = exitReason ?? `the seeds were not loaded within ${START_MS / 1000} s`;
      await stop();
      throw new Error(`the gateway did not start: ${why}\n${lines.join('\n')}`);
    }
    await sleep(50);
  }
  return { url, watched, lines, stop, pid: gateway.pid };
}

/** The environment without settings of the gateway, which the caller's shell may contain. */
function environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WIKIMOVIE_')));
}

/** Whether the gateway is ready and has a receipt for each file, or for some where a credential restricts the view. */
async function loaded(url, files, credential) {
  try {
    if (!(await fetch(`${url}/readyz`)).ok) return false;
    const query = '{ importReceipts(first: 100) { nodes { object } } }';
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(credential === undefined ? {} : { authorization: `Bearer ${await credential()}` }),
      },
      body: JSON.stringify({ query }),
    });
    const known = new Set((await response.json()).data.importReceipts.nodes.map(({ object }) => object));
    const expected = files.map((file) => file.replaceAll('\\', '/'));
    return credential === undefined ? expected.every((file) => known.has(file)) : known.size > 0;
  } catch {
    // Not listening yet.
    return false;
  }
}
