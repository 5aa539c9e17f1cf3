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
    rollupOptions: {
      input: { index: 'index.html', login: 'src/styles/login.css' },
      // The service's login pages name their style sheet themselves.
      output: {
        assetFileNames: ({ names }) =>
          names.includes('login.css') ? 'login.css' : 'assets/[name]-[hash][extname]',
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ['/operations.v1.', '/auth'].map((path) => [path, { target: service, changeOrigin: true }]),
    ),
  },
});
