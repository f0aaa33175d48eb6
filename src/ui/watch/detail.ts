import { statusDocument, type StatusEntry } from '../../documents/status.js';
import type { WatchedCache, WatchView } from '../../watch/index.js';
import { formatCount } from '../../units.js';
import { textBlock, type Block } from './blocks.js';
import { levelBlock, seriesBlock } from './detail-charts.js';
import { counterLines, diskLines, eventLines, optionLines, summaryLines } from './detail-tables.js';
import { shortSize } from './figures.js';
import { levelsOf } from './levels.js';
import type { Look } from './look.js';
import { outlookWords } from './outlook-words.js';
import { paragraph, type Line, type Span } from './spans.js';
import type { Timeline } from './timeline.js';

/** The cache that the detail is about, and what goes with it. */
export interface DetailSubject {
  readonly watched: WatchedCache;
  readonly view: WatchView;
  readonly timeline: Timeline;
  readonly look: Look;
}

/** What is above all columns of the detail, and the columns. */
export interface DetailPlan {
  readonly head: readonly Block[];
  readonly columns: readonly { readonly width: number; readonly blocks: readonly Block[] }[];
}

/** With fewer lines the counters are told in one. */
const SHORT_DETAIL = 16;

/** Columns between two columns. */
export const COLUMN_GAP = 3;

/** The same look is often drawn again, because a key was pressed. */
const entries = new WeakMap<WatchedCache, StatusEntry>();

/** How the detail is divided at a width: everything side by side where there is room, else under each other. */
export function planDetail(subject: DetailSubject, width: number, height: number): DetailPlan {
  const { watched, view, look, timeline } = subject;
  const { cut } = look.signs;
  const entry = entryOf(watched, view);
  const head = [
    textBlock(headLines(subject, width), 0, cut, 1),
    textBlock(adviceLines(entry, width, look), 2, cut, 1),
  ];
  const text = (lines: readonly Line[], priority: number, least?: number): Block =>
    textBlock(lines, priority, cut, least);
  const counters = (room: number, halves = false): Block =>
    text(counterLines(watched, { width: room, halves, look }), 4, 13);
  const disks = (room: number): Block => text(diskLines(watched, room, look), 5, 4);
  const options = (room: number): Block => text(optionLines(entry, room), 8);
  const events = (room: number): Block => text(eventLines(view.events, watched.name, room, look), 9);
  const charts = (room: number, isTall: boolean): Block[] => {
    const chart = { width: room, timeline, look };
    return [
      levelBlock(watched, chart, { priority: 1, least: isTall ? 6 : 4 }),
      seriesBlock(watched, { name: 'writes', title: 'writes', unit: '/s', hue: 'info' }, chart, 6),
      seriesBlock(watched, { name: 'reads', title: 'reads', unit: '/s', hue: 'info' }, chart, 7),
      seriesBlock(
        watched,
        {
          name: 'mappedWriteLatencyMs',
          title: 'write latency, mapped',
          unit: 'ms',
          hue: 'notice',
        },
        chart,
        isTall ? 8 : 10,
      ),
      seriesBlock(
        watched,
        { name: 'originWriteLatencyMs', title: 'write latency, origin', unit: 'ms', hue: 'notice' },
        chart,
        11,
      ),
    ];
  };
  if (width < 100) {
    const [level, ...others] = charts(width, false);
    const isShort = height < SHORT_DETAIL;
    const blocks = [
      ...(isShort ? [text(summaryLines(watched), 3)] : []),
      ...(level === undefined ? [] : [level]),
      ...(isShort ? [] : [counters(width, width >= 74)]),
      disks(width),
      ...others,
      options(width),
      events(width),
    ];
    return { head, columns: [{ width, blocks }] };
  }
  if (width < 200) {
    const right = Math.min(78, Math.max(48, Math.floor(width * 0.45)));
    const left = width - right - COLUMN_GAP;
    return {
      head,
      columns: [
        { width: left, blocks: charts(left, true) },
        { width: right, blocks: [counters(right), disks(right), options(right), events(right)] },
      ],
    };
  }
  const middle = 92;
  const right = 70;
  const left = width - middle - right - 2 * COLUMN_GAP;
  return {
    head,
    columns: [
      { width: left, blocks: charts(left, true) },
      { width: middle, blocks: [counters(60), disks(middle)] },
      { width: right, blocks: [options(right), events(right)] },
    ],
  };
}

function entryOf(watched: WatchedCache, { kernel, removals }: WatchView): StatusEntry {
  const known = entries.get(watched);
  if (known !== undefined) return known;
  const [entry] = statusDocument([watched.cache], kernel, removals);
  if (entry === undefined) throw new Error('a cache has no status');
  entries.set(watched, entry);
  return entry;
}

/** What it is, and where it goes. */
function headLines({ watched, look }: DetailSubject, width: number): Line[] {
  const { cache } = watched;
  const { status, table, lvm } = cache;
  const { dirtyBlocks } = levelsOf(watched);
  const { hue, long, pace } = outlookWords(watched);
  const sizeOf = (blocks: number): string => shortSize(blocks * table.block_size);
  const dot = ` ${look.signs.dot} `;
  const facts = [
    table.mode === 'p' ? 'pmem' : 'ssd',
    `${formatCount(status.total_blocks)} blocks of ${String(table.block_size)} B = ${sizeOf(status.total_blocks)}`,
    `${formatCount(dirtyBlocks)} dirty = ${sizeOf(dirtyBlocks)}${status.error ? ' (not reliable)' : ''}`,
    ...(width < 100
      ? []
      : [
          `origin ${look.outside(cache.originPath ?? table.origin)}`,
          `cache ${look.outside(cache.cachePath ?? table.cache)}`,
        ]),
    ...(lvm === null ? [] : [`LVM's ${look.outside(`${lvm.vg}/${lvm.lv}`)}`]),
  ];
  const paced = pace === null ? '' : ` (${pace})`;
  const outlook: Line = [[hue, long], long.length + paced.length <= width ? paced : ''];
  return width < 76 ? [outlook, [facts.slice(1, 3).join(dot)]] : [outlook, [facts.join(dot)]];
}

const SEVERITY = { error: ['bad', '! '], warning: ['notice', '! '], info: ['info', 'i '] } as const;

/** What there is to say about it, the worst first, and what to do. */
function adviceLines({ advice }: StatusEntry, width: number, look: Look): Line[] {
  return advice.flatMap(({ severity, message, advice: action }) => {
    const lead: Span = SEVERITY[severity];
    return [
      ...paragraph(look.outside(message), width, [lead]),
      ...(action === null ? [] : paragraph(look.outside(action), width, [`  ${look.signs.arrow} `])),
    ];
  });
}
