import { writecacheTable } from '../../lab/index.js';

/** The mapping's node in the guest. */
const WC = '/dev/mapper/wc';

export interface TableOptions {
  readonly mode?: 'p' | 's';
  readonly origin?: string;
  readonly cache?: string;
  readonly originBytes: number;
  readonly blockSize: number;
  readonly startSector?: number;
  readonly options?: readonly string[];
}

/** A table line; its devices are the variables $ORIGIN and $CACHE unless told. */
export function tableLine(table: TableOptions): string {
  const start =
    table.startSector === undefined || table.startSector === 0
      ? []
      : ['start_sector', String(table.startSector)];
  return writecacheTable({
    mode: table.mode ?? 's',
    origin: table.origin ?? '$ORIGIN',
    cache: table.cache ?? '$CACHE',
    lengthSectors: table.originBytes / 512,
    blockSize: table.blockSize,
    options: [...start, ...(table.options ?? [])],
  });
}

export function create(name: string, table: string): string {
  return `dmsetup create ${name} --table "${table}"`;
}

export function message(words: string): string {
  return `dmsetup message wc 0 ${words}`;
}

export function remove(name = 'wc'): string {
  return `dmsetup remove ${name}`;
}

/** Returns when everything written so far is committed. */
export const COMMIT = `sync ${WC}`;

export interface PutOptions {
  readonly blockSize: number;
  readonly count?: number;
  /** In one request. */
  readonly together?: boolean;
  readonly device?: string;
}

/**
 * Fills blocks with one letter by direct writes: the blocks one by one, or together in one request, which the target treats differently.
 */
export function put(
  letter: string,
  firstBlock: number,
  { blockSize, count = 1, together = false, device = WC }: PutOptions,
): string {
  const shape =
    together && firstBlock % count !== 0
      ? `bs=${String(blockSize * count)} count=1 oflag=direct,seek_bytes seek=${String(firstBlock * blockSize)}`
      : together
        ? `bs=${String(blockSize * count)} count=1 oflag=direct seek=${String(firstBlock / count)}`
        : `bs=${String(blockSize)} count=${String(count)} oflag=direct seek=${String(firstBlock)}`;
  return `tr '\\0' ${letter} </dev/zero | dd of=${device} ${shape} iflag=fullblock conv=notrunc status=none`;
}

export function discard(firstBlock: number, count: number, blockSize: number): string {
  return `blkdiscard -o ${String(firstBlock * blockSize)} -l ${String(count * blockSize)} ${WC}`;
}
