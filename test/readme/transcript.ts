import type { Command } from './steps.js';

/** What came of a command. */
export interface Played {
  readonly command: Command;
  /** stdout and stderr, as they come to one terminal. */
  readonly output: string;
  readonly status: number;
  readonly seconds: number;
}

export interface ShellSession {
  /** Shell, to begin with, such as what sets PATH. */
  readonly begin: string;
  /** Shell that runs its words as a user without any rights; null where the session has none anyway. */
  readonly asUser: string | null;
  /** A file that is shown with `cat` is there, unless a command made it. */
  readonly givesFiles: boolean;
}

/** How long a command goes on that ends by Ctrl-C. */
const INTERRUPTED_AFTER_SECONDS = 4;
/** No program prints these. */
const [BEGIN, END] = ['\u0001', '\u0002'];
const MARKED = new RegExp(`${BEGIN}(\\d+) ([\\d.]+)\\n([^${END}]*)${END}(\\d+) ([\\d.]+)\\n`, 'g');

/**
 * One shell line for bash that runs the commands one after the other in one shell, as somebody would type them, and marks
 * where the output of each begins and ends ({@link readTranscript}).
 */
export function shellScript(commands: readonly Command[], session: ShellSession): string {
  const steps = commands.map(
    (
      command,
      index,
    ) => `${session.givesFiles ? givenFile(command) : ''}printf '\\001%d %s\\n' ${String(index)} "$EPOCHREALTIME"
readme_restore; ${evaluated(command, session)}
readme_status=$?
printf '\\002%d %s\\n' "$readme_status" "$EPOCHREALTIME"`,
  );
  return `exec 2>&1 </dev/null
readme_status=0
readme_restore() { return "$readme_status"; }
${session.begin}
${steps.join('\n')}
`;
}

/** Takes apart what {@link shellScript} printed. Throws where not every command was begun and ended. */
export function readTranscript(transcript: string, commands: readonly Command[]): Played[] {
  const played = [...transcript.matchAll(MARKED)].map(([, index, began, output = '', status, ended]) => {
    const command = commands[Number(index)];
    if (command === undefined) throw new Error(`no command has the number ${String(index)}`);
    return { command, output, status: Number(status), seconds: Number(ended) - Number(began) };
  });
  const next = commands[played.length];
  if (next !== undefined) {
    const rest = transcript.slice(transcript.lastIndexOf(BEGIN)).slice(0, 2000);
    throw new Error(`line ${String(next.line)}: the session ended in "${next.text}", after:\n${rest}`);
  }
  return played;
}

/** A shell word. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function givenFile({ text, shown }: Command): string {
  const file = /^cat ([\w./-]+)$/.exec(text)?.[1];
  if (file === undefined || shown === null) return '';
  const content = shown.map((line) => `${line.text}\n`).join('');
  return `[ -e ${quoted(file)} ] || printf %s ${quoted(content)} >${quoted(file)}\n`;
}

function evaluated({ text, as, isInterrupted }: Command, { asUser }: ShellSession): string {
  const words = quoted(text);
  const limit = `timeout --preserve-status --signal=INT ${String(INTERRUPTED_AFTER_SECONDS)}`;
  const other = as === 'user' && asUser !== null ? asUser : '';
  // A command that is interrupted needs a group of processes of its own, and so a shell of its own.
  const before = [other, ...(isInterrupted ? [limit] : [])].filter((part) => part !== '');
  return before.length === 0 ? `eval ${words}` : `${before.join(' ')} bash -c ${words}`;
}
