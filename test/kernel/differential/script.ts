import { SECTOR_BYTES } from '../../../src/format/index.js';
import { buildParameters } from '../../../src/table/index.js';
import type { Observation } from './play.js';
import { describeStep, geometryIn, type BadRange, type Step, type Workload } from './workload.js';

/** Where a workload's devices lie on the guest's disks. */
export interface Place {
  readonly originBytes: number;
  readonly cacheBytes: number;
}

/** A workload's lines for driver.pl: what sets it up, the steps with what is expected after each, its end. */
export interface Script {
  readonly setUp: readonly string[];
  readonly steps: readonly string[];
  readonly end: readonly string[];
}

const PIECE_BYTES = 16;

/**
 * Writes a workload down for the guest. `expected` is what can be seen before the first step and after each; where it
 * ends, the script does.
 */
export function scriptOf(workload: Workload, expected: readonly Observation[], place: Place): Script {
  const [first] = expected;
  if (first === undefined) throw new Error(`nothing is expected of ${workload.id}`);
  const { originBlocks, blockSize, cache } = workload;
  const originSectors = (originBlocks * blockSize) / SECTOR_BYTES;
  const setUp = [
    `workload ${workload.id}`,
    `map origin ${segments(originSectors, [], place.originBytes)}`,
    `map cache ${segments(cache.length / SECTOR_BYTES, [], place.cacheBytes)}`,
    areas(workload, first, place),
  ];
  const steps = expected.slice(1).map((observation, index) => {
    const step = workload.steps[index];
    if (step === undefined) throw new Error(`${workload.id} has fewer steps than expectations`);
    return stepLine(lineOf(step, workload, place), observation, expected[index] ?? first);
  });
  return { setUp, steps, end: ['end'] };
}

function areas(workload: Workload, { metadata }: Observation, place: Place): string {
  const { blockSize, originBlocks, startSector } = workload;
  const { nBlocks, dataOffsetBytes } = geometryIn(workload);
  const start = place.cacheBytes + startSector * SECTOR_BYTES;
  const data = start + Number(dataOffsetBytes);
  const numbers = [blockSize, start, metadata.length, data, Number(nBlocks), place.originBytes, originBlocks];
  return `areas ${numbers.join(' ')}`;
}

function lineOf(step: Step, { mode, blockSize }: Workload, place: Place): string {
  if (step.verb === 'load') {
    const { lengthSectors, options } = step.table;
    const table = { mode, origin: '@origin', cache: '@cache', block_size: blockSize, options };
    return `load ${String(lengthSectors)} ${buildParameters(table)}`;
  }
  if (step.verb === 'remap') {
    const start = step.device === 'origin' ? place.originBytes : place.cacheBytes;
    return `remap ${step.device} ${segments(step.sectors, step.bad, start)}`;
  }
  return describeStep(step);
}

/** The table of a part of a disk, some of whose sectors fail. */
function segments(sectors: number, bad: readonly BadRange[], startBytes: number): string {
  const parts: string[] = [];
  let at = 0;
  const linear = (until: number): void => {
    if (until > at) {
      parts.push(
        `${String(at)} ${String(until - at)} linear @disk ${String(startBytes / SECTOR_BYTES + at)}`,
      );
    }
    at = until;
  };
  for (const { startSector, lengthSectors } of bad) {
    linear(startSector);
    parts.push(`${String(startSector)} ${String(lengthSectors)} error`);
    at = startSector + lengthSectors;
  }
  linear(sectors);
  return parts.join(';');
}

function stepLine(line: string, now: Observation, before: Observation): string {
  const metadata = metadataChanges(before.metadata, now.metadata);
  const [data, origin] = [blockChanges(before.data, now.data), blockChanges(before.origin, now.origin)];
  return [line, now.result, now.status, metadata, data, origin].join('\t');
}

function metadataChanges(before: Buffer, now: Buffer): string {
  const changes: string[] = [];
  for (let at = 0; at < now.length; at += PIECE_BYTES) {
    const piece = now.subarray(at, at + PIECE_BYTES);
    if (!piece.equals(before.subarray(at, at + PIECE_BYTES))) {
      changes.push(`${String(at)}=${piece.toString('hex')}`);
    }
  }
  return changes.join(',');
}

function blockChanges(before: readonly string[], now: readonly string[]): string {
  const changes = now.flatMap((identity, block) =>
    identity === before[block] ? [] : [`${String(block)}=${identity}`],
  );
  return changes.join(',');
}
