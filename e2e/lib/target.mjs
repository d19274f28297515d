// The gateway under test.

if (!process.env.WIKIMOVIE_URL) {
  throw new Error('set WIKIMOVIE_URL to a gateway over seeds/, or run: node with-gateway.mjs BINARY npm test');
}

/** Address without a trailing slash. */
export const url = process.env.WIKIMOVIE_URL.replace(/\/+$/, '');
export const endpoint = `${url}/graphql`;

/** The folder that the gateway watches; set by `with-gateway.mjs`. */
export const watched = process.env.E2E_WATCHED;

export async function ask(query, variables = {}) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

/** Polls `probe` until it returns a truthy value. */
export async function eventually(probe, what, limitMs = 10_000) {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`${what} did not happen within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
