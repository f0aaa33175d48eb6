import type { DeviceIdentity } from '../device/identity.js';
import type { NewMapping } from '../dm/index.js';
import type { CheckResult } from '../scan/index.js';
import type { TableOptions, WritecacheTable } from '../table/index.js';
import type { FormatPlan } from './format-device.js';
import type { Pair } from './pairs.js';

/** What an operator may say yes to although a look spoke against it; a refusal names the word. */
export const OVERRIDES = [
  'beyond-origin',
  'identical-entries',
  'kernel-memory',
  'other-cache',
  'other-origin',
  'physical-volume',
] as const;
export type Override = (typeof OVERRIDES)[number];

export interface CreateRequest {
  /** As the operator writes it. */
  readonly name: string;
  readonly origin: string;
  readonly cache: string;
  /** `auto`: pmem mode for what can be mapped as persistent memory, else ssd mode. */
  readonly mode: 'auto' | 'p' | 's';
  /** Bytes; undefined for what the cache has already, or what suits the origin. */
  readonly blockSize: number | undefined;
  readonly options: TableOptions;
  /** A cache with dirty blocks is wanted, and goes to the origin that they belong to. */
  readonly attach: boolean;
  /** The cache device is formatted first, by wcache. */
  readonly format: boolean;
  readonly readAhead: string | undefined;
  readonly overrides: readonly Override[];
}

/** Something that does not speak against it, and that the operator should know. */
export interface Note {
  /** Stable, kebab-case. */
  readonly code: string;
  readonly message: string;
}

/** One of the two devices, as it was found. */
export interface FoundDevice {
  readonly path: string;
  /** `254:0`: what the table names it by, so that it is the device that was looked at. */
  readonly deviceNumber: string;
  readonly sizeBytes: bigint;
  readonly logicalBlockSizeBytes: number;
  readonly identity: DeviceIdentity;
}

/** A create that nothing speaks against, and what it will come to. */
export interface PreparedCreate {
  readonly request: CreateRequest;
  readonly mapping: NewMapping;
  readonly table: WritecacheTable;
  readonly origin: FoundDevice;
  readonly cache: FoundDevice;
  readonly check: CheckResult;
  /** What wcache writes before the kernel sees the cache. */
  readonly formatPlan: FormatPlan | null;
  /** A mapping of this name without a table, left by a create that was killed; it is removed first. */
  readonly leftover: string | null;
  readonly expected: ExpectedStatus;
  readonly pair: Pair;
  readonly notes: readonly Note[];
}

/** What the kernel should say of the mapping when it is up. */
export interface ExpectedStatus {
  readonly totalBlocks: number;
  readonly freeBlocks: number;
  /** Two identical entries make the first activation come up in error; a second one is clean (W4). */
  readonly error: boolean;
}
