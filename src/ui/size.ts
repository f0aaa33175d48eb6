import type { LayoutDocument, SizeDocument } from '../documents/index.js';
import { formatCount } from '../units.js';
import { size, TEXT_WIDTH, type TextOptions } from './inspection.js';
import { tone } from './style.js';
import { table, wrap } from './table.js';

const WHY_NONE =
  'None: the device takes not even one block of metadata and one of data, or more blocks than the kernel handles.';

/** What `wcache size` shows a person: every block size side by side, the chosen one marked. */
export function sizeText(document: SizeDocument, options: TextOptions): string {
  const of = document.device === null ? 'a cache device of' : `${tone('strong', document.device)},`;
  const behind = document.start_sector === 0 ? '' : ` from sector ${String(document.start_sector)}`;
  const rows = document.layouts.map((layout) => layoutRow(layout, document.block_size, options));
  return [
    `On ${of} ${size(BigInt(document.size_bytes), options)}${behind}:`,
    table(
      [
        { title: '  block size', align: 'right' },
        { title: 'blocks', align: 'right' },
        { title: 'metadata', align: 'right' },
        { title: 'usable', align: 'right' },
        { title: 'unused', align: 'right' },
        { title: 'RAM (ssd)', align: 'right' },
        { title: 'RAM (pmem)', align: 'right' },
      ],
      rows,
    ),
    ...(document.layouts.some(({ n_blocks }) => n_blocks === null) ? [wrap(WHY_NONE, TEXT_WIDTH)] : []),
    wrap(
      'RAM is what the kernel takes while the cache is active: 88 bytes a block in ssd mode, 72 in pmem mode (up to kernel 6.12).',
      TEXT_WIDTH,
    ),
  ].join('\n\n');
}

function layoutRow(layout: LayoutDocument, chosen: number | null, options: TextOptions): string[] {
  const shown = (value: number | bigint | null): string =>
    value === null ? '-' : size(BigInt(value), options);
  return [
    `${layout.block_size === chosen ? '*' : ' '} ${String(layout.block_size)}`,
    layout.n_blocks === null ? 'none' : formatCount(layout.n_blocks),
    shown(layout.data_offset_bytes),
    shown(layout.usable_bytes),
    shown(layout.unused_bytes),
    shown(layout.kernel_memory_ssd_bytes),
    shown(layout.kernel_memory_pmem_bytes),
  ];
}
