// A gateway to test against: started for one command, on a free port, over a copy of the seeds.
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const SEEDS = fileURLToPath(new URL('../../seeds', import.meta.url));
const START_MS = 60_000;
const STOP_MS = 15_000;
/** What a failed start is explained with. */
const KEPT_LINES = 200;

/**
 * Starts `binary serve` with these settings; resolves once every file of the seeds is loaded. Where callers are told
 * apart, `credential` gives a token that may see receipts; one that is a tenant's need not see all of them.
 */
export async function startGateway(binary, settings = {}, credential = undefined) {
  const home = await mkdtemp(join(tmpdir(), 'wikimovie-e2e-'));
  // A copy, so that tests may drop files into the watched folder.
  const watched = join(home, 'seeds');
  await cp(SEEDS, watched, { recursive: true });

  const gateway = spawn(binary, ['serve'], {
    env: { ...foreignVariables(), WIKIMOVIE_LISTEN: '127.0.0.1:0', WIKIMOVIE_DATA_DIR: join(home, 'data'), WIKIMOVIE_WATCH: watched, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = [];
  let url;
  for (const stream of [gateway.stdout, gateway.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => {
      // The port is only known to the gateway, which prints its addresses.
      url ??= /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(text)?.[0];
      lines.push(...text.trimEnd().split('\n'));
      lines.splice(0, lines.length - KEPT_LINES);
    });
  }
  let ended;
  const exit = new Promise((resolve) => {
    gateway.once('error', (error) => resolve((ended = error.message)));
    gateway.once('exit', (code, signal) => resolve((ended = `exit ${code ?? signal}`)));
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

  // Movies lie in a provider's folder; what lies beside the folders describes them.
  const files = (await readdir(SEEDS, { recursive: true })).filter((name) => /[\\/].+\.(json|ndjson|csv)(\.gz)?$/.test(name));
  const deadline = Date.now() + START_MS;
  while (!(url && (await loaded(url, files, credential)))) {
    if (ended !== undefined || Date.now() > deadline) {
      const why = ended ?? `the seeds were not loaded within ${START_MS / 1000} s`;
      await stop();
      throw new Error(`the gateway did not start: ${why}\n${lines.join('\n')}`);
    }
    await sleep(50);
  }
  return { url, watched, lines, stop, pid: gateway.pid };
}

/** Our own environment without the gateway's settings, which the caller's shell may hold. */
function foreignVariables() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WIKIMOVIE_')));
}

/** Whether the gateway is ready and has a receipt for each file, or for those that the credential may see. */
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
