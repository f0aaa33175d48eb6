import { z } from 'zod';
import { DOCTOR_CODES, diagnoseMachine, type DoctorFacts } from '../procedure/doctor.js';
import { formatKernelVersion, formatTargetVersion } from '../table/index.js';
import { findingSchema } from './finding.js';
import { liveStateSchema, stateOf } from './list.js';

export { DOCTOR_CODES };

/** `wcache doctor --json`. */
export const doctorDocumentSchema = z
  .strictObject({
    ok: z.boolean().describe('Whether no finding is an error.'),
    kernel: z
      .strictObject({
        release: z.string().describe('As `uname -r` has it.'),
        version: z
          .string()
          .nullable()
          .describe(
            'The release of kernel.org that it is made from: MAJOR.MINOR.PATCH; null where that cannot be told.',
          ),
        vendor: z
          .enum(['debian', 'ubuntu', 'rhel', 'suse', 'vanilla', 'unknown'])
          .describe('Who made it. vanilla: kernel.org.'),
        exact: z.boolean().describe("Whether `version` tells which of kernel.org's fixes are in it."),
      })
      .describe('The kernel that runs.'),
    device_mapper: z
      .boolean()
      .nullable()
      .describe('Whether the kernel has the device-mapper; null where only root could tell.'),
    module: z
      .enum(['loaded', 'built-in', 'available', 'missing', 'unknown'])
      .describe(
        "How the kernel has the target. loaded: its module is loaded. built-in: it is a part of the kernel. available: a module that is not loaded. unknown: the kernel's modules cannot be looked at.",
      ),
    target_version: z
      .string()
      .nullable()
      .describe('MAJOR.MINOR.PATCH; null where the target is not loaded, and where only root could tell.'),
    dmsetup: z
      .strictObject({
        installed: z.boolean().describe('Whether it is there.'),
        library_version: z
          .string()
          .nullable()
          .describe('Of libdevmapper; null where dmsetup did not tell it.'),
        driver_version: z
          .string()
          .nullable()
          .describe("Of the kernel's device-mapper; null where dmsetup did not tell it."),
      })
      .describe('The program that wcache works through.'),
    udev: z.boolean().describe('Whether udev runs.'),
    root: z.boolean().describe('Whether wcache is run by root.'),
    caches: z
      .array(z.strictObject({ name: z.string().describe('The mapping.'), state: liveStateSchema }))
      .nullable()
      .describe('The writecaches of the machine; null where they were not looked at.'),
    findings: z
      .array(findingSchema(DOCTOR_CODES))
      .describe('What was noticed, the worst first, with what to do.'),
  })
  .describe(
    'Whether writecache can be used on this machine, and what is known to be wrong with this kernel.',
  );
export type DoctorDocument = z.infer<typeof doctorDocumentSchema>;

export function doctorDocument(facts: DoctorFacts): DoctorDocument {
  const { kernel, dmsetup, targetVersion } = facts;
  const findings = diagnoseMachine(facts);
  return {
    ok: findings.every(({ severity }) => severity !== 'error'),
    kernel: {
      release: kernel.release,
      version: kernel.version === null ? null : formatKernelVersion(kernel.version),
      vendor: kernel.vendor,
      exact: kernel.exact,
    },
    device_mapper: facts.deviceMapper,
    module: facts.module,
    target_version: targetVersion === null ? null : formatTargetVersion(targetVersion),
    dmsetup: {
      installed: dmsetup.installed,
      library_version: dmsetup.library,
      driver_version: dmsetup.driver,
    },
    udev: facts.udev,
    root: facts.root,
    caches: cacheStates(facts),
    findings,
  };
}

function cacheStates({ caches }: DoctorFacts): DoctorDocument['caches'] {
  if (caches === null) return null;
  return [
    ...caches.live.map((cache) => ({ name: cache.name, state: stateOf(cache) })),
    ...caches.waiting.map(({ name }) => ({ name, state: 'waiting' as const })),
  ];
}
