import { z } from 'zod';
import { DOCTOR_CODES, diagnoseMachine, type DoctorFacts } from '../procedure/doctor.js';
import { formatKernelVersion, formatTargetVersion } from '../table/index.js';
import { findingSchema } from './finding.js';
import { liveStateSchema, stateOf } from './list.js';

export { DOCTOR_CODES };

/** `wcache doctor --json`. */
export const doctorDocumentSchema = z.strictObject({
  /** Whether no finding is an error. */
  ok: z.boolean(),
  kernel: z.strictObject({
    /** As `uname -r` has it. */
    release: z.string(),
    /** The release of kernel.org that it is made from. */
    version: z.string().nullable(),
    vendor: z.enum(['debian', 'ubuntu', 'rhel', 'suse', 'vanilla', 'unknown']),
    /** Whether `version` tells which of kernel.org's fixes are in it. */
    exact: z.boolean(),
  }),
  /** Null where only root could tell. */
  device_mapper: z.boolean().nullable(),
  module: z.enum(['loaded', 'built-in', 'available', 'missing', 'unknown']),
  target_version: z.string().nullable(),
  dmsetup: z.strictObject({
    installed: z.boolean(),
    library_version: z.string().nullable(),
    driver_version: z.string().nullable(),
  }),
  udev: z.boolean(),
  root: z.boolean(),
  /** Null where they were not looked at. */
  caches: z.array(z.strictObject({ name: z.string(), state: liveStateSchema })).nullable(),
  findings: z.array(findingSchema(DOCTOR_CODES)),
});
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
