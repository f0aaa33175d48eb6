import { CURRENT, LINUX_6_1, type Behaviour } from '../target/index.js';
import type { TargetVersion } from '../table/index.js';

/** In what the device-mappers of kernels differ, as far as a caller of the port can see it. */
export interface KernelTraits {
  /** What the writecache target does. */
  readonly behaviour: Behaviour;
  /** With which a table is refused that names a path where no device is. */
  readonly lookupErrno: 'ENODEV' | 'ENOENT';
  /** Built with persistent memory and DAX, which mode p needs. */
  readonly hasPmem: boolean;
  /** A mapping without a table refuses messages; the others say yes, and do nothing. */
  readonly refusesMessageWithoutTable: boolean;
  /** The `error` target takes nothing, or a device and a sector; before, any words. */
  readonly errorJudgesWords: boolean;
  /** The targets that there are, with their versions. */
  readonly targets: Readonly<Record<string, TargetVersion>>;
}

function version(major: number, minor: number): TargetVersion {
  return { major, minor, patch: 0 };
}

/** Debian's 6.12.117. */
export const DEBIAN_6_12: KernelTraits = {
  behaviour: CURRENT,
  lookupErrno: 'ENOENT',
  hasPmem: true,
  refusesMessageWithoutTable: true,
  errorJudgesWords: true,
  targets: {
    writecache: version(1, 6),
    linear: version(1, 4),
    error: version(1, 7),
    zero: version(1, 2),
  },
};

/** User-mode Linux 6.1.176: without persistent memory, so that a resume in error forgets nothing either. */
export const UML_6_1: KernelTraits = {
  behaviour: { ...LINUX_6_1, forgetsInError: false },
  lookupErrno: 'ENODEV',
  hasPmem: false,
  refusesMessageWithoutTable: false,
  errorJudgesWords: false,
  targets: {
    writecache: version(1, 6),
    linear: version(1, 4),
    error: version(1, 5),
    zero: version(1, 1),
  },
};

/** With which a table is refused whose device is not there: by its path, or by its numbers. */
export function lookupErrnoOf(word: string, { lookupErrno }: KernelTraits): 'ENODEV' | 'ENOENT' | 'ENXIO' {
  return /^\d+:\d+$/.test(word) ? 'ENXIO' : lookupErrno;
}
