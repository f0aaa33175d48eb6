import type { RemoveDocument } from '../documents/index.js';
import { formatElapsed } from '../units.js';
import { certificateRows, problemParagraphs } from './removal-certificate.js';
import { TEXT_WIDTH } from './inspection.js';
import { printable } from './printable.js';
import { noteLines } from './removal-notes.js';
import { tone } from './style.js';
import { facts, wrap } from './table.js';

/** What a removal came to: what is under the name now, what was proved and what was not, and what to do next. */
export function removalResultText(document: RemoveDocument): string {
  const { certificate } = document;
  return [
    wrap(headline(document), TEXT_WIDTH),
    factsText([...(certificate === null ? [] : certificateRows(certificate)), ...ownRows(document)]),
    ...(certificate === null ? [] : problemParagraphs(certificate)),
    ...(document.notes.length === 0 ? [] : [noteLines(document.notes).join('\n')]),
    next(document),
  ].join('\n\n');
}

function headline(document: RemoveDocument): string {
  const name = tone('strong', printable(document.name));
  const origin = printable(document.origin ?? 'the origin');
  const now =
    document.ending === 'deleted'
      ? `${name} is gone, and ${origin} has everything`
      : `${name} is ${origin} alone now: nothing is cached any more`;
  if (isBad(document)) {
    const where = document.ending === 'deleted' ? `${name} is gone` : `${name} is ${origin} alone now`;
    return `${where}, and ${tone('bad', 'a problem was found')}.`;
  }
  return `${now}.`;
}

function isBad({ certificate }: RemoveDocument): boolean {
  return certificate?.ok === false;
}

function ownRows(document: RemoveDocument): [string, string][] {
  const { certificate, certificate_path: path, backup_path: backup } = document;
  return [
    ...(certificate === null && path === null
      ? [['proved', 'nothing: it was not asked for (--verify none)'] as [string, string]]
      : []),
    // That of a run which was killed in it is not known.
    ...(document.resumed && document.stall_ms === 0
      ? []
      : [['stall', `I/O stood still for ${formatElapsed(document.stall_ms)}`] as [string, string]]),
    ['time', time(document)],
    ...(path === null ? [] : [['certificate', printable(path)] as [string, string]]),
    ...(backup === null
      ? []
      : [
          ['invalidated', `the superblock is blank now; its copy is ${printable(backup)}`] as [
            string,
            string,
          ],
        ]),
  ];
}

function time({ elapsed_ms, drain_ms, verify_ms }: RemoveDocument): string {
  const parts = [
    ...(drain_ms === 0 ? [] : [`${formatElapsed(drain_ms)} writing back`]),
    ...(verify_ms === 0 ? [] : [`${formatElapsed(verify_ms)} reading and comparing`]),
  ];
  return `${formatElapsed(elapsed_ms)}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`;
}

function next(document: RemoveDocument): string {
  const cache = printable(document.cache ?? 'the cache device');
  if (isBad(document)) return keepText(document, cache);
  const free =
    document.backup_path === null
      ? `${cache} is free for something else; it has a clean writecache on it still (\`wcache format --zero\` blanks that).`
      : `${cache} is free for something else.`;
  const linear =
    ' When nobody uses the mapping any more, `dmsetup remove` takes it away, and nothing with it.';
  return wrap(`${free}${document.ending === 'linear' ? linear : ''}`, TEXT_WIDTH);
}

function keepText(document: RemoveDocument, cache: string): string {
  const origin = printable(document.origin ?? 'the origin');
  const sector = document.certificate?.cache.start_sector ?? '0';
  const place = sector === '0' ? '' : ` --start-sector ${sector}`;
  const why = `Keep ${cache} as it is: nothing was done to it since, and what it had of these blocks is still in its data area. Stop what writes to ${origin}, and look at both again:`;
  return `${wrap(why, TEXT_WIDTH)}\n    wcache verify ${cache} ${origin}${place}`;
}

/** The rows, the second column wrapped. */
function factsText(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([word]) => word.length));
  const indent = ' '.repeat(2 + width + 2);
  return facts(rows.map(([word, value]) => [word, wrap(value, TEXT_WIDTH, indent)] as const));
}
