// What the page may weigh: size of scripts, requests, elements, stops of the Tab key, movement of what is on show. A budget that
// is exceeded fails, on the seeds and on movies of the shape of real catalogues.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { launch, openPage } from '../lib/chromium.mjs';
import { answered, box, hits, requireChromium, size } from '../lib/page.mjs';
import { ask, eventually, url, watched } from '../lib/target.mjs';
import { addWideFile, removeWideFile, WORD } from '../lib/wide-file.mjs';

const BUDGET = { scriptBytes: 40_000, styleBytes: 8_000, requests: 6, bytes: 80_000, nodes: 700, stops: 80, shift: 0.01, answerBytes: 8_000 };

const executablePath = await requireChromium();

describe('budgets', { skip: !executablePath }, () => {
  let browser;
  before(async () => {
    browser = await launch(executablePath);
    if (watched) {
      await addWideFile();
      const query = `{ search(text: "${WORD}") { total { value } } }`;
      await eventually(async () => (await ask(query)).data.search.total.value === 40, 'the wide movies');
    }
    // The gateway learns the documents of a page from its first visitor.
    for (const path of PATHS) {
      const { page, context } = await openPage(browser);
      await page.goto(url + path);
      await box(page).pressSequentially('a');
      await page.waitForLoadState('networkidle');
      await context.close();
    }
  });
  after(async () => {
    await browser?.close();
    if (watched) await removeWideFile();
  });

  const PATHS = ['/', '/?q=love', '/?sort=RELEVANCE', ...(watched ? [`/?q=${WORD}`] : [])];
  for (const path of PATHS) {
    for (const width of [390, 1_440]) {
      test(`${path} at ${width} px`, async (t) => {
        const { page, context, browserErrors } = await openPage(browser, { viewport: { width, height: 900 } });
        try {
          await page.addInitScript(() => {
            window.shifted = 0;
            new PerformanceObserver((list) => {
              for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
            }).observe({ type: 'layout-shift', buffered: true });
          });
          const bodies = [];
          page.on('response', (response) => {
            bodies.push(
              response.body().then(
                (body) => ({ kind: response.request().resourceType(), address: response.url(), bytes: gzipSync(body).length }),
                () => ({ kind: 'none', address: response.url(), bytes: 0 }),
              ),
            );
          });
          await page.goto(url + path);
          await page.waitForLoadState('networkidle');
          if (path === '/') {
            await page.getByRole('heading', { name: 'By genre' }).waitFor();
          } else {
            await answered(page);
            await hits(page).first().waitFor();
          }
          const loaded = await Promise.all(bodies);
          const sum = (...kinds) =>
            loaded.filter(({ kind }) => kinds.length === 0 || kinds.includes(kind)).reduce((all, { bytes }) => all + bytes, 0);
          const { nodes, stops } = await size(page);
          const shift = await page.evaluate(() => window.shifted);
          const measured = {
            scriptBytes: sum('script'),
            styleBytes: sum('stylesheet'),
            requests: loaded.length,
            bytes: sum(),
            nodes,
            stops,
            shift,
            answerBytes: Math.max(...loaded.filter(({ address }) => address.includes('graphql')).map(({ bytes }) => bytes)),
          };
          t.diagnostic(JSON.stringify(measured));
          for (const [name, most] of Object.entries(BUDGET)) {
            assert.ok(measured[name] <= most, `${name}: ${measured[name]} is more than ${most}\n${loaded.map(({ address }) => address.slice(0, 120)).join('\n')}`);
          }
          assert.equal(new Set(loaded.map(({ address }) => address)).size, loaded.length, 'D15: nothing is loaded twice');
          assert.deepEqual(browserErrors, []);
          assert.equal(await page.locator('h1').count(), 1, 'D5: one heading of the first level');
        } finally {
          await context.close();
        }
      });
    }
  }

  test('a phrase costs at most one request a key and kind', async (t) => {
    const { page, context } = await openPage(browser);
    try {
      await page.goto(url);
      await page.getByRole('heading', { name: 'By genre' }).waitFor();
      const requests = [];
      page.on('request', (request) => {
        if (request.url().includes('/graphql')) requests.push(decodeURIComponent(request.url()));
      });
      const phrase = 'the godfahter';
      await box(page).pressSequentially(phrase, { delay: 60 });
      await answered(page);
      const kinds = { hits: 0, suggestions: 0, facets: 0 };
      for (const address of requests) {
        if (address.includes('"prefix"')) kinds.suggestions += 1;
        else if (address.includes('"genres"')) kinds.facets += 1;
        else kinds.hits += 1;
      }
      t.diagnostic(JSON.stringify(kinds));
      assert.ok(kinds.hits <= phrase.length && kinds.suggestions <= phrase.length, JSON.stringify(kinds));
      assert.ok(kinds.facets <= 3, 'facets wait for a pause');
    } finally {
      await context.close();
    }
  });
});
