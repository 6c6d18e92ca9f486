import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { serveMedia } from './test/players/media-server.ts';

// Packages resolve to each other's sources, so that tests need no build.
const resolve = { conditions: ['@fjern/source'] };
const ssr = { resolve: { conditions: ['@fjern/source', 'node', 'import', 'module', 'default'] } };

/** Debian's, as in test/support/browser.ts. */
const chromium = {
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--autoplay-policy=no-user-gesture-required',
  ],
};

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          include: [
            'packages/*/src/**/*.test.ts',
            'apps/*/src/**/*.test.{ts,tsx}',
            'examples/*/src/**/*.test.ts',
          ],
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'test/**/*.browser.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Real networks, servers and browsers on a machine that others use as well: once more tells
          // a defect from a bad moment. On a developer's machine the first failure counts.
          retry: process.env.CI ? 1 : 0,
        },
      },
      {
        resolve,
        // They run in the page, with what they load beside them at the same origin.
        plugins: [
          {
            name: 'test-media',
            configureServer({ middlewares }) {
              middlewares.use((request, response, next) => {
                if (!serveMedia(request, response)) next();
              });
            },
          },
        ],
        test: {
          name: 'browser',
          include: ['test/**/*.browser.test.ts'],
          testTimeout: 60_000,
          retry: process.env.CI ? 1 : 0,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            // Not the port that it takes by default, which two runs at once would both want.
            api: { port: 0, host: '127.0.0.1' },
            provider: playwright({ launchOptions: chromium }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
