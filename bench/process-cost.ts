import { readFileSync } from 'node:fs';

/** What a process has taken up to a moment. */
export interface Cost {
  readonly atMs: number;
  /** Of a core, by the process itself. */
  readonly ownMs: number;
  /** By the processes that it started, those that have ended included. */
  readonly childrenMs: number;
  /** Of all of them together. */
  readonly rssMiB: number;
}

/** The kernel counts in ticks, of which there are a hundred in a second on all machines that Node runs on. */
const TICK_MS = 10;

/** Reads /proc/PID. Throws where the process is gone. */
export function costOf(pid: number): Cost {
  const own = usageOf(pid);
  const descendants = descendantsOf(pid).flatMap((child) => usageIfThere(child));
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return {
    atMs: performance.now(),
    ownMs: own.ownMs,
    childrenMs: own.endedMs + sum(descendants.map(({ ownMs, endedMs }) => ownMs + endedMs)),
    rssMiB: own.rssMiB + sum(descendants.map(({ rssMiB }) => rssMiB)),
  };
}

interface Usage {
  readonly ownMs: number;
  /** Of the children that have ended. */
  readonly endedMs: number;
  readonly rssMiB: number;
}

function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  // The name of the program is in brackets and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15).map(Number);
  const rss = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1];
  return {
    ownMs: (user + system) * TICK_MS,
    endedMs: (endedUser + endedSystem) * TICK_MS,
    rssMiB: Number(rss ?? 0) / 1024,
  };
}

function descendantsOf(pid: number): number[] {
  const folder = `/proc/${String(pid)}/task/${String(pid)}`;
  const children = readFileSync(`${folder}/children`, 'utf8').trim();
  if (children === '') return [];
  return children.split(' ').flatMap((child) => {
    try {
      return [Number(child), ...descendantsOf(Number(child))];
    } catch {
      // It has just ended.
      return [];
    }
  });
}

function usageIfThere(pid: number): Usage[] {
  try {
    return [usageOf(pid)];
  } catch {
    return [];
  }
}

/** Percent of one core between two moments. */
export function percentOfCore(from: Cost, to: Cost): { readonly own: number; readonly children: number } {
  const elapsed = to.atMs - from.atMs;
  return {
    own: ((to.ownMs - from.ownMs) / elapsed) * 100,
    children: ((to.childrenMs - from.childrenMs) / elapsed) * 100,
  };
}

/** By how many MiB an hour the memory grew, by least squares. */
export function growthPerHour(costs: readonly Cost[]): number {
  const hours = costs.map(({ atMs }) => atMs / 3_600_000);
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanHour, meanRss] = [mean(hours), mean(costs.map(({ rssMiB }) => rssMiB))];
  let [products, squares] = [0, 0];
  costs.forEach(({ rssMiB }, index) => {
    const distance = (hours[index] ?? 0) - meanHour;
    products += distance * (rssMiB - meanRss);
    squares += distance ** 2;
  });
  return squares === 0 ? 0 : products / squares;
}
