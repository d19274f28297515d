/** The snippets of docs/frontend.md, as they stand there: compiled, and run against a live gateway. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { live, url } from './gateway.js';

const here = join(import.meta.dirname, '..');
const guide = readFileSync(join(here, '../../docs/frontend.md'), 'utf8');
// Below this package, so that its own name and what is installed here are found.
const folder = join(here, 'snippets');
const snippets = [...guide.matchAll(/```ts\n(.*?)```/gs)].map(([, text = ''], at) => ({ name: `${at + 1}.ts`, text }));

before(() => {
  mkdirSync(folder, { recursive: true });
  // A file without an import is a module all the same.
  for (const { name, text } of snippets) writeFileSync(join(folder, name), `${text}export {};\n`);
});
after(() => rmSync(folder, { recursive: true, force: true }));

const run = (options: readonly string[]): string =>
  execFileSync(process.execPath, options, { cwd: here, encoding: 'utf8', env: { ...process.env, WIKIMOVIE_URL: url } });

test('there are snippets', () => {
  assert.ok(snippets.length >= 6);
});

test('they compile', () => {
  const options = '--module nodenext --target es2023 --lib es2023,dom --noEmit --ignoreConfig --skipLibCheck --types node';
  run([join(here, 'node_modules/typescript/bin/tsc'), ...options.split(' '), ...snippets.map(({ name }) => join('snippets', name))]);
});

for (const { name, text } of snippets) {
  test(`snippet ${name} does what its comment says`, live, () => {
    const said = run(['--import', 'tsx', join('snippets', name)]).trim();
    const [, expected] = /console\.log\(.*\); \/\/ (.*)/.exec(text) ?? [];
    if (expected !== undefined) assert.equal(said, expected);
  });
}
