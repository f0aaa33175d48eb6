import { stripVTControlCharacters } from 'node:util';
import type { ListDocument, ListEntry, LiveState } from '../documents/index.js';
import { SECTOR_BYTES } from '../format/index.js';
import { formatShare } from '../units.js';
import { TEXT_WIDTH, size, type TextOptions } from './inspection.js';
import { printable } from './printable.js';
import { tone, type Tone } from './style.js';
import { table, type Column } from './table.js';

const NONE = 'There is no writecache on this machine.';

export const LIVE_TONE: Readonly<Record<LiveState, Tone>> = {
  active: 'good',
  suspended: 'notice',
  error: 'bad',
  waiting: 'notice',
};

const COLUMNS: readonly Column[] = [
  { title: 'name' },
  { title: 'state' },
  { title: 'mode' },
  { title: 'block', align: 'right' },
  { title: 'size', align: 'right' },
  { title: 'dirty', align: 'right' },
  { title: '', align: 'right' },
];
const DEVICES: readonly Column[] = [{ title: 'origin' }, { title: 'cache' }];

/**
 * What `wcache list` shows a person: a line for each writecache. Where the devices' names are too long for that, they
 * come first in lines of their own.
 */
export function listText(entries: ListDocument, options: TextOptions): string {
  if (entries.length === 0) return NONE;
  const rows = entries.map((entry) => row(entry, options));
  const wide = table(
    [...COLUMNS, ...DEVICES],
    entries.map((entry, i) => [...(rows[i] ?? []), originOf(entry), cacheOf(entry)]),
  );
  const isNarrow = wide.split('\n').every((line) => stripVTControlCharacters(line).length <= TEXT_WIDTH);
  if (isNarrow) return wide;
  const devices = entries.map(
    (entry) => `${printable(entry.name)}: ${cacheOf(entry)} in front of ${originOf(entry)}`,
  );
  return [table(COLUMNS, rows), devices.join('\n')].join('\n\n');
}

function row(entry: ListEntry, options: TextOptions): string[] {
  const { state, managed_by, dirty_blocks: dirty, total_blocks: total, block_size } = entry;
  const owner = managed_by === null ? '' : ' (LVM)';
  return [
    printable(entry.name),
    `${tone(LIVE_TONE[state], state)}${owner}`,
    entry.mode === 'p' ? 'pmem' : 'ssd',
    String(block_size),
    size(BigInt(entry.length_sectors) * BigInt(SECTOR_BYTES), options),
    dirty === null || total === null ? '-' : formatShare(Number(dirty), Number(total)),
    dirty === null ? '-' : size(BigInt(dirty) * BigInt(block_size), options),
  ];
}

function originOf(entry: ListEntry): string {
  return entry.origin_path ?? entry.origin;
}

function cacheOf(entry: ListEntry): string {
  return entry.cache_path ?? entry.cache;
}
