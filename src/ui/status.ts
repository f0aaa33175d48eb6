import type { StatusDocument, StatusEntry } from '../documents/index.js';
import { SECTOR_BYTES } from '../format/index.js';
import { OPTION_NAMES } from '../table/index.js';
import { formatCount, formatShare } from '../units.js';
import { findingText } from './findings.js';
import { TEXT_WIDTH, size, type TextOptions } from './inspection.js';
import { LIVE_TONE } from './list.js';
import { printable } from './printable.js';
import { tone } from './style.js';
import { facts, table, wrap } from './table.js';

/** What `wcache status` shows a person: a screenful about each cache, with what it means and what to do. */
export function statusText(entries: StatusDocument, options: TextOptions): string {
  if (entries.length === 0) return 'There is no writecache on this machine.';
  return entries.map((entry) => entryText(entry, options)).join('\n\n\n');
}

/** What is said of a mapping that has no status yet. */
export function waitingNote({ name }: { readonly name: string }): string {
  return `note: ${printable(name)} has no status: its table was loaded and never made live (\`wcache doctor\` says more).`;
}

/**
 * What is said of removals, of all mappings or of those named: a mapping whose cache is gone already has no status to say it
 * in.
 */
export function removalNotes(
  removals: readonly { readonly finding: { subject: string; message: string; advice: string | null } }[],
  names?: readonly string[],
): string[] {
  return removals
    .map(({ finding }) => finding)
    .filter(({ subject }) => names?.some((name) => name.replace(/^.*\//, '') === subject) ?? true)
    .map(
      ({ subject, message, advice }) =>
        `note: ${printable(subject)}: ${message}${advice === null ? '' : ` ${advice}`}`,
    );
}

function entryText(entry: StatusEntry, options: TextOptions): string {
  return [
    title(entry, options),
    ...entry.advice.map((finding) => findingText(finding)),
    facts(rows(entry, options)),
    countersTable(entry),
    ...(entry.unknown.length === 0 ? [] : [unknownText(entry)]),
  ].join('\n\n');
}

function unknownText({ unknown }: StatusEntry): string {
  const remarks = unknown.map(({ message }) => `  ${wrap(message, TEXT_WIDTH, '    ')}`);
  return ['What cannot be known:', ...remarks].join('\n');
}

function title(entry: StatusEntry, options: TextOptions): string {
  const mode = entry.mode === 'p' ? 'pmem' : 'ssd';
  const length = size(BigInt(entry.length_sectors) * BigInt(SECTOR_BYTES), options);
  const state = entry.error
    ? `${tone(LIVE_TONE.error, 'error')}${entry.suspended ? ', suspended' : ''}`
    : entry.suspended
      ? tone(LIVE_TONE.suspended, 'suspended')
      : tone(LIVE_TONE.active, 'active');
  const owner = entry.logical_volume === null ? '' : `, LVM's ${printable(entry.logical_volume)}`;
  return `${tone('strong', printable(entry.name))}: ${state}; writecache in ${mode} mode, ${length}${owner}`;
}

function rows(entry: StatusEntry, options: TextOptions): [string, string][] {
  const { block_size, origin, cache, total_blocks: total, dirty_blocks: dirty } = entry;
  const bytes = (blocks: number | bigint): string => size(BigInt(blocks) * BigInt(block_size), options);
  return [
    ['origin', device(entry.origin_path, origin)],
    ['cache', device(entry.cache_path, cache)],
    ['blocks', `${formatCount(total)} of ${formatCount(block_size)} bytes, ${bytes(total)}`],
    [
      'dirty',
      `${formatCount(dirty)} blocks, ${bytes(dirty)}, ${formatShare(Number(dirty), Number(total))}${entry.error ? ' (not reliable)' : ''}`,
    ],
    ['free', `${formatCount(entry.free_blocks)} blocks`],
    ['writeback', `${formatCount(entry.writeback_blocks)} blocks under way`],
    ...watermarkRows(entry),
    ['options', wrap(givenOptions(entry), TEXT_WIDTH, ' '.repeat(FACTS_INDENT))],
  ];
}

/** Two blanks, the longest word of the facts, two blanks. */
const FACTS_INDENT = 2 + 'writeback'.length + 2;

function watermarkRows(entry: StatusEntry): [string, string][] {
  const { watermarks, effective_options: effective } = entry;
  if (effective.cleaner?.value === true) {
    return [['starts at', '1 dirty block: the cleaner writes everything back']];
  }
  const at = (percent: number | null, blocks: number | bigint, source: string | undefined): string => {
    const shown = percent === null ? 'not known' : `${String(percent)}%`;
    return `${formatCount(blocks)} dirty blocks (${shown}${source === 'default' ? ', the default' : ''})`;
  };
  const { high_percent, low_percent } = watermarks;
  return [
    [
      'starts at',
      at(high_percent, watermarks.writeback_starts_at_dirty_blocks, effective.high_watermark?.source),
    ],
    [
      'stops at',
      at(low_percent, watermarks.writeback_stops_at_dirty_blocks, effective.low_watermark?.source),
    ],
  ];
}

function givenOptions({ options }: StatusEntry): string {
  const given = OPTION_NAMES.flatMap((name) => {
    const value = options[name];
    if (value === undefined) return [];
    if (name === 'fua') return [value === true ? 'fua' : 'nofua'];
    return [value === true ? name : `${name} ${String(value)}`];
  });
  return given.length === 0 ? 'all by default' : given.join(', ');
}

function countersTable({ counters }: StatusEntry): string {
  const shown = (value: number | bigint | undefined): string =>
    value === undefined ? '-' : formatCount(value);
  const share = (part: number | bigint | undefined, whole: number | bigint | undefined): string =>
    part === undefined || whole === undefined ? '-' : formatShare(Number(part), Number(whole));
  const of = (name: string, part: number | bigint | undefined, whole: number | bigint | undefined) => [
    `    ${name}`,
    shown(part),
    share(part, whole),
  ];
  const { reads, writes } = counters ?? {};
  return table(
    [
      { title: '  since it was loaded' },
      { title: 'count', align: 'right' },
      { title: 'rate', align: 'right' },
    ],
    [
      ['  reads', shown(reads), ''],
      of('answered by the cache', counters?.read_hits, reads),
      ['  writes', shown(writes), ''],
      of('over uncommitted blocks', counters?.write_hits_uncommitted, writes),
      of('over committed blocks', counters?.write_hits_committed, writes),
      of('into free blocks', counters?.writes_allocate, writes),
      of('around the cache, to the origin', counters?.writes_around, writes),
      ['  waits for a free block', shown(counters?.writes_blocked_on_freelist), ''],
      ['  flushes', shown(counters?.flushes), ''],
      ['  discards', shown(counters?.discards), ''],
    ],
  );
}

function device(path: string | null, number: string): string {
  return path === null ? `${number}, which is gone` : `${path} (${number})`;
}
