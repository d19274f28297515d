// Every state of the page in both themes and three widths: no violation that axe finds, nothing wider than the screen. With
// E2E_SCREENSHOTS=FOLDER a picture of each is kept.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { violations } from '../lib/axe.mjs';
import { launch, openPage } from '../lib/chromium.mjs';
import { answered, box, hits, requireChromium } from '../lib/page.mjs';
import { ask, url } from '../lib/target.mjs';

const executablePath = await requireChromium();
const folder = process.env.E2E_SCREENSHOTS;

const refuse = (page, status, extensions) =>
  page.route('**/graphql**', (route) => route.fulfill({ status, json: { errors: [{ message: 'refused by the test', extensions }] } }));
const heading = (page) => page.getByRole('heading', { level: 1 }).waitFor();
const listed = async (page) => {
  await answered(page);
  await hits(page).first().waitFor();
};

/** Name, address, and what brings the page into the state. */
const STATES = [
  ['start', '/', (page) => page.getByRole('heading', { name: 'By genre' }).waitFor()],
  ['results', '/?q=love', listed],
  ['corrections', '/?q=the+godfahter', listed],
  [
    'suggestions',
    '/?q=al',
    async (page) => {
      await listed(page);
      await box(page).press('End');
      await box(page).pressSequentially(' pa');
      await page.getByRole('option').first().waitFor();
      await page.keyboard.press('ArrowDown');
    },
  ],
  ['chips', '/?q=night+1970s&genre.all=Drama&genre.all=Crime&genre.not=War&person=Al+Pacino&from=1970&to=1979', (page) => answered(page)],
  ['empty', '/?q=xqzzyx&genre=Drama', (page) => page.getByRole('heading', { name: 'Search without' }).waitFor()],
  ['dead-link', '/?state=forged', (page) => page.getByText('no longer works').waitFor()],
  ['lost', '/movie/1', (page) => page.getByText('no such movie').waitFor()],
  ['movie', undefined, heading],
  ['person', '/person/Al%20Pacino', heading],
  ['path', '/path?from=Marlon+Brando&to=Tom+Hanks', (page) => page.locator('.chain').waitFor()],
  ['offline', '/', (page) => page.locator('[data-problem="offline"]').waitFor(), (page) => page.route('**/graphql**', (route) => route.abort())],
  ['limited', '/?q=alien', (page) => page.locator('[data-problem="limited"]').waitFor(), (page) => refuse(page, 429, { code: 'RATE_LIMITED', retryAfterMs: 60_000 })],
  ['credential', '/?q=alien', (page) => page.locator('[data-problem="credential"]').waitFor(), (page) => refuse(page, 401, { code: 'UNAUTHENTICATED' })],
  ['failed', '/?q=alien', (page) => page.locator('[data-problem="failed"]').waitFor(), (page) => refuse(page, 500, { code: 'INTERNAL' })],
];
const WIDTHS = [360, 768, 1_440];

describe('access', { skip: !executablePath }, () => {
  let browser;
  let movie;
  before(async () => {
    browser = await launch(executablePath);
    const { data } = await ask('{ search(text: "the godfather") { hits(first: 1) { nodes { id } } } }');
    movie = `/movie/${data.search.hits.nodes[0].id}`;
    if (folder) await mkdir(folder, { recursive: true });
  });
  after(() => browser?.close());

  for (const [name, path, reach, prepare] of STATES) {
    test(name, async () => {
      const problems = [];
      for (const colorScheme of ['light', 'dark']) {
        const { page, context } = await openPage(browser, { colorScheme, viewport: { width: WIDTHS[0], height: 900 } });
        try {
          await prepare?.(page);
          await page.goto(url + (path ?? movie));
          await reach(page);
          for (const width of WIDTHS) {
            await page.setViewportSize({ width, height: 900 });
            const where = `${name}, ${colorScheme}, ${width} px`;
            for (const violation of await violations(page)) problems.push(`${where}: ${violation}`);
            const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
            if (beyond > 0) problems.push(`${where}: ${beyond} px wider than the screen`);
            if (folder) await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}.png`) });
          }
        } finally {
          await context.close();
        }
      }
      assert.deepEqual(problems, []);
    });
  }
});
