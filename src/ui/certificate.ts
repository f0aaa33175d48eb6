import type { Certificate } from '../crosscheck/index.js';
import type { EvidenceDocument } from '../documents/verify.js';
import { countOf, formatCount } from '../units.js';
import { TEXT_WIDTH, runningText } from './inspection.js';
import { printable } from './printable.js';
import { certificateRows, problemParagraphs } from './removal-certificate.js';
import { tone } from './style.js';
import { facts, wrap } from './table.js';

/** What a cross-check came to, for people: the judgement, what it rests on, each problem, and what would tell more. */
export function certificateText(certificate: Certificate): string {
  const rows = [...certificateRows(certificate), evidenceRow(certificate)];
  const advice = adviceOf(certificate);
  return [
    wrap(headline(certificate), TEXT_WIDTH),
    factsText(rows),
    ...problemParagraphs(certificate),
    ...(advice === null ? [] : [wrap(advice, TEXT_WIDTH)]),
  ].join('\n\n');
}

/** What `wcache verify --save` shows a person. */
export function evidenceText(document: EvidenceDocument): string {
  const { cache, evidence_path: path, live_blocks: live, digests, changed, unreadable, level } = document;
  const of =
    level === 'metadata'
      ? 'none of their contents was read (--verify metadata)'
      : `${countOf(digests, 'digest')} of their contents`;
  const missing = [
    ...(changed === 0 ? [] : [`${countOf(changed, 'block')} changed while they were read`]),
    ...(unreadable === 0 ? [] : [`${countOf(unreadable, 'block')} could not be read`]),
  ];
  const text = `Evidence of ${tone('strong', printable(cache))} is in ${printable(path)}: ${countOf(live, 'live block')}, ${of}${missing.map((part) => `; ${part}`).join('')}.`;
  const next = `After the removal: wcache verify ${printable(cache)} ORIGIN --evidence ${printable(path)}`;
  const running = document.held_by.length === 0 ? [] : [runningText(document.held_by)];
  return [wrap(text, TEXT_WIDTH), ...running, next].join('\n\n');
}

function headline({ cache, origin, problems, blocks }: Certificate): string {
  const pair = `${tone('strong', printable(origin.path))} without the cache ${printable(cache.path)}`;
  if (problems.length > 0) {
    return `${pair}: ${tone('bad', `${countOf(problems.length, 'problem')} found`)}`;
  }
  if (blocks.undecided > 0) {
    return `${pair}: ${tone('notice', 'no problem found')}, and ${countOf(blocks.undecided, 'block')} undecided`;
  }
  return `${pair}: ${tone('good', 'nothing is missing')}`;
}

function evidenceRow({ evidence_taken: taken, level, blocks }: Certificate): [string, string] {
  return taken === null
    ? ['evidence', 'none from before: judged by the copies that the cache still holds']
    : ['evidence', `taken ${taken}, ${level}, ${formatCount(blocks.live)} live then`];
}

function adviceOf({ undecided, evidence_taken: taken }: Certificate): string | null {
  const codes = undecided.map(({ code }) => code);
  if (taken !== null && codes.includes('written-later')) {
    return 'If nothing was written since the evidence was taken, say so with --nothing-written: what differs is lost then.';
  }
  if (taken === null && codes.includes('no-evidence')) {
    return 'An image of the cache from before the removal tells more (--before), or evidence that was kept (--evidence).';
  }
  return null;
}

/** Two columns, the second one wrapped. */
function factsText(rows: readonly [string, string][]): string {
  const width = Math.max(...rows.map(([word]) => word.length));
  const indent = ' '.repeat(width + 4);
  return facts(rows.map(([word, text]) => [word, wrap(text, TEXT_WIDTH, indent)]));
}
