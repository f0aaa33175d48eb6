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
  code: z
    .enum(PROBLEM_CODES)
    .describe('What is wrong: a word for programs, which does not change; see wcache-check(8).'),
  severity: z
    .enum(['fatal', 'error', 'warning', 'info'])
    .describe(
      'fatal: nothing can use the cache as it is. error: needs a decision. warning: deserves a look. info: nothing is to be done.',
    ),
  count: jsonInteger.describe('How many entries it is about; 1 where it is about none.'),
  message: z.string().describe('What was found and what follows from it.'),
  advice: z.string().nullable().describe('What to do; null where there is nothing to do.'),
  examples: z
    .array(
      z.strictObject({
        index: z.int().nonnegative().describe('Of the entry, from 0.'),
        original_sector: u64String.describe('In sectors of 512 bytes: the raw field as a decimal string.'),
        seq_count: u64String.describe('The raw field as a decimal string.'),
      }),
    )
    .describe('The first entries that it is about; empty where it is about none.'),
});

const activationMode = z.enum(['p', 's']).describe('Of the table: p for pmem mode, s for ssd mode.');

/** What the kernel will do when a table with this cache is loaded and resumed. */
export const activationSchema = z
  .discriminatedUnion('outcome', [
    z
      .strictObject({
        mode: activationMode,
        outcome: z.literal('refused').describe('The kernel refuses the table.'),
        kernel_message: z.string().describe('With which words it does.'),
      })
      .describe('The kernel refuses the table.'),
    z
      .strictObject({
        mode: activationMode,
        outcome: z.literal('formatted').describe('The kernel formats the device.'),
        n_blocks: jsonInteger.describe('With so many blocks.'),
      })
      .describe('The kernel formats the device.'),
    z
      .strictObject({
        mode: activationMode,
        outcome: z.literal('activated').describe('The cache comes up.'),
        error: z
          .union([z.literal(0), z.literal(1)])
          .describe('The error flag of its status line: 1 where it comes up in error.'),
        n_blocks: jsonInteger.describe('Blocks of the cache.'),
        free_blocks: jsonInteger.describe('Blocks that are free then.'),
        dropped_uncommitted: jsonInteger.describe('Uncommitted entries that the kernel frees.'),
        dropped_stale: jsonInteger.describe('Stale entries that the kernel frees.'),
        rewrites_metadata: z
          .boolean()
          .describe('Whether the kernel writes to the metadata while it comes up.'),
      })
      .describe('The cache comes up.'),
  ])
  .describe('What the kernel will do when a table with this cache is loaded and resumed.');

/** `wcache check --json`. */
export const checkDocumentSchema = z
  .strictObject({
    device: z.string().describe('The device or file, as it was named.'),
    state: cacheStateSchema,
    ok: z.boolean().describe('False where a problem is fatal or an error, which is exit status 6.'),
    verdict: z.string().describe('All of it in one line.'),
    problems: z.array(problemSchema).describe('What is wrong or worth knowing, the worst first.'),
    activation: activationSchema,
    live_blocks: jsonInteger
      .nullable()
      .describe(
        'Blocks that are only in the cache; null where the entries cannot be read, so that nobody knows.',
      ),
    live_bytes: jsonInteger.nullable().describe('The same in bytes.'),
    held_by: z
      .array(z.string())
      .describe(
        'What uses the device right now, for example the writecache on it; empty where that is nothing.',
      ),
  })
  .describe('Whether the metadata on a cache device is sound, and what the kernel will do with it.');
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
