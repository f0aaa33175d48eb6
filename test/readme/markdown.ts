/** A fenced block of a Markdown text. */
export interface Fence {
  /** What stands behind the opening fence, such as `console lab`. */
  readonly info: string;
  readonly lines: readonly string[];
  /** Number of the first line inside, in the text: the first line is 1. */
  readonly line: number;
}

/** A piece of a line, such as an inline command or the target of a link. */
export interface Piece {
  readonly text: string;
  readonly line: number;
}

export interface Markdown {
  readonly fences: readonly Fence[];
  /** Lines that four blanks make code. */
  readonly indented: readonly Piece[];
  /** What stands between backticks in a line of prose. */
  readonly spans: readonly Piece[];
  /** Targets of links and pictures. */
  readonly links: readonly Piece[];
  /** The texts of headings. */
  readonly headings: readonly Piece[];
}

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*(.*?)\s*$/;

/** Takes a text apart, as far as the project's own pages need it. Throws where a fence is never closed. */
export function readMarkdown(text: string): Markdown {
  const fences: Fence[] = [];
  const found = {
    indented: [] as Piece[],
    spans: [] as Piece[],
    links: [] as Piece[],
    headings: [] as Piece[],
  };
  const lines = text.split('\n');
  let isBehindProse = false;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const opening = FENCE.exec(line);
    if (opening !== null) {
      const end = closingFence(lines, at, opening[1] ?? '');
      fences.push({ info: opening[2] ?? '', lines: lines.slice(at + 1, end), line: at + 2 });
      at = end;
      isBehindProse = false;
    } else if (/^ {4}/.test(line) && !isBehindProse) {
      found.indented.push({ text: line.slice(4), line: at + 1 });
    } else {
      isBehindProse = line.trim() !== '';
      readProse(line, at + 1, found);
    }
  }
  return { fences, ...found };
}

/** What GitHub makes the anchor of a heading. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number} _-]/gu, '')
    .replaceAll(' ', '-');
}

function closingFence(lines: readonly string[], opening: number, fence: string): number {
  const end = lines.findIndex((line, at) => at > opening && line.trim() === fence);
  if (end < 0) throw new Error(`line ${String(opening + 1)}: this block is never closed`);
  return end;
}

function readProse(
  prose: string,
  line: number,
  found: Readonly<Record<'spans' | 'links' | 'headings', Piece[]>>,
): void {
  const heading = /^#{1,6} +(.*?) *$/.exec(prose)?.[1];
  if (heading !== undefined) found.headings.push({ text: heading, line });
  // A span is ended by as many backticks as began it.
  for (const [, , text = ''] of prose.matchAll(/(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)/g)) {
    found.spans.push({ text: text.trim(), line });
  }
  const plain = prose.replaceAll(/(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)/g, 'code');
  for (const [, text = ''] of plain.matchAll(/\]\(<?([^()\s>]+)>?(?: +"[^"]*")?\)/g)) {
    found.links.push({ text, line });
  }
  for (const [, text = ''] of plain.matchAll(/<(?:img|source|a)\b[^>]*?\b(?:src|srcset|href)="([^"]+)"/g)) {
    found.links.push({ text, line });
  }
}
