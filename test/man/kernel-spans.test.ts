import { describe, expect, it } from 'vitest';
import { kernelsWith } from '../../bin/man/kernel-spans.js';

type Release = readonly [major: number, minor: number, patch: number];

function isBefore(release: Release, other: Release): boolean {
  const place = release.findIndex((part, index) => part !== other[index]);
  return place >= 0 && (release[place] ?? 0) < (other[place] ?? 0);
}

describe('kernels in words', () => {
  it.each<[string, (release: Release) => boolean]>([
    ['all', () => true],
    ['', () => false],
    ['5.6 and later', (release) => !isBefore(release, [5, 6, 0])],
    ['4.18 to 6.1.192', (release) => isBefore(release, [6, 1, 193])],
    ['6.6', ([major, minor]) => major === 6 && minor === 6],
    ['6.1 from 6.1.193 on', (release) => !isBefore(release, [6, 1, 193]) && isBefore(release, [6, 2, 0])],
    ['5.19 to 6.0', ([major, minor]) => (major === 5 && minor === 19) || (major === 6 && minor === 0)],
    [
      '4.18, 5.4.7 and 7.0 and later',
      ([major, minor, patch]) =>
        (major === 4 && minor === 18) || (major === 5 && minor === 4 && patch === 7) || major === 7,
    ],
  ])('%s', (words, holds) => {
    expect(kernelsWith(true, holds)).toBe(words);
  });

  it('are asked with the target that they have', () => {
    expect(kernelsWith('1.5.0', (_, target) => target)).toBe('5.14');
    expect(kernelsWith('1.6.0', (_, target) => target)).toBe('5.15 and later');
    expect(kernelsWith('1.1.0', (_, target) => target)).toBe('4.18');
  });
});
