// The page registers the gateway's tools with a browser that takes them. Chromium here has no such registry: one is put in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findChromium, launch, openPage } from '../lib/chromium.mjs';
import { eventually, url } from '../lib/target.mjs';

const executablePath = await findChromium();

test('an assistant in the browser searches by the tools of the page', { skip: !executablePath }, async () => {
  const browser = await launch(executablePath);
  try {
    const { page, browserErrors } = await openPage(browser);
    await page.addInitScript(() => {
      const tools = new Map();
      document.modelContext = { tools, registerTool: (tool) => tools.set(tool.name, tool) };
    });
    await page.goto(url);
    const names = () => page.evaluate(() => [...document.modelContext.tools.keys()]);
    await eventually(async () => (await names()).includes('search'), 'the tools');
    const listed = await (
      await fetch(`${url}/mcp`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
      })
    ).json();
    assert.deepEqual(
      (await names()).toSorted(),
      listed.result.tools.map(({ name }) => name).toSorted(),
    );
    const found = await page.evaluate(() => document.modelContext.tools.get('search').execute({ query: 'the godfahter' }));
    assert.match(found.structuredContent.results[0].title, /The Godfather/);
    assert.deepEqual(browserErrors, []);
  } finally {
    await browser.close();
  }
});
