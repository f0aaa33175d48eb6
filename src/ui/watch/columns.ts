import type { WatchedCache } from '../../watch/index.js';
import { dirtyBar, hueOfLevel } from './dirty-bar.js';
import { latency, mebibytes, percent, shortCount, shortSize, UNKNOWN } from './figures.js';
import { healthOf } from './health.js';
import type { CacheLevels } from './levels.js';
import type { Hue, Look } from './look.js';
import type { Sort } from './order.js';
import { outlookWords } from './outlook-words.js';
import { fit, type Line } from './spans.js';
import { sparkline } from './time-chart.js';
import { seriesOf, type Timeline } from './timeline.js';
import type { ScreenTask } from './types.js';

/** What a line of the list is made from. */
export interface RowFacts {
  readonly watched: WatchedCache;
  readonly levels: CacheLevels;
  readonly task: ScreenTask | undefined;
  readonly timeline: Timeline;
  readonly look: Look;
}

export interface Column {
  readonly title: string;
  readonly width: number;
  readonly align: 'left' | 'right';
  /** The lower, the longer it stays when the screen becomes narrow. */
  readonly priority: number;
  readonly sort?: Sort;
  /** Its colours are kept where the line is selected: a bar would be its own opposite. */
  readonly isPicture?: true;
  cell(facts: RowFacts, width: number): Line;
}

/** A column of figures, with room for a sign that it counts something else than the others. */
function figure(
  title: string,
  priority: number,
  value: (facts: RowFacts) => string | readonly [Hue, string],
  more: { readonly width?: number; readonly sort?: Sort } = {},
): Column {
  const width = Math.max(title.length, more.width ?? 6);
  return {
    title,
    width,
    align: 'right',
    priority,
    ...(more.sort === undefined ? {} : { sort: more.sort }),
    cell: (facts) => {
      const shown = value(facts);
      const [hue, text] = typeof shown === 'string' ? (['plain', shown] as const) : shown;
      return [[hue, fit(text, width, facts.look.signs.cut, 'right')]];
    },
  };
}

/** All columns in the order in which they are shown; those of the lowest priority are there at any width. */
export function allColumns(nameWidth: number, barWidth: number): readonly Column[] {
  return [
    {
      title: 'name',
      width: nameWidth,
      align: 'left',
      priority: 0,
      sort: 'name',
      cell: ({ watched, look }, width) => [fit(look.outside(watched.name), width, look.signs.cut)],
    },
    {
      title: 'health',
      width: 9,
      align: 'left',
      priority: 0,
      sort: 'health',
      cell: ({ watched, task, look }, width) => {
        const { word, hue } = healthOf(watched, task);
        return [[hue, fit(word, width, look.signs.cut)]];
      },
    },
    {
      title: 'mode',
      width: 4,
      align: 'left',
      priority: 8,
      cell: ({ watched }) => [watched.cache.table.mode === 'p' ? 'pmem' : 'ssd '],
    },
    {
      title: 'dirty',
      isPicture: true,
      width: barWidth,
      align: 'left',
      priority: 0,
      cell: ({ watched, levels, look }, width) => dirtyBar(levels, width, look, isReliable(watched)),
    },
    figure('dirty%', 0, dirtyPercent, { sort: 'dirty' }),
    figure('dirty size', 11, ({ watched, levels }) => sizeOf(watched, levels.dirtyBlocks)),
    figure('free blk', 5, ({ watched }) => shortCount(watched.cache.status.free_blocks)),
    figure('wb blk', 6, ({ watched }) => shortCount(watched.cache.status.writeback_blocks)),
    figure('read/s', 3, (facts) => rateOf(facts, 'reads'), { sort: 'reads' }),
    figure('rhit%', 4, ({ watched }) => percent(watched.interval?.readHitRatio ?? null)),
    figure('write/s', 0, (facts) => rateOf(facts, 'writes'), { sort: 'writes' }),
    figure('whit%', 9, ({ watched }) => percent(watched.interval?.writeHitRatio ?? null)),
    figure('around/s', 7, ({ watched }) => shortCount(watched.interval?.rates?.writes_around ?? null)),
    figure('stall/s', 2, stalls, { sort: 'stalls' }),
    figure('flush/s', 16, ({ watched }) => shortCount(watched.interval?.rates?.flushes ?? null)),
    figure('discard/s', 20, ({ watched }) => shortCount(watched.interval?.rates?.discards ?? null)),
    figure('r MiB/s', 15, ({ watched }) =>
      mebibytes(watched.interval?.disks.mapped?.readBytesPerSecond ?? null),
    ),
    figure('w MiB/s', 12, ({ watched }) =>
      mebibytes(watched.interval?.disks.mapped?.writtenBytesPerSecond ?? null),
    ),
    figure('r ms', 14, ({ watched }) => latency(watched.interval?.disks.mapped?.readLatencyMs ?? null)),
    figure('w ms', 10, ({ watched }) => latency(watched.interval?.disks.mapped?.writeLatencyMs ?? null)),
    figure('orig w ms', 17, ({ watched }) => latency(watched.interval?.disks.origin?.writeLatencyMs ?? null)),
    figure('busy%', 18, ({ watched }) => percent(watched.interval?.disks.mapped?.busyShare ?? null)),
    {
      title: 'level over time',
      isPicture: true,
      width: 24,
      align: 'left',
      priority: 19,
      cell: ({ watched, levels, timeline, look }, width) =>
        sparkline(seriesOf(watched.history, 'dirtyShare', width, timeline), 1, hueOfLevel(levels), look),
    },
    {
      title: 'outlook',
      width: 30,
      align: 'left',
      priority: 13,
      cell: ({ watched, look }, width) => {
        const { hue, short } = outlookWords(watched);
        return [[hue, fit(short, width, look.signs.cut)]];
      },
    },
    {
      title: 'origin',
      width: 20,
      align: 'left',
      priority: 21,
      cell: ({ watched: { cache }, look }, width) => [
        fit(look.outside(cache.originPath ?? cache.table.origin), width, look.signs.cut),
      ],
    },
    {
      title: 'cache device',
      width: 20,
      align: 'left',
      priority: 22,
      cell: ({ watched: { cache }, look }, width) => [
        fit(look.outside(cache.cachePath ?? cache.table.cache), width, look.signs.cut),
      ],
    },
  ];
}

function isReliable({ cache }: WatchedCache): boolean {
  return !cache.status.error;
}

/** In error the counts of blocks mean nothing. */
function dirtyPercent({ watched, levels }: RowFacts): readonly [Hue, string] {
  const shown = percent(levels.dirty);
  return isReliable(watched) ? [hueOfLevel(levels), shown] : ['plain', `${shown}?`];
}

function sizeOf({ cache }: WatchedCache, blocks: number): string {
  return shortSize(blocks * cache.table.block_size);
}

/** A target that counts nothing itself is judged by the requests to the mapped device: `*` says so. */
function rateOf({ watched: { interval, noRates } }: RowFacts, which: 'reads' | 'writes'): string {
  if (interval === null) return UNKNOWN;
  if (interval.rates !== null) return shortCount(interval.rates[which]);
  if (noRates !== 'not-counted') return UNKNOWN;
  const { mapped } = interval.disks;
  if (mapped === null) return UNKNOWN;
  return `*${shortCount(which === 'reads' ? mapped.readsPerSecond : mapped.writesPerSecond)}`;
}

function stalls({ watched }: RowFacts): readonly [Hue, string] {
  const value = watched.interval?.rates?.writes_blocked_on_freelist ?? null;
  return [value !== null && value > 0 ? 'notice' : 'plain', shortCount(value)];
}
