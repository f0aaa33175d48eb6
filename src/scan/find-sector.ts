import type { BlockDevice } from '../device/block-device.js';
import type { ScanOptions } from './chunks.js';
import { u64, type EntryExample } from './examples.js';
import { ENTRY_STATES, selectEntries, type EntryState, type InspectionWithEntries } from './select.js';

/** One entry with what it is. */
export interface FoundEntry extends EntryExample {
  readonly state: EntryState;
}

/** A sector has a few copies at most in what a kernel writes; of a hostile image this many are shown. */
const MAX_FOUND = 1000;
const LIVE = ENTRY_STATES.indexOf('live');

export interface FoundEntries {
  /** By index; where there are more than a thousand, the first ones, and always the live one. */
  readonly entries: readonly FoundEntry[];
  readonly total: number;
}

/** All entries (but free ones) whose block holds an origin sector. */
export async function findSector(
  device: BlockDevice,
  inspection: InspectionWithEntries,
  sector: bigint,
  options: ScanOptions = {},
): Promise<FoundEntries> {
  const entries: FoundEntry[] = [];
  let total = 0;
  const filter = { sectors: { first: sector, last: sector } };
  for await (const batch of selectEntries(device, inspection, filter, options)) {
    for (let at = 0; at < batch.count; at += 1) {
      total += 1;
      if (entries.length >= MAX_FOUND && batch.state[at] !== LIVE) {
        continue;
      }
      entries.push({
        index: batch.index[at] ?? 0,
        state: ENTRY_STATES[batch.state[at] ?? 0] ?? 'free',
        original_sector: u64(batch.sectorHi[at] ?? 0, batch.sectorLo[at] ?? 0),
        seq_count: u64(batch.seqHi[at] ?? 0, batch.seqLo[at] ?? 0),
      });
    }
  }
  return { entries, total };
}
