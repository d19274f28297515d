// A real browser that can reach the gateway and nothing else, and tells of every attempt.
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import { url } from './target.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Path of a Chromium, or undefined: from CHROMIUM_PATH, the usual place, or PATH. */
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
      // Below the pages, too, no name resolves: whatever asks for one cannot get out.
      `--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE ${new URL(url).hostname}`,
    ],
  });
}

/** A page with its own storage; `foreign` and `complaints` fill as it misbehaves. */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const { host } = new URL(url);
  const foreign = [];
  const complaints = [];
  await context.route(
    (address) => address.host !== host && /^(http|ws)s?:$/.test(address.protocol),
    (route) => {
      foreign.push(route.request().url());
      return route.abort();
    },
  );
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const seen = (address) => {
    const { protocol, host: asked } = new URL(address);
    // data: and blob: never leave the page.
    if (/^(http|ws)s?:$/.test(protocol) && asked !== host) foreign.push(address);
  };
  context.on('request', (request) => seen(request.url()));
  page.on('websocket', (socket) => seen(socket.url()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // The policy's refusals are console errors as well.
    if (message.type() === 'error') complaints.push(message.text());
  });
  return { page, context, foreign, complaints };
}
