import { SECTOR_BYTES } from '../../../src/format/index.js';
import { judgeTable, splitWords, type TableContext, type TableJudgement } from '../../../src/table/index.js';
import type { KernelName } from '../../lab/index.js';
import { hasOops } from '../fuzz/crash.js';
import { runSteps, type StepResult } from '../fuzz/mapper.js';
import { Random } from '../fuzz/random.js';
import { setUpBench, survivesWithoutDax, type Bench } from './bench.js';
import { answerOf, disagreement } from './compare.js';
import { deviceNamed, type FuzzDevice } from './devices.js';
import { randomParameters } from './random-parameters.js';
import { TEMPLATES, TEMPLATE_BYTES, superblockAt } from './templates.js';

export interface TableFuzzRun {
  readonly kernel: KernelName;
  readonly mode: 'p' | 's';
  readonly seed: number;
  readonly cases: number;
  /** Where the disks' files go. */
  readonly directory: string;
}

export interface TableFuzzReport {
  readonly disagreements: string[];
  /** How many cases the kernel gave which answer: `accepted`, or its words. */
  readonly outcomes: Map<string, number>;
}

const BATCH = 100;
const STEPS_LIMIT_MS = 170_000;
/** The devices that are mapped have this length; every origin has it. */
const TABLE_SECTORS = TEMPLATE_BYTES / SECTOR_BYTES;

/** A table, and what we say about it. */
export interface TableCase {
  readonly index: number;
  readonly parameters: string;
  readonly template: number;
  readonly origin: FuzzDevice | undefined;
  readonly cache: FuzzDevice | undefined;
  readonly judgement: TableJudgement;
}

/** Gives random tables to a kernel, and compares what it says with what `judgeTable` foretells. */
export async function runTableFuzz(run: TableFuzzRun): Promise<TableFuzzReport> {
  const { kernel, mode, seed, cases, directory } = run;
  const report: TableFuzzReport = { disagreements: [], outcomes: new Map() };
  const bench = await setUpBench(kernel, mode, directory, `${kernel}-${mode}-${String(seed)}`);
  try {
    for (let first = 0; first < cases; first += BATCH) {
      const count = Math.min(BATCH, cases - first);
      await runBatch(
        bench,
        Array.from({ length: count }, (_, place) => drawCase(run, bench, first + place)),
        report,
      );
    }
    if (hasOops(bench.guest.console())) report.disagreements.push(bench.guest.console().slice(-4000));
  } finally {
    await bench.guest.shutdown();
  }
  return report;
}

/** The case of this number, always the same for a seed. */
export function drawCase(
  { kernel, mode, seed }: Pick<TableFuzzRun, 'kernel' | 'mode' | 'seed'>,
  { words, devices }: Pick<Bench, 'words' | 'devices'>,
  index: number,
): TableCase {
  const random = new Random(seed, mode === 'p' ? index + 2 ** 31 : index);
  const parameters = randomParameters(random, words);
  // Every second one is blank: that takes every block size, so it says most about the words.
  const template = random.oneIn(2) ? 0 : random.below(TEMPLATES.length);
  const found = judgeTable(parameters).words.map(({ word }) => deviceNamed(word, devices));
  const [, origin, cache] = found;
  if (isDeadly(kernel, parameters, cache)) throw new Error(`the kernel would die of: ${parameters}`);
  const context = contextOf(kernel, origin, cache);
  const first = judgeTable(parameters, context);
  const start = first.table?.options.start_sector ?? 0n;
  const judgement =
    first.table === null
      ? first
      : judgeTable(parameters, { ...context, superblock: superblockAt(template, start) });
  return { index, parameters, template, origin, cache, judgement };
}

function isDeadly(kernel: KernelName, parameters: string, cache: FuzzDevice | undefined): boolean {
  const [mode] = splitWords(parameters);
  const isPmem = kernel !== 'uml-6.1' && mode?.toLowerCase() === 'p';
  return isPmem && cache?.dax === false && !survivesWithoutDax(kernel);
}

function contextOf(
  kernel: KernelName,
  origin: FuzzDevice | undefined,
  cache: FuzzDevice | undefined,
): TableContext {
  return {
    pageSizeBytes: 4096,
    pmemSupported: kernel !== 'uml-6.1',
    originFound: origin !== undefined,
    cacheFound: cache !== undefined,
    ...(origin &&
      cache && {
        logicalBlockSizeBytes: Math.max(origin.logicalBlockSizeBytes, cache.logicalBlockSizeBytes),
      }),
    ...(cache && {
      cacheSizeBytes: cache.sizeBytes,
      cacheLogicalBlockSizeBytes: cache.logicalBlockSizeBytes,
      dax: cache.dax,
    }),
  };
}

/** A load may format its cache, so each case gets a fresh one. */
async function runBatch(bench: Bench, batch: readonly TableCase[], report: TableFuzzReport): Promise<void> {
  const scripts = batch.map((each) => stepsOf(bench, each));
  const steps = ['create wc', ...scripts.flat(), 'remove wc'];
  const results = await runSteps(bench.guest, steps, STEPS_LIMIT_MS);
  let next = 1;
  for (const [place, each] of batch.entries()) {
    const end = next + (scripts[place]?.length ?? 0);
    note(report, each, results.slice(next, end));
    next = end;
  }
}

function stepsOf({ templates }: Bench, { index, parameters, template, cache }: TableCase): string[] {
  const offset = String(template * TEMPLATE_BYTES);
  return [
    `note table fuzz case ${String(index)}`,
    ...(cache === undefined ? [] : [`copy ${templates} ${offset} ${cache.node} ${String(cache.sizeBytes)}`]),
    `try wc ${String(TABLE_SECTORS)} writecache ${parameters}`,
  ];
}

function note(report: TableFuzzReport, each: TableCase, results: readonly StepResult[]): void {
  const last = results.at(-1);
  for (const step of results.slice(0, -1)) {
    if (!step.ok) throw new Error(`a case could not be set up: ${step.text}`);
  }
  if (last === undefined) throw new Error('a case was lost');
  const answer = answerOf(last);
  const found = disagreement(each, answer);
  if (found !== undefined) {
    report.disagreements.push(
      `case ${String(each.index)}, template ${String(each.template)}: ${JSON.stringify(each.parameters)}\n  ${found}`,
    );
  }
  const outcome = answer.accepts ? 'accepted' : answer.reason;
  report.outcomes.set(outcome, (report.outcomes.get(outcome) ?? 0) + 1);
}
