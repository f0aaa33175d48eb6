import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseInfo,
  parseLines,
  parseNamedLines,
  parseTargets,
  parseVersions,
} from '../../src/dm/dmsetup-output.js';
import { OperationError } from '../../src/errors.js';

describe('parseInfo', () => {
  it('reads what dmsetup 1.02.185 printed in the lab, odd names included', () => {
    const text = [
      '254\t2\t---w\t0\t\t-dash',
      '254\t3\t---w\t0\t\ta\tb: c',
      '254\t4\t---w\t0\t\tl',
      'm',
      '254\t1\t-I-w\t0\t\todd\\x20name',
      '254\t6\tL--r\t0\t\tro',
      '254\t0\tL-sw\t3\tWCACHE-abc\twc',
      '',
    ].join('\n');
    const devices = parseInfo(text);
    expect(devices.map(({ name }) => name)).toEqual(['-dash', 'a\tb: c', 'l\nm', 'odd\\x20name', 'ro', 'wc']);
    expect(devices.at(-1)).toEqual({
      name: 'wc',
      uuid: 'WCACHE-abc',
      major: 254,
      minor: 0,
      suspended: true,
      readOnly: false,
      hasLiveTable: true,
      hasInactiveTable: false,
      openCount: 3,
    });
    expect(devices[3]).toMatchObject({ hasLiveTable: false, hasInactiveTable: true });
    expect(devices[4]).toMatchObject({ readOnly: true });
  });

  it('knows what dmsetup says where there is nothing', () => {
    expect(parseInfo('No devices found')).toEqual([]);
    expect(parseInfo('')).toEqual([]);
  });

  it('refuses prose', () => {
    expect(() => parseInfo('Device does not exist.')).toThrow(OperationError);
  });
});

describe('parseNamedLines', () => {
  it('takes the longest name that fits, for one may be the beginning of another', () => {
    const text = 'wc: 0 8 linear 8:0 0\nwc: b: 0 16 linear 8:0 0\n';
    const found = parseNamedLines(text, ['wc', 'wc: b']);
    expect(found.get('wc')).toMatchObject([{ lengthSectors: 8n }]);
    expect(found.get('wc: b')).toMatchObject([{ lengthSectors: 16n }]);
  });

  it('leaves out a mapping without a table, and joins the lines of one', () => {
    const text = 'empty: \ntwo: 0 8 linear 8:0 0\ntwo: 8 8 zero \n';
    const found = parseNamedLines(text, ['empty', 'two']);
    expect([...found.keys()]).toEqual(['two']);
    expect(found.get('two')?.map(({ target, parameters }) => [target, parameters])).toEqual([
      ['linear', '8:0 0'],
      ['zero', ''],
    ]);
  });

  it('refuses a line of a mapping that nobody named', () => {
    expect(() => parseNamedLines('other: 0 8 linear 8:0 0', ['wc'])).toThrow(/not understood/);
  });

  it('never guesses: any text is read in full or refused', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseNamedLines(text, ['wc']);
        } catch (error) {
          expect(error).toBeInstanceOf(OperationError);
        }
      }),
    );
  });
});

describe('the other lists', () => {
  it('reads the lines of one mapping', () => {
    expect(parseLines('0 131072 writecache 0 63 62 0 0 0 6 0 1 0 5 0 3 0\n')).toEqual([
      {
        startSector: 0n,
        lengthSectors: 131072n,
        target: 'writecache',
        parameters: '0 63 62 0 0 0 6 0 1 0 5 0 3 0',
      },
    ]);
    expect(parseLines('')).toEqual([]);
  });

  it('reads the targets with their versions', () => {
    const targets = parseTargets('writecache       v1.6.0\nlinear           v1.4.0\n');
    expect(targets.get('writecache')).toEqual({ major: 1, minor: 6, patch: 0 });
    expect(targets.get('error')).toBeUndefined();
    expect(() => parseTargets('something else entirely\n')).toThrow(OperationError);
  });

  it('reads the versions, of which the driver may not answer', () => {
    expect(parseVersions('Library version:   1.02.185 (2022-05-18)\nDriver version:    4.47.0\n')).toEqual({
      library: '1.02.185 (2022-05-18)',
      driver: '4.47.0',
    });
    expect(parseVersions('Library version:   1.02.185 (2022-05-18)\n').driver).toBeNull();
  });
});
