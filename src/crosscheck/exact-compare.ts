import type { BlockDevice } from '../device/index.js';
import type { BlockColumns } from './block-columns.js';
import { cachePlaces, originPlaces, type CacheData } from './places.js';
import { runToEnd, sweep } from './sweep.js';
import { type Missing } from './visitor.js';

export interface ComparedDevices {
  readonly cache: BlockDevice;
  readonly origin: BlockDevice;
  readonly data: CacheData;
}

/** The copies of one block, by their positions in columns. */
export type CopyGroup = readonly number[];

export interface GroupResult {
  /** Why the origin's block could not be read; null where it could. */
  readonly originMissing: Missing | null;
  /** What the origin has. */
  readonly onOrigin: Uint8Array;
  /** Whether the origin has what a copy has, to the byte; null where one of the two could not be read. */
  readonly isEqual: (copy: number) => boolean | null;
}

/** Compares the copies of some blocks with the origin; the groups are in the order of their sectors. */
export function compareGroups(
  { cache, origin, data }: ComparedDevices,
  columns: BlockColumns,
  groups: readonly CopyGroup[],
): GroupResult[] {
  const { blockSize } = data;
  const store = new Uint8Array(groups.length * blockSize);
  const groupOf = new Map(groups.flatMap((group, number) => group.map((copy) => [copy, number] as const)));
  const contentOf = (copy: number): Uint8Array => {
    const at = (groupOf.get(copy) ?? 0) * blockSize;
    return store.subarray(at, at + blockSize);
  };
  const missing = new Map<number, Missing>();
  const firsts = Uint32Array.from(groups, ([first = 0]) => first);
  const onOrigin = originPlaces(columns.sectorHi, columns.sectorLo, firsts);
  runToEnd(
    sweep(origin, blockSize, onOrigin, {
      take: (copy, bytes) => {
        contentOf(copy).set(bytes);
      },
      missing: (copy, why) => missing.set(groupOf.get(copy) ?? 0, why),
    }),
  );
  const equal = new Map<number, boolean>();
  const copies = Uint32Array.from(groups.flat()).sort();
  runToEnd(
    sweep(cache, blockSize, cachePlaces(columns.index, copies, data), {
      take: (copy, bytes) => equal.set(copy, Buffer.compare(bytes, contentOf(copy)) === 0),
      missing: () => undefined,
    }),
  );
  return groups.map(([first = 0], number) => {
    const originMissing = missing.get(number) ?? null;
    return {
      originMissing,
      onOrigin: contentOf(first),
      isEqual: (copy) => (originMissing === null ? (equal.get(copy) ?? null) : null),
    };
  });
}
