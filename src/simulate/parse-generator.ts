import { parseMilliseconds } from '../units.js';
import { sequentialPlaces, uniformPlaces, zipfPlaces, type Places } from './places.js';
import { intervalMs, parseRate, type Rate } from './rate.js';
import type { Statement } from './statement.js';
import { Words } from './words.js';

/** The words behind the range, as they are collected. */
interface Settings {
  block?: number;
  rate?: Rate;
  count?: number;
  for?: number;
  total?: number;
  zipf?: number;
  seed?: number;
  fua?: boolean;
  meta?: boolean;
}

/** Skew beyond this puts everything on a handful of blocks, and below the least one there is none to be seen. */
const MIN_ZIPF = 0.01;
const MAX_ZIPF = 10;

const REST = 'FROM..TO block SIZE rate RATE count N|for TIME|total SIZE';
const FORMS = {
  random: `random write|read ${REST} [zipf S] [seed N] [fua] [meta]`,
  sequential: `sequential write|read ${REST} [fua] [meta]`,
};

/** Reads what stands behind `random` or `sequential`. Throws UsageError. */
export function parseGenerator(
  order: 'random' | 'sequential',
  rest: readonly string[],
  line: number,
): Statement {
  const words = new Words(rest, FORMS[order]);
  const kind = words.next('write or read');
  if (kind !== 'write' && kind !== 'read') throw words.bad(`"${kind}" is neither write nor read.`);
  const { fromBytes, toBytes } = words.range();
  const settings = readSettings(words, order, kind);
  const { block, rate } = settings;
  if (block === undefined) throw words.bad('The size of the requests is missing: block SIZE.');
  if (rate === undefined) throw words.bad('How fast the requests come is missing: rate RATE.');
  const blocks = Math.floor((toBytes - fromBytes) / block);
  if (blocks === 0) throw words.bad('The range is smaller than one block.');
  const everyMs = intervalMs(rate, block);
  return {
    kind: 'generate',
    request: {
      kind,
      offsetBytes: fromBytes,
      lengthBytes: block,
      fua: settings.fua === true,
      meta: settings.meta === true,
      line,
    },
    places: placesOf(order, blocks, settings, line),
    count: countOf(settings, block, everyMs, words),
    intervalMs: everyMs,
  };
}

function readSettings(words: Words, order: 'random' | 'sequential', kind: 'write' | 'read'): Settings {
  const settings: Settings = {};
  while (!words.isEmpty) {
    const name = words.next('The word');
    if (!isAllowed(name, order, kind)) throw words.bad(`"${name}" has no meaning in a ${order} ${kind}.`);
    if (settings[name] !== undefined) throw words.bad(`"${name}" is there twice.`);
    readSetting(settings, name, words);
  }
  return settings;
}

function isAllowed(
  name: string,
  order: 'random' | 'sequential',
  kind: 'write' | 'read',
): name is keyof Settings {
  return (
    ['block', 'rate', 'count', 'for', 'total'].includes(name) ||
    (order === 'random' && ['zipf', 'seed'].includes(name)) ||
    (kind === 'write' && ['fua', 'meta'].includes(name))
  );
}

function readSetting(settings: Settings, name: keyof Settings, words: Words): void {
  switch (name) {
    case 'fua':
    case 'meta':
      settings[name] = true;
      return;
    case 'block':
    case 'total':
      settings[name] = words.length(name);
      return;
    case 'count':
      settings.count = words.count('count');
      return;
    case 'for':
      settings.for = parseMilliseconds(words.next('The time behind "for"'));
      return;
    case 'rate':
      settings.rate = parseRate(words.next('The rate'));
      return;
    case 'seed':
      settings.seed = readSeed(words);
      return;
    case 'zipf':
      settings.zipf = readZipf(words);
      return;
  }
}

function readSeed(words: Words): number {
  const word = words.next('The seed');
  if (!/^\d{1,15}$/.test(word)) throw words.bad(`The seed "${word}" is not a whole number.`);
  return Number(word);
}

function readZipf(words: Words): number {
  const word = words.next('The exponent behind "zipf"');
  const exponent = /^\d{1,2}(?:\.\d{1,6})?$/.test(word) ? Number(word) : 0;
  if (exponent < MIN_ZIPF || exponent > MAX_ZIPF) {
    throw words.bad(`"${word}" is not an exponent from ${String(MIN_ZIPF)} to ${String(MAX_ZIPF)}.`);
  }
  return exponent;
}

function placesOf(order: 'random' | 'sequential', blocks: number, settings: Settings, line: number): Places {
  if (order === 'sequential') return sequentialPlaces(blocks);
  // By their lines, so that two generators of one workload do not go hand in hand.
  const { zipf, seed = line } = settings;
  return zipf === undefined ? uniformPlaces(blocks, seed) : zipfPlaces(blocks, seed, zipf);
}

function countOf(settings: Settings, block: number, everyMs: number, words: Words): number {
  const { count, for: forMs, total } = settings;
  const counts = [
    ...(count === undefined ? [] : [count]),
    ...(forMs === undefined ? [] : [Math.floor(forMs / everyMs + 1e-9)]),
    ...(total === undefined ? [] : [Math.floor(total / block)]),
  ];
  const [only, ...more] = counts;
  if (only === undefined) throw words.bad('How long it goes on is missing: count N, for TIME or total SIZE.');
  if (more.length > 0) throw words.bad('Of count, for and total there may be one only.');
  if (only === 0) throw words.bad('That is not even one request.');
  return only;
}
