import type { BlockDevice } from '../device/index.js';
import { SECTOR_BYTES, type Geometry } from '../format/index.js';
import type { TraceEvent } from './trace.js';

/** From `startBytes` to the next zone, the device writes `atomBytes` as a whole or not at all. */
export interface AtomZone {
  readonly startBytes: number;
  readonly atomBytes: number;
}

/** What a device held before the first event. A device is read only when needed, so it must not change meanwhile. */
export type Content = Uint8Array | BlockDevice;

/** What was written to an atom and may be lost yet. */
export interface PendingVersion {
  readonly content: Uint8Array;
  readonly eventIndex: number;
}

/** The smallest piece of a device that a power cut leaves in one of the states in which it ever was. */
export interface Atom {
  readonly offsetBytes: number;
  readonly durable: Uint8Array;
  /** Oldest first. A power cut leaves the atom with one of these or as it is durable. */
  readonly pending: readonly PendingVersion[];
}

interface OwnVersion extends PendingVersion {
  isDone: boolean;
  readonly fua: boolean;
}

interface OwnAtom extends Atom {
  durable: Uint8Array;
  pending: OwnVersion[];
}

/**
 * What a power cut may leave of one device: for each atom the content that is durable, and those that were written and
 * are not durable yet. An atom takes the writes to it in the order in which they were issued: once one is durable, those
 * before it cannot come back. A discard counts as a write of zeros.
 */
export class DeviceDurability {
  readonly #zones: readonly AtomZone[];
  readonly #base: Content;
  readonly #sizeBytes: number;
  readonly #atoms = new Map<number, OwnAtom>();
  readonly #unsettled = new Set<OwnAtom>();
  readonly #held = new Map<number, [OwnAtom, OwnVersion][]>();

  /** @param zones in ascending order, the first at byte 0. */
  constructor(zones: readonly AtomZone[], base: Content) {
    this.#zones = zones;
    this.#base = base;
    this.#sizeBytes = 'sizeBytes' in base ? Number(base.sizeBytes) : base.length;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Throws RangeError where it does not lie on the device. */
  write(event: Extract<TraceEvent, { op: 'write' }>, eventIndex: number): void {
    const { offsetBytes, data, fua, held } = event;
    const versions: [OwnAtom, OwnVersion][] = [];
    for (const atom of this.#atomsOf(offsetBytes, data.length)) {
      const version = { content: patched(atom, offsetBytes, data), eventIndex, isDone: false, fua };
      atom.pending.push(version);
      this.#unsettled.add(atom);
      versions.push([atom, version]);
    }
    if (held === undefined) this.#finish(versions);
    else this.#held.set(held, versions);
  }

  /** The held write is done; nothing happens if it went to another device. */
  done(held: number): void {
    this.#finish(this.#held.get(held) ?? []);
    this.#held.delete(held);
  }

  discard(offsetBytes: number, lengthBytes: number, eventIndex: number): void {
    const data = new Uint8Array(lengthBytes);
    this.write({ op: 'write', device: 'cache', offsetBytes, data, fua: false }, eventIndex);
  }

  /** Makes durable what is done. */
  flush(): void {
    for (const atom of this.#unsettled) {
      const last = atom.pending.findLast(({ isDone }) => isDone);
      if (last !== undefined) this.#makeDurable(atom, last);
    }
  }

  /** Atoms that a power cut may leave in more than one state. */
  unsettledAtoms(): Iterable<Atom> {
    return this.#unsettled;
  }

  /** Atoms to which something was ever written. */
  touchedAtoms(): Iterable<Atom> {
    return this.#atoms.values();
  }

  /** What the atom around this byte may be left with: durable first, then pending, oldest first. */
  possible(offsetBytes: number): { readonly startBytes: number; readonly contents: readonly Uint8Array[] } {
    const { startBytes, lengthBytes } = this.#boundsOf(offsetBytes);
    const atom = this.#atoms.get(startBytes);
    return atom === undefined
      ? { startBytes, contents: [this.#readBase(startBytes, lengthBytes)] }
      : { startBytes, contents: [atom.durable, ...atom.pending.map(({ content }) => content)] };
  }

  /** What would be read after a power cut that takes all that is not durable. Not to be changed. */
  durable(offsetBytes: number, lengthBytes: number): Uint8Array {
    return this.#assemble(offsetBytes, lengthBytes, ({ durable }) => durable);
  }

  /** What a program would read now. Not to be changed. */
  newest(offsetBytes: number, lengthBytes: number): Uint8Array {
    return this.#assemble(offsetBytes, lengthBytes, newestOf);
  }

  #assemble(offsetBytes: number, lengthBytes: number, choose: (atom: OwnAtom) => Uint8Array): Uint8Array {
    const first = this.#boundsOf(offsetBytes);
    const only = this.#atoms.get(first.startBytes);
    const place = offsetBytes - first.startBytes;
    if (only !== undefined && place + lengthBytes <= first.lengthBytes) {
      return choose(only).subarray(place, place + lengthBytes);
    }
    const bytes = this.#readBase(offsetBytes, lengthBytes);
    const end = offsetBytes + lengthBytes;
    for (let at = offsetBytes; at < end;) {
      const bounds = this.#boundsOf(at);
      const next = Math.min(end, bounds.startBytes + bounds.lengthBytes);
      const atom = this.#atoms.get(bounds.startBytes);
      if (atom !== undefined) {
        const part = choose(atom).subarray(at - bounds.startBytes, next - bounds.startBytes);
        bytes.set(part, at - offsetBytes);
      }
      at = next;
    }
    return bytes;
  }

  #finish(versions: readonly [OwnAtom, OwnVersion][]): void {
    for (const [atom, version] of versions) {
      version.isDone = true;
      if (version.fua) this.#makeDurable(atom, version);
    }
  }

  #makeDurable(atom: OwnAtom, version: OwnVersion): void {
    const place = atom.pending.indexOf(version);
    // A later write to the same atom may be durable already.
    if (place < 0) return;
    atom.durable = version.content;
    atom.pending.splice(0, place + 1);
    if (atom.pending.length === 0) this.#unsettled.delete(atom);
  }

  *#atomsOf(offsetBytes: number, lengthBytes: number): Generator<OwnAtom> {
    for (let at = offsetBytes; at < offsetBytes + lengthBytes;) {
      const bounds = this.#boundsOf(at);
      yield this.#atomAt(bounds.startBytes, bounds.lengthBytes);
      at = bounds.startBytes + bounds.lengthBytes;
    }
  }

  #atomAt(startBytes: number, lengthBytes: number): OwnAtom {
    const known = this.#atoms.get(startBytes);
    if (known !== undefined) return known;
    const durable = this.#readBase(startBytes, lengthBytes);
    const atom = { offsetBytes: startBytes, durable, pending: [] };
    this.#atoms.set(startBytes, atom);
    return atom;
  }

  #boundsOf(offsetBytes: number): { startBytes: number; lengthBytes: number } {
    if (offsetBytes < 0 || offsetBytes >= this.#sizeBytes) {
      throw new RangeError(`byte ${String(offsetBytes)} is not on a device of ${String(this.#sizeBytes)}`);
    }
    const at = this.#zones.findLastIndex(({ startBytes }) => startBytes <= offsetBytes);
    const zone = this.#zones[at];
    if (zone === undefined) throw new RangeError('the first zone begins at byte 0');
    const steps = Math.floor((offsetBytes - zone.startBytes) / zone.atomBytes);
    const startBytes = zone.startBytes + steps * zone.atomBytes;
    const zoneEnd = Math.min(this.#zones[at + 1]?.startBytes ?? Infinity, this.#sizeBytes);
    return { startBytes, lengthBytes: Math.min(zone.atomBytes, zoneEnd - startBytes) };
  }

  #readBase(offsetBytes: number, lengthBytes: number): Uint8Array {
    // A Buffer's own slice would share its memory.
    if (!('sizeBytes' in this.#base)) {
      return new Uint8Array(this.#base.subarray(offsetBytes, offsetBytes + lengthBytes));
    }
    const bytes = new Uint8Array(lengthBytes);
    this.#base.read(bytes, offsetBytes);
    return bytes;
  }
}

function newestOf({ durable, pending }: Atom): Uint8Array {
  return pending.at(-1)?.content ?? durable;
}

/** The atom's newest content with the part of `data` in it that falls there. */
function patched(atom: Atom, offsetBytes: number, data: Uint8Array): Uint8Array {
  const content = newestOf(atom).slice();
  const from = Math.max(0, atom.offsetBytes - offsetBytes);
  const to = Math.min(data.length, atom.offsetBytes - offsetBytes + content.length);
  content.set(data.subarray(from, to), offsetBytes + from - atom.offsetBytes);
  return content;
}

/** How a cache is laid out, and on what it is. */
export interface CacheLayout {
  /** `p`: the cache device is memory, and its metadata are stored in pieces of 8 bytes. */
  readonly mode: 'p' | 's';
  readonly geometry: Geometry;
  /** Where the superblock is, in sectors of 512 bytes. */
  readonly startSector: number;
}

/**
 * The atoms of a cache device: in ssd mode a sector of metadata, in pmem mode 8 bytes of it; and whole blocks of data,
 * because a program cannot count on more than its own writes' order anyhow.
 */
export function cacheZones({ mode, geometry, startSector }: CacheLayout): AtomZone[] {
  const startBytes = startSector * SECTOR_BYTES;
  const zones = [
    { startBytes, atomBytes: mode === 'p' ? 8 : SECTOR_BYTES },
    { startBytes: startBytes + Number(geometry.dataOffsetBytes), atomBytes: geometry.blockSize },
  ];
  return startBytes === 0 ? zones : [{ startBytes: 0, atomBytes: SECTOR_BYTES }, ...zones];
}

/** What a power cut may leave of both devices of a target, as its trace goes on. */
export class TraceDurability {
  readonly cache: DeviceDurability;
  /** Null where the origin is not in the trace: events of it are passed over. */
  readonly origin: DeviceDurability | null;

  constructor(layout: CacheLayout, initial: { readonly cache: Content; readonly origin: Content | null }) {
    this.cache = new DeviceDurability(cacheZones(layout), initial.cache);
    const zones = [{ startBytes: 0, atomBytes: layout.geometry.blockSize }];
    this.origin = initial.origin === null ? null : new DeviceDurability(zones, initial.origin);
  }

  apply(event: TraceEvent, eventIndex: number): void {
    switch (event.op) {
      case 'write':
        this[event.device]?.write(event, eventIndex);
        break;
      case 'done':
        this.cache.done(event.held);
        this.origin?.done(event.held);
        break;
      case 'flush':
        this[event.device]?.flush();
        break;
      case 'discard':
        this[event.device]?.discard(event.offsetBytes, event.lengthBytes, eventIndex);
        break;
      case 'request':
      case 'acknowledge':
        break;
    }
  }
}
