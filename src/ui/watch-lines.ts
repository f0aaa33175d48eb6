import stringWidth from 'string-width';
import type { WatchEvent, WatchedCache } from '../watch/index.js';
import { compactCount, compactMilliseconds, compactPercent, compactSize } from './compact.js';
import { printable } from './printable.js';

export interface WatchLinesOptions {
  /** Exact numbers of bytes and counts. */
  readonly exact: boolean;
  /** Of the terminal; null where the lines go elsewhere. */
  readonly columns: () => number | null;
  readonly rows: () => number | null;
}

/** Whether the counters of a line are all since they began, or those of the interval per second. */
type Kind = 'totals' | 'rates';

interface Column {
  /** Over the columns of the first line of the header that begin here. */
  readonly group?: Readonly<Record<Kind, string>>;
  readonly title: Readonly<Record<Kind, string>>;
  readonly width: number;
  /** Of `--bytes`. */
  readonly exactWidth: number;
  readonly value: (cache: WatchedCache, exact: boolean) => string;
}

const LINES_PER_HEADER = 20;
const SHORTEST_NAME = 8;
const LONGEST_NAME = 24;
const UNKNOWN = '-';

/**
 * What is watched as columns, in the way of vmstat: a line for each cache and look, the first one of each with all that was
 * counted since its counters began, and a header now and then.
 */
export class WatchLines {
  readonly #options: WatchLinesOptions;
  #kind: Kind | null = null;
  #nameWidth = SHORTEST_NAME;
  #columns: readonly Column[] = COLUMNS;
  #sinceHeader = 0;

  constructor(options: WatchLinesOptions) {
    this.#options = options;
  }

  /** The lines of one look. */
  show(caches: readonly WatchedCache[]): string[] {
    const first = caches.filter((cache) => kindOf(cache) === 'totals');
    const rest = caches.filter((cache) => kindOf(cache) === 'rates');
    const widest = Math.max(0, ...caches.map((cache) => stringWidth(nameOf(cache))));
    return [...this.#group('rates', rest, widest), ...this.#group('totals', first, widest)];
  }

  #group(kind: Kind, caches: readonly WatchedCache[], widestName: number): string[] {
    if (caches.length === 0) return [];
    const header = this.#needsHeader(kind, widestName) ? this.#header(kind, widestName) : [];
    const lines = caches.map((cache) => this.#line(cache));
    this.#sinceHeader += lines.length;
    return [...header, ...lines];
  }

  #needsHeader(kind: Kind, widestName: number): boolean {
    const rows = this.#options.rows();
    const each = rows === null || rows < 5 ? LINES_PER_HEADER : rows - 3;
    const isCut = widestName > this.#nameWidth && this.#nameWidth < LONGEST_NAME;
    return kind !== this.#kind || this.#sinceHeader >= each || isCut;
  }

  #header(kind: Kind, widestName: number): string[] {
    this.#kind = kind;
    this.#sinceHeader = 0;
    this.#nameWidth = Math.min(LONGEST_NAME, Math.max(SHORTEST_NAME, widestName, this.#nameWidth));
    this.#columns = this.#fitting();
    let groups = '';
    let at = this.#nameWidth;
    for (const column of this.#columns) {
      // A group begins where its first column does.
      if (column.group !== undefined) groups = `${groups.padEnd(at + 1)}${column.group[kind]}`;
      at += 1 + this.#widthOf(column);
    }
    const titles = this.#columns.map((column) => column.title[kind].padStart(this.#widthOf(column)));
    return [groups.trimEnd(), [fitted('name', this.#nameWidth), ...titles].join(' ')];
  }

  /** All columns, or those that a terminal has room for. */
  #fitting(): readonly Column[] {
    const room = this.#options.columns();
    if (room === null) return COLUMNS;
    const width = (columns: readonly Column[]): number =>
      columns.reduce((sum, column) => sum + 1 + this.#widthOf(column), this.#nameWidth);
    return width(COLUMNS) <= room ? COLUMNS : COLUMNS.filter((column) => !LATENCIES.includes(column));
  }

  #widthOf({ width, exactWidth }: Column): number {
    return this.#options.exact ? exactWidth : width;
  }

  #line(cache: WatchedCache): string {
    const values = this.#columns.map((column) =>
      column.value(cache, this.#options.exact).padStart(this.#widthOf(column)),
    );
    return [fitted(nameOf(cache), this.#nameWidth), ...values].join(' ');
  }
}

type Told = Pick<WatchEvent, 'name' | 'severity' | 'message' | 'advice'>;

/** What happened to a cache, or is wrong with it, in a line. */
export function eventLine({ name, severity, message, advice }: Told): string {
  const word = severity === 'info' ? 'note' : severity;
  return printable(`${word}: ${name}: ${message}${advice === null ? '' : ` ${advice}`}`);
}

function kindOf({ interval, state }: WatchedCache): Kind {
  return interval === null && state !== 'gone' ? 'totals' : 'rates';
}

/** One word, for those who take the lines apart; of a table of several lines with the sector at which this one begins. */
function nameOf({ cache }: WatchedCache): string {
  const { name, device, line, lineCount } = cache;
  const word = printable(/\s/.test(name) ? device.name : name);
  return lineCount > 1 ? `${word}@${String(line.startSector)}` : word;
}

function fitted(text: string, width: number): string {
  let cut = text;
  while (stringWidth(cut) > width) cut = `${Array.from(cut).slice(0, -2).join('')}~`;
  return `${cut}${' '.repeat(width - stringWidth(cut))}`;
}

const STATES = { active: 'ok', suspended: 'susp', error: 'error', gone: 'gone' } as const;

/** Blocks as bytes. The counts of a cache in error or gone say nothing. */
function blocks(of: (status: WatchedCache['cache']['status']) => number) {
  return ({ cache, state }: WatchedCache, exact: boolean): string => {
    if (state === 'error' || state === 'gone') return UNKNOWN;
    const bytes = BigInt(of(cache.status)) * BigInt(cache.table.block_size);
    return exact ? String(bytes) : compactSize(Number(bytes));
  };
}

type Counted = NonNullable<WatchedCache['cache']['status']['counters']>;

/** A counter of the target: its total in the first line, then its rate. */
function counted(name: keyof Counted) {
  return (cache: WatchedCache, exact: boolean): string => {
    const rate = cache.interval?.rates?.[name];
    if (rate !== undefined) return exact ? rate.toFixed(1) : compactCount(rate);
    const total = kindOf(cache) === 'totals' ? cache.cache.status.counters?.[name] : undefined;
    if (total === undefined) return UNKNOWN;
    return exact ? String(total) : compactCount(Number(total));
  };
}

/** A share of the interval, or of all that was counted. */
function hits(
  ofInterval: (interval: NonNullable<WatchedCache['interval']>) => number | null,
  ofTotals: (counters: Counted) => { readonly part: bigint; readonly whole: bigint },
) {
  return (cache: WatchedCache): string => {
    let share: number | null = null;
    if (kindOf(cache) === 'rates') {
      share = cache.interval === null ? null : ofInterval(cache.interval);
    } else if (cache.cache.status.counters !== null) {
      const { part, whole } = ofTotals(cache.cache.status.counters);
      share = whole === 0n ? null : Number(part) / Number(whole);
    }
    return share === null ? UNKNOWN : compactPercent(share);
  };
}

function latency(disk: 'mapped' | 'origin') {
  return ({ interval }: WatchedCache, exact: boolean): string => {
    const milliseconds = interval?.disks[disk]?.writeLatencyMs ?? null;
    if (milliseconds === null) return UNKNOWN;
    return exact ? milliseconds.toFixed(3) : compactMilliseconds(milliseconds);
  };
}

function same(title: string): Readonly<Record<Kind, string>> {
  return { totals: title, rates: title };
}

const LATENCIES: readonly Column[] = [
  {
    group: same('write ms'),
    ...{ title: same('map'), width: 4, exactWidth: 9, value: latency('mapped') },
  },
  { title: same('orig'), width: 4, exactWidth: 9, value: latency('origin') },
];

const COLUMNS: readonly Column[] = [
  { title: same('state'), width: 5, exactWidth: 5, value: ({ state }) => STATES[state] },
  {
    group: same('in the cache'),
    ...{ title: same('dty%'), width: 4, exactWidth: 4 },
    value: ({ cache: { status }, state }) =>
      state === 'error' || state === 'gone' || status.total_blocks === 0
        ? UNKNOWN
        : compactPercent(1 - status.free_blocks / status.total_blocks),
  },
  {
    title: same('dirty'),
    ...{ width: 5, exactWidth: 14, value: blocks(({ total_blocks: all, free_blocks: free }) => all - free) },
  },
  { title: same('free'), width: 4, exactWidth: 14, value: blocks(({ free_blocks }) => free_blocks) },
  { title: same('wb'), width: 4, exactWidth: 12, value: blocks(({ writeback_blocks }) => writeback_blocks) },
  {
    group: { totals: 'since the counters began', rates: 'per second' },
    ...{ title: { totals: 'read', rates: 'r/s' }, width: 4, exactWidth: 12, value: counted('reads') },
  },
  {
    title: same('hit%'),
    ...{ width: 4, exactWidth: 4 },
    value: hits(
      ({ readHitRatio }) => readHitRatio,
      ({ read_hits, reads }) => ({ part: read_hits, whole: reads }),
    ),
  },
  { title: { totals: 'writ', rates: 'w/s' }, width: 4, exactWidth: 12, value: counted('writes') },
  {
    title: same('hit%'),
    ...{ width: 4, exactWidth: 4 },
    value: hits(
      ({ writeHitRatio }) => writeHitRatio,
      (all) => ({ part: all.write_hits_uncommitted + all.write_hits_committed, whole: all.writes }),
    ),
  },
  { title: same('around'), width: 6, exactWidth: 12, value: counted('writes_around') },
  { title: same('stall'), width: 5, exactWidth: 12, value: counted('writes_blocked_on_freelist') },
  ...LATENCIES,
];
