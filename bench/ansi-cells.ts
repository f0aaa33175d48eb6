/** How a cell of a terminal looks; colours are numbers of the terminal's 256, or `#rrggbb`. */
export interface Look {
  readonly foreground: number | string | null;
  readonly background: number | string | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly inverse: boolean;
  readonly underline: boolean;
}

export interface Run {
  readonly column: number;
  readonly text: string;
  readonly look: Look;
}

const PLAIN: Look = {
  ...{ foreground: null, background: null },
  ...{ bold: false, dim: false, inverse: false, underline: false },
};

/** Takes what `tmux capture-pane -e -p` prints apart: the runs of each line that look alike. All characters are one column wide. */
export function ansiCells(text: string): Run[][] {
  let look = PLAIN;
  return text
    .replace(/\n+$/, '')
    .split('\n')
    .map((line) => {
      const runs: Run[] = [];
      let column = 0;
      // eslint-disable-next-line no-control-regex -- it is control characters that are looked for
      for (const part of line.split(/(\x1b\[[\d;:]*m)/)) {
        if (part.startsWith('\u001b[')) {
          look = changed(look, part.slice(2, -1));
        } else if (part !== '') {
          runs.push({ column, text: part, look });
          column += Array.from(part).length;
        }
      }
      return runs;
    });
}

function changed(before: Look, words: string): Look {
  let look = before;
  const codes = words.split(/[;:]/).map(Number);
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 38 || code === 48) {
      const [colour, used] = extended(codes.slice(at + 1));
      look = { ...look, [code === 38 ? 'foreground' : 'background']: colour };
      at += used;
    } else {
      look = { ...look, ...simple(code) };
    }
  }
  return look;
}

/** `5;N` or `2;R;G;B` behind 38 or 48, and how many words that takes. */
function extended([kind, ...rest]: readonly number[]): [number | string | null, number] {
  if (kind === 5) return [rest[0] ?? null, 2];
  const hex = rest.slice(0, 3).map((part) => part.toString(16).padStart(2, '0'));
  return [`#${hex.join('')}`, 4];
}

function simple(code: number): Partial<Look> {
  const switched: Record<number, Partial<Look>> = {
    0: PLAIN,
    1: { bold: true },
    2: { dim: true },
    4: { underline: true },
    7: { inverse: true },
    22: { bold: false, dim: false },
    24: { underline: false },
    27: { inverse: false },
    39: { foreground: null },
    49: { background: null },
  };
  if (code >= 30 && code <= 37) return { foreground: code - 30 };
  if (code >= 90 && code <= 97) return { foreground: code - 82 };
  if (code >= 40 && code <= 47) return { background: code - 40 };
  if (code >= 100 && code <= 107) return { background: code - 92 };
  return switched[code] ?? {};
}
