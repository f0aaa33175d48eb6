import type { SectorDocument } from '../documents/inspect.js';
import { table } from './table.js';
import { tone } from './style.js';

/** Whether a sector is in the cache, and every copy of its block. */
export function sectorText(document: SectorDocument): string {
  const { device, sector, live, copies } = document;
  const place = `${tone('strong', device)}: origin sector ${String(sector)}`;
  const answer =
    live === null
      ? `${place} is not in the cache: the origin has its newest committed data.`
      : `${place} is in the cache: entry ${String(live.index)}, data at byte ${String(live.data_offset_bytes)}.`;
  if (copies.length === 0) {
    return answer;
  }
  const rows = copies.map((entry) => [
    String(entry.index),
    entry.state,
    entry.original_sector,
    entry.seq_count,
    String(entry.data_offset_bytes),
  ]);
  const columns = [
    { title: 'index', align: 'right' },
    { title: 'state' },
    { title: 'original_sector', align: 'right' },
    { title: 'seq_count', align: 'right' },
    { title: 'data_offset_bytes', align: 'right' },
  ] as const;
  return `${answer}\n\n${table(columns, rows)}`;
}
