import type { CheckResult } from '../../../src/scan/index.js';
import type { KernelVerdict } from './manifest.js';

/** What of a kernel's verdict can be predicted. */
export type VerdictInBrief =
  | { readonly outcome: 'refused'; readonly kernel_message: string }
  | {
      readonly outcome: 'activated' | 'formatted';
      readonly error: number;
      readonly n_blocks: number;
      readonly free_blocks: number;
      readonly after: { seq_count: string; free: number; committed: number; uncommitted: number };
    };

export function verdictInBrief(verdict: KernelVerdict): VerdictInBrief {
  if (verdict.outcome === 'refused') {
    return { outcome: verdict.outcome, kernel_message: verdict.kernel_message };
  }
  const { outcome, error, n_blocks, free_blocks, after } = verdict;
  return { outcome, error, n_blocks, free_blocks, after };
}

/** The same, as `check` foretells it. */
export function predictedVerdict({ inspection, activation }: CheckResult): VerdictInBrief {
  switch (activation.outcome) {
    case 'refused':
      return { outcome: 'refused', kernel_message: activation.kernelMessage };
    case 'formatted': {
      const n = Number(activation.nBlocks);
      const after = { seq_count: '0', free: n, committed: 0, uncommitted: 0 };
      return { outcome: 'formatted', error: 0, n_blocks: n, free_blocks: n, after };
    }
    case 'activated': {
      const { error, freeBlocks } = activation;
      const n = Number(activation.nBlocks);
      const seqCount = String(inspection.superblock.seq_count);
      // Resume frees on the medium, too, whatever it does not keep.
      const after = { seq_count: seqCount, free: freeBlocks, committed: n - freeBlocks, uncommitted: 0 };
      return { outcome: 'activated', error, n_blocks: n, free_blocks: freeBlocks, after };
    }
  }
}
