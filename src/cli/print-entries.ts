import type { BlockDevice } from '../device/block-device.js';
import { dataOffsetBytes, rangeDocument } from '../documents/inspect.js';
import { integer, toJson } from '../documents/json.js';
import { DirtyRanges, findSector, selectEntries, type EntryFilter, type StateFilter } from '../scan/index.js';
import type { InspectionWithEntries } from '../scan/index.js';
import { sectorDocument } from '../documents/sector.js';
import { dirtyMapText } from '../ui/dirty-map.js';
import type { EntryFormat, EntryLinesOptions } from '../ui/entry-layout.js';
import { EntryLines, type EntryFormatter } from '../ui/entry-lines.js';
import { sectorText } from '../ui/sector.js';
import { showsUnicode } from '../ui/style.js';
import { withByteProgress, type ByteProgress } from './byte-progress.js';
import { write, writeShared, writeStreamedDocument } from './output.js';

/** An inspected device whose entries are to be shown. */
export interface EntrySource {
  readonly device: BlockDevice;
  readonly inspection: InspectionWithEntries;
  readonly json: boolean;
}

/** Which entries to list, and how; the words have been checked by the flags' own options. */
export interface EntryFlags {
  readonly state?: string | undefined;
  readonly sector?: bigint | undefined;
  readonly range?: { readonly first: bigint; readonly last: bigint } | undefined;
  readonly format?: string | undefined;
}

/** Lists the chosen entries, streaming: memory does not grow with their number. */
export async function printEntries(source: EntrySource, flags: EntryFlags): Promise<void> {
  const { device, inspection, json } = source;
  const { state, sector, format = 'table' } = flags;
  const sectors = sector === undefined ? flags.range : { first: sector, last: sector };
  const filter: EntryFilter = {
    ...(state === undefined ? {} : { state: state as StateFilter }),
    ...(sectors === undefined ? {} : { sectors }),
  };
  const lines = await formatterOf({
    format: json ? 'items' : (format as EntryFormat),
    dataStartBytes: dataOffsetBytes(inspection, 0),
    blockSize: inspection.geometry.blockSize,
    nBlocks: inspection.geometry.nBlocks,
  });
  await withListingProgress(inspection.name, async (options) => {
    const batches = selectEntries(device, inspection, filter, options);
    if (json) {
      const { name, startSector } = inspection;
      const items = async function* (): AsyncGenerator<Uint8Array> {
        for await (const batch of batches) yield lines.lines(batch);
      };
      await writeStreamedDocument({ device: name, start_sector: integer(startSector) }, 'entries', items());
      return;
    }
    await write(lines.title);
    for await (const batch of batches) {
      await writeShared(lines.lines(batch));
    }
  });
}

/** Where the list itself is on the terminal, it is progress enough, and a line of its own would run into it. */
async function withListingProgress(
  name: string,
  work: (options: { readonly onProgress?: (progress: ByteProgress) => void }) => Promise<void>,
): Promise<void> {
  if (process.stdout.isTTY) await work({});
  else await withByteProgress(`${name}: listed`, (onProgress) => work({ onProgress }));
}

/** To load the kernel takes longer than the lines of fewer entries. */
const FEW_ENTRIES = 65536n;

async function formatterOf(options: EntryLinesOptions): Promise<EntryFormatter> {
  if (options.nBlocks > FEW_ENTRIES) {
    const { kernelEntryLines } = await import('../ui/entry-lines-kernel.js');
    const made = kernelEntryLines(options);
    if (made !== null) return made;
  }
  return new EntryLines(options);
}

/** Answers whether an origin sector is in the cache, where, and in which copies. */
export async function printSector(source: EntrySource, sector: bigint): Promise<void> {
  const { device, inspection } = source;
  const copies = await withByteProgress(`${inspection.name}: searched`, (onProgress) =>
    findSector(device, inspection, sector, { onProgress }),
  );
  const document = sectorDocument(source.inspection, sector, copies);
  await write(`${source.json ? toJson(document) : sectorText(document)}\n`);
}

/** Shows where on the origin the live blocks lie: a picture, or all ranges as JSON. */
export async function printMap(source: EntrySource): Promise<void> {
  const { device, inspection, json } = source;
  const { geometry, entries } = inspection;
  const dirty = await withByteProgress(`${inspection.name}: mapped`, (onProgress) =>
    DirtyRanges.collect(device, inspection, { onProgress }),
  );
  if (json) {
    const ranges = function* (): Generator<string> {
      for (const range of dirty.ranges()) {
        yield toJson(rangeDocument(range), 0);
      }
    };
    const head = {
      device: inspection.name,
      block_size: geometry.blockSize,
      live_blocks: entries.live,
      end_sector: dirty.endSector,
    };
    await writeStreamedDocument(head, 'ranges', ranges());
    return;
  }
  const text = dirtyMapText({
    name: inspection.name,
    ranges: dirty.ranges(),
    endSector: dirty.endSector,
    blockSize: geometry.blockSize,
    liveBlocks: entries.live,
    unicode: showsUnicode(process.env),
  });
  await write(`${text}\n`);
}
