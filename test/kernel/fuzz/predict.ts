import { MemoryDevice } from '../../../src/device/index.js';
import { WcacheError } from '../../../src/errors.js';
import {
  ALL_ONES,
  ENTRY_BYTES,
  SECTOR_BYTES,
  SUPERBLOCK_BYTES,
  X86_MAX_BLOCK_SIZE,
  classifyEntry,
  decodeEntry,
} from '../../../src/format/index.js';
import { planFormat, runFormat } from '../../../src/procedure/format-device.js';
import { checkDevice, predictActivation, type CheckResult } from '../../../src/scan/index.js';
import type { FuzzCase } from './random-case.js';

/** What we say that the kernel will do. */
export type Prediction =
  | { readonly outcome: 'refused'; readonly words: string; readonly bytes: Buffer }
  | {
      readonly outcome: 'activated';
      /** Whether the kernel formats it first. */
      readonly formats: boolean;
      readonly error: 0 | 1;
      readonly nBlocks: bigint;
      readonly freeBlocks: bigint;
      /** The end of the line that reports the first two identical entries. */
      readonly identical: string | undefined;
      /** The whole device, when the target has been resumed. */
      readonly bytes: Buffer;
      /** A range of `bytes` that is nobody's: the kernel leaves there what its memory happened to hold. */
      readonly unset: { readonly from: number; readonly to: number } | undefined;
    };

/** Predicts from the bytes alone; `bytes` of the answer are a copy. */
export async function predict(one: FuzzCase): Promise<Prediction> {
  const { mode, blockSize, startSector } = one;
  const device = new MemoryDevice(Buffer.from(one.bytes));
  const check = await checkDevice(device, { mode, blockSize, startSector }).catch((error: unknown) => {
    if (error instanceof WcacheError && error.code === 'too-small') return undefined;
    throw error;
  });
  const bytes = Buffer.from(device.bytes);
  if (check === undefined) {
    // There is no area behind this start sector. The kernel looks at the block size first.
    const isLegal =
      blockSize >= 512 && blockSize <= X86_MAX_BLOCK_SIZE && (blockSize & (blockSize - 1)) === 0;
    return { outcome: 'refused', words: isLegal ? 'Invalid optional argument' : 'Invalid block size', bytes };
  }
  const activation = predictActivation(check.inspection, { mode, blockSize });
  switch (activation.outcome) {
    case 'refused':
      return { outcome: 'refused', words: activation.kernelMessage, bytes };
    case 'formatted':
      return formatted(one, activation.nBlocks);
    case 'activated':
      return {
        outcome: 'activated',
        formats: false,
        error: activation.error,
        nBlocks: activation.nBlocks,
        freeBlocks: BigInt(activation.freeBlocks),
        identical: identicalReport(check),
        bytes: resumedBytes(bytes, check),
        unset: undefined,
      };
  }
}

async function formatted(one: FuzzCase, nBlocks: bigint): Promise<Prediction> {
  const device = new MemoryDevice(Buffer.from(one.bytes));
  const plan = planFormat(device, one.startSector, one.blockSize);
  if (plan.action !== 'format') throw new Error('a format was not planned as one');
  await runFormat(device, plan);
  const start = Number(one.startSector) * SECTOR_BYTES;
  const padding = {
    from: start + Number(plan.geometry.entriesEndBytes),
    to: start + Number(plan.geometry.dataOffsetBytes),
  };
  const bytes = Buffer.from(device.bytes);
  // In pmem mode the kernel leaves the padding as it is, where ours has zeros.
  if (one.mode === 'p') one.bytes.copy(bytes, padding.from, padding.from, padding.to);
  return {
    outcome: 'activated',
    formats: true,
    error: 0,
    nBlocks,
    freeBlocks: nBlocks,
    identical: undefined,
    bytes,
    unset: one.mode === 's' ? padding : undefined,
  };
}

function identicalReport({ inspection }: CheckResult): string | undefined {
  const first = inspection.entries?.copies.identicalExamples[0];
  return first === undefined
    ? undefined
    : `two identical entries, position ${String(first.index)}, sector ${String(first.original_sector)}, sequence ${String(first.seq_count)}`;
}

/** The medium after a resume (kernel-target.md §5.6): what was dropped is free and keeps its sector. */
function resumedBytes(bytes: Buffer, { inspection }: CheckResult): Buffer {
  const { superblock, startSector, geometry, entries } = inspection;
  if (geometry === null || entries === null) throw new Error('no entries, and yet an activation');
  const resumed = Buffer.from(bytes);
  const first = Number(startSector) * SECTOR_BYTES + SUPERBLOCK_BYTES;
  for (let index = 0; index < Number(geometry.nBlocks); index += 1) {
    const at = first + index * ENTRY_BYTES;
    const kind = classifyEntry(decodeEntry(bytes, at), superblock.seq_count);
    if (kind === 'uncommitted' || (kind === 'committed' && entries.copies.isStale(index))) {
      resumed.writeBigUInt64LE(ALL_ONES, at + 8);
    }
  }
  return resumed;
}
