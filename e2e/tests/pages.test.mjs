// The pages in a real browser that can reach the gateway alone.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findChromium, launch, openPage } from '../lib/chromium.mjs';
import { ask, eventually, url, watched } from '../lib/target.mjs';
import { addFile, movie, removeFile } from '../lib/watched-file.mjs';

const executablePath = await findChromium();
if (!executablePath) {
  const why = 'the pages were not tested: no Chromium was found (set CHROMIUM_PATH to name one)';
  if (process.env.CI === 'true') throw new Error(why);
  console.log(`SKIPPED: ${why}`);
}

/** The total above the results, once they belong to the current address. */
async function total(page) {
  await page.waitForFunction(() => {
    const answers = document.querySelector('.answers[aria-busy="false"]');
    return answers?.getAttribute('data-address') === location.search;
  });
  const text = await page.getByTestId('total').locator('strong').textContent();
  return Number(text.replace(/\D/g, ''));
}
const box = (page) => page.getByRole('combobox', { name: 'Search movies' });
const titles = (page) => page.getByTestId('hit').locator('h2 > :first-child').allTextContents();
const facet = (page, name) => page.locator(`[data-facet="${name}"]`);
const changes = (page, from) => eventually(async () => (await total(page)) !== from, 'another total');
/** Searches by typing and Enter, and waits for the address to change. */
async function search(page, text) {
  await box(page).fill(text);
  await box(page).press('Enter');
  await page.waitForURL((address) => (address.searchParams.get('q') ?? '') === text);
  return total(page);
}

describe('pages', { skip: !executablePath }, () => {
  let browser;
  before(async () => {
    browser = await launch(executablePath);
  });
  after(() => browser?.close());

  /** Runs a test on a new page; requests to other hosts and errors in the console fail it, too. */
  const onPage = (name, body, { path = '/', options } = {}) =>
    test(name, async () => {
      const opened = await openPage(browser, options);
      try {
        await opened.page.goto(url + path);
        await body(opened.page, opened.context);
        assert.deepEqual(opened.foreignRequests, [], 'requests to other hosts');
        assert.deepEqual(opened.browserErrors, [], 'errors of the browser');
      } finally {
        await opened.context.close();
      }
    });

  onPage('a typo finds the movie that was meant, with highlights and reasons', async (page) => {
    await total(page);
    await box(page).pressSequentially('the godfahter', { delay: 20 });
    await box(page).press('Enter');
    const first = page.getByTestId('hit').first();
    await first.locator('mark', { hasText: 'Godfather' }).first().waitFor();
    assert.match(await first.locator('h2').textContent(), /^The Godfather\s+1972/);
    assert.ok(await first.locator('.reasons [data-kind="TYPO"]').count());
    assert.match(await page.title(), /the godfahter/);
    assert.match(await page.getByTestId('total').textContent(), /\d+ movies? in \d+ ms/);
  });

  onPage('suggestions appear while typing, and the keyboard chooses one', async (page) => {
    await total(page);
    await page.keyboard.press('/');
    assert.equal(await box(page).evaluate((input) => document.activeElement === input), true);
    await page.keyboard.type('al pa', { delay: 20 });
    const person = page.getByRole('option', { name: /Person\s*Al Pacino/ });
    await person.waitFor();
    assert.equal(await box(page).getAttribute('aria-expanded'), 'true');
    assert.ok(await person.locator('mark').count(), 'the typed part is highlighted');
    await page.keyboard.press('Escape');
    assert.equal(await box(page).getAttribute('aria-expanded'), 'false');
    assert.equal(await box(page).inputValue(), 'al pa', 'the first Escape closes, no more');
    await page.keyboard.press('ArrowDown');
    await person.waitFor();
    for (let steps = 0; (await person.getAttribute('aria-selected')) !== 'true'; steps += 1) {
      assert.ok(steps < 10, 'the arrows reach every suggestion');
      await page.keyboard.press('ArrowDown');
    }
    assert.equal(await box(page).getAttribute('aria-activedescendant'), await person.getAttribute('id'));
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove person Al Pacino' }).waitFor();
    assert.ok((await total(page)) > 1);
    for (const cast of await page.getByTestId('hit').locator('.cast').allTextContents()) assert.match(cast, /Al Pacino/);
  });

  onPage('a click on a facet value filters, Back removes the filter, and the address can be shared', async (page, context) => {
    const all = await search(page, 'love');
    const drama = facet(page, 'genres').getByRole('button', { name: /^Drama/ });
    const count = Number((await drama.locator('.count').textContent()).replace(/\D/g, ''));
    assert.ok(count < all);
    await drama.click();
    await changes(page, all);
    assert.equal(await total(page), count, 'as many as the facet said');
    assert.equal(await drama.getAttribute('aria-pressed'), 'true');
    assert.ok(new URL(page.url()).searchParams.get('state'));

    const other = await context.newPage();
    await other.goto(page.url());
    assert.equal(await total(other), count);
    assert.equal(await box(other).inputValue(), 'love');
    await other.close();

    await page.goBack();
    await changes(page, count);
    assert.equal(await total(page), all);
    await page.goForward();
    await changes(page, all);
    await page.getByRole('button', { name: 'Remove genre Drama' }).click();
    await changes(page, count);
    assert.equal(await total(page), all);
  });

  onPage('the filters stay when the text or the order changes', async (page) => {
    await search(page, 'love');
    await facet(page, 'genres').getByRole('button', { name: /^Drama/ }).click();
    await page.getByRole('button', { name: 'Remove genre Drama' }).waitFor();
    await search(page, 'war');
    await page.getByRole('button', { name: 'Remove genre Drama' }).waitFor();
    const unsorted = await total(page);
    await page.getByLabel('Sort').selectOption('YEAR_ASC');
    await page.waitForURL(/sort=YEAR_ASC/);
    assert.equal(await total(page), unsorted);
    const years = (await page.getByTestId('hit').locator('h2 .year').allTextContents()).map(Number);
    assert.deepEqual(years, years.toSorted((a, b) => a - b));
  });

  onPage(
    'a range of years inside a bucket stays as it is when a facet value and the text change',
    async (page) => {
      const inRange = await total(page);
      await page.getByRole('button', { name: 'Remove years 1972–1973' }).waitFor();
      await facet(page, 'genres').getByRole('button', { name: /^Drama/ }).click();
      await page.getByRole('button', { name: 'Remove genre Drama' }).waitFor();
      assert.ok((await total(page)) < inRange);
      await search(page, 'the godfather');
      // Part II is of 1974: inside the bucket, outside the range.
      const found = await titles(page);
      assert.ok(found.includes('The Godfather') && !found.includes('The Godfather Part II'), found.join());
      await page.getByRole('button', { name: 'Remove years 1972–1973' }).click();
      await page.getByTestId('hit').filter({ hasText: 'The Godfather Part II' }).waitFor();
      await page.getByRole('button', { name: 'Remove genre Drama' }).waitFor();
    },
    { path: '/?from=1972&to=1973' },
  );

  onPage('the values of a facet can be searched', async (page) => {
    await total(page);
    const people = facet(page, 'people');
    await people.getByRole('searchbox').fill('kurosawa');
    await people.getByText('Nothing like “kurosawa”.').or(people.getByRole('button', { name: /kurosawa/i })).first().waitFor();
    await people.getByRole('searchbox').fill('mifune');
    await people.getByRole('button', { name: /Toshir. Mifune/ }).click();
    await page.getByRole('button', { name: /Remove person Toshir. Mifune/ }).waitFor();
    assert.ok((await total(page)) > 0);
  });

  onPage('a bar of the years sets a filter and removes it', async (page) => {
    const all = await total(page);
    const bar = facet(page, 'years').getByRole('button', { name: /^1970 to 1974/ });
    await bar.click();
    await changes(page, all);
    assert.equal(await bar.getAttribute('aria-pressed'), 'true');
    const years = (await page.getByTestId('hit').locator('h2 .year').allTextContents()).map(Number);
    assert.ok(years.length > 0 && years.every((year) => year >= 1970 && year <= 1974));
    const narrow = await total(page);
    await bar.click();
    await changes(page, narrow);
    assert.equal(await total(page), all);
  });

  onPage('words understood as a filter can be removed', async (page) => {
    const narrow = await search(page, 'comedy 1980s');
    const years = (await page.getByTestId('hit').locator('h2 .year').allTextContents()).map(Number);
    assert.ok(years.every((year) => year >= 1980 && year <= 1989));
    await page.getByRole('button', { name: /^Remove decade 1980/ }).click();
    await changes(page, narrow);
    assert.equal(await box(page).inputValue(), 'comedy');
  });

  onPage('paging goes forward and back', async (page) => {
    await total(page);
    const first = await titles(page);
    assert.equal(await page.getByRole('button', { name: 'Previous' }).isDisabled(), true);
    await page.getByRole('button', { name: 'Next' }).click();
    await eventually(async () => (await titles(page))[0] !== first[0], 'the second page');
    await page.getByRole('button', { name: 'Previous' }).click();
    await eventually(async () => (await titles(page))[0] === first[0], 'the first page');
    assert.deepEqual(await titles(page), first);
  });

  onPage('markup in the search text is shown as text', async (page) => {
    const hostile = '"<img src=x onerror=document.title=1> <mark>🎬 \\ AND (';
    await search(page, hostile);
    assert.equal(await box(page).inputValue(), hostile);
    assert.equal(await page.locator('img').count(), 0);
    assert.equal(await page.title(), `${hostile} · WIKIMovie`);
  });

  onPage('an empty result offers example searches', async (page) => {
    assert.equal(await search(page, 'xqzzyx wvvkjq'), 0);
    await page.getByRole('heading', { name: 'No movie found' }).waitFor();
    await page.getByRole('button', { name: 'the godfahter' }).click();
    await page.locator('mark', { hasText: 'Godfather' }).first().waitFor();
  });

  test('a link with a forged state token shows an error', async () => {
    const { page, context, foreignRequests } = await openPage(browser);
    await page.goto(`${url}/?state=forged`);
    await page.getByRole('heading', { name: 'This link no longer works' }).waitFor();
    await page.getByRole('button', { name: 'Start over' }).click();
    assert.ok((await total(page)) >= 400);
    assert.deepEqual(foreignRequests, []);
    await context.close();
  });

  onPage('a click shows similar movies', async (page) => {
    await search(page, 'the godfather');
    const hit = page.getByTestId('hit').first();
    await hit.getByRole('button', { name: 'More like this' }).click();
    await hit.locator('ul.similar', { hasText: 'The Godfather Part' }).waitFor();
  });

  if (watched) {
    onPage('the catalogue line and the results follow the catalogue', async (page) => {
      const line = page.getByTestId('catalog');
      await line.filter({ hasText: 'updates live' }).waitFor();
      const { data } = await ask('{ catalog { movies } }');
      const shown = (movies) => line.filter({ hasText: `${movies.toLocaleString('en')} movies` }).waitFor();
      await shown(data.catalog.movies);
      try {
        await search(page, movie.title);
        await addFile();
        await shown(data.catalog.movies + 1);
        // The results are updated without any input.
        await page.getByTestId('hit').first().filter({ hasText: movie.cast[0] }).waitFor();
      } finally {
        await removeFile();
      }
      await shown(data.catalog.movies);
    });
  }

  if (watched) {
    onPage('a card shows directors, runtime, rating, other titles and attribution, and a director can be followed', async (page) => {
      try {
        await addFile();
        await search(page, movie.title);
        const hit = page.getByTestId('hit').first();
        await hit.filter({ hasText: movie.cast[0] }).waitFor();
        assert.equal(await hit.locator('.titles').textContent(), movie.titles[0].title);
        assert.match(await hit.locator('.facts').textContent(), /1 h 35 min.*7\.3/);
        const licence = hit.getByRole('link', { name: movie.attribution.licence });
        assert.equal(await licence.getAttribute('href'), movie.attribution.url);
        await hit.getByRole('list', { name: 'Directors' }).getByRole('button', { name: movie.directors[0] }).click();
        await page.getByRole('button', { name: `Remove director ${movie.directors[0]}` }).waitFor();
        assert.equal(await total(page), 1);
        const value = facet(page, 'directors').getByRole('button', { name: movie.directors[0] });
        assert.equal(await value.getAttribute('aria-pressed'), 'true');
      } finally {
        await removeFile();
      }
    });
  }

  for (const colorScheme of ['light', 'dark']) {
    onPage(
      `a phone shows the whole page, ${colorScheme}`,
      async (page) => {
        await search(page, 'the godfahter');
        const filters = page.getByRole('button', { name: 'Filters' });
        assert.equal(await filters.getAttribute('aria-expanded'), 'false');
        assert.equal(await facet(page, 'genres').isVisible(), false);
        await filters.click();
        assert.equal(await facet(page, 'genres').isVisible(), true);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(overflow <= 0, `wider than the screen by ${overflow} px`);
        assert.ok((await contrast(page)) >= 4.5, 'contrast of the text');
      },
      { options: { viewport: { width: 360, height: 740 }, colorScheme } },
    );
  }

  onPage(
    'GraphiQL runs its first tab and shows data',
    async (page) => {
      await page.getByRole('tab', { name: 'Search' }).waitFor();
      assert.equal(await page.getByRole('tab').filter({ hasText: 'CatalogChanged' }).count(), 1);
      await execute(page, 'godfahter');
      await page.locator('.graphiql-response', { hasText: '"The Godfather"' }).waitFor();
      await page.getByRole('button', { name: /documentation explorer/i }).click();
      await page.locator('.graphiql-doc-explorer', { hasText: 'Query' }).waitFor();
    },
    { path: '/graphiql' },
  );

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

/** Contrast of the page's text with its background, as WCAG defines it; 4.5 is enough for small text. */
function contrast(page) {
  return page.evaluate(() => {
    const luminance = (color) => {
      const [r, g, b] = color
        .match(/[\d.]+/g)
        .slice(0, 3)
        .map((part) => Number(part) / 255)
        .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const background = luminance(getComputedStyle(document.body).backgroundColor);
    // The time beside the total is the faintest text of the page.
    const text = luminance(getComputedStyle(document.querySelector('.took')).color);
    return (Math.max(background, text) + 0.05) / (Math.min(background, text) + 0.05);
  });
}
