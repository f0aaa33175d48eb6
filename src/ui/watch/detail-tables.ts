import type { StatusEntry } from '../../documents/status.js';
import { OPTION_NAMES } from '../../table/index.js';
import { formatCount } from '../../units.js';
import type { CounterName, DiskInterval, WatchedCache, WatchEvent } from '../../watch/index.js';
import { latency, mebibytes, percent, shortCount, wallClock } from './figures.js';
import type { Look } from './look.js';
import { fit, lineWidth, paragraph, textOf, type Line } from './spans.js';

const COUNTER_WORDS: readonly (readonly [CounterName, string])[] = [
  ['reads', 'reads'],
  ['read_hits', '  answered by the cache'],
  ['writes', 'writes'],
  ['write_hits_uncommitted', '  over uncommitted'],
  ['write_hits_committed', '  over committed'],
  ['writes_allocate', '  into free blocks'],
  ['writes_around', '  around the cache'],
  ['writes_blocked_on_freelist', 'waits for a free block'],
  ['flushes', 'flushes'],
  ['discards', 'discards'],
];
const NAME_WIDTH = 23;
const RATE_WIDTH = 7;
/** Totals in full, and abbreviated. */
const TOTAL_WIDTH = 15;
const SHORT_TOTAL_WIDTH = 6;
const HALVES_GAP = 3;

/** All ten counters with totals and rates: in one table, or in two halves beside each other where that saves lines. */
export function counterLines(
  { cache: { status }, interval, noRates }: WatchedCache,
  { width, halves, look }: { readonly width: number; readonly halves: boolean; readonly look: Look },
): Line[] {
  const { counters } = status;
  if (counters === null) {
    const text =
      'This version of the target counts nothing: requests to the mapped device are shown instead, marked with *.';
    return [[['strong', 'counters']], ...paragraph(text, width)];
  }
  const sign = look.signs.cut;
  const half = halves ? Math.floor((width - HALVES_GAP) / 2) : width;
  const isShort = half < NAME_WIDTH + TOTAL_WIDTH + RATE_WIDTH;
  const totalWidth = isShort ? SHORT_TOTAL_WIDTH : TOTAL_WIDTH;
  const nameWidth = Math.min(NAME_WIDTH, half - totalWidth - RATE_WIDTH);
  const rows = COUNTER_WORDS.map(([name, word]): Line => {
    const total = isShort ? shortCount(counters[name]) : formatCount(counters[name]);
    const rate = interval?.rates?.[name] ?? null;
    return [
      fit(word, nameWidth, sign),
      fit(total.length < totalWidth ? total : shortCount(counters[name]), totalWidth, sign, 'right'),
      [rate !== null && rate > 0 ? 'strong' : 'plain', fit(shortCount(rate), RATE_WIDTH, sign, 'right')],
    ];
  });
  const titled = (text: string): Line => [
    ['strong', fit(text, nameWidth, sign)],
    ['faint', fit('total', totalWidth, sign, 'right')],
    ['faint', fit('per s', RATE_WIDTH, sign, 'right')],
  ];
  const remark: Line[] =
    noRates === 'counters-began-anew'
      ? paragraph('The counters began anew: rates with the next look.', width).map((line) =>
          line.map((span) => ['notice', textOf(span)] as const),
        )
      : [];
  if (!halves) return [titled('counters'), ...rows, ...remark];
  const count = rows.length / 2;
  const beside = rows
    .slice(0, count)
    .map((row, place) => [...row, ' '.repeat(HALVES_GAP), ...(rows[place + count] ?? [])]);
  return [[...titled('counters'), ' '.repeat(HALVES_GAP), ...titled('')], ...beside, ...remark];
}

/** The same in as little room as can be: what matters in an incident, in words. */
export function summaryLines(watched: WatchedCache): Line[] {
  const { interval, noRates } = watched;
  const rates = interval?.rates ?? null;
  if (interval === null) return [];
  if (rates === null) {
    const mapped = interval.disks.mapped;
    if (noRates !== 'not-counted') return [['rates: with the next look']];
    return [
      [
        `*requests/s: read ${shortCount(mapped?.readsPerSecond ?? null)}, write ${shortCount(mapped?.writesPerSecond ?? null)} (the target counts nothing)`,
      ],
    ];
  }
  return [
    [
      `read ${shortCount(rates.reads)}/s (${percent(interval.readHitRatio)} hit), write ${shortCount(rates.writes)}/s (${percent(interval.writeHitRatio)} hit), around ${shortCount(rates.writes_around)}/s, stalls ${shortCount(rates.writes_blocked_on_freelist)}/s`,
    ],
  ];
}

const DISK_COLUMNS: readonly (readonly [title: string, value: (disk: DiskInterval) => string])[] = [
  ['r ms', ({ readLatencyMs }) => latency(readLatencyMs)],
  ['w ms', ({ writeLatencyMs }) => latency(writeLatencyMs)],
  ['read/s', ({ readsPerSecond }) => shortCount(readsPerSecond)],
  ['write/s', ({ writesPerSecond }) => shortCount(writesPerSecond)],
  ['busy%', ({ busyShare }) => percent(busyShare)],
  ['in flight', ({ inFlight }) => shortCount(inFlight)],
  ['flush ms', ({ flushLatencyMs }) => latency(flushLatencyMs)],
  ['r MiB/s', ({ readBytesPerSecond }) => mebibytes(readBytesPerSecond)],
  ['w MiB/s', ({ writtenBytesPerSecond }) => mebibytes(writtenBytesPerSecond)],
];

/** What the three devices do, as the kernel counts it: mean times of requests, requests, sizes, use. */
export function diskLines({ interval, cache }: WatchedCache, width: number, look: Look): Line[] {
  const sign = look.signs.cut;
  const disks = [
    ['mapped', interval?.disks.mapped ?? null, null],
    ['origin', interval?.disks.origin ?? null, cache.originPath ?? cache.table.origin],
    ['cache', interval?.disks.cache ?? null, cache.cachePath ?? cache.table.cache],
  ] as const;
  const lead = 8;
  const fitting = DISK_COLUMNS.filter(
    (_, place) =>
      DISK_COLUMNS.slice(0, place + 1).reduce((sum, [title]) => sum + columnWidth(title), lead) <= width,
  );
  const used = fitting.reduce((sum, [title]) => sum + columnWidth(title), lead);
  const title: Line = [
    ['strong', fit('devices', lead, sign)],
    ...fitting.map(([name]) => ['faint', fit(name, columnWidth(name), sign, 'right')] as const),
  ];
  return [
    title,
    ...disks.map(([name, disk, path]): Line => {
      const figures =
        disk === null
          ? [fit(interval === null ? '  waiting for a second look' : '  not counted', used - lead, sign)]
          : fitting.map(([column, value]) => fit(value(disk), columnWidth(column), sign, 'right'));
      const where = path === null || width - used < 10 ? '' : `  ${look.outside(path)}`;
      return [fit(name, lead, sign), ...figures, ['faint', where]];
    }),
  ];
}

function columnWidth(title: string): number {
  return Math.max(7, title.length + 2);
}

/** The options that hold, and which of them are defaults. */
export function optionLines({ effective_options: options }: StatusEntry, width: number): Line[] {
  const words = OPTION_NAMES.flatMap((name) => {
    const option = options[name];
    if (option === undefined) return [];
    const value =
      option.value === null ? (option.source === 'unknown' ? 'unknown' : 'by default') : String(option.value);
    return [{ text: `${name} ${value}`, isGiven: option.source === 'table' }];
  });
  const lines: Line[] = [];
  let current: Line = [];
  for (const { text, isGiven } of words) {
    const span = [isGiven ? 'strong' : 'plain', isGiven ? `${text}*` : text] as const;
    const next: Line = current.length === 0 ? [span] : [...current, '  ', span];
    if (current.length > 0 && lineWidth(next) > width) {
      lines.push(current);
      current = [span];
    } else {
      current = next;
    }
  }
  const title: Line = [
    ['strong', 'options'],
    ['faint', '  *given in the table, others by default'],
  ];
  return [title, ...lines, current];
}

/** What changed lately, the newest first. */
export function eventLines(
  events: readonly WatchEvent[],
  selected: string,
  width: number,
  look: Look,
): Line[] {
  if (events.length === 0) {
    return [[['strong', 'events']], [['faint', 'Nothing has changed since it is watched.']]];
  }
  const hues = { error: 'bad', warning: 'notice', info: 'plain' } as const;
  return [
    [
      ['strong', 'events'],
      ['faint', '  the newest first'],
    ],
    ...events.toReversed().flatMap(({ time, name, severity, message }) => {
      const mark = name === selected ? look.signs.selected : ' ';
      return paragraph(look.outside(`${name}: ${message}`), width, [
        ['faint', wallClock(time)],
        ` ${mark} `,
        [hues[severity], severity === 'info' ? '' : '! '],
      ]);
    }),
  ];
}
