import { defineConfig } from 'vitest/config';

// Packages resolve to each other's sources, so that tests need no build.
const resolve = { conditions: ['@fjern/source'] };
const ssr = { resolve: { conditions: ['@fjern/source', 'node', 'import', 'module', 'default'] } };

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.{ts,tsx}'],
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Real networks, servers and browsers on a machine that others use as well: once more tells
          // a defect from a bad moment. On a developer's machine the first failure counts.
          retry: process.env.CI ? 1 : 0,
        },
      },
    ],
  },
});
