/** The example apps, bundled and used in a document against a live gateway. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { Window } from 'happy-dom';
import { live, url } from './gateway.js';

const here = join(import.meta.dirname, '..');
// In this package, whose own name and what is installed here are found by the bundles.
const home = mkdtempSync(join(here, 'examples-'));
const window = new Window();
Object.assign(globalThis, { window, document: window.document, WIKIMOVIE_URL: url });
// Node has one of its own from version 21, which cannot be replaced.
if (typeof navigator === 'undefined') Object.assign(globalThis, { navigator: window.navigator });
after(async () => {
  await window.happyDOM.close();
  rmSync(home, { recursive: true, force: true });
});

async function until<Value>(read: () => Value | undefined | false): Promise<Value> {
  for (let tries = 0; tries < 500; tries += 1) {
    const value = read();
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return assert.fail(`it did not come to it:\n${document.body.innerHTML.slice(0, 1_000)}`);
}

const items = () => [...document.querySelectorAll('ol li')].map(({ textContent }) => textContent ?? '');
const total = () => Number(/\d+/.exec(document.querySelector('[role=status]')?.textContent ?? '')?.[0] ?? Number.NaN);

for (const name of ['apollo', 'urql']) {
  test(`the example with ${name} searches, filters and appends pages`, live, async () => {
    const outfile = join(home, `${name}.mjs`);
    await build({ entryPoints: [join(here, `examples/${name}.tsx`)], outfile, bundle: true, format: 'esm', platform: 'node', packages: 'external' });
    document.body.innerHTML = '<div id="app"></div>';
    await import(pathToFileURL(outfile).href);
    const all = await until(() => total() > 100 && total());

    const input = document.querySelector('input');
    assert.ok(input);
    // React looks for a change of the value by its own setter.
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input) as object, 'value')?.set?.call(input, 'love');
    input.dispatchEvent(new (window.Event as unknown as typeof Event)('input', { bubbles: true }));
    const found = await until(() => total() < all && total());
    await until(() => items().some((title) => /love/i.test(title)));
    assert.equal(items().length, 5);

    document.querySelector<HTMLButtonElement>('#more')?.click();
    await until(() => items().length > 5);
    assert.equal(new Set(items()).size, items().length);

    document.querySelector<HTMLButtonElement>('ul button')?.click();
    await until(() => total() < found);
  });
}
