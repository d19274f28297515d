// The page registers the gateway's tools with a browser that takes them. Chromium here has no such registry: one is put in.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { launch } from '../lib/chromium.mjs';
import { pageTests, requireChromium } from '../lib/page.mjs';
import { eventually, url } from '../lib/target.mjs';

const executablePath = await requireChromium();

describe('tools of the page', { skip: !executablePath }, () => {
  let browser;
  before(async () => {
    browser = await launch(executablePath);
  });
  after(() => browser?.close());
  const onPage = pageTests(() => browser);

  onPage('an assistant in the browser searches by all tools of the gateway', async (page) => {
    await page.addInitScript(() => {
      const tools = new Map();
      document.modelContext = { tools, registerTool: (tool) => tools.set(tool.name, tool) };
    });
    await page.reload();
    const names = () => page.evaluate(() => [...document.modelContext.tools.keys()].toSorted());
    await eventually(async () => (await names()).includes('search'), 'the tools');
    const listed = await fetch(`${url}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
    });
    const { tools } = (await listed.json()).result;
    assert.deepEqual(await names(), tools.map(({ name }) => name).toSorted());
    const found = await page.evaluate(() => document.modelContext.tools.get('search').execute({ query: 'the godfahter' }));
    assert.match(found.structuredContent.results[0].title, /The Godfather/);
  });
});
