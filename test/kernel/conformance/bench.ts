import assert from 'node:assert/strict';
import { alignedBuffer, type BlockDevice } from '../../../src/device/index.js';
import type { DeviceMapper, MappedDevice } from '../../../src/dm/device-mapper.js';
import { WcacheError } from '../../../src/errors.js';
import { parseStatus, type TargetLine, type WritecacheStatus } from '../../../src/table/index.js';
import { describeMetadata } from './metadata.js';
import { BLOCK_BYTES, blocksOf, ORIGIN_BLOCKS, ROLES, type Platform, type Role } from './platform.js';
import { Transcript, witnessed } from './witness.js';

export const SECTORS_PER_BLOCK = BLOCK_BYTES / 512;

/** Options under which nothing is committed or written back before it has to be. */
export const LAZY = 'high_watermark 100 low_watermark 100 autocommit_blocks 1000000 autocommit_time 3600000';

export interface CacheLine {
  /** All optional words; {@link LAZY} unless told. */
  readonly options?: string;
  readonly origin?: string;
  readonly cache?: string;
  readonly blockBytes?: number;
  readonly blocks?: number;
}

const PATIENCE_MS = 20_000;

/** What a case works with: a device-mapper that is watched, devices, and what can be done with mappings. */
export class Bench {
  readonly dm: DeviceMapper;
  readonly transcript: Transcript;
  readonly #platform: Platform;

  constructor(platform: Platform) {
    this.#platform = platform;
    this.transcript = new Transcript(namesOf(platform));
    this.dm = witnessed(platform.dm, this.transcript);
  }

  get mode(): 'p' | 's' {
    return this.#platform.mode;
  }

  get traits(): Platform['traits'] {
    return this.#platform.traits;
  }

  path(role: Role): string {
    return this.#platform.devices[role].path;
  }

  number(role: Role): string {
    return this.#platform.devices[role].number;
  }

  /** A line for a writecache over all of the origin. */
  writecache(wanted: CacheLine = {}): TargetLine {
    const { options = LAZY, origin = this.path('origin'), cache = this.path('cache') } = wanted;
    const { blockBytes = BLOCK_BYTES, blocks = ORIGIN_BLOCKS } = wanted;
    const count = options === '' ? 0 : options.split(' ').length;
    const words = [this.mode, origin, cache, blockBytes, count, options].join(' ').trim();
    return line('writecache', words, blocks * SECTORS_PER_BLOCK);
  }

  linear(path: string, startSector = 0, sectors = ORIGIN_BLOCKS * SECTORS_PER_BLOCK): TargetLine {
    return line('linear', `${path} ${String(startSector)}`, sectors);
  }

  /** The devices as the kernel prints them in a table. */
  get devices(): string {
    return `${this.number('origin')} ${this.number('cache')}`;
  }

  async create(name: string, of: TargetLine = this.writecache(), uuid = ''): Promise<void> {
    await this.dm.create({ name, uuid, line: of });
  }

  async createEmpty(name: string): Promise<void> {
    await this.#platform.createEmpty(name);
  }

  async device(name: string): Promise<MappedDevice> {
    const device = await this.dm.info(name);
    assert(device, `${name} is there`);
    return device;
  }

  /** The parameters of the only line in a slot. */
  async parameters(name: string, slot: 'live' | 'inactive' = 'live'): Promise<string> {
    const [found, ...more] = await this.dm.table(name, slot);
    assert(found, `${name} has a table`);
    assert.deepEqual(more, []);
    return `${found.target} ${found.parameters}`;
  }

  async status(name = 'wc'): Promise<WritecacheStatus> {
    const [found] = await this.dm.status(name);
    assert(found, `${name} has a status`);
    return parseStatus(found.parameters);
  }

  /** Looks again and again, without a word in the transcript, until the status is as it should become. */
  async until(what: string, isSo: (status: WritecacheStatus) => boolean, name = 'wc'): Promise<void> {
    for (let waited = 0; waited < PATIENCE_MS; waited += 20) {
      const [found] = await this.#platform.dm.status(name);
      if (found !== undefined && isSo(parseStatus(found.parameters))) return;
      await this.wait(20);
    }
    const now = await this.#platform.dm.status(name);
    assert.fail(`${name} never came to: ${what}; its status is ${now[0]?.parameters ?? 'none'}`);
  }

  async wait(milliseconds: number): Promise<void> {
    await this.#platform.wait(milliseconds);
  }

  /** Writes blocks one after the other, a letter each, from a block on, or only every so many. */
  put(name: string, letters: string, first = 0, step = 1): void {
    this.#does(`put ${letters} at ${String(first)} of ${name}`, name, (device) => {
      Array.from(letters).forEach((letter, index) => {
        device.write(filled(letter), (first + index * step) * BLOCK_BYTES);
      });
      return 'done';
    });
  }

  /** The same in one write. */
  putAtOnce(name: string, letters: string, first = 0): void {
    this.#does(`put at once ${letters} at ${String(first)} of ${name}`, name, (device) => {
      device.write(filled(letters), first * BLOCK_BYTES);
      return 'done';
    });
  }

  /** What blocks read as, a letter each: a dot for zeros. */
  get(name: string, first: number, count: number): string {
    return this.#does(`get ${String(count)} at ${String(first)} of ${name}`, name, (device) =>
      lettersAt(device, first, count),
    );
  }

  flush(name: string): void {
    this.#does(`flush ${name}`, name, (device) => {
      device.flush();
      return 'done';
    });
  }

  async discard(name: string, first: number, count: number): Promise<void> {
    await this.#platform.discard(mappingPath(name), first * BLOCK_BYTES, count * BLOCK_BYTES);
    this.transcript.add(`discard ${String(count)} at ${String(first)} of ${name}`, 'done');
  }

  /** Whether I/O fails, as it must with EIO. */
  fails(work: () => unknown): void {
    assert.throws(work, (error) => error instanceof WcacheError && error.code === 'io-error');
  }

  /** Keeps a mapping open; what it returns lets go of it. */
  hold(name: string): () => void {
    const device = this.#platform.open(mappingPath(name), 'read');
    return () => {
      device.close();
    };
  }

  /** The letters of all blocks of a device itself, without the zeros at its end. */
  content(role: Role): string {
    const letters = this.#raw(role, 'read', (device) => lettersAt(device, 0, blocksOf(role)));
    const shown = letters.replace(/\.+$/, '');
    this.transcript.add(`content of ${role}`, shown);
    return shown;
  }

  /** The metadata on the cache device: the superblock's seq_count, and every entry that was ever used. */
  metadata(startSector = 0): string {
    const found = this.#raw('cache', 'read', (device) => {
      const bytes = alignedBuffer(BLOCK_BYTES);
      device.read(bytes, startSector * 512);
      return describeMetadata(bytes);
    });
    this.transcript.add('metadata', found);
    return found;
  }

  /** Changes bytes of a device itself. */
  patch(role: Role, offsetBytes: number, bytes: readonly number[]): void {
    this.#raw(role, 'write', (device) => {
      const block = alignedBuffer(BLOCK_BYTES);
      device.read(block, 0);
      block.set(bytes, offsetBytes);
      device.write(block, 0);
      device.flush();
    });
  }

  #raw<T>(role: Role, access: 'read' | 'write', work: (device: BlockDevice) => T): T {
    return using(this.#platform.open(this.path(role), access), work);
  }

  #does<T extends string>(what: string, name: string, work: (device: BlockDevice) => T): T {
    try {
      const came = using(this.#platform.open(mappingPath(name), 'write'), work);
      this.transcript.add(what, came);
      return came;
    } catch (error) {
      // The words are the business of whoever does the I/O.
      this.transcript.add(what, error instanceof WcacheError ? error.code : 'a bug');
      throw error;
    }
  }
}

export function mappingPath(name: string): string {
  return `/dev/mapper/${name}`;
}

export function line(target: string, parameters: string, sectors: number | bigint): TargetLine {
  return { startSector: 0n, lengthSectors: BigInt(sectors), target, parameters };
}

/** Blocks full of letters. */
export function filled(letters: string): Uint8Array {
  const bytes = alignedBuffer(letters.length * BLOCK_BYTES);
  Array.from(letters).forEach((letter, index) => {
    bytes.fill(letter.charCodeAt(0), index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES);
  });
  return bytes;
}

function lettersAt(device: BlockDevice, first: number, count: number): string {
  const bytes = alignedBuffer(count * BLOCK_BYTES);
  device.read(bytes, first * BLOCK_BYTES);
  return Array.from({ length: count }, (_, index) =>
    letterOf(bytes.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES)),
  ).join('');
}

function letterOf(block: Uint8Array): string {
  const [first = 0] = block;
  if (!block.every((byte) => byte === first)) return '?';
  return first === 0 ? '.' : String.fromCharCode(first);
}

function using<T>(device: BlockDevice, work: (device: BlockDevice) => T): T {
  try {
    return work(device);
  } finally {
    device.close();
  }
}

/** Device numbers, paths and the kernel's own names differ from machine to machine. */
function namesOf({ devices }: Platform): (readonly [RegExp, string])[] {
  const own = ROLES.flatMap((role) => {
    const { path, number } = devices[role];
    const words = [path, number, path.slice(path.lastIndexOf('/') + 1)];
    return words.map((word) => [new RegExp(`(?<![\\w:])${word}(?![\\w:])`, 'g'), `<${role}>`] as const);
  });
  return [...own, [/\b25[1-4]:(\d+)\b/g, 'dm:$1'], [/"major":25[1-4]\b/g, '"major":dm']];
}
