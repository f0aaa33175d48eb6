import { OperationError } from '../errors.js';

/** The version of the writecache target, as `dmsetup targets` and the kernel's list of versions tell it. */
export interface TargetVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** Every version that a kernel has carried, oldest first (kernel-target.md, "Target version and kernel map"). */
export const KNOWN_TARGET_VERSIONS: readonly TargetVersion[] = [
  { major: 1, minor: 0, patch: 0 },
  { major: 1, minor: 1, patch: 0 },
  { major: 1, minor: 1, patch: 1 },
  { major: 1, minor: 2, patch: 0 },
  { major: 1, minor: 3, patch: 0 },
  { major: 1, minor: 4, patch: 0 },
  { major: 1, minor: 5, patch: 0 },
  { major: 1, minor: 6, patch: 0 },
];

/** What is assumed where no version is told: every kernel since 5.15 has it. */
export const NEWEST_TARGET_VERSION: TargetVersion = { major: 1, minor: 6, patch: 0 };

/** Reads `1.6.0`, also with the `v` that dmsetup puts before it. Throws OperationError `bad-target-version`. */
export function parseTargetVersion(text: string): TargetVersion {
  const match = /^v?(?<major>\d{1,9})\.(?<minor>\d{1,9})\.(?<patch>\d{1,9})$/.exec(text);
  const { major, minor, patch } = match?.groups ?? {};
  if (major === undefined || minor === undefined || patch === undefined) {
    throw new OperationError(`"${text}" is not a target version.`, {
      code: 'bad-target-version',
      hint: 'A target version is three numbers, like 1.6.0; "dmsetup targets" shows that of the running kernel.',
    });
  }
  return { major: Number(major), minor: Number(minor), patch: Number(patch) };
}

/** `1.6.0` */
export function formatTargetVersion({ major, minor, patch }: TargetVersion): string {
  return [major, minor, patch].join('.');
}

/** Whether a version is this one or a later one. Throws OperationError `bad-target-version` for a bad `least`. */
export function isAtLeast(version: TargetVersion, least: string): boolean {
  const other = parseTargetVersion(least);
  const difference =
    version.major - other.major || version.minor - other.minor || version.patch - other.patch;
  return difference >= 0;
}
