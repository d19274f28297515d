// Movies, people and connections have pages of their own; all of the page works by keys alone, on a phone and on paper.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { launch } from '../lib/chromium.mjs';
import { answered, box, facet, hits, pageTests, requireChromium, search, total } from '../lib/page.mjs';
import { ask } from '../lib/target.mjs';

const executablePath = await requireChromium();
const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();

describe('views', { skip: !executablePath }, () => {
  let browser;
  before(async () => {
    browser = await launch(executablePath);
  });
  after(() => browser?.close());
  const onPage = pageTests(() => browser);

  onPage('a movie page leads to people, similar movies and GraphiQL', async (page) => {
    const { data } = await ask('{ search(text: "the godfather") { hits(first: 1) { nodes { id } } } }');
    await page.goto(`${new URL(page.url()).origin}/movie/${data.search.hits.nodes[0].id}`);
    await heading(page, /^The Godfather\s*1972/);
    assert.equal(await page.title(), 'The Godfather (1972) · WIKIMovie');
    await page.getByRole('heading', { name: 'More like this' }).waitFor();
    await page.locator('.tiles').getByRole('link', { name: /The Godfather Part/ }).first().waitFor();
    const graphiql = new URL(await page.getByRole('link', { name: 'This question in GraphiQL' }).getAttribute('href'), page.url());
    assert.match(graphiql.searchParams.get('query'), /^query MoviePage/);
    await page.getByRole('link', { name: 'Al Pacino' }).click();
    await heading(page, 'Al Pacino');
  });

  onPage('D11: an address of no movie says so, and leads on', async (page) => {
    const { origin } = new URL(page.url());
    await page.goto(`${origin}/movie/1`);
    await heading(page, 'There is no such movie');
    await page.goto(`${origin}/person/Nobody%20At%20All`);
    await heading(page, 'Nobody here is called Nobody At All');
    await page.getByRole('link', { name: 'Search for “Nobody At All”' }).click();
    await page.waitForURL(/\?q=Nobody\+At\+All/);
  });

  onPage('a person page has movies by role and year, and those who are seen together', async (page) => {
    await page.goto(`${new URL(page.url()).origin}/person/clint%20eastwood`);
    await heading(page, 'Clint Eastwood');
    await page.getByRole('heading', { name: 'In the cast of' }).waitFor();
    await page.getByRole('heading', { name: 'Directed' }).waitFor();
    const shown = (await page.locator('[data-role="CAST"] dt').allTextContents()).map(Number);
    assert.deepEqual(shown, shown.toSorted((a, b) => b - a), 'newest first');
    await page.getByRole('link', { name: 'Search among them' }).click();
    await page.waitForURL(/\?(person|director)=Clint\+Eastwood/);
    assert.ok((await total(page)) > 0);
  });

  onPage('two people are connected by a chain of movies', async (page) => {
    await page.getByRole('link', { name: 'Connections' }).click();
    await heading(page, 'How are they connected?');
    const choose = async (label, typed, name) => {
      await page.getByRole('combobox', { name: label, exact: true }).pressSequentially(typed, { delay: 20 });
      await page.getByRole('option', { name }).first().click();
    };
    await choose('From', 'marlon bra', /Marlon Brando/);
    await page.waitForURL(/from=Marlon\+Brando$/);
    await choose('To', 'tom han', /Tom Hanks/);
    await page.waitForURL(/to=Tom\+Hanks$/);
    await page.getByRole('heading', { name: /movies? between them$/ }).waitFor();
    const people = await page.locator('.chain > li > a:not(.step)').allTextContents();
    assert.deepEqual([people[0], people.at(-1)], ['Marlon Brando', 'Tom Hanks']);
    assert.equal(await page.locator('.chain .step').count(), people.length - 1);
    await page.getByRole('link', { name: 'Swap them' }).click();
    await page.waitForURL(/from=Tom\+Hanks&to=Marlon\+Brando/);
    await page.goto(`${new URL(page.url()).origin}/path?from=Nobody+At+All&to=Tom+Hanks`);
    await page.getByRole('heading', { name: 'Nothing connects them' }).waitFor();
  });

  onPage('the whole journey works by keys: skip link, results, filters, movie, person, back', async (page) => {
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
    await page.keyboard.press('Tab');
    assert.match(await focused(), /^Skip to the movies/);
    await page.keyboard.press('/');
    await page.keyboard.type('the godfather', { delay: 10 });
    await page.keyboard.press('Enter');
    await answered(page);
    // To the first value of the first facet, and into the list of results.
    const tabTo = async (matches) => {
      for (let steps = 0; steps < 40; steps += 1) {
        await page.keyboard.press('Tab');
        if (await page.evaluate(matches)) return;
      }
      assert.fail('the Tab key does not come there');
    };
    await tabTo(() => document.activeElement?.matches('[data-facet="genres"] [role="checkbox"]') === true);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    assert.ok(await page.evaluate(() => document.activeElement?.matches('[data-facet="genres"] li:nth-child(2) .value')));
    await page.keyboard.press('Space');
    await page.waitForURL(/genre=/);
    await answered(page);
    await tabTo(() => document.activeElement?.matches('[data-testid="hit"] h2 a') === true);
    await page.keyboard.press('Enter');
    await heading(page, /Godfather/);
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'main', 'the focus is in the view');
    await tabTo(() => document.activeElement?.closest('.names') !== null);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/person\//);
    await page.goBack();
    await page.goBack();
    await answered(page);
    assert.ok((await hits(page).count()) > 0);
  });

  onPage('nothing is asked while a composition of keys goes on, and once at its end', async (page) => {
    await box(page).focus();
    const requests = [];
    page.on('request', (request) => {
      if (request.url().includes('/graphql')) requests.push(request.url());
    });
    const cdp = await page.context().newCDPSession(page);
    for (const text of ['n', 'ni', 'nih', 'niho', 'nihon']) {
      await cdp.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
      await page.waitForTimeout(60);
    }
    assert.deepEqual(requests, []);
    await cdp.send('Input.insertText', { text: '日本' });
    await answered(page);
    const asked = (field) => requests.filter((address) => decodeURIComponent(address).includes(`"${field}":"日本"`)).length;
    assert.equal(asked('prefix') <= 2 && asked('text') <= 4, true, requests.join('\n'));
  });

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
        await facet(page, 'genres').getByRole('checkbox').first().click();
        await page.waitForURL(/genre=/);
        await page.getByRole('button', { name: /^Show [\d,]+ movies?$/ }).click();
        assert.equal(await facet(page, 'genres').isVisible(), false);
        await page.getByRole('button', { name: 'Filters (1)' }).waitFor();
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(overflow <= 0, `wider than the screen by ${overflow} px`);
      },
      { options: { viewport: { width: 360, height: 740 }, colorScheme } },
    );
  }

  onPage('D13: forced colours keep the tick of a chosen value', async (page) => {
    await page.goto(`${page.url()}?genre=Drama`);
    await answered(page);
    await page.emulateMedia({ forcedColors: 'active' });
    const border = (checked) =>
      page
        .locator(`[data-facet="genres"] .value[aria-checked="${checked}"]`)
        .first()
        .evaluate((element) => getComputedStyle(element, '::before').borderTopWidth);
    assert.notEqual(await border('true'), await border('false'));
  });

  onPage(
    'a visitor from Germany reads German, and numbers as they are written there',
    async (page) => {
      await heading(page, 'Welcher Film?');
      assert.equal(await page.locator('html').getAttribute('lang'), 'de');
      await page.getByTestId('catalog').filter({ hasText: /^\d\.\d{3} Filme/ }).waitFor();
      await page.goto(`${page.url()}?q=love`);
      await page.getByTestId('total').filter({ hasText: /\d+ Filme/ }).waitFor();
    },
    { options: { locale: 'de-DE' } },
  );

  onPage('print leaves the filters and the navigation out', async (page) => {
    await search(page, 'the godfather');
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.locator('.facets').isVisible(), false);
    assert.equal(await page.locator('.masthead').isVisible(), false);
    assert.equal(await hits(page).first().isVisible(), true);
  });

  for (const path of ['/', '/graphiql']) {
    onPage(`without JavaScript ${path} says what is missing`, async (page) => {
      assert.match(await page.locator('noscript').textContent(), /needs JavaScript/);
    }, { path, options: { javaScriptEnabled: false } });
  }
});
