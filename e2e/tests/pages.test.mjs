// The search page in a real browser that can reach the gateway alone.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { launch } from '../lib/chromium.mjs';
import { answered, box, changes, chip, countOf, facet, hits, pageTests, requireChromium, search, titles, total, value, years } from '../lib/page.mjs';
import { ask, eventually, watched } from '../lib/target.mjs';
import { addFile, movie, removeFile } from '../lib/watched-file.mjs';

const executablePath = await requireChromium();

describe('search page', { skip: !executablePath }, () => {
  let browser;
  before(async () => {
    browser = await launch(executablePath);
  });
  after(() => browser?.close());
  const onPage = pageTests(() => browser);

  onPage('a typo finds the movie that was meant, with highlights, reasons and the corrected text', async (page) => {
    await box(page).pressSequentially('the godfahter', { delay: 20 });
    await box(page).press('Enter');
    await answered(page);
    const first = hits(page).first();
    await first.locator('mark', { hasText: 'Godfather' }).first().waitFor();
    assert.match(await first.locator('h2').textContent(), /^The Godfather\s+1972/);
    assert.ok(await first.locator('.reasons [data-kind="TYPO"]').count());
    assert.equal(await page.title(), 'the godfahter · WIKIMovie');
    await page.getByRole('link', { name: 'the godfather', exact: true }).click();
    await page.waitForURL(/q=the\+godfather$/);
    assert.equal(await box(page).inputValue(), 'the godfather');
  });

  onPage('suggestions appear while typing, and the keyboard chooses one', async (page) => {
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
    await chip(page, 'person Al Pacino').waitFor();
    await answered(page);
    for (const card of await hits(page).all()) assert.match(await card.textContent(), /Al Pacino/);
    assert.match(page.url(), /\?person=Al\+Pacino$/, 'the address is readable');
  });

  onPage('a suggested movie opens its page, with Control in a new tab', async (page, context) => {
    await box(page).pressSequentially('the godf', { delay: 20 });
    const first = page.getByRole('option', { name: /^Movie\s*The Godfather\s*1972/ });
    await first.waitFor();
    const opened = context.waitForEvent('page');
    await first.click({ modifiers: ['Control'] });
    const tab = await opened;
    await tab.getByRole('heading', { level: 1, name: /^The Godfather\s*1972/ }).waitFor();
    await first.click();
    await page.getByRole('heading', { level: 1, name: /^The Godfather\s*1972/ }).waitFor();
    assert.match(page.url(), /\/movie\/[\w=-]+$/);
    await page.goBack();
    await answered(page);
    assert.equal(await box(page).inputValue(), 'the godf');
  });

  onPage('a click on a facet value filters, Back removes the filter, and the address can be shared', async (page, context) => {
    const all = await search(page, 'love');
    const drama = value(page, 'genres', 'Drama');
    const count = await countOf(drama);
    assert.ok(count < all);
    await drama.click();
    await changes(page, all);
    assert.equal(await total(page), count, 'as many as the facet said');
    assert.equal(await drama.getAttribute('aria-checked'), 'true');
    assert.match(page.url(), /\?q=love&genre=Drama$/);

    const other = await context.newPage();
    await other.goto(page.url());
    assert.equal(await total(other), count);
    assert.equal(await box(other).inputValue(), 'love');
    await other.close();

    await page.goBack();
    assert.equal(await total(page), all);
    await page.goForward();
    assert.equal(await total(page), count);
    await chip(page, 'genre Drama').click();
    await changes(page, count);
    assert.equal(await total(page), all);
  });

  onPage('values are alternatives, required together, or excluded', async (page) => {
    await page.goto(`${page.url()}?genre=Comedy&genre=Romance`);
    const any = await total(page);
    await facet(page, 'genres').getByLabel('Genres: movies must have').selectOption('all');
    await changes(page, any);
    const both = await total(page);
    assert.ok(both < any && both > 0);
    assert.match(page.url(), /genre\.all=Comedy&genre\.all=Romance/);
    await facet(page, 'genres').getByRole('checkbox', { name: 'Exclude Drama' }).click();
    await changes(page, both);
    const { data } = await ask(
      '{ search(where: { genres: { allOf: ["Comedy", "Romance"], noneOf: ["Drama"] } }) { total { value } } }',
    );
    assert.equal(await total(page), data.search.total.value);
    await chip(page, 'not genre Drama').waitFor();
    await page.getByRole('link', { name: 'Clear all' }).click();
    await page.getByRole('heading', { level: 1, name: 'Which movie?' }).waitFor();
  });

  onPage('D2: every filter of an address has a chip, and survives any click', async (page) => {
    await page.goto(`${page.url()}?genre=Drama&director.not=Nobody&from=1972&to=1977&minutes.from=60&title=the`);
    await answered(page);
    for (const name of ['genre Drama', 'not director Nobody', 'years 1972–1977', 'minutes 60–', 'title the']) {
      await chip(page, name).waitFor();
    }
    await value(page, 'genres', 'Crime').click();
    await chip(page, 'genre Crime').waitFor();
    await search(page, 'night');
    await page.getByLabel('Sort').selectOption('YEAR_ASC');
    await page.waitForURL(/sort=YEAR_ASC/);
    const { searchParams } = new URL(page.url());
    assert.equal(searchParams.get('from'), '1972');
    assert.equal(searchParams.get('to'), '1977');
    assert.deepEqual(searchParams.getAll('genre'), ['Drama', 'Crime']);
    assert.equal(searchParams.get('minutes.from'), '60');
    assert.equal(searchParams.get('title'), 'the');
    assert.equal(searchParams.get('director.not'), 'Nobody');
  });

  onPage('the order changes, and the filters stay', async (page) => {
    await page.goto(`${page.url()}?q=war&genre=Drama`);
    const unsorted = await total(page);
    await page.getByLabel('Sort').selectOption('YEAR_ASC');
    await page.waitForURL(/sort=YEAR_ASC/);
    assert.equal(await total(page), unsorted);
    const shown = await years(page);
    assert.deepEqual(shown, shown.toSorted((a, b) => a - b));
  });

  onPage('D1: decades and years do not narrow each other', async (page) => {
    await page.goto(`${page.url()}?from=1975&to=1979`);
    await answered(page);
    assert.ok((await facet(page, 'decades').getByRole('checkbox').count()) > 3);
    await value(page, 'decades', '1980s').click();
    await chip(page, 'decade 1980s').waitFor();
    await answered(page);
    const [min, max] = await facet(page, 'years').locator('.ends span').allTextContents();
    assert.ok(Number(min) < 1970 && Number(max) > 1990, `${min}–${max}`);
  });

  onPage('the values of a facet can be searched', async (page) => {
    await page.goto(`${page.url()}?sort=RELEVANCE`);
    await answered(page);
    const people = facet(page, 'cast');
    await people.getByRole('searchbox').fill('mifune');
    await people.getByRole('checkbox', { name: /^Toshir. Mifune/ }).click();
    await page.getByRole('link', { name: /^Remove person Toshir. Mifune/ }).waitFor();
    assert.ok((await total(page)) > 0);
  });

  onPage('D13: two sliders set the years, by keys', async (page) => {
    await page.goto(`${page.url()}?q=love`);
    const all = await total(page);
    const first = page.getByRole('slider', { name: 'First year' });
    const last = page.getByRole('slider', { name: 'Last year' });
    await first.focus();
    await page.keyboard.press('PageUp');
    await changes(page, all);
    const from = Number(await first.inputValue());
    await chip(page, `years ${from}–`).waitFor();
    assert.ok((await years(page)).every((year) => year >= from));
    await last.focus();
    await page.keyboard.press('Home');
    await page.waitForURL(/to=/);
    await answered(page);
    assert.equal(await last.inputValue(), String(from), 'the ends do not cross');
    await last.focus();
    await page.keyboard.press('End');
    await page.waitForURL((address) => !address.searchParams.has('to'));
    await first.focus();
    await page.keyboard.press('Home');
    await page.waitForURL((address) => !address.searchParams.has('from'));
    assert.equal(await total(page), all);
  });

  onPage('words understood as a filter can be removed', async (page) => {
    const narrow = await search(page, 'comedy 1980s');
    assert.ok((await years(page)).every((year) => year >= 1980 && year <= 1989));
    await chip(page, 'decade 1980').click();
    await changes(page, narrow);
    assert.equal(await box(page).inputValue(), 'comedy');
  });

  onPage('the list is continued, and Back finds it as it was', async (page) => {
    await page.goto(`${page.url()}?sort=TITLE_ASC`);
    await answered(page);
    assert.equal(await hits(page).count(), 20);
    const more = page.getByRole('link', { name: /^Load more \(20 of / });
    assert.match(await more.getAttribute('href'), /after=.{1,250}$/, 'D6: the address of the next page is short');
    await more.click();
    await eventually(async () => (await hits(page).count()) === 40, 'the second page');
    const links = hits(page).locator('h2 > a');
    const shown = await links.evaluateAll((all) => all.map(({ href }) => href));
    assert.equal(new Set(shown).size, shown.length, 'no movie twice');
    const last = hits(page).nth(35).getByRole('heading').getByRole('link');
    await last.scrollIntoViewIfNeeded();
    const place = await page.evaluate(() => window.scrollY);
    await last.click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.equal(await page.evaluate(() => window.scrollY), 0);
    await page.goBack();
    await eventually(async () => (await hits(page).count()) === 40, 'both pages again');
    await eventually(async () => Math.abs((await page.evaluate(() => window.scrollY)) - place) < 3, 'the place in the list');
  });

  onPage('a link to a later page opens there', async (page) => {
    await page.goto(`${page.url()}?sort=TITLE_ASC`);
    await answered(page);
    const first = await titles(page);
    await page.goto(new URL(await page.locator('.pages a').getAttribute('href'), page.url()).href);
    await answered(page);
    assert.ok((await titles(page)).every((title) => !first.includes(title)));
    await page.getByRole('link', { name: 'Back to the start of the list' }).click();
    await eventually(async () => (await titles(page))[0] === first[0], 'the first page');
  });

  onPage('typing in a list that was scrolled shows its start', async (page) => {
    await search(page, 'love');
    await page.evaluate(() => window.scrollTo(0, 1_500));
    await box(page).focus();
    await box(page).fill('war');
    await answered(page);
    assert.equal(await page.evaluate(() => window.scrollY), 0);
  });

  onPage('D9: Back to a text does not open its suggestions', async (page) => {
    await search(page, 'alien');
    await box(page).press('Escape');
    await page.waitForURL((address) => address.search === '');
    await page.goBack();
    await answered(page);
    await page.waitForTimeout(400);
    assert.equal(await box(page).inputValue(), 'alien');
    assert.equal(await box(page).getAttribute('aria-expanded'), 'false');
  });

  onPage('markup in the search text is shown as text', async (page) => {
    const hostile = '"<img src=x onerror=document.title=1> <mark>🎬 \\ AND (';
    await search(page, hostile);
    assert.equal(await box(page).inputValue(), hostile);
    assert.equal(await page.locator('img').count(), 0);
    assert.equal(await page.title(), `${hostile} · WIKIMovie`);
  });

  onPage('an empty result offers a way on', async (page) => {
    assert.equal(await search(page, 'xqzzyx wvvkjq'), 0);
    await page.getByRole('heading', { name: 'No movie found' }).waitFor();
    await page.goto(`${new URL(page.url()).origin}/?q=xqzzyx&genre=Drama`);
    assert.equal(await total(page), 0);
    await page.getByRole('heading', { name: 'Search without' }).waitFor();
    await page.locator('.hints a', { hasText: 'xqzzyx' }).first().click();
    await page.waitForURL((address) => !address.searchParams.has('q'));
    assert.ok((await total(page)) > 0);
  });

  onPage('D10: a token that is of no use leaves the address, and words stay', async (page) => {
    const { origin } = new URL(page.url());
    await page.goto(`${origin}/?state=forged`);
    await page.getByText('This link no longer works').waitFor();
    await page.waitForURL(`${origin}/`);
    await page.goto(`${origin}/?q=alien&state=forged`);
    await hits(page).first().waitFor();
    assert.equal(await page.getByText('no longer works').count(), 0);
    const { data } = await ask('{ search(text: "alien", where: { decades: [1980] }) { total { value } state } }');
    await page.goto(`${origin}/?state=${encodeURIComponent(data.search.state)}`);
    assert.equal(await total(page), data.search.total.value, 'a token alone is a question');
    assert.equal(await box(page).inputValue(), 'alien');
    await page.goto(`${origin}/?q=alien&after=forged`);
    await page.getByText('That place in the list is gone').waitFor();
    await hits(page).first().waitFor();
    await page.waitForURL(`${origin}/?q=alien`);
  });

  onPage('D10: years in the wrong order are swapped', async (page) => {
    await page.goto(`${page.url()}?from=1980&to=1970`);
    await chip(page, 'years 1970–1980').waitFor();
    await hits(page).first().waitFor();
  });

  onPage('the start page leads to genres, decades and movies, and remembers searches', async (page) => {
    await page.getByRole('heading', { name: 'By genre' }).waitFor();
    await search(page, 'alien');
    await page.getByRole('link', { name: /WIKIMovie/ }).click();
    await page.getByText('Recent searches').waitFor();
    await box(page).focus();
    await page.getByRole('option', { name: /Recent\s*alien/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: /^Drama \d/ }).click();
    assert.ok((await total(page)) > 100);
    await page.goBack();
    await page.getByRole('button', { name: 'Forget them' }).click();
    assert.equal(await page.getByText('Recent searches').count(), 0);
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
        await hits(page).first().filter({ hasText: movie.cast[0] }).waitFor();
      } finally {
        await removeFile();
      }
      await shown(data.catalog.movies);
    });

    onPage('D14: a card and a movie page name whom the provider wants named, and the people lead on', async (page) => {
      try {
        await addFile();
        await search(page, movie.title);
        const hit = hits(page).first();
        await hit.filter({ hasText: movie.cast[0] }).waitFor();
        assert.match(await hit.locator('.follow').textContent(), /1 h 35 min.*7\.3/);
        const licence = page.locator('.attribution').getByRole('link', { name: movie.attribution.licence });
        assert.equal(await licence.getAttribute('href'), movie.attribution.url);
        await hit.getByRole('heading').getByRole('link').click();
        await page.getByRole('heading', { level: 1, name: movie.title }).waitFor();
        assert.equal(
          await page.getByRole('link', { name: movie.attribution.licence }).getAttribute('href'),
          movie.attribution.url,
        );
        await page.getByText(movie.titles[0].title).waitFor();
        await page.getByText('latecomer, record 1 of latecomer/one.json').waitFor();
        await page.getByRole('link', { name: movie.directors[0] }).click();
        await page.getByRole('heading', { level: 1, name: movie.directors[0] }).waitFor();
        await page.locator('[data-role="DIRECTOR"]').getByRole('link', { name: movie.title }).waitFor();
      } finally {
        await removeFile();
      }
    });
  }
});
