import { createHash, type Hash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { errnoCode, errnoWords } from '../device/errno.js';
import { OperationError, WrongDeviceError } from '../errors.js';
import type { Evidence, EvidenceBlocks } from './evidence.js';
import { BYTES_PER_BLOCK, headerOf, parseHeader } from './evidence-header.js';
import { inFileOrder } from './little-endian.js';

const MAX_HEADER_BYTES = 64 << 10;
const HASH_BYTES = 32;
const CHUNK_BYTES = 1 << 20;
const LINE_END = 10;

/**
 * Keeps evidence in a file that only its owner can read: whole or not at all, and durable when this returns.
 *
 * Throws {@link OperationError} `evidence-failed`; then a file that was there before is as it was.
 */
export function writeEvidence(path: string, evidence: Evidence): void {
  const temporary = `${path}.new`;
  try {
    requireReplaceable(path);
    rmSync(temporary, { force: true });
    const fd = openSync(temporary, 'wx', 0o600);
    try {
      writeAll(fd, evidence);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new OperationError(`${path} could not be written: ${errnoWords(cause)}.`, {
      code: 'evidence-failed',
      hint: 'Nothing else was changed.',
      cause,
    });
  }
}

/** A rename would put a file in the place of a device's node. */
function requireReplaceable(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats !== undefined && !stats.isFile()) throw new Error('there is something that is no regular file');
}

function writeAll(fd: number, evidence: Evidence): void {
  const hash = createHash('sha256');
  const put = (bytes: Uint8Array): void => {
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at, bytes.length - at);
  };
  const add = (bytes: Uint8Array): void => {
    hash.update(bytes);
    put(bytes);
  };
  add(Buffer.from(`${JSON.stringify(headerOf(evidence))}\n`));
  for (const [bytes, width] of columnBytes(evidence.blocks)) {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      add(inFileOrder(bytes.subarray(at, at + CHUNK_BYTES), width));
    }
  }
  if (evidence.metadata !== null) add(evidence.metadata);
  put(hash.digest());
}

/** The memory of each column, with the width of its numbers. */
function columnBytes(blocks: EvidenceBlocks): [Uint8Array, 4 | 8][] {
  const { index, sectorHi, sectorLo, seqHi, seqLo, digest } = blocks;
  return [index, sectorHi, sectorLo, seqHi, seqLo, digest].map((column) => [
    new Uint8Array(column.buffer, column.byteOffset, column.byteLength),
    column.BYTES_PER_ELEMENT === 4 ? 4 : 8,
  ]);
}

function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * Reads what {@link writeEvidence} has kept. Nothing in the file is believed before it has been held against the file's size
 * and the SHA-256 at its end.
 *
 * Throws {@link WrongDeviceError} `no-such-evidence`, `bad-evidence`, and {@link OperationError} `evidence-failed` where it
 * cannot be read.
 */
export function readEvidence(path: string): Evidence {
  const fd = open(path);
  try {
    if (!fstatSync(fd).isFile()) throw bad(path, 'it is no regular file');
    return readAll(path, fd);
  } catch (cause) {
    if (errnoCode(cause) === undefined) throw cause;
    throw unreadable(path, cause);
  } finally {
    closeSync(fd);
  }
}

function open(path: string): number {
  try {
    // A FIFO is not waited for.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    if (errnoCode(cause) !== 'ENOENT') throw unreadable(path, cause);
    throw new WrongDeviceError(`${path} is not there.`, {
      code: 'no-such-evidence',
      hint: 'Evidence is kept with: wcache verify CACHE --save FILE',
    });
  }
}

function readAll(path: string, fd: number): Evidence {
  const sizeBytes = fstatSync(fd).size;
  const line = headerLine(path, fd, Math.min(sizeBytes, MAX_HEADER_BYTES));
  const header = parseHeader(line.toString('utf8'));
  if (header === null) throw bad(path, 'its first line is not that of an evidence');
  const { blocks: count, metadata_bytes: metadataBytes } = header;
  const expected = line.length + 1 + count * BYTES_PER_BLOCK + (metadataBytes ?? 0) + HASH_BYTES;
  if (sizeBytes !== expected) {
    throw bad(path, `it has ${String(sizeBytes)} bytes where it should have ${String(expected)}`);
  }
  const hash = createHash('sha256').update(line).update('\n');
  const reader = new Reader(path, fd, line.length + 1, hash);
  const blocks = readBlocks(reader, count);
  const metadata = metadataBytes === null ? null : reader.take(new Uint8Array(metadataBytes), 1);
  reader.requireHash();
  const { superblock, free, committed, uncommitted, live } = header;
  if (!isOrdered(blocks, superblock.n_blocks)) throw bad(path, 'its blocks are not in order');
  return {
    ...{ takenAt: header.taken, level: header.level, startSector: BigInt(header.start_sector), superblock },
    ...{ blockSize: superblock.block_size, counts: { free, committed, uncommitted, live }, blocks, metadata },
    ...{ changed: header.changed, unreadable: header.unreadable },
  };
}

function headerLine(path: string, fd: number, maxBytes: number): Buffer {
  const start = Buffer.alloc(maxBytes);
  const end = start.subarray(0, readSync(fd, start, 0, maxBytes, 0)).indexOf(LINE_END);
  if (end < 0) throw bad(path, 'it does not begin with a line of text');
  return start.subarray(0, end);
}

/** Takes one stretch after the other, and hashes them on the way. */
class Reader {
  readonly #path: string;
  readonly #fd: number;
  readonly #hash: Hash;
  #at: number;

  constructor(path: string, fd: number, at: number, hash: Hash) {
    [this.#path, this.#fd, this.#at, this.#hash] = [path, fd, at, hash];
  }

  /** Fills `target`, whose numbers are `width` bytes wide. */
  take(target: Uint8Array, width: 1 | 4 | 8): Uint8Array {
    for (let at = 0; at < target.length; at += CHUNK_BYTES) {
      const piece = target.subarray(at, at + CHUNK_BYTES);
      this.#fill(piece);
      this.#hash.update(piece);
      const ordered = inFileOrder(piece, width);
      if (ordered !== piece) piece.set(ordered);
    }
    return target;
  }

  requireHash(): void {
    const there = new Uint8Array(HASH_BYTES);
    this.#fill(there);
    if (!this.#hash.digest().equals(there)) throw bad(this.#path, 'its checksum does not match');
  }

  #fill(target: Uint8Array): void {
    for (let done = 0; done < target.length;) {
      const got = readSync(this.#fd, target, done, target.length - done, this.#at);
      if (got === 0) throw bad(this.#path, 'it ended while it was read');
      done += got;
      this.#at += got;
    }
  }
}

function readBlocks(reader: Reader, count: number): EvidenceBlocks {
  const blocks = {
    count,
    index: new Float64Array(count),
    sectorHi: new Uint32Array(count),
    sectorLo: new Uint32Array(count),
    seqHi: new Uint32Array(count),
    seqLo: new Uint32Array(count),
    digest: new BigUint64Array(count),
  };
  for (const [bytes, width] of columnBytes(blocks)) reader.take(bytes, width);
  return blocks;
}

function isOrdered({ index }: EvidenceBlocks, nBlocks: bigint): boolean {
  let last = -1;
  for (const entry of index) {
    if (!Number.isSafeInteger(entry) || entry <= last) return false;
    last = entry;
  }
  return BigInt(last) < nBlocks;
}

function bad(path: string, why: string): WrongDeviceError {
  return new WrongDeviceError(`${path} is no evidence that can be used: ${why}.`, {
    code: 'bad-evidence',
    hint: 'Without it, wcache verify CACHE ORIGIN still judges what is there now.',
  });
}

function unreadable(path: string, cause: unknown): OperationError {
  return new OperationError(`${path} could not be read: ${errnoWords(cause)}.`, {
    code: 'evidence-failed',
    cause,
  });
}
