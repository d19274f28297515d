/**
 * Registers the gateway's tools with a browser that takes tools of pages (WebMCP, https://webmachinelearning.github.io/webmcp/),
 * so that an assistant in the browser asks what one elsewhere asks at `/mcp`.
 */

import type { ModelContext } from './modelContext';

const ENDPOINT = '/mcp';

interface ListedTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: object;
}

/**
 * Registers all tools that the gateway lists.
 *
 * @returns how many; 0 where the gateway offers none.
 */
export async function registerTools(context: ModelContext): Promise<number> {
  const { tools } = await call<{ tools?: readonly ListedTool[] }>('tools/list', {});
  for (const { name, description, inputSchema } of tools ?? []) {
    context.registerTool({
      name,
      description,
      inputSchema,
      // Texts of movies come from providers.
      annotations: { readOnlyHint: true, untrustedContentHint: true },
      execute: (input) => call('tools/call', { name, arguments: input }),
    });
  }
  return tools?.length ?? 0;
}

let requests = 0;

/** @throws {Error} with the gateway's words where a message fails; a call that is wrong is a result. */
async function call<Result>(method: string, params: object): Promise<Result> {
  const response = await fetch(ENDPOINT, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: ++requests, method, params }),
  });
  const { result, error } = (await response.json()) as { result?: Result; error?: { message: string } };
  if (result === undefined) throw new Error(error?.message ?? `The server answered with status ${response.status}.`);
  return result;
}
