import { table } from '../src/ui/table.js';
import type { Bench } from './bench.js';
import { cost, row, speed, times, type Figure, type Row } from './figure.js';
import { inTurn, timed } from './measure.js';
import { filledWriter, targetWriter } from './target.js';
import { targetMemory } from './target-memory.js';

const WANTED_PER_SECOND = 250_000;
const WANTED = '250 000 a second';
const RATES = {
  s: row('target.rate.s', 'reference target, mode s, a write', WANTED, speed(1)),
  p: row('target.rate.p', 'reference target, mode p, a write', WANTED, speed(1)),
};
/** The depth of a balanced tree of 64 Mi entries over that of one of 1 Mi. */
const LOG_FACTOR = Math.log2(2 ** 26) / Math.log2(2 ** 20);
const SMALL = { blocks: 2 ** 20, percent: 50 };
/** Memory has no room for half of it. */
const LARGE = { blocks: 2 ** 26, percent: 6 };
const sizeRow = (mode: 'p' | 's', largeBlocks: number): Row => {
  const what = `reference target, mode ${mode}, ${String(largeBlocks >> 20)} Mi blocks, 6 % live`;
  return row(`target.size.${mode}`, what, '1 Mi blocks, 50 % live', cost(LOG_FACTOR));
};

/** What a write of 4 KiB costs the reference target, on devices in memory. */
export async function benchTarget({ quick }: Bench): Promise<Figure[]> {
  const writes = quick ? 50_000 : 200_000;
  const [s, p] = [targetWriter('s'), targetWriter('p')];
  const rates = await inTurn(
    {
      s: () =>
        timed(() => {
          s(writes);
        }),
      p: () =>
        timed(() => {
          p(writes);
        }),
    },
    { runs: 5, warmUp: true },
  );
  return [
    rate(RATES.s, rates.s / writes),
    rate(RATES.p, rates.p / writes),
    await compareSizes('s', quick),
    await compareSizes('p', quick),
  ];
}

/** While writeback goes on all the time; each run sees whole rounds of it. */
async function compareSizes(mode: 'p' | 's', quick: boolean): Promise<Figure> {
  const largeBlocks = quick ? LARGE.blocks / 8 : LARGE.blocks;
  const small = filledWriter(mode, SMALL.blocks, SMALL.percent);
  const large = filledWriter(mode, largeBlocks, LARGE.percent);
  const perWriteMs = (write: (writes: number) => void, nBlocks: number) => async (): Promise<number> => {
    const writes = Math.ceil(nBlocks / 50);
    return (
      (await timed(() => {
        write(writes);
      })) / writes
    );
  };
  const taken = await inTurn(
    { small: perWriteMs(small, SMALL.blocks), large: perWriteMs(large, largeBlocks) },
    { runs: 3 },
  );
  return {
    ...times(sizeRow(mode, largeBlocks), taken.large, taken.small),
    ...perWrite(taken.large, taken.small),
  };
}

function rate(row: Row, writeMs: number): Figure {
  const wantedMs = 1000 / WANTED_PER_SECOND;
  return { ...times(row, writeMs, wantedMs), ...perWrite(writeMs, wantedMs) };
}

function perWrite(measuredMs: number, baselineMs: number): { measured: string; baseline: string } {
  const text = (ms: number): string => `${(ms * 1000).toPrecision(3)} µs`;
  return { measured: text(measuredMs), baseline: text(baselineMs) };
}

/** What the target takes of memory. */
export function targetMemoryText(): string {
  const memory = [targetMemory(64n << 30n, 500_000), targetMemory(1n << 40n, 500_000)];
  return table(
    [{ title: 'memory of' }, { title: 'bytes an entry', align: 'right' }],
    memory.map(({ what, bytesPerBlock }) => [what, bytesPerBlock.toFixed(0)]),
  );
}
