import type { SimulateDocument, SimulatedRun } from '../documents/simulate.js';
import { formatCount, formatMilliseconds, formatShare } from '../units.js';
import { TEXT_WIDTH, size, type TextOptions } from './inspection.js';
import { levelChart, levelLine, type ChartLook, type Levels } from './level-chart.js';
import { printable } from './printable.js';
import { tone } from './style.js';
import { facts, table, wrap, type Column } from './table.js';

/** Two blanks, the longest word of the facts, two blanks. */
const FACTS_INDENT = ' '.repeat(2 + 'to the origin'.length + 2);

/** What `wcache simulate` shows a person: one cache with a picture, or several side by side. */
export function simulateText(document: SimulateDocument, options: TextOptions, look: ChartLook): string {
  const [first, ...others] = document.runs;
  if (first === undefined) return workloadText(document, options);
  const body =
    others.length === 0 ? oneCache(document, first, options, look) : comparison(document, options, look);
  return [workloadText(document, options), ...body, ...assumptions(document, options, look)].join('\n\n');
}

function workloadText({ workload }: SimulateDocument, options: TextOptions): string {
  const { reads, writes, flushes, discards } = workload;
  const asked = [
    `${counted(writes, 'write')} (${size(BigInt(workload.written_bytes), options)})`,
    `${counted(reads, 'read')} (${size(BigInt(workload.read_bytes), options)})`,
    counted(flushes, 'flush', 'flushes'),
    ...(discards === 0 ? [] : [counted(discards, 'discard')]),
  ];
  const lasts = formatMilliseconds(workload.duration_ms);
  return `${tone('strong', printable(workload.name))}: ${lasts} of work\n  ${asked.join(', ')}`;
}

function counted(count: number, one: string, several = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : several}`;
}

function oneCache(
  document: SimulateDocument,
  run: SimulatedRun,
  options: TextOptions,
  look: ChartLook,
): string[] {
  return [
    `${tone('strong', `A cache of ${size(BigInt(run.cache_size_bytes), options)}`)} in ${
      run.mode === 's' ? 'ssd' : 'pmem'
    } mode, ${formatCount(run.total_blocks)} blocks of ${formatCount(run.block_size)} bytes`,
    ...stoppedText([run]),
    ...crashText([run]),
    requestsTable(run),
    facts(
      resultRows(document, run, options).map(([word, value]) => [
        word,
        wrap(value, TEXT_WIDTH, FACTS_INDENT),
      ]),
    ),
    ...(document.workload.duration_ms === 0 ? [] : [picture(run, look)]),
  ];
}

function requestsTable({ counters, writes_in_place }: SimulatedRun): string {
  const { reads, read_hits, writes, writes_allocate, writes_around } = counters;
  const row = (name: string, part: number | bigint, whole: number | bigint): string[] => [
    `    ${name}`,
    formatCount(part),
    formatShare(Number(part), Number(whole)),
  ];
  return table(
    [{ title: '  blocks' }, { title: 'count', align: 'right' }, { title: 'share', align: 'right' }],
    [
      ['  read', formatCount(reads), ''],
      row('answered by the cache', read_hits, reads),
      ['  written', formatCount(writes), ''],
      row('over blocks in the cache', writes_in_place, writes),
      row('into free blocks', writes_allocate, writes),
      row('around the cache, to the origin', writes_around, writes),
    ],
  );
}

function resultRows(
  { workload }: SimulateDocument,
  run: SimulatedRun,
  options: TextOptions,
): [string, string][] {
  const { dirty, end, total_blocks: total, block_size } = run;
  const blocks = (count: number): string => size(BigInt(Math.round(count)) * BigInt(block_size), options);
  const level = (count: number): string => `${formatShare(count, total)} (${blocks(count)})`;
  const above = dirty.above_high_watermark_ms;
  return [
    ['stalls', stallsText(run)],
    ['to the origin', originText(workload.written_bytes, run, options)],
    ['dirty', `${level(dirty.mean_blocks)} on average, ${formatShare(dirty.peak_blocks, total)} at most`],
    ['at the end', `${level(end.dirty_blocks)} dirty`],
    [
      'above high',
      above === 0 ? 'never' : `${formatMilliseconds(above)}, ${formatShare(above, end.at_ms)} of the time`,
    ],
    ['commits', formatCount(run.commits)],
    ['kernel memory', size(BigInt(run.kernel_memory_bytes), options)],
    ...(run.unaligned_requests === 0
      ? []
      : [
          ['unaligned', `${counted(run.unaligned_requests, 'request')}, made whole blocks`] as [
            string,
            string,
          ],
        ]),
  ];
}

function stallsText({ stalls }: SimulatedRun): string {
  if (stalls.requests === 0) return 'none';
  const longest = formatMilliseconds(stalls.longest_ms);
  return `${counted(stalls.requests, 'write')} waited for a free block, ${formatMilliseconds(stalls.total_ms)} in all, up to ${longest}`;
}

function originText(workloadBytes: number | bigint, run: SimulatedRun, options: TextOptions): string {
  const written = size(BigInt(run.origin_written_bytes), options);
  if (run.origin_write_ratio === null) return written;
  return `${written}, ${ratio(run)} of the ${size(BigInt(workloadBytes), options)} that were written`;
}

/** May be more than all: what is written again and again, or widened. */
function ratio({ origin_write_ratio: share }: SimulatedRun): string {
  if (share === null) return '-';
  if (share === 0) return '0%';
  return share < 0.001 ? '<0.1%' : `${(share * 100).toFixed(1)}%`;
}

function picture(run: SimulatedRun, look: ChartLook): string {
  const marks = [
    { name: `high ${String(run.high_watermark)}%`, share: run.high_watermark / 100 },
    { name: `low ${String(run.low_watermark)}%`, share: run.low_watermark / 100 },
  ];
  return `Dirty blocks over time:\n\n${levelChart(levelsOf(run), marks, look)}`;
}

function levelsOf({ dirty, end, total_blocks }: SimulatedRun): Levels {
  const shares = dirty.points.map(({ peak_blocks }) => peak_blocks / total_blocks);
  return { shares, stepMs: dirty.step_ms, durationMs: end.at_ms };
}

/** What tells one run from the other; a column where all are the same says nothing. */
function comparison({ runs, workload }: SimulateDocument, options: TextOptions, look: ChartLook): string[] {
  const names: { readonly title: string; readonly of: (run: SimulatedRun) => string }[] = [
    { title: 'cache', of: (run) => size(BigInt(run.cache_size_bytes), options) },
    { title: 'block', of: (run) => String(run.block_size) },
    { title: 'high', of: (run) => `${String(run.high_watermark)}%` },
  ];
  const named = names.filter(({ of }, index) => index === 0 || new Set(runs.map(of)).size > 1);
  const columns: Column[] = [
    ...named.map(({ title }): Column => ({ title, align: 'right' })),
    ...['hits', 'in place', 'around', 'stalled', 'origin', 'mean', 'peak'].map((title): Column => ({
      title,
      align: 'right',
    })),
  ];
  const rows = runs.map((run) => [...named.map(({ of }) => of(run)), ...resultCells(run)]);
  return [
    ...stoppedText(runs),
    ...crashText(runs),
    table(columns, rows),
    wrap(
      'Hits: of the blocks read. In place, around: of the blocks written. Stalled: how long writes waited for a free block. Origin: bytes written to it, of those that the workload wrote. Mean, peak: dirty blocks.',
      TEXT_WIDTH,
    ),
    ...(workload.duration_ms === 0
      ? []
      : [
          lines(
            runs,
            named.map(({ of }) => of),
            look,
          ),
        ]),
  ];
}

function resultCells(run: SimulatedRun): string[] {
  const { counters, dirty, stalls, total_blocks: total } = run;
  const share = (part: number | bigint, whole: number | bigint): string =>
    formatShare(Number(part), Number(whole));
  return [
    share(counters.read_hits, counters.reads),
    share(run.writes_in_place, counters.writes),
    share(counters.writes_around, counters.writes),
    stalls.requests === 0 ? '-' : formatMilliseconds(stalls.total_ms),
    ratio(run),
    share(dirty.mean_blocks, total),
    share(dirty.peak_blocks, total),
  ];
}

function lines(
  runs: readonly SimulatedRun[],
  names: readonly ((run: SimulatedRun) => string)[],
  look: ChartLook,
): string {
  const labels = runs.map((run) => names.map((of) => of(run)).join(', '));
  const labelWidth = Math.max(...labels.map((label) => label.length));
  const width = Math.max(10, look.width - labelWidth - 4);
  const drawn = runs.map(
    (run, index) =>
      `  ${(labels[index] ?? '').padStart(labelWidth)} |${levelLine(levelsOf(run), { ...look, width })}`,
  );
  return ['Dirty blocks over time, from none to all:', '', ...drawn].join('\n');
}

function stoppedText(runs: readonly SimulatedRun[]): string[] {
  return runs.flatMap(({ stopped, cache_size_bytes, block_size }) => {
    if (stopped === null) return [];
    const which = `${size(BigInt(cache_size_bytes), { bytes: false })} in blocks of ${String(block_size)} bytes`;
    const where = `line ${String(stopped.line)}, ${formatMilliseconds(stopped.at_ms)} after the start`;
    return [
      `${tone('bad', 'Stopped')} (${which}): ${wrap(`${stopped.message} That was at ${where}; the numbers are those up to there.`, TEXT_WIDTH, '  ')}`,
    ];
  });
}

/** The numbers are right all the same, and that is no reason to keep it back. */
function crashText(runs: readonly SimulatedRun[]): string[] {
  const crashes = Math.max(...runs.map(({ kernel_crashes }) => kernel_crashes));
  if (crashes === 0) return [];
  const often = crashes === 1 ? 'once' : `up to ${formatCount(crashes)} times`;
  return [
    wrap(
      `${tone('bad', 'A kernel would crash')} under this workload (${often}): writes of several blocks ran over cached ones just before writeback came to them. The numbers are those of a kernel without that fault; "wcache doctor" tells more of it.`,
      TEXT_WIDTH,
    ),
  ];
}

function assumptions(
  { origin, workload }: SimulateDocument,
  options: TextOptions,
  look: ChartLook,
): string[] {
  const speed = size(BigInt(Math.round(origin.bytes_per_second)), options);
  const latency =
    origin.latency_ms < 1 ? `${String(origin.latency_ms)} ms` : formatMilliseconds(origin.latency_ms);
  const skipped =
    workload.skipped_lines === 0
      ? ''
      : ` Lines of the workload that ask for nothing: ${formatCount(workload.skipped_lines)}.`;
  const untimed =
    workload.duration_ms === 0
      ? ' The workload tells of no time: everything came at once, and nothing could be written back meanwhile.'
      : '';
  return [
    wrap(
      `Assumed of the origin: it takes ${speed} a second of writeback, and ${latency} for each copy besides; nothing else keeps it busy.${skipped}${untimed}`,
      Math.min(TEXT_WIDTH, look.width),
    ),
  ];
}
