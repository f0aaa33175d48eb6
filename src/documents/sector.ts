import type { FoundEntries, FoundEntry, InspectionWithEntries } from '../scan/index.js';
import { dataOffsetBytes, type EntryDocument, type SectorDocument } from './inspect.js';
import { integer } from './json.js';

/** What the cache knows of one origin sector. */
export function sectorDocument(
  inspection: InspectionWithEntries,
  sector: bigint,
  found: FoundEntries,
): SectorDocument {
  const copies = found.entries.map((entry) => entryDocument(inspection, entry));
  const live = copies.find(({ state }) => state === 'live') ?? null;
  return {
    device: inspection.name,
    sector: integer(sector),
    cached: live !== null,
    live,
    copies_total: found.total,
    copies,
  };
}

function entryDocument(inspection: InspectionWithEntries, entry: FoundEntry): EntryDocument {
  return {
    index: entry.index,
    state: entry.state,
    original_sector: String(entry.original_sector),
    seq_count: String(entry.seq_count),
    data_offset_bytes: integer(dataOffsetBytes(inspection, entry.index)),
  };
}
