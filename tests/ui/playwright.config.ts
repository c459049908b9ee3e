import { defineConfig } from '@playwright/test';

/** Debian's Chromium; a browser is never downloaded. */
const CHROMIUM = process.env['FLOWKEEP_CHROMIUM'] ?? '/usr/bin/chromium';

// One worker: all specs look at one demo, whose settings and keys they change.
export default defineConfig({
  testDir: 'specs',
  outputDir: 'test-results',
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    locale: 'en-US',
    colorScheme: 'light',
    trace: 'off',
    launchOptions: {
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    },
  },
});
