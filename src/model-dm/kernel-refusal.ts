/** The numbers with which device-mapper refuses, and what dmsetup says for them. */
const WORDS = {
  EBUSY: 'Device or resource busy',
  EFBIG: 'File too large',
  EINVAL: 'Invalid argument',
  EIO: 'Input/output error',
  ENODEV: 'No such device',
  ENOENT: 'No such file or directory',
  ENOMEM: 'Cannot allocate memory',
  ENOSPC: 'No space left on device',
  ENXIO: 'No such device or address',
  EOPNOTSUPP: 'Operation not supported',
} as const;
export type Errno = keyof typeof WORDS;

/** What `strerror` says. */
export function errnoText(errno: Errno): string {
  return WORDS[errno];
}

/** The kernel's no to a call: what an ioctl returns, and the lines that it logs with it, without their prefixes. */
export class KernelRefusal extends Error {
  constructor(
    readonly errno: Errno,
    readonly log: readonly string[] = [],
  ) {
    super([errno, ...log].join('; '));
    this.name = 'KernelRefusal';
  }

  /** As a target's constructor refuses: device-mapper logs its words with its name and the number. */
  static byTarget(target: string, words: string, errno: Errno = 'EINVAL'): KernelRefusal {
    return new KernelRefusal(errno, [`${target}: ${words} (-${errno})`, ADDING]);
  }
}

const ADDING = 'ioctl: error adding target to table';
