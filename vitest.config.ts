import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const kernel = ['test/lab/**/*.test.ts', 'test/kernel/**/*.test.ts'];
/** What is handed over, as it is installed: needs Debian's packages, and root for some of it. */
const install = ['test/install/**/*.test.ts'];
/** Need root and loop devices; `test/kernel/block-devices.test.ts` runs them inside a kernel of their own. */
const block = ['test/block/**/*.test.ts'];

export default defineConfig({
  test: {
    // Packages are imported as Node does it, so that what the tests see is what wcache gets.
    deps: { interopDefault: false },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
          exclude: [...kernel, ...block, ...install],
          // Unless told, one core is left idle, which is half of two.
          maxWorkers: availableParallelism(),
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'kernel',
          include: kernel,
          // Each file boots kernels of its own; on two cores more than two at a time only wait for each other.
          maxWorkers: 2,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'install',
          include: install,
          globalSetup: 'test/install/run-folder.ts',
          maxWorkers: 2,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
      {
        extends: true,
        test: { name: 'block', include: block, testTimeout: 60_000, fileParallelism: false },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'src/**/*.tsx', 'commands/**/*.ts'],
      // Another language, in spite of its name.
      exclude: ['src/wasm/assembly/**'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: {
        'src/format/**/*.ts': { statements: 100, branches: 100, functions: 100, lines: 100 },
        'src/scan/**/*.ts': { statements: 95, functions: 95, lines: 95 },
      },
    },
  },
});
