import type { WatchView } from '../../watch/index.js';
import { formatCount } from '../../units.js';
import { shortSize } from './figures.js';
import { levelsOf } from './levels.js';
import type { Look } from './look.js';
import { lineWidth, padLine, paragraph, type Line } from './spans.js';
import type { Dialog } from './state.js';

const WIDEST = 72;

/** The question before something is done: what it does, to how much, and what stays so afterwards. */
export function dialogLines({ action, key }: Dialog, view: WatchView, width: number, look: Look): Line[] {
  const watched = view.caches.find((cache) => cache.key === key);
  const room = Math.max(20, Math.min(WIDEST, width - 2) - 6);
  if (watched === undefined) {
    return boxed([[['notice', 'The cache is gone.']], [['strong', 'any key'], ' back']], room, look);
  }
  const name = look.outside(watched.name);
  const { dirtyBlocks } = levelsOf(watched);
  const amount = `${formatCount(dirtyBlocks)} dirty blocks (${shortSize(dirtyBlocks * watched.cache.table.block_size)})`;
  const texts =
    action === 'flush'
      ? [
          `${amount} are written back to the origin: all that is in the cache now. It stays in use; what is written meanwhile may be dirty again afterwards.`,
          'The kernel cannot be stopped in it.',
        ]
      : [
          `${amount} are written back by the cleaner, and new blocks are not cached any more.`,
          'It stays on until the table is swapped:',
          `wcache set ${name} cleaner=off`,
        ];
  return boxed(
    [
      [['strong', `${action === 'flush' ? 'Flush' : 'Clean'} ${name}?`]],
      ...texts.flatMap((text) => paragraph(text, room)),
      [],
      [['strong', 'y'], ` ${action} it   `, ['strong', 'any other key'], ' do nothing'],
    ],
    room,
    look,
  );
}

function boxed(lines: readonly Line[], room: number, look: Look): Line[] {
  const { corners, rule, wall, cut } = look.signs;
  const inner = Math.min(room, Math.max(...lines.map((line) => lineWidth(line))));
  const edge = rule.repeat(inner + 2);
  const framed: Line[] = [
    [`${corners[0]}${edge}${corners[1]}`],
    ...lines.map((line): Line => [`${wall} `, ...padLine(line, inner, cut), ` ${wall}`]),
    [`${corners[2]}${edge}${corners[3]}`],
  ];
  // Something to part it from what is behind it.
  return framed.map((line) => [' ', ...line, ' ']);
}
