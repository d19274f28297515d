// A real browser that can reach the gateway alone; attempts to reach another host are recorded.
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import { url } from './target.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Path of Chromium from CHROMIUM_PATH, /usr/bin or PATH; undefined where there is none. */
export async function findChromium() {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)];
  for (const name of NAMES) {
    for (const folder of folders) {
      const path = join(folder, name);
      if (await access(path, constants.X_OK).then(() => true, () => false)) return path;
    }
  }
  return undefined;
}

export function launch(executablePath) {
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // No other host name resolves, so the browser's own requests stay inside, too.
      `--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE ${new URL(url).hostname}`,
    ],
  });
}

/** A page with its own storage. `foreignRequests` and `browserErrors` grow while it is used. */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const { host } = new URL(url);
  const foreignRequests = [];
  const browserErrors = [];
  await context.route(
    (address) => address.host !== host && /^(http|ws)s?:$/.test(address.protocol),
    (route) => {
      foreignRequests.push(route.request().url());
      return route.abort();
    },
  );
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const record = (address) => {
    const { protocol, host: requested } = new URL(address);
    // data: and blob: never leave the page.
    if (/^(http|ws)s?:$/.test(protocol) && requested !== host) foreignRequests.push(address);
  };
  context.on('request', (request) => record(request.url()));
  page.on('websocket', (socket) => record(socket.url()));
  page.on('pageerror', (error) => browserErrors.push(String(error)));
  page.on('console', (message) => {
    // Violations of the content security policy are console errors as well.
    if (message.type() === 'error') browserErrors.push(message.text());
  });
  return { page, context, foreignRequests, browserErrors };
}
