/// <reference types="vitest/config" />
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const SERVER = process.env.LONGSHELF_SERVER ?? 'http://127.0.0.1:8417';
const proxied = { target: SERVER, changeOrigin: false };

export default defineConfig({
  // Relative asset URLs plus <base href> let one build serve from any sub-path (the server rewrites the base).
  base: './',
  plugins: [react()],
  resolve: { alias: { '@': new URL('./src', import.meta.url).pathname } },
  server: { proxy: { '/api': proxied, '/media': proxied, '/thumb': proxied } },
  build: {
    outDir: '../src/longshelf/web_dist',
    emptyOutDir: true,
    target: 'es2022',
    manifest: true,
    reportCompressedSize: false,
  },
  test: {
    environment: 'happy-dom',
    setupFiles: ['src/test/setup.ts'],
    include: ['src/**/*.test.{ts,tsx}'],
    testTimeout: 30_000, // ends what hangs; how fast a loaded machine types is no failure
    css: { modules: { classNameStrategy: 'non-scoped' } },
    coverage: { include: ['src/core/**/*.ts'], exclude: ['**/*.test.ts'], thresholds: { 100: true } },
  },
});
