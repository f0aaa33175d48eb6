import { closeSync, constants, fsync, fsyncSync, openSync, read, readSync, writeSync } from 'node:fs';
import { OperationError } from '../errors.js';
import { alignedBuffer, isAligned } from './aligned-buffer.js';
import type { BlockDevice, Bytes, SharedDevice } from './block-device.js';
import { errnoCode } from './errno.js';
import { checkRange, deviceEnded, ioError } from './transfer-errors.js';

export interface FileDeviceOptions {
  /** Open for what `access` says; the device owns it from here on and closes it. */
  readonly fd: number;
  readonly name: string;
  readonly sizeBytes: bigint;
  readonly access: 'read' | 'write';
  /** 512 unless told. */
  readonly logicalBlockSizeBytes?: number;
  /** The fd was opened with O_DIRECT. */
  readonly direct?: boolean;
}

const CHUNK_BYTES = 1024 * 1024;
// The kernel transfers at most 2 GiB less a page per call; a round number below keeps the next one aligned.
const MAX_TRANSFER_BYTES = 1024 * 1024 * 1024;

// Shared by all devices, which is safe because every call is synchronous and complete.
let sharedBounce: Uint8Array | undefined;
let sharedZeros: Uint8Array | undefined;

/**
 * A regular file or a block device behind an open fd.
 *
 * With O_DIRECT, transfers that are not aligned to the logical block (in offset, length or memory) go through
 * an aligned bounce buffer; an unaligned write reads, changes and writes the blocks at its edges. Where the
 * kernel refuses a direct transfer (EINVAL), that transfer is done through the page cache instead.
 */
export class FileDevice implements BlockDevice {
  readonly name: string;
  readonly sizeBytes: bigint;
  readonly logicalBlockSizeBytes: number;
  readonly #fd: number;
  readonly #access: 'read' | 'write';
  readonly isDirect: boolean;
  #bufferedFd: number | undefined;
  #closed = false;
  /** Calls that another thread has in hand, or will. */
  #underWay = 0;

  constructor(options: FileDeviceOptions) {
    this.name = options.name;
    this.sizeBytes = options.sizeBytes;
    this.logicalBlockSizeBytes = options.logicalBlockSizeBytes ?? 512;
    this.#fd = options.fd;
    this.#access = options.access;
    this.isDirect = options.direct ?? false;
  }

  /** For files, which the page cache holds; a medium that is read past it is not faster for two readers. */
  get shared(): SharedDevice | undefined {
    return this.isDirect ? undefined : { fd: this.#fd, name: this.name, sizeBytes: this.sizeBytes };
  }

  read(target: Uint8Array, offset: Bytes): void {
    this.#mustBeOpen();
    const start = checkRange(this, 'read', offset, target.length);
    if (this.#goesAsItIs(target, start)) {
      this.#fill(target, start, target.length);
      return;
    }
    const bounce = (sharedBounce ??= alignedBuffer(CHUNK_BYTES));
    for (const piece of this.#pieces(start, target.length)) {
      this.#fill(bounce.subarray(0, piece.alignedBytes), piece.alignedStart, piece.skipBytes + piece.bytes);
      target.set(bounce.subarray(piece.skipBytes, piece.skipBytes + piece.bytes), piece.at);
    }
  }

  async readAsync(target: Uint8Array, offset: Bytes): Promise<void> {
    this.#mustBeOpen();
    const start = checkRange(this, 'read', offset, target.length);
    // The bounce buffer is shared, and a transfer that the kernel refuses needs another way: both are for `read`.
    if (!this.#goesAsItIs(target, start)) {
      this.read(target, offset);
      return;
    }
    for (let done = 0; done < target.length;) {
      const position = start + BigInt(done);
      const bytes = Math.min(target.length - done, MAX_TRANSFER_BYTES);
      const place = target.subarray(done, done + bytes);
      const got = await this.#keepOpen(() => readOnce(this.#fd, place, position));
      if (typeof got === 'number') {
        if (got === 0) throw deviceEnded(this.name, position, this.sizeBytes);
        done += got;
        continue;
      }
      if (!this.isDirect || errnoCode(got) !== 'EINVAL') throw ioError(this.name, 'read', position, got);
      this.read(target.subarray(done), position);
      return;
    }
  }

  write(source: Uint8Array, offset: Bytes): void {
    this.#mustBeOpen();
    const start = checkRange(this, 'written', offset, source.length);
    this.#mustReachForWriting(start, start + BigInt(source.length));
    if (this.#goesAsItIs(source, start)) {
      this.#drain(source, start);
      return;
    }
    const bounce = (sharedBounce ??= alignedBuffer(CHUNK_BYTES));
    for (const piece of this.#pieces(start, source.length)) {
      const blocks = bounce.subarray(0, piece.alignedBytes);
      if (piece.bytes !== piece.alignedBytes) this.#fill(blocks, piece.alignedStart, blocks.length);
      blocks.set(source.subarray(piece.at, piece.at + piece.bytes), piece.skipBytes);
      this.#drain(blocks, piece.alignedStart);
    }
  }

  flush(): void {
    this.#mustBeOpen();
    try {
      fsyncSync(this.#fd);
    } catch (error) {
      throw ioError(this.name, 'flushed', undefined, error);
    }
  }

  async flushAsync(): Promise<void> {
    const error = await this.#keepOpen(() => flushOnce(this.#fd));
    if (error !== null) throw ioError(this.name, 'flushed', undefined, error);
  }

  /**
   * Writes zeros over the range: scripts reach neither BLKDISCARD nor fallocate, a discarded range may read as
   * anything, and zeros are the one answer that every medium can give. As slow as writing that much.
   */
  discard(offset: Bytes, lengthBytes: Bytes): void {
    this.#mustBeOpen();
    let position = checkRange(this, 'discarded', offset, lengthBytes);
    const end = position + BigInt(lengthBytes);
    const zeros = (sharedZeros ??= alignedBuffer(CHUNK_BYTES));
    while (position < end) {
      const toBoundary = BigInt(CHUNK_BYTES) - (position % BigInt(CHUNK_BYTES));
      const bytes = end - position < toBoundary ? end - position : toBoundary;
      this.write(zeros.subarray(0, Number(bytes)), position);
      position += bytes;
    }
  }

  /** May be called again; only the first call does something. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#underWay === 0) this.#closeFds();
  }

  #closeFds(): void {
    closeSync(this.#fd);
    if (this.#bufferedFd !== undefined) closeSync(this.#bufferedFd);
  }

  /**
   * Has the descriptor stay open while another thread uses it, also where the device is closed meanwhile: its number
   * could be another file's by the time that thread begins.
   */
  async #keepOpen<T>(call: () => Promise<T>): Promise<T> {
    this.#mustBeOpen();
    this.#underWay += 1;
    try {
      return await call();
    } finally {
      this.#underWay -= 1;
      if (this.#closed && this.#underWay === 0) this.#closeFds();
    }
  }

  #goesAsItIs(memory: Uint8Array, start: bigint): boolean {
    if (!this.isDirect) return true;
    const block = this.logicalBlockSizeBytes;
    return start % BigInt(block) === 0n && memory.length % block === 0 && isAligned(memory, block);
  }

  /** Cuts a range into chunks that fit the bounce buffer, each grown to whole logical blocks. */
  *#pieces(start: bigint, lengthBytes: number) {
    const block = BigInt(this.logicalBlockSizeBytes);
    const firstBlock = start - (start % block);
    for (let at = 0; at < lengthBytes;) {
      const position = start + BigInt(at);
      const chunkIndex = (position - firstBlock) / BigInt(CHUNK_BYTES);
      const alignedStart = position - (position % block);
      const chunkEnd = firstBlock + (chunkIndex + 1n) * BigInt(CHUNK_BYTES);
      const wantedEnd = start + BigInt(lengthBytes);
      const end = wantedEnd < chunkEnd ? wantedEnd : chunkEnd;
      const blocksEnd = ((end + block - 1n) / block) * block;
      // A device need not end on a whole block; asking for more than there is would look like a shrunk one.
      const alignedEnd = blocksEnd < this.sizeBytes ? blocksEnd : this.sizeBytes;
      const bytes = Number(end - position);
      yield {
        at,
        bytes,
        alignedStart,
        alignedBytes: Number(alignedEnd - alignedStart),
        skipBytes: Number(position - alignedStart),
      };
      at += bytes;
    }
  }

  /** Reads until `neededBytes` of `target` are there; more may be. */
  #fill(target: Uint8Array, start: bigint, neededBytes: number): void {
    let done = 0;
    while (done < neededBytes) {
      const position = start + BigInt(done);
      const bytes = Math.min(target.length - done, MAX_TRANSFER_BYTES);
      const got = this.#transfer('read', position, (fd) => readSync(fd, target, done, bytes, position));
      if (got === 0) throw deviceEnded(this.name, position, this.sizeBytes);
      done += got;
    }
  }

  #drain(source: Uint8Array, start: bigint): void {
    let done = 0;
    while (done < source.length) {
      const position = start + BigInt(done);
      const bytes = Math.min(source.length - done, MAX_TRANSFER_BYTES);
      // Unlike reading, writing takes no bigint: Node would silently write at the fd's own position.
      const put = this.#transfer('written', position, (fd) =>
        writeSync(fd, source, done, bytes, Number(position)),
      );
      if (put === 0) throw ioError(this.name, 'written', position, new Error('it took no more bytes'));
      done += put;
    }
  }

  #transfer(action: 'read' | 'written', position: bigint, run: (fd: number) => number): number {
    try {
      try {
        return run(this.#fd);
      } catch (error) {
        if (!this.isDirect || errnoCode(error) !== 'EINVAL') throw error;
        return run(this.#openBuffered());
      }
    } catch (error) {
      throw ioError(this.name, action, position, error);
    }
  }

  #openBuffered(): number {
    // Through the open fd, so that it is the same device whatever its path means by now. The first fd stays
    // open: an exclusive claim hangs on it.
    this.#bufferedFd ??= openSync(
      `/proc/self/fd/${String(this.#fd)}`,
      this.#access === 'read' ? constants.O_RDONLY : constants.O_RDWR,
    );
    return this.#bufferedFd;
  }

  #mustReachForWriting(start: bigint, endBytes: bigint): void {
    if (endBytes <= BigInt(Number.MAX_SAFE_INTEGER)) return;
    throw new OperationError(
      `${this.name} could not be written at byte ${String(start)}: this program writes only below 8 PiB.`,
      { code: 'offset-too-large', hint: 'Nothing was written. Use a device or a part of it below 8 PiB.' },
    );
  }

  #mustBeOpen(): void {
    // Its number may already be another file's.
    if (this.#closed) throw new Error(`${this.name} was used after it was closed.`);
  }
}

/** The bytes that were read, or why there are none. */
function readOnce(fd: number, target: Uint8Array, position: bigint): Promise<number | Error> {
  return new Promise((resolve) => {
    read(fd, target, 0, target.length, position, (error, bytesRead) => {
      resolve(error ?? bytesRead);
    });
  });
}

/** Why nothing was flushed, or null. */
function flushOnce(fd: number): Promise<Error | null> {
  return new Promise((resolve) => {
    fsync(fd, resolve);
  });
}
