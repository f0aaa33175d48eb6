import { Args, Flags } from '@oclif/core';
import { MAX_BLOCK_SIZE, MIN_BLOCK_SIZE, isBlockSize } from '../format/index.js';
import { UsageError } from '../errors.js';
import { parseMilliseconds, parseSector, parseSectorRange, parseSize } from '../units.js';

/** Flags that mean the same in every verb that has them. */

export const deviceArg = Args.string({
  name: 'DEVICE',
  description: 'The cache device, or an image file of one.',
  required: true,
});

export const startSectorFlag = Flags.custom<bigint>({
  description: 'Where the superblock is, as in the table (in sectors of 512 bytes; 0 unless told).',
  helpValue: 'N',
  parse: (text) => Promise.resolve(parseSector(text)),
});

export const sectorFlag = Flags.custom<bigint>({
  helpValue: 'SECTOR',
  parse: (text) => Promise.resolve(parseSector(text)),
});

export const sectorRangeFlag = Flags.custom<{ first: bigint; last: bigint }>({
  helpValue: 'A-B',
  parse: (text) => Promise.resolve(parseSectorRange(text)),
});

export const sizeFlag = Flags.custom<bigint>({
  helpValue: 'SIZE',
  parse: (text) => Promise.resolve(parseSize(text)),
});

export const blockSizeFlag = Flags.custom<number>({
  description:
    'Bytes per cache block: 512, 1024, 2048 or 4096 (larger ones load only on larger memory pages).',
  helpValue: 'N',
  parse: (text) => Promise.resolve(parseBlockSize(text)),
});

export const millisecondsFlag = Flags.custom<number>({
  helpValue: 'TIME',
  parse: (text) => Promise.resolve(parseMilliseconds(text)),
});

export const bytesFlag = Flags.boolean({ description: 'Show exact numbers of bytes.' });

function parseBlockSize(text: string): number {
  const size = parseSize(text);
  if (size > BigInt(MAX_BLOCK_SIZE) || !isBlockSize(Number(size))) {
    throw new UsageError(`${text} is not a block size of writecache.`, {
      code: 'bad-block-size',
      hint: `It is a power of two from ${String(MIN_BLOCK_SIZE)} to 4096 bytes (up to ${String(MAX_BLOCK_SIZE)} where memory pages are as large).`,
    });
  }
  return Number(size);
}
