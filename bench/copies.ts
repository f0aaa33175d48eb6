import { deepStrictEqual } from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ExitStatus } from '../src/errors.js';
import { answerOf, inspectAnswer } from './answers.js';
import { NO_COMPILER, type Bench } from './bench.js';
import { missing, row, speed, times, type Figure, type Row } from './figure.js';
import { ORIGIN_BYTES, writeImage } from './image.js';
import { inTurn } from './measure.js';
import { wcache, type Processes } from './processes.js';

const ONE = speed(0.7);
const ALL = speed(1.2);

/** `judge` does what wcache does where sectors come again: it decides which copies are stale. `copies` only counts them. */
const IMAGES = [
  { content: 'permutation', told: 'no sector twice', against: 'copies' },
  { content: 'draws', told: 'some sectors again', against: 'judge' },
  { content: 'draws', told: 'some sectors again', against: 'copies' },
] as const;

const TOLD = { copies: 'C with a bitmap', judge: 'C that judges them, too' } as const;

/** Whole processes that find stale copies among sectors from all over an origin of 1 TiB, against C programs with a bitmap. */
export async function benchCopies(bench: Bench): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { content, told, against } of IMAGES) {
    const rows = rowsFor(content, told, against);
    if (bench.c === null) {
      figures.push(...Object.values(rows).map((each) => missing(each, NO_COMPILER)));
      continue;
    }
    const image = join(bench.memoryFolder, 'copies.img');
    writeImage(image, bench.quick ? 2 ** 22 : 2 ** 26, content);
    try {
      figures.push(...(await measure(bench.c, against, image, rows)));
    } finally {
      rmSync(image);
    }
  }
  return figures;
}

function rowsFor(content: string, told: string, against: keyof typeof TOLD) {
  const make = (verb: string, where: string, goal: typeof ONE): Row =>
    row(
      `copies.${verb}.${content}.${where}${against === 'judge' ? '.judged' : ''}`,
      `${verb}, ${told}, ${where} core`.replace('all core', 'all cores'),
      TOLD[against],
      goal,
    );
  return {
    inspectOne: make('inspect', 'one', ONE),
    inspectAll: make('inspect', 'all', ALL),
    checkOne: make('check', 'one', ONE),
    checkAll: make('check', 'all', ALL),
  };
}

async function measure(
  { processes, programs }: NonNullable<Bench['c']>,
  against: keyof typeof TOLD,
  image: string,
  rows: ReturnType<typeof rowsFor>,
): Promise<Figure[]> {
  const baseline = (onOne: boolean) => (): number =>
    processes.take([programs[against], image, String(ORIGIN_BYTES)], { onOne }).wallMs;
  requireSameAnswer(processes, programs[against], image);
  const inspect = (onOne: boolean) => (): number =>
    processes.take(wcache('inspect', image), { onOne }).wallMs;
  const check = (onOne: boolean) => (): number =>
    processes.take(wcache('check', image), { onOne, statuses: [ExitStatus.problemFound] }).wallMs;
  const taken = await inTurn(
    {
      cOne: baseline(true),
      inspectOne: inspect(true),
      checkOne: check(true),
      cAll: baseline(false),
      inspectAll: inspect(false),
      checkAll: check(false),
    },
    { runs: 3 },
  );
  return [
    times(rows.inspectOne, taken.inspectOne, taken.cOne),
    times(rows.inspectAll, taken.inspectAll, taken.cAll),
    times(rows.checkOne, taken.checkOne, taken.cOne),
    times(rows.checkAll, taken.checkAll, taken.cAll),
  ];
}

/** What is fast and wrong is not compared. */
function requireSameAnswer(processes: Processes, program: string, image: string): void {
  const expected = answerOf(processes, [program, image, String(ORIGIN_BYTES)]);
  const answer = inspectAnswer(processes.take(wcache('inspect', image, '--json')).stdout);
  for (const [key, value] of Object.entries(answer)) {
    if (key in expected) deepStrictEqual(value, expected[key as keyof typeof answer], key);
  }
}
