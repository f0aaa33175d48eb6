/** What a character that fills its cell looks like, in cells of 8 by 16. */
export interface Shape {
  /** SVG path data. */
  readonly path: string;
  /** A line, and not an area. */
  readonly stroke: boolean;
  readonly opacity: number;
}

const [WIDTH, HEIGHT] = [8, 16];

/** Arms of a line from the middle of the cell: left, right, up, down. */
const LINES: Readonly<Record<string, string>> = {
  '─': 'lr',
  '━': 'lr',
  '│': 'ud',
  '┌': 'rd',
  '┐': 'ld',
  '└': 'ru',
  '┘': 'lu',
  '╭': 'rd',
  '╮': 'ld',
  '╰': 'ru',
  '╯': 'lu',
  '├': 'rud',
  '┤': 'lud',
  '┬': 'lrd',
  '┴': 'lru',
  '┼': 'lrud',
};

const ARMS: Readonly<Record<string, string>> = { l: 'h-4', r: 'h4', u: 'v-8', d: 'v8' };

/** The bits of a braille character, as columns and rows of its dots. */
const DOTS = [
  ...[
    [0, 0],
    [0, 1],
    [0, 2],
    [1, 0],
    [1, 1],
    [1, 2],
    [0, 3],
    [1, 3],
  ],
] as const;

/** The shape of a character whose cell begins there; null for those that are text. */
export function shapeOf(character: string, x: number, y: number): Shape | null {
  const code = character.codePointAt(0) ?? 0;
  const area = (path: string, opacity = 1): Shape => ({ path, stroke: false, opacity });
  if (code >= 0x2581 && code <= 0x2588) {
    const height = (code - 0x2580) * 2;
    return area(box(x, y + HEIGHT - height, WIDTH, height));
  }
  if (code >= 0x2589 && code <= 0x258f) return area(box(x, y, 0x2590 - code, HEIGHT));
  if (character === '▀') return area(box(x, y, WIDTH, HEIGHT / 2));
  if (character === '▐') return area(box(x + WIDTH / 2, y, WIDTH / 2, HEIGHT));
  if (code >= 0x2591 && code <= 0x2593) return area(box(x, y, WIDTH, HEIGHT), (code - 0x2590) / 4);
  if (code >= 0x2800 && code <= 0x28ff) {
    const dots = DOTS.filter((_dot, bit) => (code & (1 << bit)) !== 0);
    return area(dots.map(([column = 0, row = 0]) => box(x + 1 + column * 4, y + 1 + row * 4, 2, 2)).join(''));
  }
  if (character === '┃') return area(box(x + 3, y, 2, HEIGHT));
  if (character === '┄') {
    return { path: `M${String(x)} ${String(y + 8)}h2m1 0h2m1 0h2`, stroke: true, opacity: 1 };
  }
  const arms = LINES[character];
  if (arms === undefined) return null;
  const path = Array.from(arms)
    .map((arm) => `M${String(x + 4)} ${String(y + 8)}${ARMS[arm] ?? ''}`)
    .join('');
  return { path, stroke: true, opacity: 1 };
}

function box(x: number, y: number, width: number, height: number): string {
  return `M${String(x)} ${String(y)}h${String(width)}v${String(height)}h-${String(width)}z`;
}
