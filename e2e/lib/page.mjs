// What tests read of the search page, and how they act on it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findChromium, openPage } from './chromium.mjs';
import { eventually, url } from './target.mjs';

/** Path of Chromium; undefined where the tests of the pages are skipped, which CI refuses. */
export async function requireChromium() {
  const executablePath = await findChromium();
  if (!executablePath) {
    const why = 'the pages were not tested: no Chromium was found (set CHROMIUM_PATH to name one)';
    if (process.env.CI === 'true') throw new Error(why);
    console.log(`SKIPPED: ${why}`);
  }
  return executablePath;
}

/** Makes a function that runs a test on a new page; requests to other hosts and errors of the browser fail it, too. */
export function pageTests(browser) {
  return (name, body, { path = '/', options, errors = [] } = {}) =>
    test(name, async () => {
      const opened = await openPage(browser(), options);
      try {
        await opened.page.goto(url + path);
        await body(opened.page, opened.context);
        assert.deepEqual(opened.foreignRequests, [], 'requests to other hosts');
        const unexpected = opened.browserErrors.filter((text) => !errors.some((expected) => expected.test(text)));
        assert.deepEqual(unexpected, [], 'errors of the browser');
      } finally {
        await opened.context.close();
      }
    });
}

/** Waits for the answer to the address, with or without the facets. */
export async function answered(page, { facets = true } = {}) {
  await page.waitForFunction((wanted) => {
    const answers = document.querySelector('.answers[aria-busy="false"]');
    const current = answers?.getAttribute('data-address') === location.search;
    return current && (!wanted || answers.getAttribute('data-facets') === 'true');
  }, facets);
}

/** The total above the movies, once they belong to the address. */
export async function total(page) {
  await answered(page);
  const text = await page.getByTestId('total').locator('strong').textContent();
  return Number(text.replace(/\D/g, ''));
}

export const box = (page) => page.getByRole('combobox', { name: 'Search movies' });
export const hits = (page) => page.getByTestId('hit');
export const titles = (page) => hits(page).locator('h2 > a').allTextContents();
export const years = async (page) => (await hits(page).locator('h2 .year').allTextContents()).map(Number);
export const facet = (page, name) => page.locator(`[data-facet="${name}"]`);
export const value = (page, group, name) => facet(page, group).getByRole('checkbox', { name, exact: false }).first();
export const chip = (page, what) => page.getByRole('link', { name: `Remove ${what}` });
export const changes = (page, from) => eventually(async () => (await total(page)) !== from, 'another total');
export const countOf = async (locator) => Number((await locator.locator('.count').textContent()).replace(/\D/g, ''));

/** Searches by typing and Enter, and waits for the answer. */
export async function search(page, text) {
  await box(page).fill(text);
  await box(page).press('Enter');
  await page.waitForURL((address) => (address.searchParams.get('q') ?? '') === text);
  return total(page);
}

/** Elements, and stops of the Tab key, of the page as it is. */
export function size(page) {
  return page.evaluate(() => {
    const focusable = [...document.querySelectorAll('a[href], button, input, select, textarea, [tabindex]')];
    return {
      nodes: document.querySelectorAll('*').length,
      stops: focusable.filter((element) => element.tabIndex >= 0 && !element.disabled && element.checkVisibility()).length,
    };
  });
}
