import { UsageError } from '../errors.js';
import { layOut, SECTOR_BYTES, type Geometry } from '../format/index.js';
import { buildParameters, judgeTable, type TableOptions, type WritecacheTable } from '../table/index.js';
import { formatSize } from '../units.js';
import { MAX_OFFSET_BYTES } from './request.js';

/** One cache that is tried. */
export interface Candidate {
  readonly cacheBytes: bigint;
  /** Its device names mean nothing. */
  readonly table: WritecacheTable;
  readonly geometry: Geometry;
}

/** What the caches that are tried have in common, and in what they differ. */
export interface CandidateQuestion {
  readonly cacheBytes: readonly bigint[];
  readonly blockSizes: readonly number[];
  /** The default where it is empty. */
  readonly highWatermarks: readonly number[];
  readonly mode: 's' | 'p';
  readonly options: TableOptions;
  /** Bytes; undefined where it is as large as the workload needs it. */
  readonly originBytes?: bigint | undefined;
}

const MAX_CANDIDATES = 64;

/**
 * All caches to try, each combination once, in the order of the words.
 *
 * Throws UsageError: `invalid-table` for what no kernel takes, `too-large`, `bad-origin-size`, `too-many-candidates`.
 */
export function candidatesOf(question: CandidateQuestion): Candidate[] {
  const { cacheBytes, blockSizes, highWatermarks } = question;
  const watermarks = highWatermarks.length === 0 ? [undefined] : unique(highWatermarks);
  const all = unique(cacheBytes).flatMap((size) =>
    unique(blockSizes).flatMap((blockSize) => watermarks.map((high) => ({ size, blockSize, high }))),
  );
  if (all.length > MAX_CANDIDATES) {
    throw new UsageError(
      `These are ${String(all.length)} caches, and ${String(MAX_CANDIDATES)} can be tried at once.`,
      {
        code: 'too-many-candidates',
        hint: 'Give fewer sizes, block sizes or watermarks.',
      },
    );
  }
  requireOriginSize(question);
  return all.map(({ size, blockSize, high }) => candidate(question, size, blockSize, high));
}

function candidate(
  { mode, options }: CandidateQuestion,
  cacheBytes: bigint,
  blockSize: number,
  high: number | undefined,
): Candidate {
  const table: WritecacheTable = {
    mode,
    origin: '/dev/origin',
    cache: '/dev/cache',
    block_size: blockSize,
    options: { ...options, ...(high !== undefined && { high_watermark: high }) },
  };
  requireExact(cacheBytes);
  requireValid(table, cacheBytes);
  const startBytes = (options.start_sector ?? 0n) * BigInt(SECTOR_BYTES);
  const layout = layOut(cacheBytes - startBytes, blockSize, mode);
  if (!layout.ok) throw new RangeError('a table that is valid for a cache of this size has a layout');
  return { cacheBytes, table, geometry: layout.geometry };
}

function requireValid(table: WritecacheTable, cacheSizeBytes: bigint): void {
  const { problems } = judgeTable(buildParameters(table), { cacheSizeBytes });
  const error = problems.find(({ severity }) => severity === 'error');
  if (error === undefined) return;
  throw new UsageError(error.message, { code: 'invalid-table', hint: error.hint });
}

function requireExact(cacheBytes: bigint): void {
  if (cacheBytes <= MAX_OFFSET_BYTES) return;
  throw new UsageError(`A cache device of ${formatSize(cacheBytes)} cannot be simulated.`, {
    code: 'too-large',
    hint: 'The largest is one of 8 PiB.',
  });
}

function requireOriginSize({ originBytes, blockSizes }: CandidateQuestion): void {
  if (originBytes === undefined) return;
  const misfit = blockSizes.find((blockSize) => originBytes % BigInt(blockSize) !== 0n);
  if (misfit === undefined && originBytes > 0n && originBytes <= MAX_OFFSET_BYTES) return;
  throw new UsageError(`No cache can be in front of an origin of ${String(originBytes)} bytes.`, {
    code: 'bad-origin-size',
    hint:
      misfit === undefined
        ? 'It is from one block to 8 PiB.'
        : `It is a whole number of blocks, here of ${String(misfit)} bytes; leave out what is behind the last one.`,
  });
}

function unique<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)];
}
