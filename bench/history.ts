import type { CurvePoint } from './curve.js';
import type { Figure } from './figure.js';

/** What a run ran on. */
export interface Machine {
  readonly processor: string;
  readonly processors: number;
  readonly memoryGiB: number;
  readonly kernel: string;
}

export interface PastRow {
  readonly ratio: number;
  readonly measured: string;
  readonly baseline: string;
}

export interface PastRun {
  /** To the second, of the world's time. */
  readonly date: string;
  /** `-changed` is added where files differed from it. */
  readonly commit: string;
  readonly node: string;
  readonly machine: Machine;
  /** Ratios of quick runs are compared with those of quick runs only. */
  readonly quick: boolean;
  readonly rows: Readonly<Record<string, PastRow>>;
  readonly curve: readonly CurvePoint[];
}

/** Older runs are in git. */
export const RUNS_KEPT = 40;

export function readHistory(text: string): PastRun[] {
  return (JSON.parse(text) as { runs: PastRun[] }).runs;
}

/** With a line for each row of a run, so that a diff shows what changed; as prettier leaves it. */
export function historyText(runs: readonly PastRun[]): string {
  const blocks = runs.map(({ rows, curve, ...about }) => {
    const facts = Object.entries(about).map(([name, value]) => `      "${name}": ${oneLine(value)},`);
    const ratios = Object.entries(rows).map(([id, past]) => `        "${id}": ${oneLine(past)}`);
    const points = curve.map((point) => `        ${oneLine(point)}`);
    return [
      ...['    {', ...facts, `      "rows": ${lines('{', ratios, '}')},`],
      ...[`      "curve": ${lines('[', points, ']')}`, '    }'],
    ].join('\n');
  });
  return blocks.length === 0 ? '{ "runs": [] }\n' : `{\n  "runs": [\n${blocks.join(',\n')}\n  ]\n}\n`;
}

/** With one run more, and without the oldest that are too many. */
export function withRun(runs: readonly PastRun[], run: PastRun): PastRun[] {
  return [...runs, run].slice(-RUNS_KEPT);
}

export function rowsOf(figures: readonly Figure[]): Record<string, PastRow> {
  const measured = figures.flatMap((figure) => ('why' in figure ? [] : [figure]));
  return Object.fromEntries(
    measured.map(({ id, ratio, measured, baseline }) => [
      id,
      { ratio: Number(ratio.toPrecision(4)), measured, baseline },
    ]),
  );
}

/**
 * A row as the last run had it that measured it: on a machine of the same kind and on the same main version of Node, or else
 * there is nothing to compare.
 */
export function lastOf(
  runs: readonly PastRun[],
  id: string,
  now: Pick<PastRun, 'node' | 'machine' | 'quick'>,
): PastRow | null {
  const run = runs.findLast(
    (past) => past.rows[id] !== undefined && past.quick === now.quick && isAlike(past, now),
  );
  return run?.rows[id] ?? null;
}

function isAlike(a: Pick<PastRun, 'node' | 'machine'>, b: Pick<PastRun, 'node' | 'machine'>): boolean {
  return (
    a.machine.processor === b.machine.processor &&
    a.machine.processors === b.machine.processors &&
    mainVersion(a.node) === mainVersion(b.node)
  );
}

function mainVersion(node: string): string {
  return node.split('.')[0] ?? '';
}

function lines(open: string, members: readonly string[], close: string): string {
  return members.length === 0 ? `${open}${close}` : `${open}\n${members.join(',\n')}\n      ${close}`;
}

/** As prettier writes what fits a line. */
function oneLine(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `"${name}": ${oneLine(member)}`);
  return `{ ${members.join(', ')} }`;
}
