import { formatMagic, SECTOR_BYTES } from '../format/index.js';
import type { CacheState, EntrySummary, Inspection } from '../scan/index.js';
import { formatCount, formatShare, formatSize } from '../units.js';
import { facts, table, wrap } from './table.js';
import { tone, type Tone } from './style.js';

export const STATE_TONE: Record<CacheState, Tone> = {
  blank: 'notice',
  torn: 'notice',
  clean: 'good',
  dirty: 'notice',
  damaged: 'bad',
  foreign: 'bad',
};

/** Everything but prose is at most this wide. */
export const TEXT_WIDTH = 80;

export interface TextOptions {
  /** Exact bytes instead of KiB, MiB, GiB. */
  readonly bytes: boolean;
}

/** A size as the user wants to see sizes. */
export function size(sizeBytes: bigint, options: TextOptions): string {
  return options.bytes ? `${String(sizeBytes)} B` : formatSize(sizeBytes);
}

/** What is known of the device beyond its metadata. */
export interface InspectionContext {
  /** Who uses it now. */
  readonly heldBy: readonly string[];
  /** Sectors at which there are superblocks, looked for where there is none at the asked one. */
  readonly elsewhere: readonly bigint[];
}

/** What `wcache inspect` shows a person: a screenful about the superblock, the layout, the entries, what it means. */
export function inspectionText(
  inspection: Inspection,
  { heldBy, elsewhere }: InspectionContext,
  options: TextOptions,
): string {
  const { state, name, sizeBytes, startSector } = inspection;
  const place = startSector === 0n ? '' : ` from sector ${String(startSector)}`;
  const title = `${tone('strong', name)}: ${tone(STATE_TONE[state], state)} ${
    state === 'foreign' ? 'device, not a writecache' : 'writecache'
  }, ${size(sizeBytes, options)}${place}`;
  const parts = [title];
  const rows = [...superblockRows(inspection, options), ...layoutRows(inspection, options)];
  if (rows.length > 0) {
    parts.push(facts(rows));
  }
  if (inspection.entries !== null) {
    parts.push(entriesTable(inspection, inspection.entries, options));
  }
  parts.push(wrap(meaning(inspection, options), TEXT_WIDTH));
  for (const sector of elsewhere) {
    parts.push(
      wrap(
        `There is a writecache superblock at sector ${String(sector)}: look at it with --start-sector ${String(sector)}.`,
        TEXT_WIDTH,
      ),
    );
  }
  if (inspection.changedWhileRead) {
    parts.push(wrap('The cache committed while it was read: the numbers mix two moments.', TEXT_WIDTH));
  }
  if (heldBy.length > 0) {
    parts.push(runningText(heldBy));
  }
  return parts.join('\n\n');
}

/** What to bear in mind when the device is in use. */
export function runningText(heldBy: readonly string[]): string {
  return wrap(
    `In use by ${heldBy.join(', ')}: a running cache may have newer state in memory than on this device.`,
    TEXT_WIDTH,
  );
}

function superblockRows({ state, superblock }: Inspection, options: TextOptions): [string, string][] {
  if (state === 'blank' || state === 'foreign') {
    return [];
  }
  const { magic, version, block_size: blockSize, n_blocks: nBlocks, seq_count: seqCount } = superblock;
  const data = nBlocks * BigInt(blockSize);
  return [
    ['magic', `${formatMagic(magic)}, version ${String(version)}`],
    ['block size', `${String(blockSize)} bytes`],
    ['blocks', `${formatCount(nBlocks)} (${size(data, options)} of data)`],
    ['seq_count', String(seqCount)],
  ];
}

function layoutRows(inspection: Inspection, options: TextOptions): [string, string][] {
  const { geometry, areaBytes, startSector, maxNBlocks } = inspection;
  if (geometry === null) {
    return [];
  }
  const start = startSector * BigInt(SECTOR_BYTES);
  const unused = areaBytes - geometry.dataEndBytes;
  const rows: [string, string][] = [
    [
      'metadata',
      `${size(geometry.dataOffsetBytes, options)} (${formatCount(geometry.metadataSectors)} sectors)`,
    ],
    [
      'data',
      `from byte ${String(start + geometry.dataOffsetBytes)}, ${size(unused, options)} unused behind it`,
    ],
  ];
  if (maxNBlocks !== null && maxNBlocks !== geometry.nBlocks) {
    rows.push(['would fit', `${formatCount(maxNBlocks)} blocks`]);
  }
  return rows;
}

function entriesTable({ geometry }: Inspection, entries: EntrySummary, options: TextOptions): string {
  const nBlocks = Number(geometry?.nBlocks ?? 0n);
  const blockSize = BigInt(geometry?.blockSize ?? 0);
  const row = (name: string, count: number, what: string): string[] => [
    `  ${name}`,
    formatCount(count),
    formatShare(count, nBlocks),
    size(BigInt(count) * blockSize, options),
    what,
  ];
  const rows = [
    row('free', entries.free, 'not in use'),
    row('live', entries.live, 'newer than the origin'),
    row('stale', entries.copies.stale, 'older copies of live blocks'),
    row('uncommitted', entries.uncommitted, 'dropped on activation'),
  ];
  return table(
    [
      { title: '  entries' },
      { title: 'count', align: 'right' },
      { title: 'share', align: 'right' },
      { title: 'size', align: 'right' },
      { title: '' },
    ],
    rows,
  );
}

function meaning(inspection: Inspection, options: TextOptions): string {
  const { state, entries, geometry, reason } = inspection;
  const because = `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
  switch (state) {
    case 'blank':
      return 'Magic and version are zero: the kernel formats this device when a table with it is loaded. If the cache was made with start_sector, say so with --start-sector.';
    case 'torn':
      return `${because} The kernel refuses it. Nothing was cached yet; format it again.`;
    case 'foreign':
      return `${because} If the cache was made with start_sector, say so with --start-sector.`;
    case 'damaged':
      return `${because} \`wcache check\` says more.`;
    case 'clean':
      return 'Clean: nothing in this cache is newer than the origin.';
    case 'dirty': {
      const live = entries?.live ?? 0;
      const bytes = size(BigInt(live) * BigInt(geometry?.blockSize ?? 0), options);
      const blocks = live === 1 ? '1 block' : `${formatCount(live)} blocks`;
      const highest = entries?.maxOriginalSector;
      const reach = highest == null ? '' : ` They reach up to origin sector ${String(highest)}.`;
      return `Dirty: ${blocks} (${bytes}) are only in this cache; the origin alone is not up to date.${reach}`;
    }
  }
}
