import type { BlockDevice } from '../device/index.js';
import { selectEntries, type InspectionWithEntries, type ScanOptions } from '../scan/index.js';
import { ColumnsBuilder, onlyThose, type BlockColumns } from './block-columns.js';
import { inStretches } from './sample.js';
import { sectorOrder } from './sector-order.js';

/** `wanted` of the live entries of an inspected cache: all of them, or stretches of neighbours on the origin. */
export async function liveColumns(
  source: BlockDevice,
  inspection: InspectionWithEntries,
  wanted: number,
  scan: ScanOptions,
): Promise<BlockColumns> {
  const builder = new ColumnsBuilder(wanted === 0 ? 0 : inspection.entries.live);
  if (wanted === 0) return builder.build();
  for await (const batch of selectEntries(source, inspection, { state: 'live' }, scan)) {
    const { index, sectorHi, sectorLo, seqHi, seqLo } = batch;
    for (let at = 0; at < batch.count; at += 1) {
      builder.add(index[at] ?? 0, sectorHi[at] ?? 0, sectorLo[at] ?? 0, seqHi[at] ?? 0, seqLo[at] ?? 0);
    }
  }
  const all = builder.build();
  return wanted >= all.count ? all : onlySome(all, wanted);
}

function onlySome(all: BlockColumns, wanted: number): BlockColumns {
  const takes = inStretches(all.count, wanted);
  const isChosen = new Uint8Array(all.count);
  for (const [position, block] of sectorOrder(all.sectorHi, all.sectorLo, all.count).entries()) {
    if (takes(position)) isChosen[block] = 1;
  }
  return onlyThose(all, isChosen);
}
