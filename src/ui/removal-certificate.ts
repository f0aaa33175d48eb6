import type { Certificate, CrosscheckProblem } from '../crosscheck/index.js';
import { countOf, formatCount } from '../units.js';
import { TEXT_WIDTH } from './inspection.js';
import { printable } from './printable.js';
import { tone } from './style.js';
import { wrap } from './table.js';

/** Of a finding, how many blocks are shown. */
const SHOWN_EXAMPLES = 3;

/** What a certificate says, in rows of a word and what it stands for. */
export function certificateRows(certificate: Certificate): [string, string][] {
  return [
    ['proved', proved(certificate)],
    ...certificate.undecided.map(({ message }): [string, string] => ['undecided', printable(message)]),
    ['metadata', metadata(certificate)],
    ['superblock', superblock(certificate)],
  ];
}

/** A paragraph for each problem, with blocks that it is about. */
export function problemParagraphs({ problems }: Certificate): string[] {
  return problems.map((problem) => {
    const title = `${tone('bad', 'problem')} ${tone('strong', problem.code)}`;
    return [title, `  ${wrap(printable(problem.message), TEXT_WIDTH - 2, '  ')}`, ...examples(problem)].join(
      '\n',
    );
  });
}

function proved({ blocks, level, evidence_taken: taken }: Certificate): string {
  if (level === 'metadata') return 'nothing of the blocks: only the metadata was judged (--verify metadata)';
  const all = blocks.proved + blocks.proved_newer;
  const whose = taken === null ? 'that the cache has a copy of' : 'that were only in the cache';
  const among =
    level === 'sample'
      ? `${countOf(blocks.examined, 'block')} looked at, of the ${formatCount(blocks.live)} ${whose},`
      : `${countOf(blocks.live, 'block')} ${whose}`;
  const parts = [
    `${formatCount(all)} of ${among} ${all === 1 ? 'is' : 'are'} on the origin`,
    ...(blocks.proved_newer > 0 ? [`${formatCount(blocks.proved_newer)} of them in a newer copy`] : []),
    ...(blocks.proved_late > 0
      ? [`${formatCount(blocks.proved_late)} more that were written in the meantime`]
      : []),
  ];
  return parts.join('; ');
}

function metadata({ metadata: { entries, free, compared, differing } }: Certificate): string {
  const state = `${free === entries ? 'all' : `${formatCount(free)} of`} ${formatCount(entries)} entries free`;
  const how = {
    'byte-for-byte': 'byte for byte as the reference predicts',
    'by-rule': 'by the rules of the format',
    not: 'not compared with a prediction',
  }[compared];
  return `${state}; ${differing === 0 ? how : `${formatCount(differing)} not as predicted`}`;
}

function superblock({ superblock: { as_predicted: asPredicted } }: Certificate): string {
  if (asPredicted === null) return 'no prediction to compare it with';
  return asPredicted ? 'as predicted' : 'not as predicted';
}

function examples({ count, examples: all }: CrosscheckProblem): string[] {
  const shown = all.slice(0, SHOWN_EXAMPLES);
  const lines = shown.map(
    ({ original_sector: sector, index }) =>
      `    origin sector ${sector}${index === null ? '' : `, entry ${formatCount(index)} of the cache`}`,
  );
  return count > shown.length && shown.length > 0
    ? [...lines, `    and ${formatCount(count - shown.length)} more`]
    : lines;
}
