import type { DeviceMapper } from '../../../src/dm/device-mapper.js';
import type { KernelTraits } from '../../../src/model-dm/index.js';
import type { BlockDevice } from '../../../src/device/index.js';

/** The devices that a case has. The caches can be mapped as memory where the mode is p. */
export const ROLES = ['origin', 'cache', 'other-origin', 'other-cache'] as const;
export type Role = (typeof ROLES)[number];

export const BLOCK_BYTES = 4096;
export const ORIGIN_BLOCKS = 256;
/** Of which 63 hold data. */
export const CACHE_BLOCKS = 64;

export function blocksOf(role: Role): number {
  return role.endsWith('origin') ? ORIGIN_BLOCKS : CACHE_BLOCKS;
}

export interface TestDevice {
  readonly path: string;
  /** As `MAJOR:MINOR`. */
  readonly number: string;
}

/** A device-mapper, and devices for it: a kernel's, or those of this process. */
export interface Platform {
  readonly dm: DeviceMapper;
  readonly mode: 'p' | 's';
  /** In what this kernel may differ from others. */
  readonly traits: KernelTraits;
  readonly devices: Readonly<Record<Role, TestDevice>>;
  /** A mapping without a table, which the port does not make. */
  createEmpty(name: string): Promise<void>;
  /** Opens a mapping or one of the devices, past any page cache. */
  open(path: string, access: 'read' | 'write'): BlockDevice;
  /** A discard, which a file of a kernel's device knows no call for. */
  discard(path: string, offsetBytes: number, lengthBytes: number): Promise<void>;
  /** Lets time go by. */
  wait(milliseconds: number): Promise<void>;
}

/** A writecache with these blocks and this size of cache has so many blocks for data. */
export const DATA_BLOCKS = 63;
