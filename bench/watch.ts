import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { table } from '../src/ui/table.js';
import { compile } from './compiled.js';
import { inTurn } from './measure.js';
import { costOf, growthPerHour, percentOfCore, type Cost } from './process-cost.js';
import { processMs, wcache } from './processes.js';
import { Terminals } from './terminal.js';
import { PretendedMachine, hasOwnMounts, inOwnMounts } from './watch-machine.js';

const CACHES = 64;
/** Loading the program and the first look are not what a watch costs. */
const SETTLE_MS = 10_000;

const WATCHES = [
  { what: 'screen of 120x40', words: '' },
  { what: 'lines', words: '>/dev/null' },
  { what: 'JSON lines', words: '--json >/dev/null' },
] as const;

interface Watched {
  readonly what: string;
  readonly costs: Cost[];
}

/**
 * What `wcache status --watch` costs with 64 caches and a look each second, side by side on a screen (in tmux), in lines and in
 * JSON lines; then what the start of `wcache status` costs without it.
 */
export async function benchWatch([minutes = '3']: readonly string[]): Promise<void> {
  if (!/^[1-9]\d*$/.test(minutes)) throw new Error(`"${minutes}" is not a number of minutes`);
  if (inOwnMounts()) return;
  if (!hasOwnMounts()) throw new Error('it takes root, for mounts of its own');
  const folder = mkdtempSync(join(tmpdir(), 'wcache-watch-'));
  try {
    const machine = new PretendedMachine(folder, CACHES, compile(folder).dmsetup);
    const watched = await soak(machine, Number(minutes));
    report(watched, Number(minutes));
    await benchStart();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function soak(machine: PretendedMachine, minutes: number): Promise<Watched[]> {
  const terminals = new Terminals(join(machine.folder, 'tmux'));
  try {
    const running = [];
    for (const [index, { what, words }] of WATCHES.entries()) {
      const session = `watch-${String(index)}`;
      const pidFile = join(machine.folder, session);
      const line = `echo $$ >${pidFile}; exec ${wcache('status', '--watch', '--interval', '1s').join(' ')} ${words}`;
      terminals.start(session, { columns: 120, rows: 40 }, line);
      running.push({ what, session, pid: await pidIn(pidFile), costs: [] as Cost[] });
    }
    const started = performance.now();
    for (let second = 0; second <= minutes * 60; second += 1) {
      await sleep(Math.max(0, started + SETTLE_MS + second * 1000 - performance.now()));
      machine.beat();
      for (const { pid, costs } of running) costs.push(costOf(pid));
    }
    process.stdout.write(`${terminals.capture(running[0]?.session ?? '')}\n`);
    for (const { pid } of running) process.kill(pid, 'SIGTERM');
    return running;
  } finally {
    terminals.end();
  }
}

async function pidIn(file: string): Promise<number> {
  for (;;) {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (text.endsWith('\n')) return Number(text);
    await sleep(50);
  }
}

function report(watched: readonly Watched[], minutes: number): void {
  const rows = watched.map(({ what, costs }) => {
    const [first, last] = [costs[0], costs.at(-1)];
    if (first === undefined || last === undefined) throw new Error('nothing was measured');
    const { own, children } = percentOfCore(first, last);
    const half = costs.slice(Math.floor(costs.length / 2));
    return [
      what,
      ...[own, children].map((percent) => percent.toFixed(2)),
      ...[first.rssMiB, Math.max(...costs.map(({ rssMiB }) => rssMiB)), last.rssMiB].map((size) =>
        size.toFixed(1),
      ),
      growthPerHour(half).toFixed(1),
    ];
  });
  const right = { align: 'right' } as const;
  process.stdout.write(
    `wcache status --watch, ${String(CACHES)} caches, a look each second, ${String(minutes)} min. Percent of one core over all that time:\n` +
      `wcache itself, and what it starts: dmsetup (one process a look; here a program that answers like it) and the shell that\n` +
      `starts it. Memory in MiB (VmRSS), of all of them together.\n\n` +
      `${table([{ title: 'watch' }, { title: 'wcache %', ...right }, { title: 'dmsetup %', ...right }, { title: 'RSS first', ...right }, { title: 'highest', ...right }, { title: 'last', ...right }, { title: 'growth/h (2nd half)', ...right }], rows)}\n\n`,
  );
  const each = Array.from({ length: minutes + 1 }, (_, minute) => [
    String(minute),
    ...watched.map(({ costs }) => (costs[minute * 60]?.rssMiB ?? 0).toFixed(1)),
  ]);
  process.stdout.write(
    `${table([{ title: 'minute', ...right }, ...watched.map(({ what }) => ({ title: `RSS of ${what}`, ...right }))], each)}\n\n`,
  );
}

/** What it costs to start `wcache status` without `--watch`: with what it asks dmsetup. */
async function benchStart(): Promise<void> {
  const { status, bare } = await inTurn(
    {
      status: () => processMs(wcache('status', 'cache-00')),
      bare: () => processMs([process.execPath, '-e', '0']),
    },
    { runs: 9, warmUp: true },
  );
  process.stdout.write(
    `wcache status of one cache: ${status.toFixed(0)} ms, node -e 0: ${bare.toFixed(0)} ms, ratio ${(status / bare).toFixed(2)}\n`,
  );
}
