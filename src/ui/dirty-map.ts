import { SECTOR_BYTES } from '../format/index.js';
import type { SectorRange } from '../scan/index.js';
import { formatSize } from '../units.js';
import { tone } from './style.js';

const COLUMNS = 64;
const ROWS = 16;
/** From an untouched cell to one that is dirty throughout; each next sign stands for a quarter more. */
const SHADES = { unicode: ['·', '░', '▒', '▓', '█'], ascii: ['.', ':', 'o', 'O', '#'] };

export interface DirtyMapQuestion {
  readonly name: string;
  readonly ranges: Iterable<SectorRange>;
  /** Where the picture ends: the origin's size if known, else one past the highest live sector. */
  readonly endSector: bigint;
  readonly blockSize: number;
  readonly liveBlocks: number;
  /** Whether the terminal shows more than ASCII. */
  readonly unicode: boolean;
}

/** A picture of the origin, row by row from its first sector: the darker a cell, the more of it is only in the cache. */
export function dirtyMapText(question: DirtyMapQuestion): string {
  const { name, ranges, endSector, blockSize, liveBlocks, unicode } = question;
  if (liveBlocks === 0) {
    return `${tone('strong', name)}: nothing is newer in the cache than on the origin.`;
  }
  const sectorsPerBlock = BigInt(blockSize / SECTOR_BYTES);
  const blocks = (endSector + sectorsPerBlock - 1n) / sectorsPerBlock;
  const cellBlocks = (blocks + BigInt(COLUMNS * ROWS) - 1n) / BigInt(COLUMNS * ROWS);
  const cellSectors = cellBlocks * sectorsPerBlock;
  const cells = Number((blocks + cellBlocks - 1n) / cellBlocks);
  const { dirty, rangeCount } = fill(ranges, cells, cellSectors);
  const cellBytes = cellSectors * BigInt(SECTOR_BYTES);
  const shades = unicode ? SHADES.unicode : SHADES.ascii;
  const lines: string[] = [];
  for (let first = 0; first < cells; first += COLUMNS) {
    const row = [...dirty.subarray(first, Math.min(first + COLUMNS, cells))];
    const position = formatSize(BigInt(first) * cellBytes).padStart(10);
    lines.push(
      `${tone('faint', position)}  ${row.map((share) => shade(shares(share, cellSectors), shades)).join('')}`,
    );
  }
  const live = formatSize(BigInt(liveBlocks) * BigInt(blockSize));
  return [
    `${tone('strong', name)}: ${live} in ${String(rangeCount)} ${rangeCount === 1 ? 'range' : 'ranges'} of the origin ${
      rangeCount === 1 ? 'is' : 'are'
    } only in the cache`,
    '',
    ...lines,
    '',
    `Each sign is ${formatSize(cellBytes)}: ${shades[0] ?? ''} up to date, ${shades.slice(1).join(' ')} dirty up to 1/4, 1/2, 3/4, all.`,
  ].join('\n');
}

function fill(
  ranges: Iterable<SectorRange>,
  cells: number,
  cellSectors: bigint,
): { dirty: Float64Array; rangeCount: number } {
  const dirty = new Float64Array(cells);
  let rangeCount = 0;
  for (const { first_sector: first, sectors } of ranges) {
    rangeCount += 1;
    const end = first + sectors;
    for (let from = first; from < end;) {
      const cell = from / cellSectors;
      const cellEnd = (cell + 1n) * cellSectors;
      const to = cellEnd < end ? cellEnd : end;
      const at = Number(cell);
      dirty[at] = (dirty[at] ?? 0) + Number(to - from);
      from = to;
    }
  }
  return { dirty, rangeCount };
}

function shares(dirtySectors: number, cellSectors: bigint): number {
  return dirtySectors / Number(cellSectors);
}

function shade(share: number, shades: readonly string[]): string {
  return shades[share === 0 ? 0 : Math.min(shades.length - 1, Math.ceil(share * (shades.length - 1)))] ?? '';
}
