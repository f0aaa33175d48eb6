import type { Block, Place } from './blocks.js';

/** A line of output that the README shows. */
export interface ShownLine {
  readonly text: string;
  /** Its number in the README. */
  readonly line: number;
}

/** A command of the README. */
export interface Command {
  readonly kind: 'command';
  /** As typed, with what belongs to it: the lines of a here-document, and what follows a `\` at the end of a line. */
  readonly text: string;
  readonly line: number;
  readonly as: 'root' | 'user';
  /** What is shown of its output; null where the block shows none. */
  readonly shown: readonly ShownLine[] | null;
  /** What it must end with; null where its output tells. */
  readonly status: number | null;
  /** It runs until somebody presses Ctrl-C. */
  readonly isInterrupted: boolean;
}

/** The machine loses power and is booted again. */
export interface PowerCut {
  readonly kind: 'power-cut';
  readonly line: number;
}

export type Step = Command | PowerCut;

const PROMPT = /^([#$]) (.*)$/;
const POWER_CUT = /^\*\*\* .* \*\*\*$/;
const HERE_DOCUMENT = /<<(-?)\s*(['"]?)([A-Za-z_]\w*)\2/;
const STATUS = /(?:^|\s)# exits with (\d+)$/;
const UNTIL_INTERRUPT = /(?:^|\s)# until Ctrl-C$/;

/** The steps of all blocks that run in one place: they are one session, in order. */
export function sessionOf(blocks: readonly Block[], place: Place): Step[] {
  return blocks.flatMap((block) => {
    if ((block.kind !== 'console' && block.kind !== 'sh') || block.place !== place) return [];
    const lines = block.fence.lines.map((text, index) => ({ text, line: block.fence.line + index }));
    return block.kind === 'console' ? consoleSteps(lines, place) : shellSteps(lines, place);
  });
}

/** The commands of a block that shows no output. */
export function shellSteps(lines: readonly ShownLine[], place: Place): Command[] {
  const steps: Command[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at]?.line ?? 0;
    const { text, next } = commandAt(lines, at, lines[at]?.text ?? '');
    at = next;
    if (/^\s*(?:#|$)/.test(text)) continue;
    steps.push({
      kind: 'command',
      text,
      line,
      as: place === 'lab' ? 'root' : 'user',
      shown: null,
      status: Number(STATUS.exec(text)?.[1] ?? 0),
      isInterrupted: UNTIL_INTERRUPT.test(text),
    });
  }
  return steps;
}

function consoleSteps(lines: readonly ShownLine[], place: Place): Step[] {
  const steps: Step[] = [];
  let shown: ShownLine[] | null = null;
  for (let at = 0; at < lines.length;) {
    const { text, line } = lines[at] ?? { text: '', line: 0 };
    const [, prompt, typed] = PROMPT.exec(text) ?? [];
    if (POWER_CUT.test(text)) {
      if (place !== 'lab') throw new Error(`line ${String(line)}: only a machine of the lab can lose power`);
      steps.push({ kind: 'power-cut', line });
      shown = null;
      at += 1;
    } else if (typed !== undefined) {
      const as = prompt === '#' ? 'root' : 'user';
      if (as === 'root' && place === 'files') {
        throw new Error(`line ${String(line)}: nobody is root in a session on files`);
      }
      const command = commandAt(lines, at, typed);
      shown = [];
      steps.push({
        kind: 'command',
        text: command.text,
        line,
        as,
        shown,
        status: null,
        isInterrupted: false,
      });
      at = command.next;
    } else if (shown !== null) {
      shown.push({ text, line });
      at += 1;
    } else if (text.trim() === '') {
      at += 1;
    } else {
      throw new Error(`line ${String(line)}: output that no command printed`);
    }
  }
  return steps;
}

/** A command that begins on a line, and the number of the line behind it. */
function commandAt(
  lines: readonly ShownLine[],
  first: number,
  typed: string,
): { readonly text: string; readonly next: number } {
  let text = typed;
  let next = first + 1;
  while (text.endsWith('\\') && next < lines.length) {
    text += `\n${withoutSecondPrompt(lines[next]?.text ?? '')}`;
    next += 1;
  }
  const delimiter = HERE_DOCUMENT.exec(text)?.[3];
  if (delimiter === undefined) return { text, next };
  for (; next < lines.length; next += 1) {
    const line = withoutSecondPrompt(lines[next]?.text ?? '');
    text += `\n${line}`;
    if (line.trim() === delimiter) return { text, next: next + 1 };
  }
  throw new Error(`line ${String(lines[first]?.line ?? 0)}: this here-document is never ended`);
}

function withoutSecondPrompt(text: string): string {
  return text.replace(/^> /, '');
}
