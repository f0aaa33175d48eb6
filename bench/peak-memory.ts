import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ExitStatus } from '../src/errors.js';
import { NO_COMPILER, type Bench } from './bench.js';
import { cost, megabytes, missing, row, times, type Figure, type Row } from './figure.js';
import { ORIGIN_BLOCKS, writeImage, type Content } from './image.js';
import { wcache, type Processes } from './processes.js';

/** What is allowed: so much, and a bit for each block of the origin. */
const ALLOWED_BYTES = 160e6 + ORIGIN_BLOCKS / 8;
const ALLOWED = `${megabytes(160e6)} + a bit per origin block`;
const BUDGET = { flag: '32MiB', bytes: 32 * 2 ** 20 };

const CONTENTS: readonly { readonly content: Content; readonly told: string }[] = [
  { content: 'zeros', told: 'all of sector 0' },
  { content: 'free', told: 'all free' },
  { content: 'draws', told: 'random sectors' },
];

/** The most memory that inspect and check take for the metadata of a cache of 1 TiB. */
export function benchPeakMemory({ c, quick, memoryFolder }: Bench): Figure[] {
  const nBlocks = quick ? 2 ** 24 : 2 ** 28;
  const image = join(memoryFolder, 'peak.img');
  const figures: Figure[] = [];
  for (const { content, told } of CONTENTS) {
    const rows = ['inspect', 'check'].map((verb) =>
      row(`memory.${verb}.${content}`, `${verb}, peak memory, ${told}`, ALLOWED, cost(1)),
    );
    if (c === null) {
      figures.push(...rows.map((each) => missing(each, NO_COMPILER)));
      continue;
    }
    try {
      writeImage(image, nBlocks, content);
      for (const each of rows) figures.push(peakOf(c.processes, each, image, []));
      if (content === 'draws') figures.push(...withBudget(c.processes, image));
    } finally {
      rmSync(image, { force: true });
    }
  }
  return figures;
}

function peakOf(processes: Processes, row: Row, image: string, words: readonly string[]): Figure {
  const verb = row.id.split('.')[1] ?? '';
  const { peakBytes } = processes.take(wcache(verb, image, ...words), {
    statuses: [ExitStatus.problemFound],
  });
  const allowed = megabytes(ALLOWED_BYTES);
  return { ...row, measured: megabytes(peakBytes), baseline: allowed, ratio: peakBytes / ALLOWED_BYTES };
}

/** What it takes to stay within a budget, which is for what the search for copies keeps: passes, and so time. */
function withBudget(processes: Processes, image: string): Figure[] {
  const said = `inspect --memory ${BUDGET.flag}, random sectors`;
  const peak = row('memory.budget.peak', `${said}, peak memory`, 'a small image + the budget', cost(1));
  const time = row('memory.budget.time', said, 'without --memory', cost());
  const small = `${image}.small`;
  writeImage(small, 254, 'free');
  try {
    const own = processes.take(wcache('inspect', small));
    const free = processes.take(wcache('inspect', image));
    const bound = processes.take(wcache('inspect', image, '--memory', BUDGET.flag));
    const allowed = own.peakBytes + BUDGET.bytes;
    return [
      {
        ...peak,
        ...{ measured: megabytes(bound.peakBytes), baseline: megabytes(allowed) },
        ratio: bound.peakBytes / allowed,
      },
      times(time, bound.wallMs, free.wallMs),
    ];
  } finally {
    rmSync(small);
  }
}
