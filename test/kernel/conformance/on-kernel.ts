import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEBIAN_6_12, UML_6_1 } from '../../../src/model-dm/index.js';
import { boot, createSparse, labReadiness, output, type Guest } from '../../lab/index.js';
import { modelPlatform } from './model-platform.js';
import { runSuite } from './run-suite.js';
import { casesFor, runCase, type CaseResult } from './suite.js';

const TRAITS = { 'uml-6.1': UML_6_1, 'debian-6.12': DEBIAN_6_12 };
const PMEM_BYTES = 4 << 20;

/**
 * Asks a kernel, through dmsetup, for everything that the suite asks for, in the modes one after the other; and compares
 * all that it answers with what the device-mapper of this process does: not only what the cases look at.
 */
export function testsOnKernel(kernel: keyof typeof TRAITS, modes: readonly ('p' | 's')[]): void {
  let folder: string;
  let guest: Guest;

  beforeAll(async () => {
    const readiness = await labReadiness([kernel]);
    if (!readiness.ready) throw new Error(readiness.reason);
    folder = await mkdtemp(join(tmpdir(), 'conformance-'));
    const pmem = modes.includes('p') ? [{ path: await createSparse(join(folder, 'pmem'), PMEM_BYTES) }] : [];
    guest = await boot({ kernel, pmem, memoryMiB: 1024, label: `conformance ${kernel}` });
    await output(guest, 'modprobe dm-writecache; modprobe dm-zero; modprobe loop');
  });

  afterAll(async () => {
    await guest.powerCut();
    await rm(folder, { recursive: true, force: true });
  });

  describe.each(modes)(`${kernel} in mode %s`, (mode) => {
    const cases = casesFor(mode).map((one) => [one.name, one] as const);
    let results: readonly CaseResult[];

    beforeAll(async () => {
      results = await runSuite(guest, kernel, mode);
    }, 900_000);

    it.each(cases)('%s', async (name, one) => {
      const found = results.find((result) => result.name === name);
      expect(found, 'the suite came to this case').toBeDefined();
      const { transcript } = await runCase(one, modelPlatform(mode, TRAITS[kernel]));
      expect(found?.transcript).toEqual(transcript);
      expect(found?.failure).toBeNull();
    });
  });
}
