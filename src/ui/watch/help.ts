import type { Look } from './look.js';
import { paragraph, type Line } from './spans.js';

const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ['up down, k j', 'select a cache; in the detail: scroll'],
  ['PgUp PgDn, g G', 'by pages, to the first or the last'],
  ['Enter', 'the detail of the selected cache on the whole screen, and back'],
  ['left right', 'in the detail: the cache before or after it'],
  ['Tab, Shift-Tab', 'sort by the next or the last column (marked in the titles)'],
  ['/', 'show only caches with this in their name: Enter keeps it, Esc clears it'],
  ['p', 'let the display stand still; looks go on'],
  ['+ -', 'look less or more often: 100 ms to 60 s'],
  ['r', 'look at once'],
  ['f', 'flush: write back what is in the selected cache (asks first)'],
  ['c', 'clean: write it back and cache nothing new (asks first)'],
  ['Esc', 'back; takes away results that were read, then the filter'],
  ['Ctrl-L', 'draw the screen anew'],
  ['Ctrl-Z', 'stop; `fg` goes on'],
  ['q, Ctrl-C', 'quit'],
];

const WORDS: readonly (readonly [word: string, what: string])[] = [
  ['health', 'active, suspended, ERROR, gone; full: no free block; cleaner: nothing new is cached'],
  ['dirty', 'blocks that are only in the cache; on the bar are the low and the high watermark'],
  ['free, wb blk', 'free blocks, and blocks that are being written back'],
  ['read/s write/s', 'blocks (before kernel 6.0 requests) in a second, as the target counts them'],
  ['*', 'of a target that counts nothing: requests to the mapped device'],
  ['rhit% whit%', 'reads answered by the cache, writes over blocks in it; in the last interval'],
  ['around/s', 'writes that went to the origin past the cache'],
  ['stall/s', 'writes that had to wait for a free block'],
  ['w ms, r ms', 'mean time of a request to the mapped device, queueing included'],
  ['k M G', 'thousands, millions, ...; KiB MiB GiB are powers of 1024'],
  ['-', 'not known (yet); ? behind a figure: not reliable'],
];

export function helpLines(width: number, look: Look): Line[] {
  const lead = 16;
  const row = ([word, what]: readonly [string, string]): Line[] =>
    paragraph(what, width - 1, [' ', ['strong', word.padEnd(lead)]]);
  return [
    [['strong', 'Keys']],
    ...KEYS.flatMap(row),
    [],
    [['strong', 'Words']],
    ...WORDS.flatMap(row),
    [],
    ...paragraph(`Nothing but f and c changes a device. ${look.signs.arrow} wcache-status(8)`, width, [' ']),
  ];
}
