import { SECTOR_BYTES } from '../../../src/format/index.js';
import { refusalWords, type StepResult } from './mapper.js';
import { ORIGIN_SECTORS } from './random-entry.js';
import type { FuzzCase } from './random-case.js';

/** The guest's devices: the origin, and the disk of which every case has a part. */
export interface Devices {
  readonly slow: string;
  readonly fast: string;
}

/** What the kernel did with one case. */
export type Answer =
  | { readonly outcome: 'refused'; readonly words: string }
  | {
      readonly outcome: 'activated';
      readonly error: number;
      readonly nBlocks: bigint;
      readonly freeBlocks: bigint;
      readonly log: readonly string[];
    };

/** Makes the two devices whose tables the cases are. */
export const FIRST_STEPS = ['create part', 'create wc'];
export const LAST_STEPS = ['remove wc', 'remove part'];

/** At these marks the cache is written back only when it is full. */
const NO_WRITEBACK = 'high_watermark 100 low_watermark 100';

/** The steps of one case: activate, ask for the status, deactivate (an orderly end: it suspends the target first). */
export function stepsOf(one: FuzzCase, offsetBytes: number, { slow, fast }: Devices): string[] {
  const { index, mode, blockSize, startSector, bytes } = one;
  return [
    `note fuzz case ${String(index)}`,
    `load part ${String(bytes.length / SECTOR_BYTES)} linear ${fast} ${String(offsetBytes / SECTOR_BYTES)}`,
    `load wc ${String(ORIGIN_SECTORS)} writecache ${mode} ${slow} @part ${String(blockSize)} 6 start_sector ${String(startSector)} ${NO_WRITEBACK}`,
    'status wc',
    'load wc 1 error',
  ];
}

/** In the results of one case's steps, what the kernel answered. Throws if a step failed that has nothing to do with the case. */
export function answerOf(results: readonly StepResult[]): Answer {
  const [note, part, load, status, end] = results;
  for (const step of [note, part, end]) {
    if (step?.ok !== true) throw new Error(`a case could not be set up or ended: ${String(step?.text)}`);
  }
  if (load?.ok !== true) {
    const { text = '', log = [] } = load ?? {};
    return { outcome: 'refused', words: refusalWords(log) ?? [text, ...log].join('; ') };
  }
  const [error = '', nBlocks = '', freeBlocks = ''] = status?.text.split(' ') ?? [];
  return {
    outcome: 'activated',
    error: Number(error),
    nBlocks: BigInt(nBlocks),
    freeBlocks: BigInt(freeBlocks),
    log: load.log,
  };
}

/** The number of the case that the guest had begun last. */
export function lastCase(console: string): number | undefined {
  const found = [...console.matchAll(/fuzz case (\d+)/g)].at(-1)?.[1];
  return found === undefined ? undefined : Number(found);
}
