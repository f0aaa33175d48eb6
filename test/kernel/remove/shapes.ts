import type { CacheOptions } from '../live/bench.js';
import type { Program } from './record.js';
import { LAZY } from './removal.js';

/** A cache in some state, and a removal of it. */
export interface Shape {
  readonly what: string;
  readonly cache: CacheOptions;
  readonly program: Program;
  /** Blocks that are live in the end; null where the kernel writes back when it likes. */
  readonly live: number | null;
  readonly words?: readonly string[];
  /** Written to the origin itself before the mapping is used, behind the mapping's end: 4 KiB blocks. */
  readonly behind?: { readonly first: number; readonly count: number };
}

/** The same numbers each time. */
function pseudoRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

/** Single blocks anywhere, some of them again and again, some synced. */
function scattered(seed: number, writes: number, blocks: number): { program: string[]; touched: number } {
  const random = pseudoRandom(seed);
  const touched = new Set<number>();
  const program: string[] = [];
  for (let version = 1; version <= writes; version += 1) {
    const block = random(blocks);
    touched.add(block);
    program.push(`write ${String(block)} 1 ${String(version)}`);
    if (random(10) === 0) program.push('sync');
  }
  return { program, touched: touched.size };
}

const sparse = scattered(1, 120, 1024);
const crowded = scattered(2, 300, 40);
const tiny = scattered(3, 200, 8192);
/** A cache of 1 MiB has so many blocks of 4 KiB. */
const ALL = 254;

/** Each is removed from an origin of 4 MiB, unless told. */
export const SHAPES: readonly Shape[] = [
  { what: 'nothing was ever written', cache: { options: LAZY }, program: [], live: 0 },
  { what: 'one block', cache: { options: LAZY }, program: ['write 77 1 1', 'sync'], live: 1 },
  {
    what: 'every block of the cache',
    cache: { options: LAZY },
    program: [`write 100 ${String(ALL)} 1`, 'sync'],
    live: null,
  },
  {
    what: 'more than fits: the rest went around it',
    cache: { options: LAZY },
    program: ['write 0 256 1', 'write 300 256 2', 'write 20 256 3', 'sync', 'write 700 40 4'],
    live: null,
  },
  { what: 'blocks anywhere', cache: { options: LAZY }, program: sparse.program, live: sparse.touched },
  {
    what: 'a few blocks, overwritten again and again',
    cache: { options: LAZY },
    program: crowded.program,
    live: crowded.touched,
  },
  {
    what: 'nothing that is committed',
    cache: { options: LAZY },
    program: ['write 500 60 1', 'write 530 60 2'],
    live: 90,
  },
  {
    what: 'new versions of what was written back before',
    cache: { options: LAZY },
    program: ['write 0 100 1', 'flush', 'write 50 100 2', 'sync', 'write 0 20 3'],
    live: 120,
  },
  {
    what: 'blocks of 512 bytes',
    cache: { options: LAZY, blockSize: 512 },
    program: [...tiny.program, 'write 1000 256 999'],
    live: null,
  },
  {
    what: 'a cache with room for one block',
    cache: { options: LAZY, blockSize: 512, cacheKiB: 1 },
    program: ['write 5 1 1', 'write 6 1 2', 'write 5 1 3'],
    live: null,
    words: ['--invalidate'],
  },
  {
    what: 'a cache that begins behind the sector 8',
    cache: { options: [...LAZY, 'start_sector', '8'] },
    program: ['write 10 80 1', 'sync', 'write 50 80 2'],
    live: 120,
    words: ['--invalidate'],
  },
  {
    what: 'an origin whose size is no multiple of the block',
    cache: { options: LAZY, originMiB: 4 + 3 / 2048, mappedSectors: 8192 },
    program: ['write 900 124 1', 'sync', 'write 1000 24 2'],
    live: 124,
  },
  {
    what: 'an origin that is longer than the mapping',
    cache: { options: LAZY, mappedSectors: 4096 },
    program: ['write 400 112 1', 'sync', 'write 500 12 2'],
    live: 112,
    behind: { first: 512, count: 512 },
  },
  {
    what: 'a cache that cleans itself',
    cache: { options: ['cleaner'] },
    program: ['write 0 200 1', 'sync', 'write 100 50 2'],
    live: null,
  },
  {
    what: 'a cache that writes back all the time',
    cache: { options: ['high_watermark', '10', 'low_watermark', '5', 'autocommit_blocks', '8'] },
    program: sparse.program,
    live: null,
  },
  {
    what: 'a cache for the metadata of file systems only',
    cache: { options: [...LAZY, 'metadata_only'] },
    program: ['write 0 200 1', 'sync'],
    live: 0,
  },
  {
    what: 'blocks that were discarded in between',
    cache: { options: LAZY },
    program: ['write 0 120 1', 'sync', 'discard 16 64', 'write 40 16 2', 'write 200 20 3', 'discard 208 4'],
    live: 120 - 64 + 16 + 20 - 4,
  },
];
