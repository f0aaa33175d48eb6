export type KernelVendor = 'debian' | 'ubuntu' | 'rhel' | 'suse' | 'vanilla' | 'unknown';

/** Major, minor and patch: 6.1.192 is [6, 1, 192]. */
export type KernelVersion = readonly [number, number, number];

export interface KernelIdentity {
  /** As `uname -r` has it. */
  readonly release: string;
  /** The release of kernel.org that it is made from; null if that cannot be told. */
  readonly version: KernelVersion | null;
  readonly vendor: KernelVendor;
  /** Whether `version` tells which of kernel.org's fixes are in it. Vendors that pick fixes by themselves: no. */
  readonly exact: boolean;
}

/**
 * What `uname -r` and `uname -v` tell about a kernel's origin. Debian's release is the name of an interface
 * (6.1.0-51-amd64), and its true version is in `uname -v` ("#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-1 (2026-11-01)"); it
 * follows the stable releases. Red Hat, SUSE and Ubuntu name the version that they began with and add fixes of their own
 * choice. Never throws.
 */
export function kernelIdentity(release: string, version: string): KernelIdentity {
  const named = versionAt(/^(\d+)\.(\d+)(?:\.(\d+))?(?![\d.])/.exec(release));
  const debian = versionAt(/\bDebian (?:\d+:)?(\d+)\.(\d+)(?:\.(\d+))?(?![\d.])/.exec(version));
  if (debian !== null) return { release, version: debian, vendor: 'debian', exact: true };
  const vendor = vendorOf(release, version);
  return { release, version: named, vendor, exact: vendor === 'vanilla' && named !== null };
}

function vendorOf(release: string, version: string): KernelVendor {
  if (/\bUbuntu\b/.test(version)) return 'ubuntu';
  if (/\.el\d+/.test(release)) return 'rhel';
  if (/^\d+\.\d+\.\d+-[\d.]+-(?:default|preempt|rt|azure|64kb|kvmsmall)$/.test(release)) return 'suse';
  if (/^\d+\.\d+\.\d+-\d+-(?:generic|lowlatency)$/.test(release)) return 'ubuntu';
  if (/^\d+\.\d+\.\d+-\d+-(?:\w+-)?(?:amd64|686|686-pae|arm64|armmp|powerpc64le|s390x)$/.test(release)) {
    return 'debian';
  }
  return /^\d+\.\d+(?:\.\d+)?$/.test(release) ? 'vanilla' : 'unknown';
}

function versionAt(match: RegExpExecArray | null): KernelVersion | null {
  if (match === null) return null;
  const [, major = '', minor = '', patch = '0'] = match;
  const version = [Number(major), Number(minor), Number(patch)] as const;
  return version.every((part) => Number.isSafeInteger(part)) ? version : null;
}

/** Which of two versions is the earlier one: negative, zero or positive, as `sort` wants it. */
export function compareKernelVersions(one: KernelVersion, other: KernelVersion): number {
  return one[0] - other[0] || one[1] - other[1] || one[2] - other[2];
}

/** `6.1.192` */
export function formatKernelVersion(version: KernelVersion): string {
  return version.join('.');
}
