import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const page = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Where `npm run dev` finds a gateway; the built pages always ask the host that served them. */
const gateway = process.env['WIKIMOVIE_URL'] ?? 'http://127.0.0.1:8080';

/** What the gateway answers itself; `npm run preview` passes it on. */
const proxy = {
  '/graphql': { target: gateway, ws: true },
  '^/(readyz|schema.graphql|docs|openapi.json|rest|mcp)(/|$|\\?)': { target: gateway },
};

/** As the gateway serves the pages: `npm run preview` shows what the search page's policy forbids, and has GraphiQL's address. */
const asGateway: Plugin = {
  name: 'as-gateway',
  configurePreviewServer(server) {
    server.middlewares.use((request, response, next) => {
      request.url = request.url?.replace(/^\/graphiql\/?(?=\?|$)/, '/graphiql/index.html');
      if (!/^\/(graphiql|assets)/.test(request.url ?? '')) {
        response.setHeader(
          'content-security-policy',
          "default-src 'self'; img-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        );
      }
      next();
    });
  },
};

/** Each page is built by itself, so that the search page is one script without a part of GraphiQL. */
export default defineConfig(({ mode }) => ({
  base: '/',
  plugins: [asGateway],
  preview: { proxy },
  // GraphiQL's tabs are the files that every other client uses; they lie beside this folder.
  server: {
    fs: { allow: [page('.'), page('../clients/operations')] },
    proxy,
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  build: {
    outDir: 'dist',
    emptyOutDir: mode !== 'graphiql',
    // The content security policy allows no data: scripts, so every asset stays a file of its own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Monaco, GraphiQL's editor, is 2.8 MB and loads only there.
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      input: mode === 'graphiql' ? page('graphiql/index.html') : { search: page('index.html') },
      // Libraries mark modules with "use client", which means nothing to a page without a rendering server.
      onLog: (level, log, report) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
}));
