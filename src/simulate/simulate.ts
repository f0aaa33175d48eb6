import { UsageError } from '../errors.js';
import { formatSize } from '../units.js';
import { atLine, badLine } from './bad-workload.js';
import type { Candidate } from './candidates.js';
import type { Workload, WorkloadFacts } from './open-workload.js';
import type { OriginSpeed } from './origin-pace.js';
import { MAX_OFFSET_BYTES, type WorkloadRequest } from './request.js';
import { SimulatedCache, type RunResult } from './simulated-cache.js';

/** What the workload asked for, whatever the cache. */
export interface WorkloadTotals {
  reads: number;
  writes: number;
  flushes: number;
  discards: number;
  readBytes: number;
  writtenBytes: number;
  /** One past the last byte that it touches. */
  endBytes: number;
}

export interface Simulation {
  readonly workload: WorkloadFacts & { readonly name: string } & Readonly<WorkloadTotals>;
  readonly origin: OriginSpeed & { readonly sizeBytes: bigint | undefined };
  readonly runs: readonly RunResult[];
}

export interface SimulateOptions {
  /** Bytes; a workload that goes beyond is refused. As large as needed unless told. */
  readonly originBytes?: bigint | undefined;
  readonly speed: OriginSpeed;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly requests: number; readonly atMs: number }) => void;
}

/** How long it may take until a signal is heard. */
const BREATHE_EVERY_MS = 50;
const LOOK_AT_CLOCK_EVERY = 16;

/**
 * Runs a workload against all candidates at once: it is read once, and each request is done by every cache in turn.
 *
 * Throws as the workload's batches do; UsageError `bad-workload` for a request beyond the origin, `empty-workload`; the
 * signal's reason.
 */
export async function simulate(
  workload: Workload,
  candidates: readonly Candidate[],
  { originBytes, speed, signal, onProgress }: SimulateOptions,
): Promise<Simulation> {
  const caches = candidates.map((candidate) => new SimulatedCache(candidate, originBytes, speed));
  const totals = { reads: 0, writes: 0, flushes: 0, discards: 0, readBytes: 0, writtenBytes: 0, endBytes: 0 };
  const limit = originBytes === undefined ? MAX_OFFSET_BYTES : Number(originBytes);
  let requests = 0;
  let line = 1;
  let breathedAt = performance.now();
  const breathe = async (atMs: number): Promise<void> => {
    if (performance.now() - breathedAt < BREATHE_EVERY_MS) return;
    onProgress?.({ requests, atMs });
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    breathedAt = performance.now();
  };
  for await (const batch of workload.batches) {
    for (const request of batch) {
      requireInside(request, limit, workload.name);
      addTo(totals, request);
      for (const cache of caches) cache.apply(request);
      requests += 1;
      line = request.line;
      if (requests % LOOK_AT_CLOCK_EVERY === 0) await breathe(request.atMs);
    }
    await breathe(workload.facts().durationMs);
  }
  if (requests === 0) throw emptyWorkload(workload);
  const facts = workload.facts();
  return {
    workload: { ...facts, name: workload.name, ...totals },
    origin: { ...speed, sizeBytes: originBytes },
    runs: caches.map((cache) => cache.finish(facts.durationMs, line)),
  };
}

function addTo(totals: WorkloadTotals, { kind, offsetBytes, lengthBytes }: WorkloadRequest): void {
  totals.endBytes = Math.max(totals.endBytes, offsetBytes + lengthBytes);
  switch (kind) {
    case 'read':
      totals.reads += 1;
      totals.readBytes += lengthBytes;
      return;
    case 'write':
      totals.writes += 1;
      totals.writtenBytes += lengthBytes;
      return;
    case 'flush':
      totals.flushes += 1;
      return;
    case 'discard':
      totals.discards += 1;
  }
}

function requireInside(
  { offsetBytes, lengthBytes, line }: WorkloadRequest,
  limit: number,
  name: string,
): void {
  if (offsetBytes + lengthBytes <= limit) return;
  const end = formatSize(BigInt(limit));
  throw atLine(
    badLine(
      `The request at byte ${String(offsetBytes)} for ${String(lengthBytes)} bytes goes beyond the end of the origin (${end}).`,
      'Give a larger --origin, or leave it out: then the origin is as large as it has to be.',
    ),
    name,
    line,
  );
}

function emptyWorkload({ name, facts }: Workload): UsageError {
  const { format, skippedLines } = facts();
  const skipped = skippedLines === 0 ? '' : ` Lines that were left out: ${String(skippedLines)}.`;
  const hints = {
    wcache: 'The language is described in wcache-simulate(8).',
    iolog: 'Look whether --only names a file of the log.',
    blkparse: 'Look whether --only names a device of the trace, and --action an event that it records.',
  };
  return new UsageError(`The workload ${name} asks for nothing.${skipped}`, {
    code: 'empty-workload',
    hint: hints[format],
  });
}
