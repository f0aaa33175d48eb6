import { decodeSlowly } from '../../scan/slow-decoder.js';

/** What `inspect --json` must say of an image: its document without the device's name, the reason in words and the holders. */
export interface ExpectedInspection {
  readonly size_bytes: number;
  readonly start_sector: number;
  readonly state: string;
  readonly superblock: {
    readonly magic: string;
    readonly version: number;
    readonly block_size: number;
    readonly n_blocks: number;
    readonly seq_count: string;
  } | null;
  readonly geometry: {
    readonly metadata_sectors: number;
    readonly data_offset_bytes: number;
    readonly unused_bytes: number;
    readonly max_n_blocks: number | null;
  } | null;
  readonly entries: {
    readonly free: number;
    readonly committed: number;
    readonly uncommitted: number;
    readonly live: number;
    readonly stale: number;
    readonly identical: number;
    readonly max_original_sector: string | null;
  } | null;
}

/** Comes from the independent decoder, not from src/, which is measured by it. */
export function expectedInspection(image: Uint8Array, startSector: number): ExpectedInspection {
  const found = decodeSlowly(image, startSector);
  const { dataOffsetBytes, dataEndBytes, maxNBlocks, maxOriginalSector, state } = found;
  return {
    size_bytes: image.length,
    start_sector: startSector,
    state,
    superblock:
      state === 'blank' || state === 'foreign'
        ? null
        : {
            magic: `0x${found.magic.toString(16).padStart(8, '0')}`,
            version: Number(found.version),
            block_size: Number(found.block_size),
            n_blocks: Number(found.n_blocks),
            seq_count: String(found.seq_count),
          },
    geometry:
      dataOffsetBytes === null || dataEndBytes === null
        ? null
        : {
            metadata_sectors: Number(dataOffsetBytes / 512n),
            data_offset_bytes: Number(dataOffsetBytes),
            unused_bytes: image.length - startSector * 512 - Number(dataEndBytes),
            max_n_blocks: maxNBlocks === null ? null : Number(maxNBlocks),
          },
    entries:
      dataOffsetBytes === null
        ? null
        : {
            free: found.free,
            committed: found.committed,
            uncommitted: found.uncommitted,
            live: found.live,
            stale: found.stale,
            identical: found.identical,
            max_original_sector: maxOriginalSector === null ? null : String(maxOriginalSector),
          },
  };
}
