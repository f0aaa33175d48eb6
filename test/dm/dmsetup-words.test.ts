import { describe, expect, it } from 'vitest';
import { Dmsetup } from '../../src/dm/dmsetup.js';
import { dmsetupWords } from '../../src/dm/dmsetup-words.js';
import { udevOptions, udevRuns } from '../../src/dm/udev.js';

const line = {
  startSector: 0n,
  lengthSectors: 524288n,
  target: 'writecache',
  parameters: 's 254:0 254:16 4096 0',
};

describe('the words of dmsetup', () => {
  it('puts the name last, behind --, as it may begin with a dash', () => {
    for (const words of [
      dmsetupWords.create({ name: '-n', uuid: 'WCACHE-1', line }),
      dmsetupWords.load('-n', line),
      dmsetupWords.clear('-n'),
      dmsetupWords.suspend('-n', { skipLockfs: true }),
      dmsetupWords.resume('-n'),
      dmsetupWords.remove('-n'),
    ]) {
      expect(words.slice(-2)).toEqual(['--', '-n']);
    }
    expect(dmsetupWords.message('-n', 'flush')).toEqual(['message', '--', '-n', '0', 'flush']);
  });

  it('shows a command as it can be pasted', () => {
    const words = dmsetupWords.create({ name: 'odd\\x20name', uuid: 'WCACHE-1', line, readAhead: '+256' });
    expect(new Dmsetup(true).commandLine(words)).toBe(
      'dmsetup --manglename none --verifyudev create --uuid WCACHE-1 --readahead +256 ' +
        "--table '0 524288 writecache s 254:0 254:16 4096 0' -- 'odd\\x20name'",
    );
  });
});

describe('udev', () => {
  it('is waited for only where it runs', () => {
    expect(udevOptions(true)).not.toContain('--noudevsync');
    expect(udevOptions(false)).toContain('--noudevsync');
    expect(udevRuns('/no/such/folder', {})).toBe(false);
    expect(udevRuns('/run', { DM_DISABLE_UDEV: '1' })).toBe(false);
  });
});
