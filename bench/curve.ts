import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { table } from '../src/ui/table.js';
import type { Bench } from './bench.js';
import { milliseconds } from './figure.js';
import { writeImage } from './image.js';
import { median } from './measure.js';
import { wcache, type Taken } from './processes.js';

/** A cost of `wcache inspect` at one size; the process's start is part of it. */
export interface CurvePoint {
  readonly entries: number;
  readonly cores: 'one' | 'all';
  readonly milliseconds: number;
  readonly peakMegabytes: number;
}

const SIZES = [2 ** 20, 2 ** 24, 2 ** 26, 2 ** 28] as const;

/** What `wcache inspect` costs as caches grow: entries of random sectors, none of which comes twice. */
export function benchCurve({ c, quick, memoryFolder }: Bench): CurvePoint[] {
  if (c === null) return [];
  const image = join(memoryFolder, 'curve.img');
  const points: CurvePoint[] = [];
  for (const entries of SIZES.slice(0, quick ? 2 : SIZES.length)) {
    try {
      writeImage(image, entries, 'permutation');
      for (const cores of ['one', 'all'] as const) {
        const runs = Array.from({ length: entries < 2 ** 26 ? 3 : 1 }, () =>
          c.processes.take(wcache('inspect', image), { onOne: cores === 'one' }),
        );
        points.push(pointOf(entries, cores, runs));
      }
    } finally {
      rmSync(image, { force: true });
    }
  }
  return points;
}

function pointOf(entries: number, cores: 'one' | 'all', runs: readonly Taken[]): CurvePoint {
  return {
    entries,
    cores,
    milliseconds: Number(median(runs.map(({ wallMs }) => wallMs)).toPrecision(4)),
    peakMegabytes: Math.round(Math.max(...runs.map(({ peakBytes }) => peakBytes)) / 1e6),
  };
}

export function curveText(points: readonly CurvePoint[]): string {
  const right = { align: 'right' } as const;
  const columns = [
    ...[{ title: 'inspect', ...right }, { title: 'cores' }, { title: 'took', ...right }],
    ...[
      { title: 'an entry', ...right },
      { title: 'metadata a second', ...right },
      { title: 'peak', ...right },
    ],
  ];
  const rows = points.map(({ entries, cores, milliseconds: taken, peakMegabytes }) => [
    `${String(entries / 2 ** 20)} Mi entries`,
    cores,
    milliseconds(taken),
    `${((taken * 1e6) / entries).toPrecision(3)} ns`,
    `${((entries * 16) / taken / 1e6).toPrecision(3)} GB`,
    `${String(peakMegabytes)} MB`,
  ]);
  return table(columns, rows);
}
