import { SECTOR_BYTES } from '../../format/index.js';
import type { TracedRequest } from '../trace.js';

/** One change of one block, as the program that used the mapped device sees it. */
interface Change {
  readonly requestIndex: number;
  acknowledgeIndex: number;
  /** Undefined where the trace does not tell what the write wrote; null for a discard. */
  content: Uint8Array | null | undefined;
}

interface OpenRequest {
  readonly request: TracedRequest;
  readonly requestIndex: number;
  readonly changes: readonly { readonly sector: number; readonly change: Change }[];
  /** How many of them have their content. */
  filled: number;
}

/** A block that a flush or a FUA write promises, and what it may hold. */
export interface Promised {
  readonly sector: number;
  readonly contents: readonly Uint8Array[];
}

/**
 * What a program asked and was told. A request does not carry its data: they are what the target writes in its course,
 * block after block.
 */
export class ProgramView {
  readonly #blockSectors: number;
  readonly #blocks = new Map<number, Change[]>();
  readonly #open = new Map<number, OpenRequest>();
  #writing: OpenRequest | null = null;
  #sawRequests = false;

  constructor(blockSize: number) {
    this.#blockSectors = blockSize / SECTOR_BYTES;
  }

  /** Whether the trace has requests at all. */
  get sawRequests(): boolean {
    return this.#sawRequests;
  }

  request(id: number, request: TracedRequest, requestIndex: number): void {
    this.#sawRequests = true;
    const changes = this.#sectorsOf(request).map((sector) => {
      const content = request.kind === 'discard' ? null : undefined;
      return { sector, change: { requestIndex, acknowledgeIndex: Infinity, content } };
    });
    for (const { sector, change } of changes) this.#changesOf(sector).push(change);
    const open = { request, requestIndex, changes, filled: 0 };
    this.#open.set(id, open);
    this.#writing = request.kind === 'write' ? open : null;
  }

  /** The sector of the block that the newest write request writes next; null where none is expected. */
  get expectedSector(): number | null {
    return this.#writing?.changes[this.#writing.filled]?.sector ?? null;
  }

  /** The target has written the block at {@link expectedSector}. */
  wrote(content: Uint8Array): void {
    const next = this.#writing?.changes[this.#writing.filled];
    if (this.#writing === null || next === undefined) return;
    next.change.content = content;
    this.#writing.filled += 1;
  }

  /** The request is acknowledged: what does it promise? */
  acknowledge(id: number, acknowledgeIndex: number): Promised[] {
    const open = this.#open.get(id);
    if (open === undefined) return [];
    this.#open.delete(id);
    for (const { change } of open.changes) change.acknowledgeIndex = acknowledgeIndex;
    if (open.request.kind === 'flush') return this.#promisedBefore(open.requestIndex);
    return open.request.kind === 'write' && open.request.fua ? this.#promisedBy(open) : [];
  }

  #promisedBefore(requestIndex: number): Promised[] {
    return [...this.#blocks].flatMap(([sector, changes]) => {
      const newest = changes.findLastIndex((change) => change.acknowledgeIndex < requestIndex);
      if (newest < 0) return [];
      // What came before it can be asked for no more.
      changes.splice(0, newest);
      return promise(sector, changes);
    });
  }

  #promisedBy({ changes: own }: OpenRequest): Promised[] {
    return own.flatMap(({ sector, change }) => {
      const changes = this.#changesOf(sector);
      return promise(sector, changes.slice(Math.max(0, changes.indexOf(change))));
    });
  }

  #changesOf(sector: number): Change[] {
    const known = this.#blocks.get(sector);
    if (known !== undefined) return known;
    const changes: Change[] = [];
    this.#blocks.set(sector, changes);
    return changes;
  }

  #sectorsOf(request: TracedRequest): number[] {
    if (request.kind === 'flush') return [];
    const count = Math.floor(request.lengthSectors / this.#blockSectors);
    return Array.from({ length: count }, (_, i) => request.startSector + i * this.#blockSectors);
  }
}

/** The first of these changes is promised, and each later one may have taken its place. */
function promise(sector: number, changes: readonly Change[]): Promised[] {
  const contents: Uint8Array[] = [];
  for (const { content } of changes) {
    if (content === null || content === undefined) return [];
    contents.push(content);
  }
  return contents.length === 0 ? [] : [{ sector, contents }];
}
