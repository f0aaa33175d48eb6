import type { BlockDevice } from '../device/index.js';
import { SECTOR_BYTES } from '../format/index.js';
import {
  buildParameters,
  COUNTER_NAMES,
  type MessageName,
  type StatusCounters,
  type WritecacheStatus,
  type WritecacheTable,
} from '../table/index.js';
import { drain, nextEventMs, passTimeTo, runDue } from './background.js';
import { CURRENT, type Behaviour } from './behaviour.js';
import { plainly, type Choose } from './choose.js';
import { commit } from './commit.js';
import { atOnce, type Pace } from './copy.js';
import { Core } from './core.js';
import { discard } from './discard.js';
import { TargetIoError } from './errors.js';
import { flush } from './flush.js';
import { HeldRequest, HeldWrites } from './held-writes.js';
import { loadCache } from './load.js';
import { Medium } from './medium.js';
import { PmemMetadata } from './pmem-metadata.js';
import { read } from './read.js';
import { Requests } from './request.js';
import { resume } from './resume.js';
import { clean, settingsOf } from './settings.js';
import { SsdMetadata } from './ssd-metadata.js';
import type { TraceSink } from './trace.js';
import { write } from './write.js';

export interface TargetDevices {
  readonly origin: BlockDevice;
  readonly cache: BlockDevice;
}

export interface ReferenceTargetOptions {
  /** {@link CURRENT} unless told. */
  readonly behaviour?: Behaviour;
  /** Takes every write, flush and request, in order. */
  readonly trace?: TraceSink;
  /** The plainest execution unless told. */
  readonly choose?: Choose;
  /** Copies take no time unless told. */
  readonly pace?: Pace;
  /** When the target begins to be; 0 unless told. */
  readonly nowMs?: number;
}

export interface RequestFlags {
  readonly fua?: boolean;
  /** Marked as metadata of a file system, which metadata_only lets into the cache. */
  readonly meta?: boolean;
  /**
   * Leaves what goes to the cache device in flight (ssd mode): it is there for a read, and neither done nor acknowledged
   * until something waits for it. Not for FUA writes, which are committed behind their data.
   */
  readonly hold?: boolean;
}

/**
 * The writecache target, as an executable statement of what it does (kernel-target.md §5): over two devices, in one
 * process, with a time that is given. It is the equal of the kernel's, which the tests in test/kernel/differential hold
 * against it: the same metadata byte for byte, the same data, the same status.
 *
 * Sectors are 512 bytes, counted from the start of the mapped device. Requests are of whole blocks. After each call the
 * work that it gave rise to has been done, as far as it takes no time.
 */
export class ReferenceTarget {
  readonly #core: Core;
  readonly #table: WritecacheTable;
  readonly #requests: Requests;

  private constructor(core: Core, table: WritecacheTable, requests: Requests) {
    this.#core = core;
    this.#table = table;
    this.#requests = requests;
  }

  /**
   * What the load of a table does: judges the cache device, and formats it if it is blank (§1.5, §1.6). The table's device
   * names are not looked at. The target takes requests when it has been resumed.
   *
   * @throws {@link TargetRefusal} with the kernel's words; OperationError `device-too-large`.
   */
  static load(
    table: WritecacheTable,
    devices: TargetDevices,
    options: ReferenceTargetOptions = {},
  ): ReferenceTarget {
    const { behaviour = CURRENT, trace, choose = plainly, pace = atOnce, nowMs = 0 } = options;
    const cache = new Medium(devices.cache, 'cache', trace);
    const origin = new Medium(devices.origin, 'origin', trace);
    const logicalBlockSizeBytes = Math.max(
      devices.cache.logicalBlockSizeBytes,
      devices.origin.logicalBlockSizeBytes,
    );
    const { geometry, startBytes } = loadCache(cache, table, logicalBlockSizeBytes);
    const place = {
      startBytes,
      lengthBytes: Number(geometry.dataOffsetBytes),
      nBlocks: Number(geometry.nBlocks),
    };
    const metadata =
      table.mode === 's'
        ? new SsdMetadata(cache, place, table.block_size, behaviour)
        : new PmemMetadata(cache, place);
    if (behaviour.readsMetadataAt === 'load') metadata.readAll();
    const core = new Core(
      {
        ...{ behaviour, origin, cache, metadata, choose, pace },
        settings: settingsOf(table, place.nBlocks, behaviour),
        held: new HeldWrites(trace),
        dataStartBytes: startBytes + place.lengthBytes,
      },
      nowMs,
    );
    core.flushOnSuspend = table.options.cleaner === true;
    return new ReferenceTarget(core, table, new Requests(trace));
  }

  get suspended(): boolean {
    return this.#core.suspended;
  }

  /** It goes on by itself only while a request waits. */
  get nowMs(): number {
    return this.#core.nowMs;
  }

  /** What {@link status} tells too, for one who asks often. */
  get freeBlocks(): number {
    return this.#core.free.count;
  }

  /** How long writes have waited for a free block. */
  get stalledMs(): number {
    return this.#core.stalledMs;
  }

  /** Blocks that were written back since the load. */
  get writtenBackBlocks(): number {
    return this.#core.writtenBackBlocks;
  }

  /** Commits since the load: how often the superblock's seq_count grew. */
  get commits(): number {
    return this.#core.commits;
  }

  /** How often a kernel would have crashed; only where the behaviour is not to die of it. */
  get survivedCrashes(): number {
    return this.#core.survivedCrashes;
  }

  get seqCount(): bigint {
    return this.#core.seqCount;
  }

  /** Why the target is in error, in the kernel's words; null while it is not. */
  get error(): string | null {
    return this.#core.error;
  }

  /** Reads the metadata and lets requests in (§5.6). Nothing happens to a target that is not suspended. */
  resume(): void {
    if (!this.#core.suspended) return;
    resume(this.#core);
  }

  /** Commits, writes everything back if flush_on_suspend asks for it, and comes to rest (§5.6). */
  suspend(): void {
    const core = this.#core;
    if (core.suspended) return;
    // Device-mapper waits for the requests before it asks the target.
    core.parts.held.finish();
    core.suspended = true;
    core.ageCheckDueMs = null;
    commit(core);
    const writesBackAll = core.flushOnSuspend;
    core.flushOnSuspend = false;
    if (writesBackAll) {
      core.writeBackAll += 1;
      core.enqueue('writeback');
    }
    drain(core);
    if (writesBackAll) core.writeBackAll -= 1;
  }

  /** Writes whole blocks. @throws {@link TargetIoError} EIO. */
  write(startSector: number, data: Uint8Array, flags: RequestFlags = {}): void {
    const { fua = false, meta = false, hold = false } = flags;
    this.#requireBlocks(startSector, data.length);
    const lengthSectors = data.length / SECTOR_BYTES;
    const id = this.#requests.begin({ kind: 'write', startSector, lengthSectors, fua });
    const request = new HeldRequest(() => {
      this.#requests.acknowledge(id);
    });
    const mayHold = hold && !fua && this.#core.parts.settings.mode === 's';
    const isDone = write(this.#core, { startSector, data, fua, meta, held: mayHold ? request : undefined });
    if (isDone) request.end();
    runDue(this.#core);
    if (!isDone) throw new TargetIoError('EIO', 'The write failed');
  }

  /** Reads whole blocks. @throws {@link TargetIoError} EIO. */
  read(startSector: number, target: Uint8Array): void {
    this.#requireBlocks(startSector, target.length);
    if (!read(this.#core, startSector, target)) throw new TargetIoError('EIO', 'The read failed');
  }

  /** Makes durable what was acknowledged (PREFLUSH, §5.4). @throws {@link TargetIoError} EIO. */
  flush(): void {
    this.#requireResumed();
    const id = this.#requests.begin({ kind: 'flush' });
    const isDone = flush(this.#core);
    runDue(this.#core);
    if (!isDone) throw new TargetIoError('EIO', 'The flush failed');
    this.#requests.acknowledge(id);
  }

  /** Forgets whole blocks. @throws {@link TargetIoError} EIO. */
  discard(startSector: number, lengthSectors: number): void {
    this.#requireBlocks(startSector, lengthSectors * SECTOR_BYTES);
    const id = this.#requests.begin({ kind: 'discard', startSector, lengthSectors });
    const core = this.#core;
    core.counters.discards += lengthSectors / core.parts.settings.sectorsPerBlock;
    const isDone = !core.isInError() && discard(core, startSector, lengthSectors);
    runDue(core);
    if (!isDone) throw new TargetIoError('EIO', 'The discard failed');
    this.#requests.acknowledge(id);
  }

  /** A message of `dmsetup message` (§4). @throws {@link TargetIoError} EBUSY, EIO. */
  message(name: MessageName): void {
    const core = this.#core;
    switch (name) {
      case 'flush':
        this.#flushMessage();
        break;
      case 'flush_on_suspend':
        core.flushOnSuspend = true;
        break;
      case 'cleaner':
        core.flushOnSuspend = true;
        clean(core.parts.settings);
        if (!core.suspended) core.checkWatermark();
        runDue(core);
        break;
      case 'clear_stats':
        for (const counter of COUNTER_NAMES) core.counters[counter] = 0;
        break;
    }
  }

  /** In pmem mode a kernel may hang for good where the origin fails meanwhile; here it is EIO in both modes. */
  #flushMessage(): void {
    const core = this.#core;
    if (core.suspended) throw new TargetIoError('EBUSY', 'The target is suspended');
    if (core.isInError()) throw new TargetIoError('EIO', 'The target is in error');
    core.writeBackAll += 1;
    core.enqueue('writeback');
    drain(core);
    core.writeBackAll -= 1;
    if (core.isInError()) throw new TargetIoError('EIO', 'The target has got into error');
  }

  /** Lets time go on to `toMs`: timers fire and copies end when they are due. Time never goes back. */
  advance(toMs: number): void {
    const core = this.#core;
    for (let next = nextEventMs(core); next !== undefined && next <= toMs; next = nextEventMs(core)) {
      passTimeTo(core, next);
    }
    core.nowMs = Math.max(core.nowMs, toMs);
  }

  /** The cache device does the writes that were held. */
  finishHeldWrites(): void {
    this.#core.parts.held.finish();
  }

  /** What `dmsetup status` tells (§3); before the first resume no block counts as free. */
  status(): WritecacheStatus {
    const { error, free, writebackBlocks, counters, parts } = this.#core;
    const counts = COUNTER_NAMES.map((name) => [name, BigInt(counters[name])]);
    return {
      error: error !== null,
      total_blocks: parts.settings.nBlocks,
      free_blocks: free.count,
      writeback_blocks: writebackBlocks,
      counters: Object.fromEntries(counts) as StatusCounters,
    };
  }

  /** The status as the kernel prints it. */
  statusLine(): string {
    const { error, total_blocks, free_blocks, writeback_blocks } = this.status();
    const counts = COUNTER_NAMES.map((name) => this.#core.counters[name]);
    return [error ? 1 : 0, total_blocks, free_blocks, writeback_blocks, ...counts].join(' ');
  }

  /** The parameters of the table as they were given. */
  parameters(): string {
    return buildParameters(this.#table);
  }

  #requireResumed(): void {
    if (this.#core.suspended) {
      throw new Error('the target is suspended: device-mapper lets no request through');
    }
  }

  #requireBlocks(startSector: number, lengthBytes: number): void {
    this.#requireResumed();
    const { blockSize, sectorsPerBlock } = this.#core.parts.settings;
    const isWhole = startSector % sectorsPerBlock === 0 && lengthBytes % blockSize === 0 && lengthBytes > 0;
    if (!isWhole) throw new TargetIoError('EIO', `I/O is not aligned, sector ${String(startSector)}`);
  }
}
