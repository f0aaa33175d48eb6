import { VoidDevice, type Bytes, type DiskStatistics } from '../../src/device/index.js';

/** How long a disk takes, in milliseconds. */
export interface Latencies {
  readonly read: number;
  readonly write: number;
  /** null for what takes no flushes by itself. */
  readonly flush: number | null;
}

export const ROTATING: Latencies = { read: 4.2, write: 5.6, flush: 9 };
export const FLASH: Latencies = { read: 0.09, write: 0.06, flush: 0.7 };
export const MAPPED: Latencies = { read: 0.11, write: 0.08, flush: null };

/** Requests that a disk works on at the same time. */
const AT_ONCE = 8;

/** What a kernel would count of a disk that did what this one is told. */
export class ModelDisk {
  readonly #counts = { reads: 0, readSectors: 0, readMs: 0, writes: 0, writtenSectors: 0, writeMs: 0 };
  readonly #latencies: Latencies;
  /** Each request stands for so many. */
  readonly #scale: number;
  #flushes = 0;
  #flushMs = 0;
  #busyMs = 0;
  #workMs = 0;
  #inFlight = 0;
  #nowMs = 0;

  constructor(latencies: Latencies, scale: number) {
    this.#latencies = latencies;
    this.#scale = scale;
  }

  /** @param latencyMs where it was another than usual. */
  did(what: 'read' | 'write', bytes: number, latencyMs = this.#latencies[what]): void {
    const ms = latencyMs * this.#scale * this.#unrest();
    const sectors = (bytes / 512) * this.#scale;
    if (what === 'read') {
      this.#counts.reads += this.#scale;
      this.#counts.readSectors += sectors;
      this.#counts.readMs += ms;
    } else {
      this.#counts.writes += this.#scale;
      this.#counts.writtenSectors += sectors;
      this.#counts.writeMs += ms;
    }
    this.#workMs += ms / AT_ONCE;
  }

  flushed(): void {
    const { flush } = this.#latencies;
    if (flush === null) return;
    this.#flushes += 1;
    this.#flushMs += flush * this.#unrest();
  }

  /** Time went on. */
  advance(elapsedMs: number): void {
    this.#nowMs += elapsedMs;
    const worked = Math.min(elapsedMs, this.#workMs);
    this.#inFlight = Math.ceil((AT_ONCE * worked) / Math.max(1, elapsedMs));
    this.#busyMs += worked;
    this.#workMs = 0;
  }

  statistics(): DiskStatistics {
    return {
      ...whole(this.#counts),
      inFlight: this.#inFlight,
      busyMs: Math.floor(this.#busyMs),
      discards: 0,
      flushes: this.#flushes,
      flushMs: Math.floor(this.#flushMs),
    };
  }

  /** No disk is equally fast all the time. */
  #unrest(): number {
    return 1 + 0.3 * Math.sin(this.#nowMs / 4000);
  }
}

function whole<T extends Readonly<Record<string, number>>>(counts: T): T {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, Math.floor(count)])) as T;
}

/** A device that keeps only its beginning, which is enough for the metadata of a cache, and counts what is done with it. */
export class CountedDevice extends VoidDevice {
  readonly #kept: Uint8Array;
  readonly #disk: ModelDisk;

  constructor(name: string, sizeBytes: bigint, keptBytes: number, disk: ModelDisk) {
    super(name, sizeBytes);
    this.#kept = new Uint8Array(keptBytes);
    this.#disk = disk;
  }

  override read(target: Uint8Array, offset: Bytes): void {
    super.read(target, offset);
    const at = Number(offset);
    if (at < this.#kept.length) target.set(this.#kept.subarray(at, at + target.length));
    this.#disk.did('read', target.length);
  }

  override write(source: Uint8Array, offset: Bytes): void {
    super.write(source, offset);
    const at = Number(offset);
    if (at < this.#kept.length) this.#kept.set(source.subarray(0, this.#kept.length - at), at);
    this.#disk.did('write', source.length);
  }

  override flush(): void {
    this.#disk.flushed();
  }
}
