/// <reference types="vitest/config" />
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import tailwindcss from '@tailwindcss/vite';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// Its worker outlives the tests, so `npm test` compiles the messages beforehand instead.
const messages = process.env['VITEST']
  ? []
  : [
      paraglideVitePlugin({
        project: './project.inlang',
        outdir: './src/lib/paraglide',
        outputStructure: 'locale-modules',
        strategy: ['globalVariable', 'baseLocale'],
        emitReadme: false,
      }),
    ];

export default defineConfig({
  // Relative, because the same files are served at `tauri://localhost/` and at the gateway's `/`.
  base: './',
  plugins: [...messages, tailwindcss(), svelte(), svelteTesting()],
  resolve: { alias: { $lib: folder('./src/lib'), $pages: folder('./src/pages') } },
  server: { port: 5173, strictPort: true, host: '127.0.0.1' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // Safari 16.4 is what Tailwind 4 needs; WebKitGTK and WebView2 are newer.
    target: ['es2022', 'safari16.4', 'chrome111'],
    // The content security policy has no `data:` for anything but images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.test.ts', 'src/**/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
    restoreMocks: true,
    // The files share nothing but the document, which setup.ts empties.
    isolate: false,
  },
});
