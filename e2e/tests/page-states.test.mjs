// What the page shows while something is wrong, and that it recovers by itself.
import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { launch } from '../lib/chromium.mjs';
import { answered, box, hits, pageTests, requireChromium, search } from '../lib/page.mjs';
import { url } from '../lib/target.mjs';

const executablePath = await requireChromium();
const problem = (page, kind) => page.locator(`[data-problem="${kind}"]`);
/** The browser logs every failed request. */
const FAILED = [/Failed to load resource/, /WebSocket connection/, /ERR_/];

describe('states', { skip: !executablePath }, () => {
  let browser;
  before(async () => {
    browser = await launch(executablePath);
  });
  after(() => browser?.close());
  const onPage = pageTests(() => browser);

  onPage(
    'D7: without the network the movies stay, and the page is back within five seconds',
    async (page, context) => {
      await search(page, 'alien');
      const count = await hits(page).count();
      await context.setOffline(true);
      await box(page).fill('aliens');
      await problem(page, 'offline').waitFor();
      assert.equal(await hits(page).count(), count, 'the old movies stay');
      assert.match(await problem(page, 'offline').textContent(), /as they were/);
      // Long enough for several tries.
      await page.waitForTimeout(4_000);
      await context.setOffline(false);
      const since = Date.now();
      await problem(page, 'offline').waitFor({ state: 'detached' });
      await answered(page);
      assert.ok(Date.now() - since < 5_000);
    },
    { errors: FAILED },
  );

  /** Answers requests for movies with an error until `again` is called. */
  const refusing = async (page, status, extensions, headers = {}) => {
    let refused = 0;
    let open = false;
    await page.route('**/graphql**', (route) => {
      if (open) return route.fallback();
      refused += 1;
      return route.fulfill({ status, json: { errors: [{ message: 'refused by the test', extensions }] }, headers });
    });
    return { count: () => refused, again: () => (open = true) };
  };

  onPage(
    'D8: a spent limit counts down and is asked again when it is over',
    async (page) => {
      await search(page, 'alien');
      const gateway = await refusing(page, 429, { code: 'RATE_LIMITED', retryAfterMs: 3_000 }, { 'retry-after': '3' });
      await box(page).fill('aliens');
      await problem(page, 'limited').getByText(/Next try in [23] s/).waitFor();
      gateway.again();
      const asked = gateway.count();
      await problem(page, 'limited').getByText('Next try in 1 s').waitFor();
      await problem(page, 'limited').waitFor({ state: 'detached' });
      await answered(page);
      assert.equal(gateway.count(), asked, 'not asked before the time');
    },
    { errors: FAILED },
  );

  onPage(
    'an engine that is away is asked again, a failure is not',
    async (page) => {
      await search(page, 'alien');
      const gateway = await refusing(page, 503, { code: 'ENGINE_UNAVAILABLE', retryAfterMs: 500 });
      await box(page).fill('aliens');
      await problem(page, 'busy').waitFor();
      gateway.again();
      await problem(page, 'busy').waitFor({ state: 'detached' });

      const broken = await refusing(page, 500, { code: 'INTERNAL' });
      await box(page).fill('alie');
      await box(page).fill('alienation');
      await problem(page, 'failed').getByText('refused by the test').waitFor();
      broken.again();
      await problem(page, 'failed').getByRole('button', { name: 'Try again' }).click();
      await problem(page, 'failed').waitFor({ state: 'detached' });
    },
    { errors: FAILED },
  );

  onPage(
    'D11: a gateway that wants a key gets one, which stays in the tab',
    async (page) => {
      await page.route('**/graphql**', (route) => {
        const known = route.request().headers()['authorization'] === 'Bearer wmk_test';
        const json = { errors: [{ message: 'a credential is needed', extensions: { code: 'UNAUTHENTICATED' } }] };
        return known ? route.fallback() : route.fulfill({ status: 401, json });
      });
      await page.goto(`${url}/?q=alien`);
      await problem(page, 'credential').waitFor();
      await page.getByLabel('API key').fill('wmk_test');
      await page.getByRole('button', { name: 'Use this key' }).click();
      await hits(page).first().waitFor();
      await page.reload();
      await hits(page).first().waitFor();
    },
    { errors: FAILED },
  );

  onPage('D11: where GraphiQL is off there is no link to it', async (page) => {
    await page.route(`${url}/`, async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replace('name="wikimovie:graphiql" content="on"', 'name="wikimovie:graphiql" content="off"');
      return route.fulfill({ response, body });
    });
    await page.goto(url);
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'GraphiQL' }).count(), 0);
    // The browser takes an answer of the test's for one of another network.
  }, { errors: FAILED });

  onPage('an older answer never replaces a newer one', async (page) => {
    await page.route('**/graphql**', async (route) => {
      if (decodeURIComponent(route.request().url()).includes('"text":"alie"')) await new Promise((resolve) => setTimeout(resolve, 1_500));
      return route.fallback();
    });
    await box(page).pressSequentially('alien', { delay: 100 });
    await answered(page);
    await page.waitForTimeout(2_000);
    assert.equal(await page.title(), 'alien · WIKIMovie');
    assert.match(await page.locator('.answers').getAttribute('data-address'), /q=alien$/);
  });

  test('D7: a server that stops and starts under the page is found within five seconds, by itself', async () => {
    const relay = await startRelay();
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(`${relay.url}/?q=alien`);
      await answered(page);
      await page.getByTestId('catalog').filter({ hasText: 'updates live' }).waitFor();
      await relay.stop();
      await box(page).fill('aliens');
      await problem(page, 'offline').waitFor();
      await page.getByTestId('catalog').filter({ hasText: 'not connected' }).waitFor();
      await page.waitForTimeout(3_000);
      await relay.start();
      const since = Date.now();
      await problem(page, 'offline').waitFor({ state: 'detached' });
      await answered(page);
      await page.getByTestId('catalog').filter({ hasText: 'updates live' }).waitFor();
      assert.ok(Date.now() - since < 5_000, `${Date.now() - since} ms`);
    } finally {
      await context.close();
      await relay.stop();
    }
  });
});

/** A port that leads to the gateway, and can be closed with all its connections and opened again. */
async function startRelay() {
  const { hostname, port } = new URL(url);
  const sockets = new Set();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  const listen = (on) => new Promise((resolve) => server.listen(on, '127.0.0.1', resolve));
  await listen(0);
  const own = server.address().port;
  return {
    url: `http://127.0.0.1:${own}`,
    start: () => listen(own),
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        for (const socket of sockets) socket.destroy();
      }),
  };
}
