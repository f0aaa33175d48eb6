import type { BlockDevice } from '../device/index.js';
import { inspect, requireEntries, type InspectionWithEntries } from '../scan/index.js';
import { onlyThose, type BlockColumns } from './block-columns.js';
import type { BlockExample, VerifyLevel } from './certificate.js';
import { digestOf } from './digest.js';
import { EntryWatch } from './entry-watch.js';
import type { Evidence, EvidenceBlocks } from './evidence.js';
import { blockExample, MAX_EXAMPLES } from './examples.js';
import { liveColumns } from './live-columns.js';
import { readMetadata } from './metadata.js';
import { metadataSource } from './metadata-device.js';
import { wantedBlocks } from './sample.js';
import { ascending, cacheData, cachePlaces } from './places.js';
import { paced, sweep } from './sweep.js';

export interface EvidenceRequest {
  readonly startSector: bigint;
  readonly level: VerifyLevel;
  /** SAMPLE_BLOCKS unless told. */
  readonly sampleBlocks?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((doneBlocks: number, totalBlocks: number) => void) | undefined;
}

/**
 * What a cache device says: its metadata, and a digest of each live block's newest copy (of all, of a sample, or of none).
 * Nothing is written.
 *
 * The cache may be live: what is in memory only is not seen, and entries can change while they are read. So the entries
 * of blocks are read again after their data, and only those are kept that still stand for the same data: unchanged, or free
 * with the same sector, because writing back leaves data and original_sector in place. An overwrite in place changes no
 * entry (ssd mode); the evidence then has older or mixed content, and the origin is found to have newer.
 *
 * Throws {@link WrongDeviceError} where the device is no usable cache, what the device throws where its metadata cannot be
 * read, and {@link InterruptedError} when the signal fires. Blocks that cannot be read are counted.
 */
export async function takeEvidence(cache: BlockDevice, request: EvidenceRequest): Promise<Evidence> {
  const { startSector, level, signal } = request;
  const takenAt = new Date().toISOString();
  const scan = signal === undefined ? {} : { signal };
  // It refuses with the best words, so it comes first; where the metadata is small it reads the copy.
  const metadata = readMetadata(cache, startSector);
  const source = metadataSource(cache, startSector, metadata);
  const inspection = requireEntries(await inspect(source, { startSector, ...scan }));
  const { superblock, geometry, entries } = inspection;
  const wanted = wantedBlocks(level, entries.live, request.sampleBlocks);
  const chosen = await liveColumns(source, inspection, wanted, scan);
  const { free, committed, uncommitted, live } = entries;
  return {
    ...{ takenAt, level, startSector, superblock, metadata },
    blockSize: geometry.blockSize,
    counts: { free, committed, uncommitted, live },
    ...(await digestChosen(cache, inspection, chosen, request)),
  };
}

async function digestChosen(
  cache: BlockDevice,
  inspection: InspectionWithEntries,
  chosen: BlockColumns,
  { signal, onProgress }: EvidenceRequest,
): Promise<Pick<Evidence, 'blocks' | 'changed' | 'unreadable'>> {
  const data = cacheData(inspection.startSector, inspection.geometry);
  const digest = new BigUint64Array(chosen.count);
  const isKept = new Uint8Array(chosen.count).fill(1);
  const examples: BlockExample[] = [];
  let [unreadable, changed] = [0, 0];
  const watch = new EntryWatch(cache, inspection.startSector, chosen);
  const places = cachePlaces(chosen.index, ascending(chosen.count), data);
  const runs = sweep(cache, data.blockSize, places, {
    take: (block, bytes) => {
      digest[block] = digestOf(bytes);
    },
    missing: (block) => {
      isKept[block] = 0;
      unreadable += 1;
      if (examples.length < MAX_EXAMPLES) examples.push(blockExample(chosen, block));
    },
  });
  const watched = function* () {
    for (const run of runs) {
      watch.forEachChanged(run.from, run.to, (block) => {
        if (isKept[block] === 1) changed += 1;
        isKept[block] = 0;
      });
      yield run;
    }
  };
  await paced(cache.name, watched(), { signal, onProgress: (done) => onProgress?.(done, chosen.count) });
  onProgress?.(chosen.count, chosen.count);
  return { blocks: kept(chosen, digest, isKept), changed, unreadable: { count: unreadable, examples } };
}

function kept(chosen: BlockColumns, digest: BigUint64Array, isKept: Uint8Array): EvidenceBlocks {
  if (!isKept.includes(0)) return { ...chosen, digest };
  return { ...onlyThose(chosen, isKept), digest: digest.filter((_, block) => isKept[block] === 1) };
}
