/** What a workload asks of the mapped device, and when. */
export interface WorkloadRequest {
  readonly kind: 'read' | 'write' | 'flush' | 'discard';
  /** Milliseconds since the workload began. */
  readonly atMs: number;
  /** Bytes from the start of the device; 0 for a flush. */
  readonly offsetBytes: number;
  /** Bytes; 0 for a flush. */
  readonly lengthBytes: number;
  /** A write that is durable when it is acknowledged. */
  readonly fua: boolean;
  /** A write that the file system marks as metadata. */
  readonly meta: boolean;
  /** Where in the workload it comes from, from 1. */
  readonly line: number;
}

/** The texts that workloads are read from. */
export const WORKLOAD_FORMATS = ['wcache', 'iolog', 'blkparse'] as const;
export type WorkloadFormat = (typeof WORKLOAD_FORMATS)[number];

/** Turns the lines of one text into requests, one line after the other. */
export interface WorkloadParser {
  readonly format: WorkloadFormat;
  /**
   * The requests that are due once this line is known, in the order of their times. They are made while they are
   * iterated over, and must be, before the next line is given.
   *
   * Throws UsageError; the place is not in its message.
   */
  take(line: string, number: number): Iterable<WorkloadRequest>;
  /** There are no more lines. Throws UsageError where that cannot be. */
  end(): void;
  /** How long the workload lasts, as far as it is known by now. */
  readonly durationMs: number;
  /** Lines that tell of nothing that a cache is asked for. */
  readonly skippedLines: number;
}

/** Offsets are plain numbers: exact below this, far beyond the largest disk. */
export const MAX_OFFSET_BYTES = Number.MAX_SAFE_INTEGER;
