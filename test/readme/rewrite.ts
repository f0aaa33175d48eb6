import type { Place } from './blocks.js';
import { align, ELLIPSIS, linesOf } from './compare.js';
import type { Played } from './transcript.js';

export interface Rewritten {
  readonly text: string;
  /** What somebody must look at: lines that went away. */
  readonly remarks: readonly string[];
}

/**
 * The README with what a session printed in place of what it showed. Where lines were left out, they still are, as far as
 * what is around them is still printed.
 */
export function rewrite(readme: string, sessions: Readonly<Record<Place, readonly Played[]>>): Rewritten {
  const lines = readme.split('\n');
  const remarks: string[] = [];
  const changes = Object.entries(sessions)
    .flatMap(([place, session]) => session.map((played) => ({ played, place: place as Place })))
    .filter(({ played }) => played.command.shown !== null)
    // From the end, so that the numbers of the lines before stay right.
    .sort((one, other) => other.played.command.line - one.played.command.line);
  for (const { played, place } of changes) {
    const { command, output } = played;
    const shown = command.shown ?? [];
    const printed: string[] = [];
    for (const pairing of align(shown, linesOf(output), place)) {
      if (pairing.kind === 'elided') {
        if (pairing.printed.length > 0) printed.push(ELLIPSIS);
      } else if (pairing.kind === 'missing') {
        remarks.unshift(`line ${String(pairing.shown.line)} is no longer printed: ${pairing.shown.text}`);
      } else {
        printed.push(pairing.printed);
      }
    }
    const first = command.line - 1 + command.text.split('\n').length;
    lines.splice(first, shown.length, ...printed);
  }
  return { text: lines.join('\n'), remarks };
}
