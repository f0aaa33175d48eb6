import { table } from '../src/ui/table.js';

/** Of the I/Os of a process in some time: how many, the longest and the median wait in seconds. */
export interface Waits {
  readonly count: number;
  readonly longest: number;
  readonly median: number;
}

export interface WaitsAround {
  readonly before: Waits;
  readonly during: Waits;
  readonly after: Waits;
}

/** What removal-probe.pl prints. */
export interface ProbeReport {
  readonly status: number;
  readonly seconds: number;
  readonly probe: WaitsAround;
  readonly writer: WaitsAround | null;
}

/** One removal, measured; times are in seconds. */
export interface Measured {
  readonly what: string;
  /** The longest time for which an I/O waited, of any process, while the command ran. */
  readonly stall: number;
  readonly total: number;
  /** The longest wait with nothing going on, before the command and after it. */
  readonly quietBefore: number;
  readonly quietAfter: number;
  /** What an I/O to the slowed origin takes: the median after the removal. */
  readonly delayed: number;
}

/** Throws where no report is the last line of the output. */
export function readReport(output: string): ProbeReport {
  const line = output.trimEnd().split('\n').at(-1) ?? '';
  try {
    return JSON.parse(line) as ProbeReport;
  } catch {
    throw new Error(`the probe did not report: ${output}`);
  }
}

/** `startSeconds` is what the command's start takes, where it had been started before. */
export function measuredOf(
  what: string,
  { seconds, probe, writer }: ProbeReport,
  startSeconds = 0,
): Measured {
  const longest = (when: keyof WaitsAround): number =>
    Math.max(probe[when].longest, writer === null ? 0 : writer[when].longest);
  return {
    what,
    stall: longest('during'),
    total: startSeconds + seconds,
    quietBefore: longest('before'),
    quietAfter: longest('after'),
    delayed: probe.after.median,
  };
}

/** The first one is what the totals are held against; every one that is not ours is what our stalls are held against. */
export function report(others: readonly Measured[], ours: readonly Measured[]): string {
  const [bare] = others;
  const columns = [
    { title: '' },
    ...['quiet', 'stall', 'total', 'total/bare'].map((title) => ({ title, align: 'right' as const })),
    ...others.map(({ what }) => ({ title: `stall of ${what}/this`, align: 'right' as const })),
  ];
  const row = (each: Measured, isOurs: boolean): string[] => [
    each.what,
    seconds(Math.max(each.quietBefore, each.quietAfter)),
    seconds(each.stall),
    seconds(each.total),
    bare === undefined || each === bare ? '' : (each.total / bare.total).toFixed(2),
    ...others.map(({ stall }) => (isOurs ? (stall / each.stall).toFixed(1) : '')),
  ];
  return table(columns, [...others.map((each) => row(each, false)), ...ours.map((each) => row(each, true))]);
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}
