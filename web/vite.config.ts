/// <reference types="vitest/config" />
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Where `npm run dev` finds a server.
const server = process.env.ZEROLINE_API ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  build: {
    // `clean` empties it: the folder itself is in the repository, so that the server builds without.
    emptyOutDir: false,
    target: 'es2023',
    // From these on browsers know `light-dark()`.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // Nothing inline: the server's Content-Security-Policy allows files of its own only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  server: { proxy: { '/api': { target: server }, '/sip': { target: server, ws: true } } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
