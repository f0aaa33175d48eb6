import { MemoryDevice } from '../../src/device/index.js';
import {
  judge,
  readMetadata,
  takeEvidence,
  type Certificate,
  type Evidence,
  type EvidenceRequest,
  type JudgeQuestion,
} from '../../src/crosscheck/index.js';
import { geometryOf, type Geometry } from '../../src/format/index.js';
import type { StatusCounters, TableOptions } from '../../src/table/index.js';
import { CURRENT, ReferenceTarget } from '../../src/target/index.js';

export interface RigOptions {
  readonly mode?: 's' | 'p';
  readonly blockSize?: number;
  readonly nBlocks?: number;
  readonly originBlocks?: number;
  readonly startSector?: number;
  readonly options?: TableOptions;
}

/** A cache over memory, with the reference target as the kernel. Nothing is written back or committed by itself unless told. */
export class Rig {
  readonly mode: 's' | 'p';
  readonly blockSize: number;
  readonly startSector: bigint;
  readonly geometry: Geometry;
  readonly origin: MemoryDevice;
  readonly cache: MemoryDevice;
  readonly target: ReferenceTarget;

  constructor({
    mode = 's',
    blockSize = 4096,
    nBlocks = 16,
    originBlocks = 64,
    startSector = 0,
    options = {},
  }: RigOptions = {}) {
    this.mode = mode;
    this.blockSize = blockSize;
    this.startSector = BigInt(startSector);
    this.geometry = geometryOf(blockSize, BigInt(nBlocks));
    this.origin = new MemoryDevice(originBlocks * blockSize, { name: 'origin' });
    this.cache = new MemoryDevice(startSector * 512 + Number(this.geometry.dataEndBytes), { name: 'cache' });
    for (let block = 0; block < originBlocks; block += 1) {
      this.origin.write(this.content(-block), block * blockSize);
    }
    const table = {
      ...{ mode, origin: '', cache: '', block_size: blockSize },
      options: {
        ...{ start_sector: this.startSector, high_watermark: 100, low_watermark: 100 },
        ...{ autocommit_time: 3_600_000, autocommit_blocks: 1_000_000 },
        ...(mode === 's' && { pause_writeback: 0 }),
        ...options,
      },
    };
    const behaviour = { ...CURRENT, diesOfDuplicates: false };
    this.target = ReferenceTarget.load(table, { origin: this.origin, cache: this.cache }, { behaviour });
    this.target.resume();
  }

  /** A block's bytes that stand for a number. */
  content(value: number): Uint8Array {
    const bytes = new Uint8Array(this.blockSize).fill(value & 0xff);
    new DataView(bytes.buffer).setInt32(16, value);
    return bytes;
  }

  sectorOf(block: number): number {
    return (block * this.blockSize) / 512;
  }

  /** Writes blocks that stand for `value`, `value` + 1 and so on. */
  write(block: number, value: number, count = 1): void {
    const bytes = new Uint8Array(count * this.blockSize);
    for (let at = 0; at < count; at += 1) bytes.set(this.content(value + at), at * this.blockSize);
    this.target.write(this.sectorOf(block), bytes);
  }

  /** Makes what was written durable. */
  commit(): void {
    this.target.flush();
  }

  /** Writes everything back, as `wcache flush` does. */
  drain(): void {
    this.target.message('flush');
  }

  /** What a removal does in the end. */
  remove(): void {
    this.target.message('flush_on_suspend');
    this.target.suspend();
  }

  get counters(): StatusCounters {
    const { counters } = this.target.status();
    if (counters === null) throw new Error('the reference target counts');
    return counters;
  }

  metadata(): Uint8Array {
    const metadata = readMetadata(this.cache, this.startSector);
    if (metadata === null) throw new Error('a small cache has metadata');
    return metadata;
  }

  evidence(request: Partial<EvidenceRequest> = {}): Promise<Evidence> {
    return takeEvidence(this.cache, { startSector: this.startSector, level: 'full', ...request });
  }

  judge(evidence: Evidence | null, others: Partial<JudgeQuestion> = {}): Promise<Certificate> {
    return judge({
      name: 'wc',
      cache: { device: this.cache, path: 'cache', ids: [] },
      origin: { device: this.origin, path: 'origin', ids: [] },
      startSector: this.startSector,
      mode: this.mode,
      level: 'full',
      evidence,
      comparison: null,
      window: null,
      writesSinceEvidence: 'none',
      writesSinceSuspend: 'none',
      ...others,
    });
  }

  /** Where an entry lies on the cache device. */
  entryOffset(index: number): number {
    return Number(this.startSector) * 512 + 64 + index * 16;
  }

  /** Where a block's data lies on the cache device. */
  dataOffset(index: number): number {
    return Number(this.startSector) * 512 + Number(this.geometry.dataOffsetBytes) + index * this.blockSize;
  }

  get view(): DataView {
    const { bytes } = this.cache;
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Changes a block on the origin behind the target's back. */
  spoil(block: number, value = 12_345): void {
    this.origin.write(this.content(value), block * this.blockSize);
  }
}

/** The codes of what was found, sorted. */
export function codes(certificate: Certificate): string[] {
  return certificate.problems.map(({ code }) => code).sort();
}
