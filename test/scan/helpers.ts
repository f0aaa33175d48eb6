import { expect } from 'vitest';
import type { BlockDevice, Bytes } from '../../src/device/block-device.js';
import { MemoryDevice } from '../../src/device/memory-device.js';
import type { WcacheError } from '../../src/errors.js';
import {
  ENTRY_STATES,
  inspect,
  requireEntries,
  selectEntries,
  u64,
  type EntryFilter,
  type InspectOptions,
  type InspectionWithEntries,
} from '../../src/scan/index.js';

export const FREE = 2n ** 64n - 1n;
export const MIB = 1 << 20;

/** original_sector and seq_count. */
export type RawEntry = readonly [bigint | number, bigint | number];

export interface ImageRecipe {
  readonly entries: readonly RawEntry[];
  readonly seqCount?: bigint | number;
  readonly blockSize?: number;
  readonly startSector?: number;
  /** Bytes behind the last block. */
  readonly slackBytes?: number;
  /** In place of what belongs there. */
  readonly magic?: number;
  readonly version?: number;
  readonly recordedBlockSize?: number;
  readonly nBlocks?: bigint;
  readonly pad?: number;
}

export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

/** Superblock and entries, at the beginning of `bytes` or of a new array that is just long enough. */
export function writeMetadata(recipe: ImageRecipe, bytes?: Uint8Array): Uint8Array {
  const { entries, seqCount = 0, blockSize = 4096 } = recipe;
  const target = bytes ?? new Uint8Array(64 + 16 * entries.length);
  const view = new DataView(target.buffer, target.byteOffset, target.length);
  view.setUint32(0, recipe.magic ?? 0x23489321, true);
  view.setUint32(4, recipe.version ?? 1, true);
  view.setUint32(8, recipe.recordedBlockSize ?? blockSize, true);
  view.setUint32(12, recipe.pad ?? 0, true);
  view.setBigUint64(16, recipe.nBlocks ?? BigInt(entries.length), true);
  view.setBigUint64(24, BigInt(seqCount), true);
  for (const [index, [sector, seq]] of entries.entries()) {
    view.setBigUint64(64 + 16 * index, BigInt(sector), true);
    view.setBigUint64(72 + 16 * index, BigInt(seq), true);
  }
  return target;
}

/** A whole cache image, exactly as long as its blocks need plus the slack. */
export function makeImage(recipe: ImageRecipe): Uint8Array {
  const { entries, blockSize = 4096, startSector = 0, slackBytes = 0 } = recipe;
  const start = startSector * 512;
  const dataOffset = roundUp(64 + 16 * entries.length, blockSize);
  const image = new Uint8Array(start + dataOffset + entries.length * blockSize + slackBytes);
  writeMetadata(recipe, image.subarray(start));
  return image;
}

export function memoryImage(recipe: ImageRecipe): MemoryDevice {
  return new MemoryDevice(makeImage(recipe));
}

/** A device that can only be read; subclasses tell what it holds. */
export abstract class ReadOnlyDevice implements BlockDevice {
  readonly name: string = 'made-up';
  readonly logicalBlockSizeBytes: number = 512;
  abstract readonly sizeBytes: bigint;
  abstract read(target: Uint8Array, offset: Bytes): void;
  write(): void {
    throw new Error('a scan must not write');
  }
  flush(): void {
    throw new Error('a scan must not flush');
  }
  discard(): void {
    throw new Error('a scan must not discard');
  }
  close(): void {
    throw new Error('a scan must not close what it did not open');
  }
}

/** Writes entry `index` to `words[at]` and the three after it: sector low, high, seq_count low, high. */
export type EntryMaker = (index: number, words: Uint32Array, at: number) => void;

export interface MadeUpRecipe {
  readonly nBlocks: number;
  readonly blockSize?: number;
  readonly seqCount?: bigint;
  readonly entry: EntryMaker;
}

/** A cache whose entries are made up while they are read, so that it takes no memory however many there are. */
export class MadeUpCache extends ReadOnlyDevice {
  readonly sizeBytes: bigint;
  readonly metadataBytes: number;
  readonly #recipe: MadeUpRecipe;
  readonly #superblock: Uint32Array;

  constructor(recipe: MadeUpRecipe) {
    super();
    const { nBlocks, blockSize = 4096, seqCount = 1n } = recipe;
    this.#recipe = recipe;
    this.metadataBytes = 64 + 16 * nBlocks;
    this.sizeBytes = BigInt(roundUp(this.metadataBytes, blockSize) + nBlocks * blockSize);
    const bytes = new Uint8Array(64);
    writeMetadata({ entries: [], nBlocks: BigInt(nBlocks), blockSize, seqCount }, bytes);
    this.#superblock = new Uint32Array(bytes.buffer);
  }

  override read(target: Uint8Array, offset: Bytes): void {
    const start = Number(offset);
    if (start % 16 !== 0 || target.length % 16 !== 0) {
      throw new Error(
        `a made-up cache is read in whole entries, not ${String(target.length)} at ${String(start)}`,
      );
    }
    const words = new Uint32Array(target.buffer, target.byteOffset, target.length / 4);
    words.fill(0);
    for (let at = 0; at < words.length; at += 4) {
      const place = start + at * 4;
      if (place < 64) {
        words.set(this.#superblock.subarray(place / 4, place / 4 + 4), at);
      } else if (place < this.metadataBytes) {
        this.#recipe.entry((place - 64) / 16, words, at);
      }
    }
  }
}

/** A made-up cache that looks at the memory of the process at each read. Nothing may be counted on to be collected. */
export class MeasuringCache extends MadeUpCache {
  readonly #before = process.memoryUsage().arrayBuffers;
  /** The most that array buffers took in addition, in bytes. */
  most = 0;

  override read(target: Uint8Array, offset: Bytes): void {
    this.measure();
    super.read(target, offset);
  }

  measure(): void {
    this.most = Math.max(this.most, process.memoryUsage().arrayBuffers - this.#before);
  }
}

/** Another device that keeps a record of what was read from it, and lets a test act before each read. */
export class WatchedDevice extends ReadOnlyDevice {
  override readonly name: string;
  override readonly logicalBlockSizeBytes: number;
  readonly sizeBytes: bigint;
  readonly reads: { readonly offset: bigint; readonly length: number }[] = [];
  /** Called with how many reads there were before. */
  beforeRead: (before: number) => void = () => undefined;
  readonly #inner: BlockDevice;

  constructor(inner: BlockDevice, logicalBlockSizeBytes = inner.logicalBlockSizeBytes) {
    super();
    this.#inner = inner;
    this.name = inner.name;
    this.sizeBytes = inner.sizeBytes;
    this.logicalBlockSizeBytes = logicalBlockSizeBytes;
  }

  get bytesRead(): number {
    return this.reads.reduce((sum, { length }) => sum + length, 0);
  }

  override read(target: Uint8Array, offset: Bytes): void {
    this.beforeRead(this.reads.length);
    this.reads.push({ offset: BigInt(offset), length: target.length });
    this.#inner.read(target, offset);
  }

  /** How often each byte of a range was read. */
  timesRead(fromByte: number, toByte: number): Uint8Array {
    const times = new Uint8Array(toByte - fromByte);
    for (const { offset, length } of this.reads) {
      const first = Math.max(Number(offset), fromByte);
      const end = Math.min(Number(offset) + length, toByte);
      for (let byte = first; byte < end; byte += 1) {
        times[byte - fromByte] = (times[byte - fromByte] ?? 0) + 1;
      }
    }
    return times;
  }
}

/** A selected entry, out of its batch. */
export interface Selected {
  readonly index: number;
  readonly original_sector: bigint;
  readonly seq_count: bigint;
  readonly state: string;
}

export async function selectAll(
  device: BlockDevice,
  inspection: InspectionWithEntries,
  filter: EntryFilter = {},
): Promise<Selected[]> {
  const selected: Selected[] = [];
  for await (const batch of selectEntries(device, inspection, filter)) {
    for (let at = 0; at < batch.count; at += 1) {
      selected.push({
        index: batch.index[at] ?? -1,
        original_sector: u64(batch.sectorHi[at] ?? 0, batch.sectorLo[at] ?? 0),
        seq_count: u64(batch.seqHi[at] ?? 0, batch.seqLo[at] ?? 0),
        state: ENTRY_STATES[batch.state[at] ?? -1] ?? 'no such state',
      });
    }
  }
  return selected;
}

export async function inspectEntries(
  device: BlockDevice,
  options: InspectOptions = {},
): Promise<InspectionWithEntries> {
  return requireEntries(await inspect(device, options));
}

/** Holds what a promise is rejected with against class, code and a part of its sentence. */
export async function expectRejection<T extends WcacheError>(
  promise: Promise<unknown>,
  failure: new (...args: never[]) => T,
  code: string,
  sentence: RegExp,
): Promise<T> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(failure);
  const error = thrown as T;
  expect(error.code).toBe(code);
  expect(error.message).toMatch(sentence);
  expect(error.message).toMatch(/\.$/);
  return error;
}

/** Pseudo-random 32-bit numbers, the same for the same seed (xorshift). */
export function randomWords(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>>= 0);
  };
}

/** A 32-bit number that depends on its index in no visible way, for entries that are made up. */
export function scramble(index: number, salt: number): number {
  let h = Math.imul(index ^ salt, 0x7feb352d);
  h ^= h >>> 15;
  h = Math.imul(h, 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}
