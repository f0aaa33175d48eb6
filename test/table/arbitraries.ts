import fc from 'fast-check';
import { COMMON_BLOCK_SIZES } from '../../src/format/index.js';
import { OPTION_RULES, largestValue } from '../../src/table/option-rules.js';
import {
  NEWEST_TARGET_VERSION,
  OPTION_NAMES,
  hasOption,
  type OptionName,
  type TargetVersion,
  type WritecacheTable,
} from '../../src/table/index.js';

/** Numbers of 64 bits, with the extremes often. */
export const u64s = fc.oneof(
  fc.bigInt(0n, 2n ** 64n - 1n),
  fc.constantFrom(0n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n),
);

function values(name: OptionName): fc.Arbitrary<bigint | number | boolean> {
  const rule = OPTION_RULES[name];
  if (rule.number === undefined) return name === 'fua' ? fc.boolean() : fc.constant(true);
  if (rule.number === 'u64') return u64s;
  return fc.integer({ min: 0, max: Number(largestValue(rule)) });
}

/** Tables as a kernel prints them. Watermarks are not crossed. */
export function printedTables(version: TargetVersion = NEWEST_TARGET_VERSION): fc.Arbitrary<WritecacheTable> {
  return fc.constantFrom('p' as const, 's' as const).chain((mode) => {
    const names = OPTION_NAMES.filter(
      (name) => hasOption(version, name) && (OPTION_RULES[name].onlyMode ?? mode) === mode,
    );
    const options = fc.record(Object.fromEntries(names.map((name) => [name, values(name)])), {
      requiredKeys: [],
    });
    return fc.record({
      mode: fc.constant(mode),
      origin: fc.tuple(fc.nat(4095), fc.nat(2 ** 20 - 1)).map((numbers) => numbers.join(':')),
      cache: fc.tuple(fc.nat(4095), fc.nat(2 ** 20 - 1)).map((numbers) => numbers.join(':')),
      block_size: fc.constantFrom(...COMMON_BLOCK_SIZES),
      options,
    });
  });
}

/** Text from the words that tables, messages and status lines are made of, and from anything. */
export const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom<string>(
          ...OPTION_NAMES,
          'nofua',
          's',
          'p',
          '253:0',
          '/dev/a b',
          '4096',
          '0',
          '2',
          '-0',
        ),
        fc.constantFrom('flush', 'writecache', '1.6.0', '50', '65536', '\\', '', '\t', '4294967297'),
        u64s.map(String),
        fc.string({ maxLength: 4 }),
      ),
      { maxLength: 20 },
    )
    .map((words) => words.join(' ')),
);
