import { callWcache } from './removal-wcache.js';

/** Where things are in the guest, and how large. */
export interface Layout {
  readonly originDisk: string;
  readonly cacheDisk: string;
  /** What the first bytes of each disk are for: LVM's label and metadata. */
  readonly headSectors: number;
  readonly originSectors: number;
  readonly cacheSectors: number;
  readonly nBlocks: bigint;
}

/** One way to take a cache off its origin. */
export interface Candidate {
  readonly what: string;
  /** Whose device it is: made by hand, or LVM's. */
  readonly kind: 'direct' | 'lvm';
  readonly isOurs: boolean;
  /** The command that is measured, for the shell. */
  readonly command: (layout: Layout) => string;
}

/** The same name for every way: what an application has open. */
export const DEVICE = { direct: '/dev/mapper/wc', lvm: '/dev/mapper/vg-data' } as const;
export const MAPPING = { direct: 'wc', lvm: 'vg-data' } as const;

/**
 * The options of every table. The watermarks keep what is dirty dirty (LVM takes no equal ones); for `writeback_jobs` see
 * removal.ts.
 */
export const OPTIONS = { high_watermark: 100, low_watermark: 99, writeback_jobs: 64 } as const;

/** The kernel document's: message, load, suspend, look at the status, resume. */
export const BARE: Candidate = {
  what: 'bare',
  kind: 'direct',
  isOurs: false,
  command: ({ originSectors, nBlocks }) => `
    dmsetup message wc 0 flush_on_suspend &&
    dmsetup load wc --table '0 ${String(originSectors)} linear /dev/mapper/wc-o 0' &&
    dmsetup suspend wc &&
    dmsetup status wc | grep -q ' writecache 0 ${String(nBlocks)} ${String(nBlocks)} ' &&
    dmsetup resume wc`,
};

export const LVM: Candidate = {
  what: 'lvconvert',
  kind: 'lvm',
  isOurs: false,
  command: () => 'lvconvert --yes --splitcache --cachesettings cleaner=0 vg/data',
};

/** `wcache remove` with these flags, by the wcache that is there (removal-wcache.ts). */
export function remove(...flags: readonly string[]): Candidate {
  return {
    what: ['wcache remove', ...flags].join(' '),
    kind: 'direct',
    isOurs: true,
    command: () => callWcache('remove', 'wc', ...flags),
  };
}

/** Sets the devices up: an origin that is slow, and a cache that is dirty, as it was left on the disks. */
export function attach(kind: Candidate['kind'], layout: Layout, delayMs: number): string {
  return kind === 'lvm' ? attachLvm(layout, delayMs) : attachDirect(layout, delayMs);
}

function attachDirect(layout: Layout, delayMs: number): string {
  const { cacheDisk, headSectors, originSectors, cacheSectors } = layout;
  const options = Object.entries(OPTIONS).flat();
  const table = `writecache s /dev/mapper/wc-o /dev/mapper/wc-c 4096 ${[options.length, ...options].join(' ')}`;
  return `${slowDisk(layout, delayMs)}
    dmsetup create wc-o --table '0 ${String(originSectors)} linear /dev/mapper/slow ${String(headSectors)}'
    dmsetup create wc-c --table '0 ${String(cacheSectors)} linear ${cacheDisk} ${String(headSectors)}'
    dmsetup create wc --table '0 ${String(originSectors)} ${table}'`;
}

function attachLvm(layout: Layout, delayMs: number): string {
  return `${slowDisk(layout, delayMs)}
    ${seeSlowDisk(layout)}
    vgchange -q -ay vg >&2`;
}

/** A volume group on both disks, with a writecache, as LVM makes it; deactivated in the end. */
export function makeVolumes(layout: Layout): string {
  const { cacheDisk, headSectors, originSectors, cacheSectors } = layout;
  const settings = Object.entries(OPTIONS).map(([name, value]) => `${name}=${String(value)}`);
  const sectors = (count: number): string => `${String(count)}s`;
  return `${slowDisk(layout, 0)}
    ${seeSlowDisk(layout)}
    pvcreate -q --dataalignment ${sectors(headSectors)} ${cacheDisk} /dev/mapper/slow >&2
    vgcreate -q -s 1m vg /dev/mapper/slow ${cacheDisk} >&2
    lvcreate -q -y -Zn -Wn -n data -L ${sectors(originSectors)} vg /dev/mapper/slow >&2
    lvcreate -q -y -an -Zn -Wn -n cache -L ${sectors(cacheSectors)} vg ${cacheDisk} >&2
    lvconvert -q -y --type writecache --cachevol cache --cachesettings '${settings.join(' ')}' vg/data >&2
    dmsetup table vg-data_wcorig
    dmsetup table vg-cache_cvol
    vgchange -q -an vg >&2`;
}

/** Without a delay it is the disk as it is. */
function slowDisk({ originDisk }: Layout, delayMs: number): string {
  const delay = `${originDisk} 0 ${String(delayMs)}`;
  return `set -e
    sectors=$(blockdev --getsz ${originDisk})
    dmsetup create slow --table "0 $sectors delay ${delay} ${delay}"`;
}

/** LVM is to find its label on the slow disk, not on the one below. */
function seeSlowDisk({ originDisk }: Layout): string {
  return `sed -i 's#filter = \\[#& "r|^${originDisk}$|", "a|^/dev/mapper/slow$|",#' "$LVM_SYSTEM_DIR/lvm.conf"`;
}
