import { ZEROS, type Found } from './stamps.js';

interface Change {
  /** Null for a discard. */
  readonly version: number | null;
  readonly fua: boolean;
  readonly requestIndex: number;
  acknowledgeIndex: number;
  /** From which event on the program may count on it. */
  promisedIndex: number;
}

interface OpenRequest {
  readonly kind: 'write' | 'flush' | 'discard';
  readonly requestIndex: number;
  readonly changes: readonly Change[];
}

/** What a block may hold after a power cut. */
export interface Allowed {
  /** Any of them. */
  readonly versions: ReadonlySet<number>;
  /** A discard may have come last. */
  readonly zeros: boolean;
}

/**
 * What a program wrote and was promised, kept by itself: it looks at requests and acknowledgements alone, and knows nothing
 * of caches. Blocks are numbered on the mapped device; indices are of events in the trace.
 */
export class Ledger {
  readonly #changes = new Map<number, Change[]>();
  readonly #open = new Map<number, OpenRequest>();
  #newestVersion = 0;

  /** The versions that a write of so many blocks writes. */
  newVersions(count: number): number[] {
    return Array.from({ length: count }, () => (this.#newestVersion += 1));
  }

  write(id: number, firstBlock: number, versions: readonly number[], fua: boolean, index: number): void {
    this.#begin(
      id,
      'write',
      index,
      versions.map((version, i) => this.#change(firstBlock + i, version, fua, index)),
    );
  }

  discard(id: number, firstBlock: number, count: number, index: number): void {
    const blocks = Array.from({ length: count }, (_, i) => firstBlock + i);
    this.#begin(
      id,
      'discard',
      index,
      blocks.map((block) => this.#change(block, null, false, index)),
    );
  }

  flush(id: number, index: number): void {
    this.#begin(id, 'flush', index, []);
  }

  acknowledge(id: number, index: number): void {
    const open = this.#open.get(id);
    if (open === undefined) throw new Error(`request ${String(id)} is acknowledged and was never made`);
    this.#open.delete(id);
    for (const change of open.changes) {
      change.acknowledgeIndex = index;
      if (change.fua) change.promisedIndex = index;
    }
    if (open.kind === 'flush') this.#promiseBefore(open.requestIndex, index);
  }

  /** What the block may hold after a power cut before the event `crashPoint`. */
  allowed(block: number, crashPoint: number): Allowed {
    const changes = (this.#changes.get(block) ?? []).filter((change) => change.requestIndex < crashPoint);
    const promised = changes.findLastIndex((change) => change.promisedIndex < crashPoint);
    const since = changes.slice(Math.max(0, promised));
    const zeros = since.some(({ version }) => version === null);
    // What was discarded is undefined; that it is none of the block's own contents would still be wrong.
    const possible = zeros ? changes : since;
    const versions = new Set(possible.flatMap(({ version }) => (version === null ? [] : [version])));
    if (promised < 0 || zeros) versions.add(0);
    return { versions, zeros };
  }

  #change(block: number, version: number | null, fua: boolean, requestIndex: number): Change {
    const change = { version, fua, requestIndex, acknowledgeIndex: Infinity, promisedIndex: Infinity };
    const known = this.#changes.get(block);
    if (known === undefined) this.#changes.set(block, [change]);
    else known.push(change);
    return change;
  }

  #begin(id: number, kind: OpenRequest['kind'], requestIndex: number, changes: readonly Change[]): void {
    this.#open.set(id, { kind, requestIndex, changes });
  }

  #promiseBefore(requestIndex: number, index: number): void {
    for (const changes of this.#changes.values()) {
      for (const change of changes) {
        if (change.acknowledgeIndex < requestIndex) {
          change.promisedIndex = Math.min(change.promisedIndex, index);
        }
      }
    }
  }
}

/** Whether a block may hold what was found. */
export function isAllowed({ versions, zeros }: Allowed, found: Found): boolean {
  return typeof found === 'number' ? versions.has(found) : zeros && found === ZEROS;
}
