import type { MessageName } from '../../table/index.js';
import { TargetIoError } from '../errors.js';
import type { ReferenceTarget } from '../reference-target.js';

/** One thing that a program or an operator does to a mapped device. Sectors are 512 bytes. */
export type WorkloadStep =
  | {
      readonly op: 'write';
      readonly startSector: number;
      readonly blocks: number;
      readonly fua?: boolean;
      readonly meta?: boolean;
      /** See RequestFlags. */
      readonly hold?: boolean;
    }
  | { readonly op: 'discard'; readonly startSector: number; readonly blocks: number }
  | { readonly op: 'message'; readonly name: MessageName }
  | { readonly op: 'advance'; readonly ms: number }
  | { readonly op: 'flush' | 'suspend' | 'resume' | 'finishHeldWrites' };

/** Does one step; `contentOf` makes what a write writes. A request that fails is one that is not acknowledged. */
export function perform(
  target: ReferenceTarget,
  step: WorkloadStep,
  sectorsPerBlock: number,
  contentOf: (step: Extract<WorkloadStep, { op: 'write' }>) => Uint8Array,
): void {
  try {
    switch (step.op) {
      case 'write':
        target.write(step.startSector, contentOf(step), step);
        break;
      case 'discard':
        target.discard(step.startSector, step.blocks * sectorsPerBlock);
        break;
      case 'message':
        target.message(step.name);
        break;
      case 'advance':
        target.advance(target.nowMs + step.ms);
        break;
      case 'flush':
      case 'suspend':
      case 'resume':
      case 'finishHeldWrites':
        target[step.op]();
        break;
    }
  } catch (error) {
    if (!(error instanceof TargetIoError)) throw error;
  }
}
