import { expect, it } from 'vitest';
import { z } from 'zod';
import { boot } from '../lab/index.js';
import { projectDirectory } from '../lab/project.js';

const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
});

it('passes the tests of test/block, which need root and real block devices, inside a kernel of their own', async () => {
  await using guest = await boot({ kernel: 'uml-6.1', memoryMiB: 1024, label: 'block devices' });
  // The project is read-only there: neither the configuration nor a result may be written beside it.
  const { stdout, stderr } = await guest.run(
    'node node_modules/vitest/vitest.mjs run --configLoader runner --project block ' +
      '--reporter=json --outputFile=/tmp/report.json > /tmp/out 2>&1; cat /tmp/report.json || cat /tmp/out >&2',
    { cwd: projectDirectory, timeoutMs: 240_000 },
  );
  expect(stderr).toBe('');
  const report = reportSchema.parse(JSON.parse(stdout));
  const failures = report.testResults.flatMap(({ name, message, assertionResults }) => [
    ...(message === '' ? [] : [`${name}: ${message}`]),
    ...assertionResults
      .filter(({ status }) => status !== 'passed')
      .map(({ fullName, status, failureMessages }) => `${fullName}: ${status} ${failureMessages.join(' ')}`),
  ]);
  expect(failures).toEqual([]);
  expect(report).toMatchObject({ numFailedTests: 0, numPendingTests: 0 });
  expect(report.numPassedTests).toBeGreaterThanOrEqual(20);
});
