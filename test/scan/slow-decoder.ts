/**
 * A second decoder of dm-writecache images: slow, and as plain as the description it was written from
 * (kernel-target.md §1 and §5.6 to §5.8, design.md §2). It imports nothing from src/ on purpose, not even a
 * constant: where it and `inspect` agree, two readings of the same text agree.
 */

export type SlowState = 'blank' | 'torn' | 'foreign' | 'damaged' | 'clean' | 'dirty';

/** `identical`: lost to a later entry with the same sector and the same seq_count. Such an entry is stale, too. */
export type SlowEntryState = 'free' | 'uncommitted' | 'live' | 'stale' | 'identical';

export interface SlowEntry {
  readonly index: number;
  readonly original_sector: bigint;
  readonly seq_count: bigint;
  readonly state: SlowEntryState;
  /** Committed, and the sector is no multiple of the block size. */
  readonly misaligned: boolean;
  /** Committed, and the block ends beyond byte 2^63. */
  readonly impossible: boolean;
  /** The seq_count is above the superblock's, and the entry is not free. */
  readonly future: boolean;
}

export interface SlowDecoding {
  readonly state: SlowState;
  /** Why a superblock cannot be used, in the words of this file; empty for one that can. */
  readonly fault:
    | ''
    | 'blank'
    | 'torn'
    | 'magic lost'
    | 'magic'
    | 'version'
    | 'block size'
    | 'overflow'
    | 'too small'
    | 'no blocks';
  readonly magic: bigint;
  readonly version: bigint;
  readonly block_size: bigint;
  readonly pad: bigint;
  readonly n_blocks: bigint;
  readonly seq_count: bigint;
  readonly reserved: readonly number[];
  /** Where block 0 begins and where the last block ends, from the superblock on; null if it cannot be used. */
  readonly dataOffsetBytes: bigint | null;
  readonly dataEndBytes: bigint | null;
  /** How many blocks would fit with this block size; null if the superblock cannot be used. */
  readonly maxNBlocks: bigint | null;
  readonly free: number;
  readonly committed: number;
  readonly uncommitted: number;
  readonly live: number;
  readonly stale: number;
  /** How often the kernel would log "two identical entries". */
  readonly identical: number;
  readonly misaligned: number;
  readonly impossible: number;
  readonly future: number;
  /** The highest original_sector of a committed entry. */
  readonly maxOriginalSector: bigint | null;
  readonly entries: readonly SlowEntry[];
}

const FREE = 2n ** 64n - 1n;

/**
 * Decodes the cache whose superblock is at `startSector`. `bytes` is the device from its first byte on: all of
 * it, or its beginning up to the end of the metadata, and then `deviceBytes` tells the device's size.
 *
 * Throws RangeError where there is no room for a superblock.
 */
export function decodeSlowly(
  bytes: Uint8Array,
  startSector: bigint | number = 0n,
  deviceBytes = BigInt(bytes.length),
): SlowDecoding {
  const start = BigInt(startSector) * 512n;
  const area = deviceBytes - start;
  if (start < 0n || area < 64n) {
    throw new RangeError('there is no room for a superblock');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const u32 = (offset: bigint): bigint => BigInt(view.getUint32(Number(start + offset), true));
  const u64 = (offset: bigint): bigint => view.getBigUint64(Number(start + offset), true);

  const superblock = {
    magic: u32(0n),
    version: u32(4n),
    block_size: u32(8n),
    pad: u32(12n),
    n_blocks: u64(16n),
    seq_count: u64(24n),
    reserved: [...bytes.slice(Number(start) + 32, Number(start) + 64)],
  };
  const [state, fault] = judge(superblock, area);
  if (state !== 'usable') {
    return {
      ...superblock,
      state,
      fault,
      dataOffsetBytes: null,
      dataEndBytes: null,
      maxNBlocks: null,
      ...summary([]),
      entries: [],
    };
  }

  const raw: { index: number; original_sector: bigint; seq_count: bigint }[] = [];
  for (let index = 0n; index < superblock.n_blocks; index += 1n) {
    const place = 64n + 16n * index;
    raw.push({ index: Number(index), original_sector: u64(place), seq_count: u64(place + 8n) });
  }
  const states = resume(raw, superblock.seq_count);
  const entries = raw.map((entry, index): SlowEntry => {
    const entryState = states[index] ?? 'free';
    const committed = entryState !== 'free' && entryState !== 'uncommitted';
    return {
      ...entry,
      state: entryState,
      misaligned: committed && (entry.original_sector * 512n) % superblock.block_size !== 0n,
      impossible: committed && entry.original_sector * 512n + superblock.block_size > 2n ** 63n,
      future: entryState === 'uncommitted' && entry.seq_count > superblock.seq_count,
    };
  });
  const counts = summary(entries);
  return {
    ...superblock,
    state: counts.misaligned > 0 || counts.impossible > 0 ? 'damaged' : counts.live > 0 ? 'dirty' : 'clean',
    fault: '',
    dataOffsetBytes: dataOffset(superblock.n_blocks, superblock.block_size),
    dataEndBytes: dataEnd(superblock.n_blocks, superblock.block_size),
    maxNBlocks: mostBlocks(area, superblock.block_size),
    ...counts,
    entries,
  };
}

/** §1.5, in its order; the names of the states are those of design.md §2. */
function judge(
  superblock: Pick<SlowDecoding, 'magic' | 'version' | 'block_size' | 'n_blocks' | 'seq_count'>,
  area: bigint,
): [SlowState | 'usable', SlowDecoding['fault']] {
  const { magic, version, block_size, n_blocks, seq_count } = superblock;
  if (magic === 0n && version === 0n) return ['blank', 'blank'];
  // A format leaves seq_count 0 (§1.6): with another one there was a cache, and its magic was overwritten.
  if (magic === 0n && version === 1n) return seq_count === 0n ? ['torn', 'torn'] : ['damaged', 'magic lost'];
  if (magic !== 0x23489321n) return ['foreign', 'magic'];
  if (version !== 1n) return ['damaged', 'version'];
  const sizes = [512n, 1024n, 2048n, 4096n, 8192n, 16384n, 32768n, 65536n];
  if (!sizes.includes(block_size)) return ['damaged', 'block size'];
  if (dataEnd(n_blocks, block_size) >= 2n ** 64n) return ['damaged', 'overflow'];
  if (dataEnd(n_blocks, block_size) > area) return ['damaged', 'too small'];
  if (n_blocks === 0n) return ['damaged', 'no blocks'];
  return ['usable', ''];
}

/** §5.6: what becomes of each entry when a table is resumed. */
function resume(
  entries: readonly { readonly original_sector: bigint; readonly seq_count: bigint }[],
  S: bigint,
): SlowEntryState[] {
  const states: SlowEntryState[] = [];
  const tree = new Map<bigint, number>();
  for (const [index, { original_sector, seq_count }] of entries.entries()) {
    if (seq_count === FREE) {
      states.push('free');
      continue;
    }
    if (seq_count >= S) {
      states.push('uncommitted');
      continue;
    }
    states.push('live');
    const older = tree.get(original_sector);
    if (older === undefined) {
      tree.set(original_sector, index);
      continue;
    }
    const olderSeqCount = entries[older]?.seq_count ?? 0n;
    if (olderSeqCount > seq_count) {
      states[index] = 'stale';
    } else {
      states[older] = olderSeqCount === seq_count ? 'identical' : 'stale';
      tree.set(original_sector, index);
    }
  }
  return states;
}

function summary(
  entries: readonly SlowEntry[],
): Omit<
  SlowDecoding,
  | 'state'
  | 'fault'
  | 'magic'
  | 'version'
  | 'block_size'
  | 'pad'
  | 'n_blocks'
  | 'seq_count'
  | 'reserved'
  | 'dataOffsetBytes'
  | 'dataEndBytes'
  | 'maxNBlocks'
  | 'entries'
> {
  const count = (is: (entry: SlowEntry) => boolean): number => entries.filter(is).length;
  const committed = entries.filter(({ state }) => state !== 'free' && state !== 'uncommitted');
  let maxOriginalSector: bigint | null = null;
  for (const { original_sector } of committed) {
    if (maxOriginalSector === null || original_sector > maxOriginalSector) {
      maxOriginalSector = original_sector;
    }
  }
  return {
    free: count(({ state }) => state === 'free'),
    committed: committed.length,
    uncommitted: count(({ state }) => state === 'uncommitted'),
    live: count(({ state }) => state === 'live'),
    stale: count(({ state }) => state === 'stale' || state === 'identical'),
    identical: count(({ state }) => state === 'identical'),
    misaligned: count(({ misaligned }) => misaligned),
    impossible: count(({ impossible }) => impossible),
    future: count(({ future }) => future),
    maxOriginalSector,
  };
}

/** §1.3: the metadata, padded to whole blocks. */
function dataOffset(nBlocks: bigint, blockSize: bigint): bigint {
  let offset = 64n + 16n * nBlocks;
  if (offset % blockSize !== 0n) {
    offset += blockSize - (offset % blockSize);
  }
  return offset;
}

function dataEnd(nBlocks: bigint, blockSize: bigint): bigint {
  return dataOffset(nBlocks, blockSize) + nBlocks * blockSize;
}

/** The most blocks that fit, by halving an interval in which the answer lies. */
function mostBlocks(area: bigint, blockSize: bigint): bigint {
  let fits = 0n;
  let fitsNot = area;
  while (fitsNot - fits > 1n) {
    const middle = (fits + fitsNot) / 2n;
    if (dataEnd(middle, blockSize) <= area) fits = middle;
    else fitsNot = middle;
  }
  return fits;
}
