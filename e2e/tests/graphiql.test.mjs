// GraphiQL in a real browser that can reach the gateway alone.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { launch } from '../lib/chromium.mjs';
import { pageTests, requireChromium } from '../lib/page.mjs';

const executablePath = await requireChromium();

describe('GraphiQL', { skip: !executablePath }, () => {
  let browser;
  before(async () => {
    browser = await launch(executablePath);
  });
  after(() => browser?.close());
  const onPage = pageTests(() => browser);

  onPage(
    'GraphiQL runs its first tab and shows data',
    async (page) => {
      await page.getByRole('tab', { name: 'Search' }).waitFor();
      assert.equal(await page.getByRole('tab').filter({ hasText: 'CatalogChanged' }).count(), 1);
      const lines = await page.locator('.graphiql-query-editor .view-line').count();
      assert.ok(lines <= 12, `D18: the first tab has ${lines} lines`);
      await execute(page, 'star wras');
      await page.locator('.graphiql-response', { hasText: '"Star Wars' }).waitFor();
      await page.getByRole('tab', { name: 'Search' }).click();
      await execute(page, 'godfahter');
      await page.locator('.graphiql-response', { hasText: '"The Godfather"' }).waitFor();
      await page.getByRole('button', { name: /documentation explorer/i }).click();
      await page.locator('.graphiql-doc-explorer', { hasText: 'Query' }).waitFor();
    },
    { path: '/graphiql' },
  );

  for (const name of ['Movie', 'Node']) {
    onPage(
      `D18: the tab ${name} has an id that the catalogue has`,
      async (page) => {
        await page.getByRole('tab', { name, exact: true }).click();
        await execute(page, `query ${name}`);
        await page.locator('.graphiql-response', { hasText: /"title":\s"\w/ }).waitFor();
      },
      { path: '/graphiql' },
    );
  }

  onPage(
    'GraphiQL opens the operation of a shared link',
    async (page) => {
      await execute(page, 'catalog { movies }');
      await page.locator('.graphiql-response', { hasText: /"movies":\s\d/ }).waitFor();
      assert.equal(await page.getByRole('tab', { name: 'Search' }).count(), 1, 'the examples are still there');
    },
    { path: `/graphiql?query=${encodeURIComponent('{ catalog { movies } }')}` },
  );
});

/** Executes the operation in GraphiQL's editor, once the editor shows it. */
async function execute(page, text) {
  // The editor renders spaces as non-breaking spaces.
  const words = new RegExp(text.replaceAll(' ', '\\s'));
  await page.locator('.graphiql-query-editor .view-lines', { hasText: words }).waitFor();
  await page.getByRole('button', { name: /execute/i }).click();
}
