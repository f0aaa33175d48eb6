import { DEBIAN_6_12, UML_6_1 } from '../../../src/model-dm/index.js';
import { cleanUp, kernelPlatform } from './kernel-platform.js';
import { ROLES, type Role, type TestDevice } from './platform.js';
import { casesFor, runCase } from './suite.js';

/**
 * Runs in a guest: the whole suite in one process, because it takes an emulated processor seconds to start one. Each
 * result is a line of JSON on stdout, so that those are there of cases before one in which the kernel dies.
 *
 * Arguments: the kernel, the mode, then path and number of a device for each role.
 */
const [kernel = '', mode = '', ...words] = process.argv.slice(2);
const devices = Object.fromEntries(
  ROLES.map((role, index): [Role, TestDevice] => [
    role,
    { path: words[2 * index] ?? '', number: words[2 * index + 1] ?? '' },
  ]),
) as Record<Role, TestDevice>;
const isPmem = mode === 'p';
const platform = kernelPlatform(isPmem ? 'p' : 's', kernel === 'uml-6.1' ? UML_6_1 : DEBIAN_6_12, devices);

for (const one of casesFor(platform.mode)) {
  await cleanUp(platform);
  process.stdout.write(`${JSON.stringify(await runCase(one, platform))}\n`);
}
await cleanUp(platform);
