import { OPTION_RULES, largestValue } from '../../../src/table/option-rules.js';
import { OPTION_NAMES, type OptionName } from '../../../src/table/index.js';
import type { Random } from '../fuzz/random.js';

export interface Words {
  /** Devices that may be the origin, and the cache. */
  readonly origins: readonly [string, ...string[]];
  readonly caches: readonly [string, ...string[]];
  readonly modes: readonly [string, ...string[]];
}

const BLOCK_SIZES = ['4096', '4096', '4096', '4096', '4096', '512', '512', '1024', '2048'] as const;
const ODD_BLOCK_SIZES = [
  ...(['0', '1', '256', '511', '513', '3000', '4095', '4097', '8192', '16384', '65536', '131072'] as const),
  ...(['4294971392', '4294967808', '18446744073709555712', '04096', '+4096', '-4096', '0x1000'] as const),
  ...(['4096.0', '4K', '4096b', '\\ 4096', '4096\\ ', '', '2147483648', '4294967295', '4294967296'] as const),
] as const;
const ODD_NUMBERS = [
  ...([
    '0',
    '00',
    '-0',
    '-1',
    '+60',
    '060',
    '0x10',
    '60x',
    '6.0',
    '1e3',
    'abc',
    '\\ 60',
    '60\\ ',
    '6\\ 0',
  ] as const),
  ...(['--5', '-', '+', '\\6\\0', '１', '0b1', '50%', '1000ms', '60,', '\\\t7', '\\\\60'] as const),
  ...(['2147483647', '2147483648', '4294967295', '4294967296', '4294967297', '4294967346'] as const),
  ...(['-4294967246', '-4294967296', '-18446744073709551566', '9223372036854775808'] as const),
  ...([
    '18446744073709551615',
    '18446744073709551616',
    '18446744073709551666',
    '340282366920938463463374607431768211506',
  ] as const),
  ...(['000000000000000000000000000000000000000000000050', '99999999999999999999999999999999'] as const),
] as const;
const JUNK = [
  'junk',
  'high_water',
  'noop',
  'nocleaner',
  'FUA',
  'writebacK_jobs',
  '0',
  '60',
  'é',
  's',
  '\\',
  'start_sector=',
] as const;
/** For options that the kernel reads with a sign. */
const SIGNED_NUMBERS = [
  '-0',
  '-00',
  '\\ -0',
  '-1',
  '- 0',
  '-4294967246',
  '-4294967296',
  '4294967346',
] as const;
/** The Kelvin sign, of which JavaScript's lower case is a "k". */
const KELVIN = '\u212a';
const MODES = ['x', 'ss', 'S', 'P', 's', '0', 'S', 'pmem', '\\s', 'ｓ', '-'] as const;
const SPACES = ['  ', '\t', ' \t ', '\v', '\f', '\r'] as const;

/** The parameters of a table: mostly plausible, now and then with anything that may be wrong. */
export function randomParameters(random: Random, words: Words): string {
  const all = [
    random.oneIn(25) ? random.pick(MODES) : random.pick(words.modes),
    random.pick(words.origins),
    random.pick(words.caches),
    random.oneIn(12) ? random.pick(ODD_BLOCK_SIZES) : random.pick(BLOCK_SIZES),
  ];
  const options = randomOptions(random, all[0]?.toLowerCase() === 'p' ? 'p' : 's');
  if (random.oneIn(20)) options.splice(random.below(options.length + 1), 0, random.pick(JUNK));
  const count = random.oneIn(12) ? oddCount(random, options.length) : String(options.length);
  all.push(count, ...options);
  if (random.oneIn(20)) all.push(random.pick(JUNK), random.pick(['60', 'high_watermark 10', 'cleaner']));
  if (random.oneIn(25)) all.splice(random.below(all.length), 1);
  if (random.oneIn(60)) all.length = random.below(all.length + 1);
  return all.map((word, at) => disguised(random, word, at)).join('') + (random.oneIn(60) ? ' ' : '');
}

/** Behind a space, as nearly all words are; or written in another way, which the kernel reads alike or not. */
function disguised(random: Random, word: string, at: number): string {
  const space = random.oneIn(80) ? random.pick(SPACES) : at === 0 && !random.oneIn(40) ? '' : ' ';
  if (!random.oneIn(60)) return space + word;
  const place = random.below(word.length + 1);
  return `${space}${word.slice(0, place)}\\${word.slice(place)}`;
}

function oddCount(random: Random, count: number): string {
  const number = random.pick([
    count - 1,
    count + 1,
    count - 2,
    0,
    1,
    2,
    10,
    11,
    16,
    17,
    18,
    19,
    4294967296 + count,
  ]);
  return random.oneIn(3) ? random.pick(ODD_NUMBERS) : String(number);
}

function randomOptions(random: Random, mode: 'p' | 's'): string[] {
  const most = random.pick([0, 1, 2, 3, 4, 6, OPTION_NAMES.length]);
  const names = most === OPTION_NAMES.length ? [...OPTION_NAMES] : [];
  while (names.length < most) names.push(random.pick(OPTION_NAMES));
  const others: readonly OptionName[] = OPTION_NAMES.filter(
    (name) => (OPTION_RULES[name].onlyMode ?? mode) !== mode,
  );
  const chosen = names.filter((name) => !others.includes(name) || random.oneIn(12));
  for (let at = 1; at < chosen.length; at += 1) {
    const other = random.below(at + 1);
    [chosen[at], chosen[other]] = [chosen[other] ?? 'cleaner', chosen[at] ?? 'cleaner'];
  }
  return chosen.flatMap((name) => {
    const value = OPTION_RULES[name].number === undefined ? [] : [randomValue(random, name)];
    return [spelled(random, name), ...value];
  });
}

function spelled(random: Random, name: OptionName): string {
  const word = name === 'fua' ? random.pick(['fua', 'nofua']) : name;
  if (random.oneIn(60)) return word.replace('k', KELVIN);
  if (!random.oneIn(15)) return word;
  return random.oneIn(2)
    ? word.toUpperCase()
    : word.replaceAll(/[a-z]/g, (letter) => (random.oneIn(2) ? letter.toUpperCase() : letter));
}

function randomValue(random: Random, name: OptionName): string {
  if (random.oneIn(20)) return random.pick(ODD_NUMBERS);
  if (OPTION_RULES[name].number === 's32' && random.oneIn(10)) return random.pick(SIGNED_NUMBERS);
  const most = largestValue(OPTION_RULES[name]);
  if (random.oneIn(10)) return String(random.pick([0n, most, most, most + 1n, most - 1n, 1n, -1n]));
  if (name === 'start_sector') {
    return String(random.pick([0, 0, 1, 7, 8, 8, 9, 64, 100, 1000, 2040, 2047, 2048]));
  }
  // Mostly in an order that is allowed.
  if (name === 'high_watermark') return String((random.oneIn(5) ? 0 : 45) + random.below(56));
  if (name === 'low_watermark') return String(random.below(random.oneIn(5) ? 101 : 51));
  return String((random.u64() % (most + 1n)) >> BigInt(random.below(32)));
}
