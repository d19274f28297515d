/** The registry of tools of a page, in browsers that have one (WebMCP). */

/** What is used of a tool's registration. */
export interface PageTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: object;
  readonly annotations: { readonly readOnlyHint: boolean; readonly untrustedContentHint: boolean };
  readonly execute: (input: object) => Promise<unknown>;
}

/** What is used of the registry. */
export interface ModelContext {
  registerTool(tool: PageTool): unknown;
}

interface Holder {
  readonly modelContext?: ModelContext;
}

/** The registry: on the document, in early versions on the navigator. */
function modelContext(): ModelContext | undefined {
  return (document as Holder).modelContext ?? (navigator as Holder).modelContext;
}

/** Offers the gateway's tools to the browser. One without a registry loads nothing for it. */
export async function offerTools(): Promise<void> {
  const context = modelContext();
  if (!context) return;
  try {
    const { registerTools } = await import('./browserTools');
    await registerTools(context);
  } catch {
    // The gateway may not offer tools, and the page needs none.
  }
}
