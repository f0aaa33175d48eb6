import { cpus, loadavg, release } from 'node:os';
import { labReadiness } from '../test/lab/index.js';
import { BARE, LVM, OPTIONS, remove, type Candidate } from './removal-candidates.js';
import type { Shape } from './removal-cache.js';
import { RemovalLab, SIZES } from './removal-lab.js';
import { report, type Measured } from './removal-report.js';

/**
 * How long I/O stands still while a cache is taken off its origin, and how long that takes: `wcache remove` against the
 * kernel document's bare sequence and against `lvconvert --splitcache --cachesettings cleaner=0`, each with the same dirty cache.
 *
 * The origin is slowed by dm-delay as a disk would be: 8 ms is a seek and half a turn. Reads are delayed like writes, as a
 * disk seeks for both. dm-delay delays as many I/Os at once as it is given, which no disk does; so the tables say
 * `writeback_jobs 64`, the blocks that are in flight at a time, and the origin takes some 1600 writes a second. User-mode
 * Linux has ticks of 10 ms: what is delayed alone takes one or two of them. That is told below; what counts are the ratios.
 */
const DELAY_MS = 8;

interface Scenario {
  readonly word: string;
  readonly title: string;
  readonly shape: Shape;
  readonly writesPerSecond: number;
  readonly candidates: readonly Candidate[];
}

const RANDOM = { shape: 'random', writesPerSecond: 0 } as const;

const SCENARIOS: readonly Scenario[] = [
  { ...RANDOM, word: 'random', title: 'random blocks', candidates: [BARE, LVM, remove()] },
  {
    ...{ word: 'sequential', title: 'blocks in a row', shape: 'sequential', writesPerSecond: 0 },
    candidates: [BARE, remove()],
  },
  {
    ...{ ...RANDOM, word: 'writer', title: 'random blocks, and 200 writes a second meanwhile' },
    ...{ writesPerSecond: 200, candidates: [BARE, LVM, remove()] },
  },
  {
    ...{ ...RANDOM, word: 'flags', title: 'random blocks, other flags' },
    candidates: [
      ...[BARE, remove('--verify', 'sample'), remove('--verify', 'metadata'), remove('--verify', 'none')],
      remove('--no-drain'),
    ],
  },
];

/** What runs when nothing is named: in about five minutes. `writer` takes four, `flags` seven. */
const BY_DEFAULT: readonly string[] = ['random', 'sequential'];

async function measure(lab: RemovalLab, scenario: Scenario): Promise<Measured[]> {
  const { shape, writesPerSecond, candidates } = scenario;
  const measured: Measured[] = [];
  for (const candidate of candidates) {
    process.stderr.write(`${scenario.title}: ${candidate.what} …`);
    const one = await lab.run({ candidate, shape, writesPerSecond });
    process.stderr.write(` stall ${one.stall.toFixed(2)} s, total ${one.total.toFixed(2)} s\n`);
    measured.push(one);
  }
  return measured;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function sayWhatItRanOn(lab: RemovalLab): void {
  const { originMiB, cacheMiB } = SIZES;
  const { dirty, all } = lab.blocks;
  const { start } = lab;
  const processors = cpus();
  say(
    `user-mode Linux ${lab.kernel} on Linux ${release()}, ${String(processors.length)} × ${processors[0]?.model ?? '?'}, Node ${process.version}, load ${(loadavg()[0] ?? 0).toFixed(1)}
cache device ${String(cacheMiB)} MiB, ${String(dirty)} of ${String(all)} blocks of 4096 bytes dirty; origin ${String(originMiB)} MiB
behind dm-delay, ${String(DELAY_MS)} ms for reads and for writes; writeback_jobs ${String(OPTIONS.writeback_jobs)}
wcache takes ${start.here.toFixed(1)} s to start on this machine, which its totals include; in the guest, where it had been started before, ${start.inGuest.toFixed(1)} s
quiet: the longest wait of an I/O in the second before and the one after · stall: the same while the command runs
the goal: stall of bare and lvconvert at least 10 times that of wcache remove, its total at most 1.2 times that of bare`,
  );
}

function chooseScenarios(words: readonly string[]): Scenario[] {
  const wanted = words.length === 0 ? BY_DEFAULT : words;
  const unknown = wanted.find((word) => !SCENARIOS.some((scenario) => scenario.word === word));
  if (unknown !== undefined) {
    throw new Error(`there is no "${unknown}": it is ${SCENARIOS.map(({ word }) => word).join(', ')}`);
  }
  return SCENARIOS.filter(({ word }) => wanted.includes(word));
}

/** Runs the scenarios named by these words, and prints a table of each. */
export async function benchRemoval(words: readonly string[]): Promise<void> {
  const chosen = chooseScenarios(words);
  const readiness = await labReadiness(['uml-6.1']);
  if (!readiness.ready) throw new Error(readiness.reason);
  // The folder of the disks goes when this process ends, also by these.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(130));
  }
  const lab = await RemovalLab.make(DELAY_MS);
  sayWhatItRanOn(lab);
  for (const scenario of chosen) {
    const measured = await measure(lab, scenario);
    const isOurs = (index: number): boolean => scenario.candidates[index]?.isOurs === true;
    const others = measured.filter((_, index) => !isOurs(index));
    const ours = measured.filter((_, index) => isOurs(index));
    const delayed = (others[0]?.delayed ?? 0) * 1000;
    say(`\n${scenario.title} (an I/O to the origin takes ${delayed.toFixed(0)} ms)\n${report(others, ours)}`);
  }
}
