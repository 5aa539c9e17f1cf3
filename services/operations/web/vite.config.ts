import { defineConfig } from 'vite';

/** Address of the operations service for `npm run dev`. */
const service = process.env.OPERATIONS_URL ?? 'http://localhost:8090';

export default defineConfig({
  build: {
    target: 'es2023',
    // The content security policy allows no data: scripts or styles.
    assetsInlineLimit: 0,
    // Modern browsers only: the polyfill would be dead weight.
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: Object.fromEntries(
      ['/operations.v1.', '/auth'].map((path) => [path, { target: service, changeOrigin: true }]),
    ),
  },
});
