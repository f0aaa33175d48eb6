import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareKernelVersions, formatKernelVersion, kernelIdentity } from '../../src/table/index.js';

describe('kernelIdentity', () => {
  it.each([
    // Debian 12 and 13, its backports and its cloud kernel, Raspberry Pi OS; user-mode Linux of the lab.
    ['6.1.0-51-amd64', '#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-1 (2026-11-01)', '6.1.192', 'debian', true],
    [
      '6.12.117+deb13-amd64',
      '#1 SMP PREEMPT_DYNAMIC Debian 6.12.117-1 (2026-11-12)',
      '6.12.117',
      'debian',
      true,
    ],
    ['6.12.9+bpo-cloud-amd64', '#1 SMP Debian 6.12.9-1~bpo12+1 (2025-01-19)', '6.12.9', 'debian', true],
    ['6.6.31+rpt-rpi-v8', '#1 SMP PREEMPT Debian 1:6.6.31-1+rpt1 (2024-05-29)', '6.6.31', 'debian', true],
    ['6.1.0-51-amd64', '#1 SMP PREEMPT_DYNAMIC', '6.1.0', 'debian', false],
    ['5.10.0-8-rt-amd64', '', '5.10.0', 'debian', false],
    ['6.1.176', '#1 Sat Jul  4 15:38:16 UTC 2026', '6.1.176', 'vanilla', true],
    ['5.14', '#1 SMP', '5.14.0', 'vanilla', true],
    ['5.15.0-91-generic', '#101-Ubuntu SMP Tue Nov 14 13:30:08 UTC 2023', '5.15.0', 'ubuntu', false],
    ['5.15.0-91-generic', '#101~20.04.1 SMP', '5.15.0', 'ubuntu', false],
    ['6.8.0-1010-aws', '#10-Ubuntu SMP', '6.8.0', 'ubuntu', false],
    ['4.18.0-553.el8_10.x86_64', '#1 SMP Fri May 10 15:19:13 EDT 2024', '4.18.0', 'rhel', false],
    ['5.14.0-427.13.1.el9_4.x86_64', '#1 SMP', '5.14.0', 'rhel', false],
    ['6.4.0-150600.23.25-default', '#1 SMP PREEMPT_DYNAMIC (ea5c2d4)', '6.4.0', 'suse', false],
    ['6.9.1-arch1-1', '#1 SMP', '6.9.1', 'unknown', false],
    ['6.8.5-301.fc40.x86_64', '#1 SMP', '6.8.5', 'unknown', false],
    ['6.13.0-rc3', '#1', '6.13.0', 'unknown', false],
    ['6.1.176+', '#1', '6.1.176', 'unknown', false],
    ['', '', null, 'unknown', false],
    ['kernel', 'Debian', null, 'unknown', false],
    ['6', '', null, 'unknown', false],
    ['6.1.2.3', '', null, 'unknown', false],
    ['99999999999999999999.1.1', '', null, 'vanilla', false],
  ])('%j, %j', (release, version, expected, vendor, exact) => {
    const found = kernelIdentity(release, version);
    expect({ ...found, version: found.version === null ? null : formatKernelVersion(found.version) }).toEqual(
      {
        ...{ release, version: expected, vendor, exact },
      },
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (release, version) => {
        expect(kernelIdentity(release, version).release).toBe(release);
      }),
    );
  });
});

describe('compareKernelVersions', () => {
  it('sorts', () => {
    const sorted = [
      [4, 19, 300],
      [5, 4, 19],
      [5, 6, 0],
      [5, 6, 11],
      [6, 0, 0],
    ] as const;
    expect([...sorted].reverse().sort(compareKernelVersions)).toEqual(sorted);
  });
});
