import { defineConfig } from 'vitest/config';

const slow = ['test/lab/**/*.test.ts', 'test/kernel/**/*.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: slow,
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'kernel',
          include: slow,
          // Each file boots kernels of its own; on two cores more than two at a time only wait for each other.
          maxWorkers: 2,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'commands/**/*.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: {
        'src/format/**/*.ts': { statements: 100, branches: 100, functions: 100, lines: 100 },
        'src/scan/**/*.ts': { statements: 95, functions: 95, lines: 95 },
      },
    },
  },
});
