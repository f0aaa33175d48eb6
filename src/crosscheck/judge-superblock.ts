import { decodeSuperblock, formatMagic, type Superblock } from '../format/index.js';
import type { Certificate, CrosscheckProblem } from './certificate.js';

/** How a certificate shows a superblock. */
export function superblockDocument(superblock: Superblock): NonNullable<Certificate['superblock']['after']> {
  const { magic, version, block_size, n_blocks, seq_count } = superblock;
  return {
    ...{ magic: formatMagic(magic), version, block_size },
    n_blocks: n_blocks <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n_blocks) : String(n_blocks),
    seq_count: String(seq_count),
  };
}

/** Against what the reference predicts: every field has to be the same. Returns what differs, in words. */
export function differsFromPrediction(now: Superblock, predicted: Uint8Array): string[] {
  const then = decodeSuperblock(predicted);
  const { seq_count: seqCount } = then;
  return [
    ...fixedFieldsThatDiffer(now, then),
    ...(now.seq_count === seqCount ? [] : [`seq_count is ${String(now.seq_count)}, not ${String(seqCount)}`]),
  ];
}

/** Against the rules: no field changes but seq_count, which never falls. Returns what differs, in words. */
export function differsFromRules(now: Superblock, before: Superblock): string[] {
  const { seq_count: seqCount } = before;
  return [
    ...fixedFieldsThatDiffer(now, before),
    ...(now.seq_count >= seqCount
      ? []
      : [`seq_count is ${String(now.seq_count)}, and was ${String(seqCount)}: it never falls`]),
  ];
}

function fixedFieldsThatDiffer(now: Superblock, then: Superblock): string[] {
  const numbers = ['version', 'block_size', 'pad', 'n_blocks'] as const;
  return [
    ...(now.magic === then.magic
      ? []
      : [`magic is ${formatMagic(now.magic)}, not ${formatMagic(then.magic)}`]),
    ...numbers
      .filter((name) => now[name] !== then[name])
      .map((name) => `${name} is ${String(now[name])}, not ${String(then[name])}`),
    ...(Buffer.compare(now.reserved, then.reserved) === 0 ? [] : ['the reserved bytes are other ones']),
  ];
}

/** None where nothing differs. */
export function superblockProblems(differing: readonly string[]): CrosscheckProblem[] {
  const message = `The superblock is not as a removal leaves it: ${differing.join('; ')}.`;
  return differing.length === 0
    ? []
    : [{ code: 'superblock-differs', count: differing.length, message, examples: [] }];
}
