import { afterEach, expect, test, vi } from 'vitest';
import { registerTools } from './browserTools';
import type { PageTool } from './modelContext';

afterEach(() => vi.unstubAllGlobals());

/** Answers messages by their method. */
function gateway(answers: Record<string, unknown>) {
  const sent: { method: string; params: object }[] = [];
  vi.stubGlobal('fetch', async (_: string, { body }: { body: string }) => {
    const message = JSON.parse(body) as { method: string; params: object };
    sent.push(message);
    return { status: 200, json: async () => answers[message.method] };
  });
  return sent;
}

test('each tool of the gateway is registered, and calls it', async () => {
  const listed = { name: 'search', description: 'Finds movies.', inputSchema: { type: 'object' }, outputSchema: {} };
  const result = { content: [], structuredContent: { results: [] } };
  const sent = gateway({ 'tools/list': { result: { tools: [listed] } }, 'tools/call': { result } });
  const registered: PageTool[] = [];
  expect(await registerTools({ registerTool: (tool) => registered.push(tool) })).toBe(1);
  expect(registered[0]).toMatchObject({
    name: 'search',
    description: 'Finds movies.',
    inputSchema: { type: 'object' },
    annotations: { readOnlyHint: true, untrustedContentHint: true },
  });
  expect(await registered[0]?.execute({ query: 'alien' })).toEqual(result);
  expect(sent[1]?.params).toEqual({ name: 'search', arguments: { query: 'alien' } });
});

test('what the gateway refuses is told', async () => {
  gateway({ 'tools/list': { error: { message: 'not here' } } });
  await expect(registerTools({ registerTool: () => undefined })).rejects.toThrow('not here');
});
