import { describe, expect, it } from 'vitest';
import { DEBIAN_6_12, UML_6_1 } from '../../src/model-dm/index.js';
import { modelPlatform } from '../kernel/conformance/model-platform.js';
import { casesFor, runCase } from '../kernel/conformance/suite.js';

/** What the device-mapper of this process has to do; test/kernel/conformance asks kernels for the same. */
const SETTINGS = [
  { kernel: 'uml-6.1', mode: 's', traits: UML_6_1 },
  { kernel: 'debian-6.12', mode: 's', traits: DEBIAN_6_12 },
  { kernel: 'debian-6.12', mode: 'p', traits: DEBIAN_6_12 },
] as const;

describe.each(SETTINGS)('the model of $kernel in mode $mode', ({ mode, traits }) => {
  it.each(casesFor(mode).map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    const { failure } = await runCase(one, modelPlatform(mode, traits));
    expect(failure).toBeNull();
  });
});
