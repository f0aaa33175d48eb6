import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  candidatesOf,
  openWorkload,
  simulate,
  type CandidateQuestion,
  type RunResult,
  type SimulateOptions,
  type Simulation,
  type WorkloadOptions,
} from '../../src/simulate/index.js';
import type { WorkloadRequest } from '../../src/simulate/request.js';

/** A file with this text, until the test ends. */
export function workloadFile(text: string | Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'wcache-simulate-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const path = join(folder, 'work.txt');
  writeFileSync(path, text);
  return path;
}

export async function requestsOf(
  text: string | Uint8Array,
  options?: WorkloadOptions,
): Promise<WorkloadRequest[]> {
  const requests: WorkloadRequest[] = [];
  for await (const batch of openWorkload(workloadFile(text), options).batches) requests.push(...batch);
  return requests;
}

/** Short: `12 write 4096+8192 fua`, the time in front. */
export async function shortRequestsOf(text: string, options?: WorkloadOptions): Promise<string[]> {
  return (await requestsOf(text, options)).map(short);
}

function short({ atMs, kind, offsetBytes, lengthBytes, fua, meta }: WorkloadRequest): string {
  const place = kind === 'flush' ? [] : [`${String(offsetBytes)}+${String(lengthBytes)}`];
  return [String(atMs), kind, ...place, ...(fua ? ['fua'] : []), ...(meta ? ['meta'] : [])].join(' ');
}

export interface Trial extends Partial<CandidateQuestion>, Partial<SimulateOptions> {
  readonly workload?: WorkloadOptions;
}

const MIB = 1n << 20n;

export function simulation(text: string, trial: Trial = {}): Promise<Simulation> {
  const question = {
    cacheBytes: [4n * MIB],
    blockSizes: [4096],
    highWatermarks: [],
    mode: 's',
    options: {},
  } as const;
  return simulate(openWorkload(workloadFile(text), trial.workload), candidatesOf({ ...question, ...trial }), {
    speed: { bytesPerSecond: 2 ** 20, latencyMs: 0 },
    ...trial,
  });
}

export async function runOf(text: string, trial: Trial = {}): Promise<RunResult> {
  const [run] = (await simulation(text, trial)).runs;
  if (run === undefined) throw new Error('there is one run');
  return run;
}

/**
 * Of a cache of 63 blocks (256 KiB) whose high watermark is 100: the write of two blocks puts a second copy of block 8
 * beside block 9, and the writeback that begins at once, the cache being full, starts with the first copy (W3 of
 * kernel-target.md §6).
 */
export const CRASHES_A_KERNEL = `write 32K 4K
write 400K 8K
write 36K 4K
write 800K 232K
flush
discard 400K 8K
write 1200K 4K
flush
write 28K 8K
write 0 4K
`;
