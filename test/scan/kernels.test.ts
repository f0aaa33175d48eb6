import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kernelsSource } from '../../bin/kernels.js';
import {
  BUCKET,
  BUCKETS,
  CHUNKS,
  FIRST_PAGE,
  NOTES,
  NOTE_BYTES,
  TALLY,
} from '../../src/scan/kernel/layout.js';
import { makeKernel, type KernelInMemory, type KernelName } from '../../src/scan/kernel/make-kernel.js';
import { oddBits } from '../../src/scan/copy-search.js';

const PAGES_BYTES = 28 << 20;

/** What a kernel is asked, and the entries of a few chunks. */
interface Case {
  readonly blockSize: number;
  readonly limit: bigint;
  readonly noteFrom: bigint;
  readonly parts: number;
  readonly part: number;
  readonly budgetBytes: number;
  readonly stateBytes: 12 | 16;
  readonly firstIndex: number;
  readonly chunks: readonly (readonly (readonly [bigint, bigint])[])[];
}

const u64 = fc.bigInt(0n, 2n ** 64n - 1n);
const limits = fc.oneof(fc.constantFrom(0n, 1n, 7n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n), u64);

/** Few blocks in a few buckets, so that they come again and again; and anything. */
const sector = (blockSize: number): fc.Arbitrary<bigint> =>
  fc.oneof(
    {
      weight: 20,
      arbitrary: fc
        .tuple(fc.integer({ min: 0, max: 90 }), fc.constantFrom(0, 1, 31, 32, 63, 64, 255, 256, 2 ** 20 - 1))
        .map(([bucket, block]) => BigInt((bucket * 2 ** 20 + block) * (blockSize / 512))),
    },
    { weight: 1, arbitrary: fc.constantFrom(0n, 7n, 2n ** 32n, 2n ** 39n, 2n ** 63n, 2n ** 64n - 1n) },
    { weight: 1, arbitrary: u64 },
  );

const cases: fc.Arbitrary<Case> = fc
  .tuple(fc.constantFrom(512, 4096, 65536), limits)
  .chain(([blockSize, limit]) => {
    const near = fc.bigInt(-3n, 3n).map((step) => BigInt.asUintN(64, limit + step));
    const seq = fc.oneof(near, fc.bigInt(0n, 6n), fc.constant(2n ** 64n - 1n), u64);
    const entry = fc.tuple(sector(blockSize), seq);
    return fc.record({
      blockSize: fc.constant(blockSize),
      limit: fc.constant(limit),
      noteFrom: fc.oneof(u64, fc.constantFrom(0n, 2n ** 64n - 1n)),
      parts: fc.constantFrom(1, 2, 4),
      part: fc.constant(0),
      budgetBytes: fc.constantFrom(1 << 20, 5 << 20, PAGES_BYTES),
      stateBytes: fc.constantFrom(12, 16),
      firstIndex: fc.constantFrom(0, 4095, 2 ** 20 - 3, 2 ** 31 - 1),
      chunks: fc.array(fc.array(entry, { maxLength: 400, size: 'max' }), { minLength: 1, maxLength: 3 }),
    });
  });

class Run {
  readonly made: KernelInMemory;
  readonly notes: string[] = [];

  constructor(name: KernelName) {
    this.made = makeKernel(
      PAGES_BYTES,
      (count) => {
        const notes = this.made.memory.subarray(NOTES, NOTES + count * NOTE_BYTES);
        this.notes.push(Buffer.from(notes).toString('hex'));
        this.made.kernel.setBounds(2n ** 31n + 50n, 2n ** 64n - 1n);
      },
      name,
    );
    expect(this.made.name).toBe(name);
  }

  ask(question: Case): void {
    const { kernel } = this.made;
    const shift = BigInt(Math.log2(question.blockSize / 512));
    kernel.setQuestion(
      question.limit,
      question.noteFrom,
      oddBits(question.blockSize),
      shift,
      question.stateBytes,
    );
    kernel.setPart(question.part, question.parts);
    kernel.setBudget(question.budgetBytes, PAGES_BYTES);
    kernel.setBounds(2n ** 64n - 1n, 2n ** 64n - 1n);
  }

  /** Puts entries where a chunk is read to; returns their address. */
  read(entries: Case['chunks'][number]): number {
    const at = CHUNKS[0] + 64;
    const { memory } = this.made;
    const view = new BigUint64Array(memory.buffer, memory.byteOffset + at, entries.length * 2);
    view.set(entries.flat());
    return at;
  }
}

/** Does one thing with both kernels, and holds all their memory against each other. */
function both(runs: readonly [Run, Run], what: (run: Run) => unknown): unknown {
  const [wasm, plain] = runs;
  const answers = [what(wasm), what(plain)];
  expect(answers[1]).toEqual(answers[0]);
  const [one, other] = runs.map(({ made }) => made.memory.subarray(TALLY, FIRST_PAGE + PAGES_BYTES));
  expect(Buffer.compare(one ?? Buffer.of(1), other ?? Buffer.of())).toBe(0);
  expect(plain.notes).toEqual(wasm.notes);
  return answers[0];
}

describe('WebAssembly and plain TypeScript', () => {
  it('leave the same bytes, whatever is in the entries and however little memory there is', () => {
    let [repeats, rounds] = [0, 0];
    fc.assert(
      fc.property(cases, (question) => {
        const runs = [new Run('wasm'), new Run('plain')] as const;
        const pass = (work: (run: Run, at: number, count: number, firstIndex: number) => void): void => {
          let firstIndex = question.firstIndex;
          for (const chunk of question.chunks) {
            both(runs, (run) => {
              work(run, run.read(chunk), chunk.length, firstIndex);
            });
            firstIndex += chunk.length;
          }
        };
        both(runs, (run) => {
          run.ask(question);
        });
        pass(({ made: { kernel } }, at, count) => {
          kernel.classify(at, count);
          kernel.mark(at, count);
        });
        for (;;) {
          both(runs, ({ made: { kernel } }) => {
            kernel.endMarks(0, 40);
            kernel.endMarks(40, BUCKETS);
          });
          while (both(runs, ({ made: { kernel } }) => kernel.bucketsIn(BUCKET.waiting)) !== 0) {
            const begin = ({ made: { kernel } }: Run): number =>
              kernel.beginCopies(0, 7) + kernel.beginCopies(7, BUCKETS);
            if (both(runs, begin) === 0) break;
            repeats += 1;
            pass(({ made: { kernel } }, at, count, firstIndex) => {
              kernel.resolve(at, count, firstIndex);
            });
            both(runs, ({ made: { kernel } }) => {
              kernel.endCopies(0, BUCKETS);
            });
          }
          const left = both(runs, ({ made: { kernel } }) => kernel.bucketsIn(BUCKET.skipped));
          if (left === 0 || both(runs, ({ made: { kernel } }) => kernel.bucketsIn(BUCKET.done)) === 0) break;
          rounds += 1;
          both(runs, ({ made: { kernel } }) => {
            kernel.nextMarks();
          });
          pass(({ made: { kernel } }, at, count) => {
            kernel.mark(at, count);
          });
        }
      }),
      { numRuns: 60 },
    );
    expect(repeats).toBeGreaterThan(0);
    expect(rounds).toBeGreaterThan(0);
  });

  it('have the module that its sources make', () => {
    const made = fileURLToPath(new URL('../../src/wasm/kernels.ts', import.meta.url));
    expect(readFileSync(made, 'utf8')).toBe(kernelsSource());
  });
});
