import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OperationError } from '../../src/errors.js';
import {
  KNOWN_TARGET_VERSIONS,
  MESSAGE_NAMES,
  NEWEST_TARGET_VERSION,
  OPTION_NAMES,
  formatTargetVersion,
  hasCounters,
  hasMessage,
  hasOption,
  isAtLeast,
  messageSince,
  optionSince,
  optionalWordsLimit,
  parseTargetVersion,
  printsCleanerMessage,
  printsExactTable,
  printsStartSector,
  usesLowWatermark,
} from '../../src/table/index.js';

describe('a target version', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), (major, minor, patch) => {
        fc.pre([major, minor, patch].every((part) => part < 1e9));
        const version = { major, minor, patch };
        expect(parseTargetVersion(formatTargetVersion(version))).toEqual(version);
        expect(parseTargetVersion(`v${formatTargetVersion(version)}`)).toEqual(version);
      }),
    );
  });

  it.each(['', '1', '1.6', '1.6.0.1', '1.6.x', 'V1.6.0', ' 1.6.0', '1.6.0\n', '-1.6.0', '1.6.99999999999'])(
    '%j is none',
    (text) => {
      expect(() => parseTargetVersion(text)).toThrow(OperationError);
      expect(() => parseTargetVersion(text)).toThrow(/is not a target version/);
    },
  );

  it('is compared part by part', () => {
    const version = parseTargetVersion('1.10.2');
    for (const least of ['1.10.2', '1.10.1', '1.9.9', '0.99.99']) {
      expect(isAtLeast(version, least)).toBe(true);
    }
    for (const least of ['1.10.3', '1.11.0', '2.0.0']) expect(isAtLeast(version, least)).toBe(false);
  });

  it('is known in order, up to the newest', () => {
    expect(KNOWN_TARGET_VERSIONS.map(formatTargetVersion)).toEqual([
      ...['1.0.0', '1.1.0', '1.1.1', '1.2.0', '1.3.0', '1.4.0', '1.5.0', '1.6.0'],
    ]);
    expect(KNOWN_TARGET_VERSIONS.at(-1)).toEqual(NEWEST_TARGET_VERSION);
  });
});

/** kernel-target.md: the map, §2.1, §2.2, §2.5 and §4. */
describe('what each version has', () => {
  const rows = KNOWN_TARGET_VERSIONS.map((version) => [
    formatTargetVersion(version),
    OPTION_NAMES.filter((name) => hasOption(version, name)).length,
    MESSAGE_NAMES.filter((name) => hasMessage(version, name)).length,
    optionalWordsLimit(version).always,
    optionalWordsLimit(version).most,
    [
      usesLowWatermark(version) && 'low',
      printsStartSector(version) && 'start',
      printsCleanerMessage(version) && 'cleaner',
      printsExactTable(version) && 'exact',
      hasCounters(version) && 'counters',
    ].filter((word) => word !== false),
  ]);

  it('options, messages, words, and the rest', () => {
    expect(rows).toEqual([
      ['1.0.0', 6, 2, 10, 10, []],
      ['1.1.0', 7, 2, 10, 10, ['low']],
      ['1.1.1', 7, 2, 10, 10, ['low', 'start']],
      ['1.2.0', 7, 2, 10, 10, ['low', 'start']],
      ['1.3.0', 9, 3, 10, 16, ['low', 'start', 'cleaner']],
      ['1.4.0', 9, 3, 16, 16, ['low', 'start', 'exact']],
      ['1.5.0', 11, 3, 18, 18, ['low', 'start', 'exact']],
      ['1.6.0', 11, 4, 18, 18, ['low', 'start', 'exact', 'counters']],
    ]);
  });

  it('by name', () => {
    expect([optionSince('start_sector'), optionSince('max_age')]).toEqual(['1.1.0', '1.3.0']);
    expect([messageSince('cleaner'), messageSince('clear_stats')]).toEqual(['1.3.0', '1.6.0']);
  });
});
