import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const page = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Where `npm run dev` finds a gateway; the built pages always ask the host that served them. */
const gateway = process.env['WIKIMOVIE_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  base: '/',
  // GraphiQL's tabs are the files that every other client uses; they lie beside this folder.
  server: {
    fs: { allow: [page('.'), page('../clients/operations')] },
    proxy: { '/graphql': { target: gateway, ws: true } },
  },
  worker: { format: 'es' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The content security policy allows no data: scripts, so every asset stays a file of its own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Monaco, GraphiQL's editor, is 2.8 MB and loads only there.
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      input: { search: page('index.html'), graphiql: page('graphiql/index.html') },
      // Libraries mark modules with "use client", which means nothing to a page without a rendering server.
      onLog: (level, log, report) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
});
