import type { Place } from './blocks.js';
import { align, differences, isRight, linesOf, type Pairing } from './compare.js';
import { identitiesOf } from './shapes.js';
import type { Command } from './steps.js';
import type { Played } from './transcript.js';

/** A command that did not do what the README says. */
export interface Failure {
  readonly command: Command;
  readonly reason: string;
}

/** Of Ctrl-C: of the shell, and of a program that ends in its own way. */
const INTERRUPTED: readonly number[] = [0, 130];

/** What of a session is not as the README says. */
export function judge(session: readonly Played[], place: Place): Failure[] {
  const identities = new Identities();
  return session.flatMap((played, index) => {
    const { command } = played;
    const reason =
      command.shown === null
        ? statusFailure(played)
        : (outputFailure(played, command.shown, place, identities) ??
          silentFailure(played, session[index + 1]));
    return reason === null ? [] : [{ command, reason }];
  });
}

/** For people: each with its place in the README. */
export function failureText(failures: readonly Failure[], file = 'README.md'): string {
  return failures
    .map(({ command, reason }) => `${file}:${String(command.line)}: ${command.text}\n${reason}\n`)
    .join('\n');
}

function statusFailure({ command, status, output, seconds }: Played): string | null {
  if (command.isInterrupted) {
    // `timeout` tells nothing of whether it had to end the command: a short time does.
    if (INTERRUPTED.includes(status) && seconds > 2) return null;
    return `ended by itself with ${String(status)}, and not by Ctrl-C, after:\n${output}`;
  }
  if (status === (command.status ?? 0)) return null;
  return `ended with ${String(status)} and not with ${String(command.status)}, after:\n${output}`;
}

function outputFailure(
  { output }: Played,
  shown: NonNullable<Command['shown']>,
  place: Place,
  identities: Identities,
): string | null {
  const pairings = align(shown, linesOf(output), place);
  if (!isRight(pairings)) return differences(pairings);
  return identities.contradiction(pairings, place);
}

/** Who reads the README takes what prints nothing for done, unless the status is asked for next. */
function silentFailure({ output, status }: Played, next: Played | undefined): string | null {
  if (status === 0 || output.trim() !== '' || next?.command.text.includes('$?') === true) return null;
  return `ended with ${String(status)}, and nothing that it printed says so`;
}

/** What the README names twice must be twice the same in a run, and what it tells apart must differ. */
class Identities {
  readonly #printed = new Map<string, string>();
  readonly #shown = new Map<string, string>();

  contradiction(pairings: readonly Pairing[], place: Place): string | null {
    for (const pairing of pairings) {
      if (pairing.kind !== 'same') continue;
      for (const [shape, shown, printed] of identitiesOf(pairing.shown.text, pairing.printed, place)) {
        const before = this.#printed.get(shown) ?? printed;
        const other = this.#shown.get(printed) ?? shown;
        this.#printed.set(shown, before);
        this.#shown.set(printed, other);
        if (before !== printed) {
          return `${shape.name} ${shown} of line ${String(pairing.shown.line)} was ${before} before, and now it is ${printed}`;
        }
        if (other !== shown) {
          return `${shape.name} ${shown} of line ${String(pairing.shown.line)} is the same in this run as ${other}`;
        }
      }
    }
    return null;
  }
}
