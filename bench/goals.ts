import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { projectDirectory } from '../test/lab/project.js';
import { withBench, type Bench } from './bench.js';
import { benchCacheCheck } from './cache-check.js';
import { C_FLAGS, compilerVersion } from './compiled.js';
import { benchCopies } from './copies.js';
import { benchCurve, curveText, type CurvePoint } from './curve.js';
import type { Figure } from './figure.js';
import { benchFormat } from './format.js';
import { historyText, lastOf, readHistory, rowsOf, withRun, type Machine } from './history.js';
import { thisCommit, thisMachine } from './machine.js';
import { benchOutput } from './output.js';
import { benchPeakMemory } from './peak-memory.js';
import { reportText } from './report.js';
import { benchScan } from './scan.js';
import { benchStart } from './start.js';
import { benchTarget, targetMemoryText } from './target-speed.js';
import { inOwnMounts } from './watch-machine.js';

const HISTORY = join(projectDirectory, 'bench/history.json');

/** What has rows with goals, by the word that asks for it; in this order, because a process that has grown starts others slowly. */
const PARTS = {
  start: benchStart,
  copies: benchCopies,
  check: benchCacheCheck,
  output: benchOutput,
  format: benchFormat,
  memory: benchPeakMemory,
  scan: benchScan,
  target: benchTarget,
} as const satisfies Record<string, (bench: Bench) => Promise<Figure[]> | Figure[]>;
type Part = keyof typeof PARTS;
const WORDS = [...(Object.keys(PARTS) as Part[]), 'curve'] as const;

export interface Asked {
  readonly parts: readonly string[];
  readonly quick: boolean;
  /** Nothing is written down. */
  readonly forget: boolean;
}

/** Null where a word is none of ours. */
export function readWords(words: readonly string[]): Asked | null {
  const flags = words.filter((word) => word.startsWith('--'));
  const parts = words.filter((word) => !word.startsWith('--'));
  if (flags.some((flag) => flag !== '--quick' && flag !== '--forget')) return null;
  if (parts.some((part) => !WORDS.some((word) => word === part))) return null;
  return {
    parts: parts.length === 0 ? WORDS : WORDS.filter((word) => parts.includes(word)),
    quick: flags.includes('--quick'),
    forget: flags.includes('--forget'),
  };
}

/** Measures what has a goal, prints it beside the last run, and writes it down. */
export async function benchGoals({ parts, quick, forget }: Asked): Promise<void> {
  if (inOwnMounts()) return;
  const machine = thisMachine();
  sayWhatItRunsOn(machine, quick);
  const figures: Figure[] = [];
  let curve: CurvePoint[] = [];
  let memory = '';
  await withBench(quick, async (bench) => {
    for (const part of parts) {
      const start = performance.now();
      process.stderr.write(`${part} …`);
      // Before there is garbage of other targets.
      if (part === 'target') memory = targetMemoryText();
      if (part === 'curve') curve = benchCurve(bench);
      else figures.push(...(await PARTS[part as Part](bench)));
      process.stderr.write(` ${((performance.now() - start) / 1000).toFixed(0)} s\n`);
    }
  });
  const runs = readHistory(readFileSync(HISTORY, 'utf8'));
  const now = { node: process.version, machine, quick };
  const said = [
    figures.length === 0 ? '' : reportText(figures, (id) => lastOf(runs, id, now)),
    curve.length === 0 ? '' : curveText(curve),
    memory,
  ].filter((text) => text !== '');
  process.stdout.write(`\n${said.join('\n\n')}\n`);
  if (forget) return;
  const date = `${new Date().toISOString().slice(0, 19)}Z`;
  const run = { date, commit: thisCommit(), ...now, rows: rowsOf(figures), curve };
  writeFileSync(HISTORY, historyText(withRun(runs, run)));
}

function sayWhatItRunsOn({ processor, processors, memoryGiB, kernel }: Machine, quick: boolean): void {
  const compiler = compilerVersion();
  const c = compiler === null ? 'no C compiler: no C baselines' : `${compiler}, ${C_FLAGS.join(' ')}`;
  process.stdout.write(
    `${String(processors)} × ${processor}, ${String(memoryGiB)} GiB, Linux ${kernel}, Node ${process.version}, load ${(loadavg()[0] ?? 0).toFixed(1)}
${c}
Medians of runs in turn. A ratio with ≤ is what was measured over what it is held against; one with ≥ is the other way round.${quick ? ' Quick: smaller sizes, fewer runs.' : ''}\n\n`,
  );
}
