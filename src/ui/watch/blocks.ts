import { cutLine, type Line } from './spans.js';

/** Something in the detail that can be shown in more or fewer lines. */
export interface Block {
  /** The lower, the sooner it is shown where there is little room. */
  readonly priority: number;
  /** With fewer lines it tells nothing. */
  readonly least: number;
  /** With more lines it tells no more. */
  readonly most: number;
  /** How many it takes where there is no limit. */
  readonly preferred: number;
  draw(height: number): readonly Line[];
}

/** A block of lines that are what they are; what does not fit is said. */
export function textBlock(lines: readonly Line[], priority: number, sign: string, least = 3): Block {
  const { length } = lines;
  return {
    priority,
    least: Math.min(length, least),
    most: length,
    preferred: length,
    draw: (height) => {
      if (height >= length) return lines;
      if (height <= 1) return lines.slice(0, height);
      const hidden = length - height + 1;
      return [...lines.slice(0, height - 1), [['faint', `  ${sign} ${String(hidden)} more (Enter)`]]];
    },
  };
}

/** Blocks under each other with a line between them, as many as there is room for: the more important ones first. */
export function stacked(blocks: readonly Block[], height: number, width: number, sign: string): Line[] {
  const chosen = new Map<Block, number>();
  let used = 0;
  const shown = blocks.filter(({ most }) => most > 0);
  for (const block of [...shown].sort((one, other) => one.priority - other.priority)) {
    if (used + block.least > height) continue;
    chosen.set(block, block.least);
    used += block.least;
  }
  used += growAll(chosen, height - used, ({ preferred }) => preferred);
  const gaps = Math.max(0, Math.min(chosen.size - 1, height - used));
  used += gaps;
  growAll(chosen, height - used, ({ most }) => most);
  // Where there is no room for a line between all, there is none between any: the rhythm stays the same.
  const isSpaced = gaps === chosen.size - 1 && gaps > 0;
  return shown
    .filter((block) => chosen.has(block))
    .flatMap((block, place) => {
      const lines = block.draw(chosen.get(block) ?? block.least);
      return isSpaced && place > 0 ? [[], ...lines] : lines;
    })
    .map((line) => cutLine(line, width, sign));
}

/** All blocks as they like to be, for a screen that scrolls. */
export function stackedWhole(blocks: readonly Block[], width: number, sign: string): Line[] {
  const shown = blocks.filter(({ most }) => most > 0);
  return shown
    .flatMap((block, place) => {
      const lines = block.draw(block.preferred);
      return place > 0 ? [[], ...lines] : lines;
    })
    .map((line) => cutLine(line, width, sign));
}

/** Gives lines to blocks one by one, so that they grow alike. Returns how many were given. */
function growAll(chosen: Map<Block, number>, spare: number, limit: (block: Block) => number): number {
  let given = 0;
  for (let grown = true; grown && given < spare;) {
    grown = false;
    for (const [block, lines] of chosen) {
      if (given >= spare || lines >= limit(block)) continue;
      chosen.set(block, lines + 1);
      given += 1;
      grown = true;
    }
  }
  return given;
}
