import { SECTOR_BYTES } from '../format/index.js';
import {
  buildParameters,
  hasCounters,
  hasMessage,
  isSameWord,
  judgeTable,
  MESSAGE_NAMES,
  NEWEST_TARGET_VERSION,
  splitWords,
  type MessageName,
  type TableContext,
  type TargetVersion,
  type WritecacheTable,
} from '../table/index.js';
import { ReferenceTarget, TargetIoError, TargetRefusal } from '../target/index.js';
import type { Backing } from './backing.js';
import { KernelRefusal, type Errno } from './kernel-refusal.js';
import { lookupErrnoOf, type KernelTraits } from './kernel-traits.js';
import type { ModelTarget, Surroundings } from './model-target.js';

const STATUS_FIELDS_WITHOUT_COUNTERS = 4;
/** x86 pages: the largest block size that the kernel takes. */
const PAGE_BYTES = 4096;

/** `writecache ...`: a {@link ReferenceTarget} behind the words of a table. */
export class WritecacheTarget implements ModelTarget {
  readonly backings: readonly Backing[];
  readonly ranges: ModelTarget['ranges'];
  readonly blockSizeBytes: number;
  readonly reference: ReferenceTarget;
  readonly #table: WritecacheTable;
  readonly #version: TargetVersion;

  /** Does what the kernel's constructor does, a blank cache's format included. Throws {@link KernelRefusal}. */
  constructor(parameters: string, surroundings: Surroundings) {
    const { lengthSectors, traits, find, reference } = surroundings;
    this.#version = traits.targets['writecache'] ?? NEWEST_TARGET_VERSION;
    const [, originWord = '', cacheWord = ''] = splitWords(parameters);
    const [origin, cache] = [find(originWord), find(cacheWord)];
    const context = contextOf(traits, this.#version, origin, cache);
    const { kernel, table } = judgeTable(parameters, context);
    if (!kernel.accepts) {
      throw refusal(kernel.reason, lookupErrnoOf(origin === undefined ? originWord : cacheWord, traits));
    }
    if (table === null || origin === undefined || cache === undefined) {
      throw new Error(`a table was accepted that cannot be: ${parameters}`);
    }
    this.#table = { ...table, origin: origin.number, cache: cache.number };
    this.backings = [origin, cache];
    this.ranges = [{ backing: origin, startSector: 0n, lengthSectors }];
    this.blockSizeBytes = table.block_size;
    try {
      const devices = { origin: origin.device, cache: cache.device };
      this.reference = ReferenceTarget.load(table, devices, reference);
    } catch (error) {
      throw error instanceof TargetRefusal ? refusal(error.kernelMessage) : error;
    }
  }

  parameters(): string {
    return buildParameters(this.#table);
  }

  status(): string {
    const line = this.reference.statusLine();
    return hasCounters(this.#version)
      ? line
      : line.split(' ').slice(0, STATUS_FIELDS_WITHOUT_COUNTERS).join(' ');
  }

  read(target: Uint8Array, offsetBytes: number): void {
    this.reference.read(offsetBytes / SECTOR_BYTES, target);
  }

  write(source: Uint8Array, offsetBytes: number): void {
    this.reference.write(offsetBytes / SECTOR_BYTES, source);
  }

  flush(): void {
    this.reference.flush();
  }

  discard(offsetBytes: number, lengthBytes: number): void {
    this.reference.discard(offsetBytes / SECTOR_BYTES, lengthBytes / SECTOR_BYTES);
  }

  message(text: string): void {
    const name = this.#messageOf(text);
    try {
      this.reference.message(name);
    } catch (error) {
      throw error instanceof TargetIoError ? new KernelRefusal(error.errno) : error;
    }
  }

  suspend(): void {
    this.reference.suspend();
  }

  resume(): void {
    this.reference.resume();
  }

  advance(toMs: number): void {
    // A write that waited for a free block has taken its own time, and may be ahead.
    this.reference.advance(Math.max(toMs, this.reference.nowMs));
  }

  /** Words behind a message are refused for all of them (kernel-target.md §4). */
  #messageOf(text: string): MessageName {
    const [first = '', ...more] = splitWords(text);
    const name = MESSAGE_NAMES.find((each) => isSameWord(each, first));
    if (name === undefined || more.length > 0 || !hasMessage(this.#version, name)) {
      throw new KernelRefusal('EINVAL');
    }
    return name;
  }
}

function contextOf(
  { hasPmem }: KernelTraits,
  version: TargetVersion,
  origin: Backing | undefined,
  cache: Backing | undefined,
): TableContext {
  const found = [origin, cache].filter((backing) => backing !== undefined);
  return {
    version,
    pageSizeBytes: PAGE_BYTES,
    pmemSupported: hasPmem,
    originFound: origin !== undefined,
    cacheFound: cache !== undefined,
    logicalBlockSizeBytes: Math.max(...found.map(({ device }) => device.logicalBlockSizeBytes)),
    ...(cache !== undefined && { cacheSizeBytes: cache.device.sizeBytes, dax: cache.dax }),
  };
}

/** With which number the constructor refuses; EINVAL for all that is not here. */
const ERRNO_OF: Readonly<Record<string, Errno>> = {
  'Persistent memory or DAX not supported on this system': 'EOPNOTSUPP',
  'Cache device is not a DAX device': 'EOPNOTSUPP',
  'Invalid device size': 'ENOSPC',
  'Unable to initialize device': 'ENOSPC',
  'Unable to read first block of metadata': 'EIO',
  'Cannot allocate memory': 'ENOMEM',
};

/** @param lookupErrno the number for a device that is not there. */
function refusal(words: string, lookupErrno: Errno = 'EINVAL'): KernelRefusal {
  const errno = words.endsWith('data device lookup failed') ? lookupErrno : (ERRNO_OF[words] ?? 'EINVAL');
  return KernelRefusal.byTarget('writecache', words, errno);
}
