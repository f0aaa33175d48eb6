/** A key: the character that it types, or its name in more than one letter. */
export type Key = string;

const SEQUENCES: Readonly<Record<string, Key>> = {
  '\u001b[A': 'up',
  '\u001bOA': 'up',
  '\u001b[B': 'down',
  '\u001bOB': 'down',
  '\u001b[C': 'right',
  '\u001bOC': 'right',
  '\u001b[D': 'left',
  '\u001bOD': 'left',
  '\u001b[5~': 'page-up',
  '\u001b[6~': 'page-down',
  '\u001b[H': 'home',
  '\u001bOH': 'home',
  '\u001b[1~': 'home',
  '\u001b[7~': 'home',
  '\u001b[F': 'end',
  '\u001bOF': 'end',
  '\u001b[4~': 'end',
  '\u001b[8~': 'end',
  '\u001b[Z': 'back-tab',
  '\u001b[3~': 'delete',
};

const CONTROLS: Readonly<Record<string, Key>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\b': 'backspace',
  '\u007f': 'backspace',
  '\u0002': 'page-up',
  '\u0003': 'ctrl-c',
  '\u0006': 'page-down',
  '\u000c': 'ctrl-l',
  '\u0015': 'ctrl-u',
  '\u001a': 'ctrl-z',
  '\u001c': 'ctrl-c',
};

const PASTE_BEGINS = '\u001b[200~';
const PASTE_ENDS = '\u001b[201~';
const ESCAPE = '\u001b';
/** One key: an escape sequence as terminals send them, or a character. */
const PIECES = new RegExp(String.raw`${ESCAPE}(?:\[\[?[0-?]*[ -/]*[@-~]|O[@-~])|[^]`, 'gu');
const UNFINISHED = new RegExp(String.raw`${ESCAPE}(?:\[\[?[0-?]*[ -/]*|O)?$`, 'u');
const LONGEST_SEQUENCE = 32;

/** Keys that came in together. Who types a key to agree sends that one alone. */
export interface KeyInput {
  readonly keys: readonly Key[];
  /** From the clipboard: nobody pressed them. */
  readonly pasted: boolean;
}

/** Turns what a terminal sends into keys. */
export class KeyReader {
  #pending = '';
  #isPasting = false;

  /** Whether the beginning of a sequence came that may also be the Escape key alone. */
  get isUnfinished(): boolean {
    return this.#pending !== '';
  }

  push(chunk: string): KeyInput[] {
    const text = this.#pending + chunk;
    const unfinished = UNFINISHED.exec(text)?.[0] ?? '';
    this.#pending = unfinished.length < LONGEST_SEQUENCE ? unfinished : '';
    return this.#inputs(text.slice(0, text.length - unfinished.length));
  }

  /** Nothing came behind it: it was the key itself. */
  flush(): KeyInput[] {
    const keys: Key[] = this.#pending.startsWith(ESCAPE) ? ['escape'] : [];
    this.#pending = '';
    return keys.length === 0 || this.#isPasting ? [] : [{ keys, pasted: false }];
  }

  #inputs(text: string): KeyInput[] {
    const inputs: KeyInput[] = [];
    let keys: Key[] = [];
    const finish = (): void => {
      if (keys.length > 0) inputs.push({ keys, pasted: this.#isPasting });
      keys = [];
    };
    for (const [piece] of text.matchAll(PIECES)) {
      if (piece === PASTE_BEGINS || piece === PASTE_ENDS) {
        finish();
        this.#isPasting = piece === PASTE_BEGINS;
        continue;
      }
      const key = keyOf(piece);
      if (key !== null) keys.push(key);
    }
    finish();
    return inputs;
  }
}

function keyOf(piece: string): Key | null {
  if (piece === ESCAPE) return 'escape';
  const named = SEQUENCES[piece] ?? CONTROLS[piece];
  if (named !== undefined) return named;
  return piece.startsWith(ESCAPE) || /\p{Cc}/u.test(piece) ? null : piece;
}
