import fc from 'fast-check';
import type { Rig } from './rig.js';

/** What a program, or the kernel's timers, may do to a cache. */
export type Step =
  | { readonly kind: 'write'; readonly block: number; readonly count: number }
  | { readonly kind: 'discard'; readonly block: number; readonly count: number }
  | { readonly kind: 'commit' | 'drain' };

export function steps(originBlocks: number, maxLength: number): fc.Arbitrary<Step[]> {
  const block = fc.nat(originBlocks - 5);
  const count = fc.integer({ min: 1, max: 4 });
  return fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.record({ kind: fc.constant('write' as const), block, count }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('discard' as const), block, count }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('commit' as const, 'drain' as const) }) },
    ),
    { maxLength },
  );
}

/** Does the steps; every block that is written has a content that no other has. */
export class Player {
  readonly #rig: Rig;
  #value = 1000;

  constructor(rig: Rig) {
    this.#rig = rig;
  }

  play(all: readonly Step[]): void {
    for (const step of all) {
      switch (step.kind) {
        case 'write':
          this.#rig.write(step.block, this.#value, step.count);
          this.#value += step.count;
          break;
        case 'discard': {
          const sector = this.#rig.sectorOf(step.block);
          this.#rig.target.discard(sector, this.#rig.sectorOf(step.count));
          break;
        }
        case 'commit':
          this.#rig.commit();
          break;
        case 'drain':
          this.#rig.drain();
      }
    }
  }
}
