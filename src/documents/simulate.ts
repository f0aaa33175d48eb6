import { z } from 'zod';
import { kernelMemoryBytes } from '../format/index.js';
import type { RunResult, Simulation } from '../simulate/index.js';
import { WORKLOAD_FORMATS } from '../simulate/request.js';
import { COUNTER_NAMES, NEWEST_TARGET_VERSION, effectiveOptions } from '../table/index.js';
import { integer, jsonInteger } from './json.js';
import { countersSchema } from './status.js';
import { optionsFields, optionsSchema } from './table-fields.js';

/** Of a run of some minutes a double is exact to far less than a microsecond. */
const milliseconds = z.number().nonnegative();
const count = z.int().nonnegative();

/** Why a run ended before its workload did: a kernel would hang (`endless-wait`) or fail there. */
const stopSchema = z.strictObject({
  code: z.string().describe('What stopped it: a word for programs, which does not change.'),
  message: z.string().describe('The same in words.'),
  at_ms: milliseconds.describe('When, in milliseconds since the workload began.'),
  line: z.int().positive().describe("At which line of the workload's text, from 1."),
});

/** What came of one cache. */
export const simulatedRunSchema = z.strictObject({
  cache_size_bytes: jsonInteger.describe('Of the cache device.'),
  mode: z.enum(['p', 's']).describe('p: pmem mode. s: ssd mode.'),
  block_size: z.int().describe('Bytes.'),
  options: optionsSchema.describe('The options that were given; one that was not is left out.'),
  total_blocks: z.int().describe('Blocks of the cache.'),
  kernel_memory_bytes: jsonInteger.describe('What the kernel would take of its memory for the cache.'),
  high_watermark: z.int().describe('The one that holds, given or not, in percent.'),
  low_watermark: z.int().describe('The one that holds, given or not, in percent.'),
  writeback_starts_at_dirty_blocks: z.int().describe('With so many dirty blocks writeback starts.'),
  writeback_stops_at_dirty_blocks: z.int().describe('With so many dirty blocks it stops.'),
  counters: countersSchema.describe('In blocks, as the target counts.'),
  writes_in_place: jsonInteger.describe(
    'Blocks that were overwritten where they were in the cache: writes neither allocated nor around.',
  ),
  unaligned_requests: count.describe(
    'Requests that were no whole blocks: widened to such, or a discard narrowed.',
  ),
  commits: count.describe('Commits of the metadata.'),
  written_back_blocks: count.describe('Blocks that were written back to the origin.'),
  origin_written_bytes: jsonInteger.describe('What was written to the origin: back, and around the cache.'),
  origin_write_ratio: z
    .number()
    .nonnegative()
    .nullable()
    .describe(
      'origin_written_bytes by what the workload wrote; null where it wrote nothing. What is dirty in the end is still to come.',
    ),
  stalls: z
    .strictObject({
      requests: count.describe('Writes that waited.'),
      total_ms: milliseconds.describe('How long all of them waited, in milliseconds.'),
      longest_ms: milliseconds.describe('How long one of them waited at most, in milliseconds.'),
      most_behind_ms: milliseconds.describe(
        'How far a request began behind its time at most, because those before it waited, in milliseconds.',
      ),
    })
    .describe('Writes that waited for a free block.'),
  dirty: z
    .strictObject({
      mean_blocks: z.number().nonnegative().describe('Dirty blocks, averaged over the time.'),
      peak_blocks: count.describe('The most dirty blocks at any time.'),
      above_high_watermark_ms: milliseconds.describe(
        'How long writeback_starts_at_dirty_blocks or more were dirty, in milliseconds.',
      ),
      step_ms: milliseconds.describe(
        'How long a stretch of time each point is, in milliseconds; the last may be shorter.',
      ),
      points: z
        .array(
          z.strictObject({
            at_ms: milliseconds.describe(
              'When the stretch begins, in milliseconds since the workload began.',
            ),
            mean_blocks: z.number().nonnegative().describe('Dirty blocks, averaged over the stretch.'),
            peak_blocks: z.int().describe('The most dirty blocks in it.'),
          }),
        )
        .describe('The dirty level over time.'),
    })
    .describe('How much was dirty.'),
  end: z
    .strictObject({
      at_ms: milliseconds.describe('When, in milliseconds since the workload began.'),
      error: z.boolean().describe('Whether the target met an error.'),
      free_blocks: count.describe('Blocks that hold nothing.'),
      dirty_blocks: count.describe('total_blocks - free_blocks.'),
      writeback_blocks: count.describe('Blocks that are being written back.'),
    })
    .describe('As the target was when the workload was over, or stopped.'),
  kernel_crashes: count.describe(
    'How often a current kernel would have crashed on the way: the run goes on as one that has the faults mended.',
  ),
  stopped: stopSchema
    .nullable()
    .describe(
      'Why the run ended before its workload did: a kernel would hang or fail there. Null where it did not.',
    ),
});
export type SimulatedRun = z.infer<typeof simulatedRunSchema>;

/** `wcache simulate --json`. */
export const simulateDocumentSchema = z
  .strictObject({
    workload: z
      .strictObject({
        name: z.string().describe('The file, or - for stdin.'),
        format: z
          .enum(WORKLOAD_FORMATS)
          .describe("The language that it is written in: wcache's own, fio's, or blkparse's."),
        duration_ms: milliseconds.describe('How long it lasts, in milliseconds.'),
        reads: count.describe('Requests to read.'),
        writes: count.describe('Requests to write.'),
        flushes: count.describe('Requests to flush.'),
        discards: count.describe('Requests to discard.'),
        read_bytes: jsonInteger.describe('What they read.'),
        written_bytes: jsonInteger.describe('What they write.'),
        end_bytes: jsonInteger.describe('One past the last byte that they touch.'),
        skipped_lines: count.describe('Lines of a log that ask a cache for nothing.'),
      })
      .describe('What was asked of each cache.'),
    origin: z
      .strictObject({
        size_bytes: jsonInteger.nullable().describe('Null: as large as the workload needs it.'),
        bytes_per_second: z.number().positive().describe('How fast it takes what is written back.'),
        latency_ms: milliseconds.describe('How long each write takes beside that, in milliseconds.'),
      })
      .describe('What was assumed of the origin.'),
    runs: z
      .array(simulatedRunSchema)
      .describe('One for each cache, in the order in which they were asked for.'),
  })
  .describe('What a workload would come to with caches of some sizes and options.');
export type SimulateDocument = z.infer<typeof simulateDocumentSchema>;

export function simulateDocument({ workload, origin, runs }: Simulation): SimulateDocument {
  return {
    workload: {
      name: workload.name,
      format: workload.format,
      duration_ms: rounded(workload.durationMs),
      reads: workload.reads,
      writes: workload.writes,
      flushes: workload.flushes,
      discards: workload.discards,
      read_bytes: workload.readBytes,
      written_bytes: workload.writtenBytes,
      end_bytes: workload.endBytes,
      skipped_lines: workload.skippedLines,
    },
    origin: {
      size_bytes: origin.sizeBytes === undefined ? null : integer(origin.sizeBytes),
      bytes_per_second: origin.bytesPerSecond,
      latency_ms: origin.latencyMs,
    },
    runs: runs.map((run) => runFields(run, workload.writtenBytes)),
  };
}

function runFields(run: RunResult, workloadBytes: number): SimulatedRun {
  const { table, geometry, cacheBytes } = run.candidate;
  const { total_blocks, free_blocks, writeback_blocks, error } = run.status;
  const { high_watermark, low_watermark } = effectiveOptions(table, NEWEST_TARGET_VERSION);
  const counters = countersOf(run);
  const originBlocks = run.writtenBackBlocks + Number(counters.writes_around);
  return {
    cache_size_bytes: integer(cacheBytes),
    mode: table.mode,
    block_size: table.block_size,
    options: optionsFields(table.options),
    total_blocks,
    kernel_memory_bytes: integer(kernelMemoryBytes(geometry.nBlocks, table.mode)),
    high_watermark: high_watermark.value,
    low_watermark: low_watermark.value,
    writeback_starts_at_dirty_blocks: run.startsAtDirty,
    writeback_stops_at_dirty_blocks: run.stopsAtDirty,
    counters,
    writes_in_place:
      Number(counters.writes) - Number(counters.writes_allocate) - Number(counters.writes_around),
    unaligned_requests: run.unalignedRequests,
    commits: run.commits,
    written_back_blocks: run.writtenBackBlocks,
    origin_written_bytes: originBlocks * table.block_size,
    origin_write_ratio:
      workloadBytes === 0 ? null : rounded((originBlocks * table.block_size) / workloadBytes),
    stalls: {
      requests: run.stalls.requests,
      total_ms: rounded(run.stalls.totalMs),
      longest_ms: rounded(run.stalls.longestMs),
      most_behind_ms: rounded(run.stalls.mostBehindMs),
    },
    dirty: {
      mean_blocks: rounded(run.dirty.mean),
      peak_blocks: run.dirty.max,
      above_high_watermark_ms: rounded(run.aboveHighWatermarkMs),
      step_ms: run.dirty.stepMs,
      points: run.dirty.points.map(({ atMs, mean, max }) => ({
        at_ms: atMs,
        mean_blocks: rounded(mean),
        peak_blocks: max,
      })),
    },
    end: {
      at_ms: rounded(run.endMs),
      error,
      free_blocks,
      dirty_blocks: total_blocks - free_blocks,
      writeback_blocks,
    },
    kernel_crashes: run.kernelCrashes,
    stopped:
      run.stopped === null
        ? null
        : {
            code: run.stopped.code,
            message: run.stopped.message,
            at_ms: rounded(run.stopped.atMs),
            line: run.stopped.line,
          },
  };
}

function countersOf({ status }: RunResult): SimulatedRun['counters'] {
  const counts = COUNTER_NAMES.map((name) => [name, integer(status.counters?.[name] ?? 0n)]);
  return Object.fromEntries(counts) as SimulatedRun['counters'];
}

/** To a thousandth: what is behind that is noise of the arithmetic. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
