import { describe, expect, it } from 'vitest';
import { judgeLine } from '../../src/procedure/judge-line.js';
import { parseTargetVersion } from '../../src/table/index.js';

const GOOD = 's /dev/a /dev/b 4096 0';

function brief(text: string, version?: string) {
  const { kernel, isValid, problems } = judgeLine(
    text,
    version === undefined ? undefined : parseTargetVersion(version),
  );
  return { ...kernel, isValid, codes: problems.map(({ code }) => code) };
}

describe('judgeLine', () => {
  it('takes a whole line and the parameters alone', () => {
    const line = judgeLine(`0 524288 writecache ${GOOD}`);
    expect(line).toMatchObject({
      startSector: 0n,
      lengthSectors: 524288n,
      headWords: 3,
      isValid: true,
      kernel: { accepts: true, reason: null },
      table: { mode: 's', origin: '/dev/a', cache: '/dev/b', block_size: 4096 },
    });
    expect(line.words.map(({ role }) => role)).toEqual([
      'start',
      'length',
      'target',
      'mode',
      'origin',
      'cache',
      'block_size',
      'count',
    ]);
    const alone = judgeLine(` ${GOOD} `);
    expect(alone).toMatchObject({ startSector: null, lengthSectors: null, headWords: 0, isValid: true });
    expect(alone.words).toHaveLength(5);
  });

  it('reads white space as dmsetup does', () => {
    expect(brief(`0  524288\twritecache   ${GOOD}`)).toMatchObject({ isValid: true, codes: [] });
  });

  it.each([
    [`0 0 writecache ${GOOD}`, 'zero-length target', ['zero-length']],
    [
      `0 1001 writecache ${GOOD}`,
      'len=1001 not aligned to h/w logical block size 4096',
      ['length-not-aligned'],
    ],
    [`0 7 writecache ${GOOD}`, 'len=7 not aligned to h/w logical block size 4096', ['length-not-aligned']],
    // What the target says comes before what device-mapper says of the whole table.
    ['0 1001 writecache s /dev/a /dev/b 4097 0', 'Invalid block size', ['bad-block-size']],
    ['s /dev/a /dev/b 4096', 'Invalid number of feature args', ['missing-word']],
    ['', 'Bad arguments', ['missing-word']],
  ])('%j: the kernel says %j', (text, reason, codes) => {
    expect(brief(text)).toEqual({ accepts: false, reason, isValid: false, codes });
  });

  it('only warns of a line that begins later: it may be one of several', () => {
    expect(brief(`8 800 writecache ${GOOD}`)).toEqual({
      accepts: true,
      reason: null,
      isValid: true,
      codes: ['start-not-zero'],
    });
  });

  it('is stricter than the kernel, and says so', () => {
    expect(brief(`${GOOD} junk`)).toEqual({
      accepts: true,
      reason: null,
      isValid: false,
      codes: ['extra-words'],
    });
  });

  it('counts the words of a problem from the beginning of what was given', () => {
    const [alone] = judgeLine('s /dev/a /dev/b 4097 0').problems;
    const [whole] = judgeLine('0 8 writecache s /dev/a /dev/b 4097 0').problems;
    expect([alone?.wordIndex, whole?.wordIndex]).toEqual([3, 6]);
    expect(judgeLine('0 8 writecache s /dev/a /dev/b 4097 0').words[6]?.word).toBe('4097');
  });

  it('judges for the version that it is told', () => {
    const text = 's /dev/a /dev/b 4096 1 metadata_only';
    expect(brief(text)).toMatchObject({ isValid: true });
    expect(brief(text, '1.3.0')).toMatchObject({ accepts: false, codes: ['option-too-new'] });
  });

  it.each([
    ['0 8 linear 8:0 0', 'other-target'],
    [`0 8 Writecache ${GOOD}`, 'other-target'],
    ['0 8', 'not-a-table-line'],
    [`0 0x8 writecache ${GOOD}`, 'not-a-table-line'],
    [`0 8 writecache ${GOOD}\n8 8 writecache ${GOOD}`, 'not-a-table-line'],
  ])('refuses to judge %j: %s', (text, code) => {
    expect(() => judgeLine(text)).toThrow(expect.objectContaining({ code, exitStatus: 2 }));
  });
});
