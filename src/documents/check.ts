import { z } from 'zod';
import {
  PROBLEM_CODES,
  isOk,
  liveBlocks,
  verdict,
  type Activation,
  type CheckResult,
} from '../scan/index.js';
import { cacheStateSchema } from './inspect.js';
import { integer, jsonInteger, u64String } from './json.js';

export const problemSchema = z.strictObject({
  code: z.enum(PROBLEM_CODES),
  severity: z.enum(['fatal', 'error', 'warning', 'info']),
  count: jsonInteger,
  message: z.string(),
  advice: z.string().nullable(),
  examples: z.array(
    z.strictObject({ index: z.int().nonnegative(), original_sector: u64String, seq_count: u64String }),
  ),
});

/** What the kernel will do when a table with this cache is loaded and resumed. */
export const activationSchema = z.discriminatedUnion('outcome', [
  z.strictObject({ mode: z.enum(['p', 's']), outcome: z.literal('refused'), kernel_message: z.string() }),
  z.strictObject({ mode: z.enum(['p', 's']), outcome: z.literal('formatted'), n_blocks: jsonInteger }),
  z.strictObject({
    mode: z.enum(['p', 's']),
    outcome: z.literal('activated'),
    error: z.union([z.literal(0), z.literal(1)]),
    n_blocks: jsonInteger,
    free_blocks: jsonInteger,
    dropped_uncommitted: jsonInteger,
    dropped_stale: jsonInteger,
    rewrites_metadata: z.boolean(),
  }),
]);

/** `wcache check --json`. */
export const checkDocumentSchema = z.strictObject({
  device: z.string(),
  state: cacheStateSchema,
  ok: z.boolean(),
  verdict: z.string(),
  problems: z.array(problemSchema),
  activation: activationSchema,
  /** Null where the entries cannot be read, so that nobody knows. */
  live_blocks: jsonInteger.nullable(),
  live_bytes: jsonInteger.nullable(),
  held_by: z.array(z.string()),
});
export type CheckDocument = z.infer<typeof checkDocumentSchema>;

/** `heldBy`: what uses the device right now, for example the writecache mapping on it. */
export function checkDocument(result: CheckResult, heldBy: readonly string[]): CheckDocument {
  const { inspection, problems, mode, activation } = result;
  const live = liveBlocks(inspection);
  return {
    device: inspection.name,
    state: inspection.state,
    ok: isOk(problems),
    verdict: verdict(result),
    problems: problems.map((problem) => ({
      ...problem,
      examples: problem.examples.map(({ index, original_sector, seq_count }) => ({
        index,
        original_sector: String(original_sector),
        seq_count: String(seq_count),
      })),
    })),
    activation: { mode, ...activationFields(activation) },
    live_blocks: live,
    live_bytes: live === null ? null : integer(BigInt(live) * BigInt(inspection.geometry?.blockSize ?? 0)),
    held_by: [...heldBy],
  };
}

type WithoutMode<T> = T extends unknown ? Omit<T, 'mode'> : never;

function activationFields(activation: Activation): WithoutMode<CheckDocument['activation']> {
  switch (activation.outcome) {
    case 'refused':
      return { outcome: 'refused', kernel_message: activation.kernelMessage };
    case 'formatted':
      return { outcome: 'formatted', n_blocks: integer(activation.nBlocks) };
    case 'activated':
      return {
        outcome: 'activated',
        error: activation.error,
        n_blocks: integer(activation.nBlocks),
        free_blocks: activation.freeBlocks,
        dropped_uncommitted: activation.droppedUncommitted,
        dropped_stale: activation.droppedStale,
        rewrites_metadata: activation.rewritesMetadata,
      };
  }
}
