import {
  SECTOR_BYTES,
  decodeSuperblock,
  geometryOf,
  layOut,
  type Geometry,
} from '../../../src/format/index.js';
import type { MessageName, TableOptions } from '../../../src/table/index.js';
import { content } from './content.js';

/** A table of the workload's mode, block size and start sector. */
export interface WorkloadTable {
  readonly lengthSectors: number;
  readonly options: TableOptions;
}

/** Sectors at which a device fails reads and writes. */
export interface BadRange {
  readonly startSector: number;
  readonly lengthSectors: number;
}

/** What is done to the device, one thing at a time. Sectors count from its start. */
export type Step =
  /** One request. A write's content is made from its tag. */
  | {
      readonly verb: 'write' | 'fua';
      readonly sector: number;
      readonly blocks: number;
      readonly tag: number;
    }
  | { readonly verb: 'read'; readonly sector: number; readonly blocks: number }
  | { readonly verb: 'discard'; readonly sector: number; readonly sectors: number }
  | { readonly verb: 'message'; readonly name: MessageName }
  /** Into the inactive slot: the next resume puts it in place, and suspends first what it replaces. */
  | { readonly verb: 'load'; readonly table: WorkloadTable }
  /** Another size for the origin, or sectors that fail. */
  | {
      readonly verb: 'remap';
      readonly device: 'origin' | 'cache';
      readonly sectors: number;
      readonly bad: readonly BadRange[];
    }
  | { readonly verb: 'sleep'; readonly ms: number }
  | { readonly verb: 'flush' | 'suspend' | 'resume' | 'check' };

/** Steps, and the devices that they begin with. */
export interface Workload {
  /** Names it where something is wrong with it. */
  readonly id: string;
  readonly mode: 'p' | 's';
  readonly blockSize: number;
  readonly originBlocks: number;
  readonly startSector: number;
  /** The cache device's content. Blank: the first load formats it. */
  readonly cache: Buffer;
  readonly steps: readonly Step[];
}

/** The tag of what an origin holds from the beginning. */
const FIRST_TAG = 1;

/** An origin's content at the beginning of a workload. */
export function firstOrigin({ originBlocks, blockSize }: Workload): Buffer {
  return content(FIRST_TAG, 0, originBlocks * blockSize);
}

/** How a workload's cache is laid out: as its superblock says, or as the kernel will format it. */
export function geometryIn({ cache, blockSize, mode, startSector }: Workload): Geometry {
  const startBytes = startSector * SECTOR_BYTES;
  const { magic, n_blocks } = decodeSuperblock(cache.subarray(startBytes));
  if (magic !== 0) return geometryOf(blockSize, n_blocks);
  const layout = layOut(BigInt(cache.length - startBytes), blockSize, mode);
  if (!layout.ok) throw new Error(`a cache of ${String(cache.length)} bytes is too small`);
  return layout.geometry;
}

/** One step in a line, as driver.pl has it. */
export function describeStep(step: Step): string {
  switch (step.verb) {
    case 'write':
    case 'fua':
      return `${step.verb} ${String(step.sector)} ${String(step.blocks)} ${String(step.tag)}`;
    case 'read':
      return `read ${String(step.sector)} ${String(step.blocks)}`;
    case 'discard':
      return `discard ${String(step.sector)} ${String(step.sectors)}`;
    case 'message':
      return `message ${step.name}`;
    case 'sleep':
      return `sleep ${String(step.ms)}`;
    case 'load':
      return `load ${String(step.table.lengthSectors)} ${JSON.stringify(step.table.options, plainNumbers)}`;
    case 'remap':
      return `remap ${step.device} ${String(step.sectors)} ${JSON.stringify(step.bad)}`;
    case 'flush':
    case 'suspend':
    case 'resume':
    case 'check':
      return step.verb;
  }
}

function plainNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
