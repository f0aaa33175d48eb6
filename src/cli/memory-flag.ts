import { Flags } from '@oclif/core';
import { UsageError } from '../errors.js';
import { parseSize } from '../units.js';

/** With less there is no room for the tables of one pass. */
const LEAST_BYTES = 32 * 2 ** 20;

export const memoryFlag = Flags.custom<number>({
  description:
    'Search for copies of the same block in so much memory; where that is less than one bit for each block of the ' +
    'origin, the entries are read several times.',
  helpValue: 'SIZE',
  parse: (text) => Promise.resolve(parseMemory(text)),
});

function parseMemory(text: string): number {
  const bytes = parseSize(text);
  if (bytes < BigInt(LEAST_BYTES)) {
    throw new UsageError(`${text} of memory is too little to search for copies in.`, {
      code: 'too-little-memory',
      hint: 'The least is 32M.',
    });
  }
  // More than any machine has is as good as no limit.
  return Number(bytes > BigInt(Number.MAX_SAFE_INTEGER) ? BigInt(Number.MAX_SAFE_INTEGER) : bytes);
}
