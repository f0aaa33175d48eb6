import type { FormatPlan } from '../procedure/format-device.js';
import type { Inspection } from '../scan/index.js';
import { formatCount, formatSize } from '../units.js';
import { TEXT_WIDTH } from './inspection.js';
import { wrap } from './table.js';

/** What a format is going to do, shown before it is done. */
export function formatPlanText(plan: FormatPlan, before: Inspection): string {
  const { name, sizeBytes } = before;
  const what =
    plan.action === 'zero'
      ? 'make the superblock blank, so that the kernel formats the device when a table with it is loaded'
      : `format ${formatCount(plan.geometry.nBlocks)} blocks of ${String(plan.geometry.blockSize)} bytes, metadata ${formatSize(plan.geometry.dataOffsetBytes)}`;
  const writes = plan.writes.map(
    ({ what: step, offset_bytes, length_bytes }) =>
      `    ${String(length_bytes)} bytes at ${String(offset_bytes)}: ${step}`,
  );
  return [
    `${name} (${formatSize(sizeBytes)}, now ${describe(before)}):`,
    `  ${wrap(what, TEXT_WIDTH - 2, '  ')}`,
    ...writes,
  ].join('\n');
}

/** What was done, in a sentence. */
export function formatDoneText(plan: FormatPlan, name: string): string {
  return plan.action === 'zero'
    ? `${name} is blank now: the kernel formats it when a table with it is loaded.`
    : `${name} is an empty writecache now: ${formatCount(plan.geometry.nBlocks)} blocks of ${String(plan.geometry.blockSize)} bytes.`;
}

function describe({ state, entries }: Inspection): string {
  switch (state) {
    case 'blank':
      return 'blank';
    case 'foreign':
      return 'no writecache';
    case 'dirty':
      return `a dirty writecache with ${formatCount(entries?.live ?? 0)} live blocks`;
    case 'torn':
      return 'a writecache whose format was cut short';
    case 'clean':
    case 'damaged':
      return `a ${state} writecache`;
  }
}
