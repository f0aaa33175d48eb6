import { SECTOR_BYTES } from '../format/index.js';
import type { BlockDevice } from '../device/block-device.js';
import { WrongDeviceError } from '../errors.js';
import type { ScanOptions } from './chunks.js';
import type { EntrySummary, Inspection } from './inspect.js';
import { Passes } from './passes.js';

/** What one entry is, from the narrowest point of view. */
export const ENTRY_STATES = ['free', 'live', 'stale', 'identical', 'uncommitted'] as const;
export type EntryState = (typeof ENTRY_STATES)[number];

/** Names that a filter takes: the states, and `committed` for live, stale and identical together. */
export const STATE_FILTERS = [...ENTRY_STATES, 'committed'] as const;
export type StateFilter = (typeof STATE_FILTERS)[number];

export interface EntryFilter {
  readonly state?: StateFilter;
  /** Only entries whose block holds a sector from `first` to `last`, both included. Free entries hold none. */
  readonly sectors?: { readonly first: bigint; readonly last: bigint };
}

/** A batch of chosen entries, column by column; the arrays are filled up to `count` and reused for the next. */
export interface EntryBatch {
  count: number;
  readonly index: Float64Array;
  readonly sectorHi: Uint32Array;
  readonly sectorLo: Uint32Array;
  readonly seqHi: Uint32Array;
  readonly seqLo: Uint32Array;
  /** Positions in {@link ENTRY_STATES}. */
  readonly state: Uint8Array;
}

const FREE = ENTRY_STATES.indexOf('free');
const LIVE = ENTRY_STATES.indexOf('live');
const STALE = ENTRY_STATES.indexOf('stale');
const IDENTICAL = ENTRY_STATES.indexOf('identical');
const UNCOMMITTED = ENTRY_STATES.indexOf('uncommitted');

const BATCH = 8192;

function emptyBatch(): EntryBatch {
  return {
    count: 0,
    index: new Float64Array(BATCH),
    sectorHi: new Uint32Array(BATCH),
    sectorLo: new Uint32Array(BATCH),
    seqHi: new Uint32Array(BATCH),
    seqLo: new Uint32Array(BATCH),
    state: new Uint8Array(BATCH),
  };
}

/** An inspection whose superblock is usable, so that there are entries to go through. */
export type InspectionWithEntries = Inspection & {
  readonly entries: EntrySummary;
  readonly geometry: NonNullable<Inspection['geometry']>;
};

/**
 * Goes through the entries of an inspected cache in the order of their indexes and hands on those that the filter
 * chooses, in batches. Memory does not grow with their number.
 */
export async function* selectEntries(
  device: BlockDevice,
  inspection: InspectionWithEntries,
  filter: EntryFilter = {},
  options: ScanOptions = {},
): AsyncGenerator<EntryBatch> {
  const { superblock, geometry, entries } = inspection;
  const chosen = chosenStates(filter.state);
  const range = sectorRange(filter, geometry.blockSize);
  const seqHi = Number(superblock.seq_count >> 32n);
  const seqLo = Number(superblock.seq_count & 0xffff_ffffn);
  const { copies } = entries;
  const anyStale = copies.stale > 0;
  const batch = emptyBatch();
  const startBytes = inspection.startSector * BigInt(SECTOR_BYTES);
  const passes = new Passes({ device, startBytes, nBlocks: Number(geometry.nBlocks) }, options);
  for await (const run of passes.run()) {
    const { words, firstIndex, count } = run;
    for (let entry = 0, at = 0; entry < count; entry += 1, at += 4) {
      const entrySeqLo = words[at + 2] ?? 0;
      const entrySeqHi = words[at + 3] ?? 0;
      const index = firstIndex + entry;
      let state = LIVE;
      if (entrySeqHi > seqHi || (entrySeqHi === seqHi && entrySeqLo >= seqLo)) {
        state = entrySeqLo === 0xffff_ffff && entrySeqHi === 0xffff_ffff ? FREE : UNCOMMITTED;
      } else if (anyStale && copies.isStale(index)) {
        state = copies.isIdentical(index) ? IDENTICAL : STALE;
      }
      if (chosen[state] !== 1) {
        continue;
      }
      const lo = words[at] ?? 0;
      const hi = words[at + 1] ?? 0;
      if (range !== null && (state === FREE || !range(hi, lo))) {
        continue;
      }
      const to = batch.count;
      batch.index[to] = index;
      batch.sectorHi[to] = hi;
      batch.sectorLo[to] = lo;
      batch.seqHi[to] = entrySeqHi;
      batch.seqLo[to] = entrySeqLo;
      batch.state[to] = state;
      batch.count = to + 1;
      if (batch.count === BATCH) {
        yield batch;
        batch.count = 0;
      }
    }
  }
  if (batch.count > 0) {
    yield batch;
  }
}

function chosenStates(filter: StateFilter | undefined): Uint8Array {
  const chosen = new Uint8Array(ENTRY_STATES.length);
  for (const [at, state] of ENTRY_STATES.entries()) {
    const committed = at === LIVE || at === STALE || at === IDENTICAL;
    // An identical loser is stale as well: whoever asks for stale entries wants to see it.
    const wanted =
      filter === undefined ||
      filter === state ||
      (filter === 'committed' && committed) ||
      (filter === 'stale' && at === IDENTICAL);
    chosen[at] = wanted ? 1 : 0;
  }
  return chosen;
}

/** A test for sectors on two halves: does the block that begins there hold a sector of the range? */
function sectorRange(filter: EntryFilter, blockSize: number): ((hi: number, lo: number) => boolean) | null {
  if (filter.sectors === undefined) {
    return null;
  }
  const sectorsPerBlock = BigInt(blockSize / SECTOR_BYTES);
  const { first, last } = filter.sectors;
  const lowest = first < sectorsPerBlock ? 0n : first - sectorsPerBlock + 1n;
  const from = { hi: Number(lowest >> 32n), lo: Number(lowest & 0xffff_ffffn) };
  const to = { hi: Number(last >> 32n), lo: Number(last & 0xffff_ffffn) };
  return (hi, lo) =>
    (hi > from.hi || (hi === from.hi && lo >= from.lo)) && (hi < to.hi || (hi === to.hi && lo <= to.lo));
}

/** The inspection as one with entries. Throws {@link WrongDeviceError} `no-entries` where the superblock is unusable. */
export function requireEntries(inspection: Inspection): InspectionWithEntries {
  const { entries, geometry, name, state, reason } = inspection;
  if (entries === null || geometry === null) {
    throw new WrongDeviceError(`${name} has no entries to show: it is ${state} (${reason}).`, {
      code: 'no-entries',
      hint: 'wcache check says more; if the cache was made with start_sector, give --start-sector.',
    });
  }
  return { ...inspection, entries, geometry };
}
