import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryDevice, openDevice, SparseDevice } from '../../../src/device/index.js';
import { geometryOf } from '../../../src/format/index.js';
import { buildParameters, type TableOptions, type WritecacheTable } from '../../../src/table/index.js';
import { ReferenceTarget, type Behaviour } from '../../../src/target/index.js';
import { boot, createSparse, output, type Guest, type KernelName } from '../../lab/index.js';
import { CUT, faultOf, readBook } from './books.js';

export interface CutRun {
  readonly kernel: KernelName;
  readonly mode: 'p' | 's';
  readonly behaviour: Behaviour;
  /** At least. Some cuts come just after a commit, when nothing is at stake: more follow until something was, up to `mostCuts`. */
  readonly cuts: number;
  readonly mostCuts: number;
  readonly cacheBytes: number;
  readonly seed: number;
  /** Where the disks and the book go. */
  readonly directory: string;
}

export interface CutReport {
  /** What the kernel or the reference did otherwise than the other, or than was promised. */
  readonly faults: string[];
  /** Of all cuts together: entries that were there and not committed, or older than another. */
  dropped: number;
  /** Blocks that had been flushed and still were in the cache only. */
  durableInCache: number;
}

const BLOCK = 4096;
const ORIGIN_BYTES = 512 * 1024 * 1024;
/** These are overwritten at random; behind them is the log. */
const BLOCKS = 160;
const LINES_PER_CUT = 400;

/** Writeback and commits go on all the time. */
const BUSY: TableOptions = {
  high_watermark: 50,
  low_watermark: 40,
  autocommit_blocks: 24,
  autocommit_time: 15,
};
/** Nothing happens by itself. */
const QUIET: TableOptions = { high_watermark: 100, low_watermark: 100, autocommit_time: 3_600_000 };

/**
 * Cuts the power while a program writes, again and again on the same disks. After each cut: the next activation by the
 * kernel and by the reference must leave the same metadata and give the same content, which must be what was flushed or
 * something newer.
 */
export async function runCuts(run: CutRun): Promise<CutReport> {
  const report: CutReport = { faults: [], dropped: 0, durableInCache: 0 };
  const site = await Site.prepare(run);
  let guest = await site.boot();
  try {
    for (let cut = 0; cut < run.cuts || (!wasAtStake(report) && cut < run.mostCuts); cut += 1) {
      await site.writeUntilCut(guest, cut);
      const foretold = await site.foretell(report);
      guest = await site.boot();
      await site.compare(guest, foretold, report);
    }
  } finally {
    await guest.powerCut();
  }
  return report;
}

function wasAtStake({ dropped, durableInCache }: CutReport): boolean {
  return dropped > 0 && durableInCache > 0;
}

/** What the reference makes of the disks as the cut left them. */
interface Foretold {
  readonly status: string;
  readonly metadata: Uint8Array;
  readonly content: Uint8Array;
}

class Site {
  readonly #run: CutRun;
  readonly #origin: string;
  readonly #cache: string;
  readonly #book: string;

  private constructor(run: CutRun, origin: string, cache: string, book: string) {
    this.#run = run;
    this.#origin = origin;
    this.#cache = cache;
    this.#book = book;
  }

  static async prepare(run: CutRun): Promise<Site> {
    const { directory, kernel } = run;
    const origin = await createSparse(join(directory, `${kernel}-origin`), ORIGIN_BYTES);
    const cache = await createSparse(join(directory, `${kernel}-cache`), run.cacheBytes);
    return new Site(run, origin, cache, await createSparse(join(directory, `${kernel}-book`), 0));
  }

  boot(): Promise<Guest> {
    const { kernel, mode, directory } = this.#run;
    const cache = { path: this.#cache };
    return boot({
      kernel,
      disks: [{ path: this.#origin }, ...(mode === 's' ? [cache] : [])],
      pmem: mode === 'p' ? [cache] : [],
      shareDirectory: directory,
    });
  }

  async writeUntilCut(guest: Guest, cut: number): Promise<void> {
    await create(guest, this.#table(guest, BUSY));
    const begun = await this.#lines();
    const words = ['/dev/mapper/wc', BLOCKS, begun + 1, this.#book, this.#run.seed + cut];
    const writer = guest.run(`perl ${join(import.meta.dirname, 'writer.pl')} ${words.join(' ')}`);
    // It ends with the machine: that is no failure of it.
    const ended = writer.then(
      ({ stderr }) => Promise.reject(new Error(`the writer ended by itself: ${stderr}`)),
      () => undefined,
    );
    const enough = begun + LINES_PER_CUT + ((this.#run.seed + cut) % 97);
    while ((await this.#lines()) < enough) await Promise.race([sleep(5), ended]);
    await guest.powerCut();
    await ended;
    await appendFile(this.#book, CUT);
  }

  async foretell(report: CutReport): Promise<Foretold> {
    const image = await readFile(this.#cache);
    const before = Uint8Array.from(image);
    const cache = new MemoryDevice(image);
    const opened = openDevice(this.#origin, { access: 'read' });
    const origin = new SparseDevice(opened.sizeBytes, {
      fill: (target, offset) => {
        opened.read(target, offset);
      },
    });
    try {
      const table = tableOf(this.#run.mode, '', '', QUIET);
      const devices = { origin, cache };
      const target = ReferenceTarget.load(table, devices, { behaviour: this.#run.behaviour });
      target.resume();
      const status = target.statusLine();
      await this.#checkContent(target, report);
      const content = new Uint8Array(BLOCKS * BLOCK);
      target.read(0, content);
      const metadata = metadataOf(image, target.status().total_blocks);
      report.dropped += differingEntries(metadataOf(before, target.status().total_blocks), metadata);
      return { status, metadata, content };
    } finally {
      opened.close();
    }
  }

  /** What was flushed must be there, wherever it is now. */
  async #checkContent(target: ReferenceTarget, report: CutReport): Promise<void> {
    const bytes = new Uint8Array(BLOCK);
    for (const [block, kept] of await readBook(this.#book)) {
      const { read_hits: hits = 0n } = target.status().counters ?? {};
      target.read((block * BLOCK) / 512, bytes);
      const fault = faultOf(block, bytes, kept);
      if (fault !== undefined) report.faults.push(`after the cut: ${fault}`);
      const isHit = (target.status().counters?.read_hits ?? 0n) > hits;
      if (isHit && kept.durable > 0) report.durableInCache += 1;
    }
  }

  async compare(guest: Guest, foretold: Foretold, report: CutReport): Promise<void> {
    await create(guest, this.#table(guest, QUIET));
    const status = (await output(guest, 'dmsetup status wc')).trim().replace(/^.*writecache /, '');
    if (status !== foretold.status) report.faults.push(`status ${status}, and not ${foretold.status}`);
    const metadata = metadataOf(await readFile(this.#cache), Number(status.split(' ')[1]));
    if (Buffer.compare(metadata, foretold.metadata) !== 0) {
      const count = differingEntries(metadata, foretold.metadata);
      report.faults.push(`${String(count)} entries are other than foretold`);
    }
    const seen = join(this.#run.directory, 'seen');
    await output(
      guest,
      `dd if=/dev/mapper/wc of=${seen} bs=${String(BLOCK)} count=${String(BLOCKS)} iflag=direct`,
    );
    if (Buffer.compare(await readFile(seen), foretold.content) !== 0) {
      report.faults.push('the kernel reads other content than the reference');
    }
    await output(guest, 'dmsetup remove wc');
  }

  #table(guest: Guest, options: TableOptions): string {
    const [origin = '', second = ''] = guest.disks;
    const { mode } = this.#run;
    const parameters = buildParameters(
      tableOf(mode, origin, mode === 's' ? second : (guest.pmem[0] ?? ''), options),
    );
    return `0 ${String(ORIGIN_BYTES / 512)} writecache ${parameters}`;
  }

  async #lines(): Promise<number> {
    return (await readFile(this.#book, 'utf8')).split('\n').length - 1;
  }
}

function tableOf(mode: 'p' | 's', origin: string, cache: string, options: TableOptions): WritecacheTable {
  return { mode, origin, cache, block_size: BLOCK, options };
}

async function create(guest: Guest, table: string): Promise<void> {
  await output(guest, `dmsetup create wc --table '${table}'`);
}

function metadataOf(image: Uint8Array, nBlocks: number): Uint8Array {
  return image.subarray(0, Number(geometryOf(BLOCK, BigInt(nBlocks)).entriesEndBytes));
}

function differingEntries(one: Uint8Array, other: Uint8Array): number {
  let count = 0;
  for (let at = 64; at < one.length; at += 16) {
    if (Buffer.compare(one.subarray(at, at + 16), other.subarray(at, at + 16)) !== 0) count += 1;
  }
  return count;
}
