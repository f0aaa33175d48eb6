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

/** Why a run ended before its workload did: a kernel would hang (`endless-wait`) or fail there. */
const stopSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  at_ms: milliseconds,
  /** Of the workload, from 1. */
  line: z.int().positive(),
});

/** What came of one cache. */
export const simulatedRunSchema = z.strictObject({
  cache_size_bytes: jsonInteger,
  mode: z.enum(['p', 's']),
  block_size: z.int(),
  /** Those that were given; the watermarks that hold are below. */
  options: optionsSchema,
  total_blocks: z.int(),
  kernel_memory_bytes: jsonInteger,
  /** Percent. */
  high_watermark: z.int(),
  low_watermark: z.int(),
  writeback_starts_at_dirty_blocks: z.int(),
  writeback_stops_at_dirty_blocks: z.int(),
  /** In blocks, as the target counts. */
  counters: countersSchema,
  /** Blocks that were overwritten where they were in the cache: writes neither allocated nor around. */
  writes_in_place: jsonInteger,
  /** Requests that were no whole blocks: widened to such, or a discard narrowed. */
  unaligned_requests: z.int().nonnegative(),
  commits: z.int().nonnegative(),
  written_back_blocks: z.int().nonnegative(),
  /** Written back and around the cache. */
  origin_written_bytes: jsonInteger,
  /** Of what the workload wrote; null where it wrote nothing. What is dirty in the end is still to come. */
  origin_write_ratio: z.number().nonnegative().nullable(),
  /** Writes that waited for a free block. */
  stalls: z.strictObject({
    requests: z.int().nonnegative(),
    total_ms: milliseconds,
    longest_ms: milliseconds,
    /** How far a request began behind its time, because those before it waited. */
    most_behind_ms: milliseconds,
  }),
  dirty: z.strictObject({
    mean_blocks: z.number().nonnegative(),
    peak_blocks: z.int().nonnegative(),
    above_high_watermark_ms: milliseconds,
    /** Each point is a stretch of time as long as this; the last may be shorter. */
    step_ms: milliseconds,
    points: z.array(
      z.strictObject({ at_ms: milliseconds, mean_blocks: z.number().nonnegative(), peak_blocks: z.int() }),
    ),
  }),
  /** As the target was when the workload was over, or stopped. */
  end: z.strictObject({
    at_ms: milliseconds,
    error: z.boolean(),
    free_blocks: z.int().nonnegative(),
    dirty_blocks: z.int().nonnegative(),
    writeback_blocks: z.int().nonnegative(),
  }),
  /** How often a current kernel would have crashed on the way: the run goes on as one that has the faults mended. */
  kernel_crashes: z.int().nonnegative(),
  stopped: stopSchema.nullable(),
});
export type SimulatedRun = z.infer<typeof simulatedRunSchema>;

/** `wcache simulate --json`. */
export const simulateDocumentSchema = z.strictObject({
  workload: z.strictObject({
    name: z.string(),
    format: z.enum(WORKLOAD_FORMATS),
    duration_ms: milliseconds,
    reads: z.int().nonnegative(),
    writes: z.int().nonnegative(),
    flushes: z.int().nonnegative(),
    discards: z.int().nonnegative(),
    read_bytes: jsonInteger,
    written_bytes: jsonInteger,
    /** One past the last byte that it touches. */
    end_bytes: jsonInteger,
    /** Lines of a log that ask a cache for nothing. */
    skipped_lines: z.int().nonnegative(),
  }),
  /** What was assumed of the origin. */
  origin: z.strictObject({
    /** Null: as large as the workload needs it. */
    size_bytes: jsonInteger.nullable(),
    bytes_per_second: z.number().positive(),
    latency_ms: milliseconds,
  }),
  /** One for each cache, in the order in which they were asked for. */
  runs: z.array(simulatedRunSchema),
});
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
