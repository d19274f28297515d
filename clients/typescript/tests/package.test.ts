/** The package as others get it: packed, installed, imported, compiled and bundled in a project of its own. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = join(import.meta.dirname, '..');
const home = mkdtempSync(join(tmpdir(), 'wikimovie-client-'));
after(() => rmSync(home, { recursive: true, force: true }));

const run = (command: string, ...options: string[]): string =>
  execFileSync(command, options, { cwd: home, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const CONSUMER = `
import { RestoreDocument, SearchDocument, WikimovieClient, type SearchQuery } from 'wikimovie-client';
import possible from 'wikimovie-client/possible-types.json' with { type: 'json' };

const client = new WikimovieClient({ url: 'http://127.0.0.1:1' });
export async function titles(text: string): Promise<string[]> {
  const { search }: SearchQuery = await client.ask(SearchDocument, { text });
  const again = await client.ask(RestoreDocument, { state: search.state });
  // @ts-expect-error the token is required
  void client.ask(RestoreDocument, {});
  // @ts-expect-error there is no such field
  void again.search.colour;
  return search.hits.edges.map(({ node }) => node.title);
}
if (!possible.Node.includes('Movie')) throw new Error('possible types');
`;

before(() => {
  run('npm', 'pack', here, '--pack-destination', home, '--ignore-scripts');
  const packed = readdirSync(home).find((name) => name.endsWith('.tgz'));
  assert.ok(packed);
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'consumer', type: 'module', private: true }));
  run('npm', 'install', '--no-audit', '--no-fund', '--omit=peer', `./${packed}`);
});

test('holds code, types and manifests, and no sources', () => {
  const files = readdirSync(join(home, 'node_modules/wikimovie-client'), { recursive: true }).map(String);
  for (const file of ['dist/index.js', 'dist/index.d.ts', 'dist/react.js', 'dist/schema.graphql', 'dist/persisted-documents.json']) {
    assert.ok(files.includes(file), file);
  }
  assert.ok(!files.some((file) => file.startsWith('src') || file.startsWith('tests')));
});

test('Node imports it', () => {
  const script = `import('wikimovie-client').then(({ SearchDocument, WikimovieClient }) => {
    new WikimovieClient({ url: 'http://127.0.0.1:1' });
    console.log(SearchDocument.hash.length);
  })`;
  assert.equal(run(process.execPath, '--eval', script).trim(), '64');
});

test('the compiler takes its types under nodenext, and finds wrong variables', () => {
  writeFileSync(join(home, 'consumer.ts'), CONSUMER);
  const options = ['--module', 'nodenext', '--target', 'es2023', '--strict', '--noEmit', '--lib', 'es2023,dom'];
  run(process.execPath, join(here, 'node_modules/typescript/bin/tsc'), ...options, 'consumer.ts');
});

test('a bundler takes only what is used', async () => {
  const entry = "import { AutocompleteDocument, WikimovieClient } from 'wikimovie-client'; console.log(new WikimovieClient({ url: '' }).ask(AutocompleteDocument));";
  writeFileSync(join(home, 'entry.js'), entry);
  await build({
    entryPoints: [join(home, 'entry.js')],
    outdir: join(home, 'out'),
    bundle: true,
    splitting: true,
    format: 'esm',
    minify: true,
    platform: 'browser',
  });
  const text = readFileSync(join(home, 'out/entry.js'), 'utf8');
  assert.ok(text.includes('query Autocomplete'));
  assert.ok(!text.includes('query Costars'), 'other operations are left out');
  assert.ok(gzipSync(text).length < 4_000, `${gzipSync(text).length} bytes`);
});
