import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { align, differences, isRight, linesOf } from './compare.js';
import type { ShownLine } from './steps.js';

function shown(text: string): ShownLine[] {
  return text.split('\n').map((line, index) => ({ text: line, line: 10 + index }));
}

function agrees(ours: string, printed: string): boolean {
  return isRight(align(shown(ours), linesOf(printed), 'files'));
}

describe('what is shown and what was printed', () => {
  it.each([
    ['a\nb', 'a\nb\n'],
    ['a\nb', 'a  \nb\n\n'],
    ['a\n\nb\n', 'a\n\nb\n'],
    ['...', ''],
    ['...', 'a\nb\n'],
    ['a\n...\nd', 'a\nb\nc\nd\n'],
    ['a\n...\nd', 'a\nd\n'],
    ['a\n...\nb\n...\nc', 'a\nb\nx\nb\nc\n'],
    ['...\nb', 'a\nb\n'],
    ['a\n...', 'a\n'],
  ])('agree: %j and %j', (ours, printed) => {
    expect(agrees(ours, printed)).toBe(true);
  });

  it.each([
    ['a', 'b\n'],
    ['a', ''],
    ['', 'a\n'],
    ['a\nb', 'b\na\n'],
    ['a\nb', 'a\n\nb\n'],
    ['a\n...\nd', 'a\nb\nc\n'],
    ['a\n...\nd', 'x\na\nd\n'],
    ['a\n...\nb\n...\nc', 'a\nc\nb\n'],
    ['a ...', 'a b\n'],
  ])('do not: %j and %j', (ours, printed) => {
    expect(agrees(ours, printed)).toBe(false);
  });

  it('agree wherever lines are left out', () => {
    const line = fc.constantFrom('a', 'b', 'c');
    fc.assert(
      fc.property(
        fc.array(line),
        fc.array(fc.nat({ max: 12 })),
        fc.array(fc.nat({ max: 12 })),
        (printed, from, length) => {
          const ours: string[] = [...printed];
          from.forEach((at, index) => ours.splice(at, length[index] ?? 0, '...'));
          expect(agrees(ours.join('\n'), printed.join('\n'))).toBe(true);
        },
      ),
    );
  });

  it('are laid beside each other completely and in order', () => {
    const line = fc.constantFrom('a', 'b', 'a c d', 'a c e', '...');
    fc.assert(
      fc.property(fc.array(line), fc.array(line), (ours, printed) => {
        const pairings = align(shown(ours.join('\n')), printed, 'files');
        const theirs = pairings.flatMap((pairing) =>
          pairing.kind === 'missing' ? [] : [pairing.printed].flat(),
        );
        expect(theirs).toEqual(printed);
        const lines = pairings.flatMap((pairing) => (pairing.kind === 'extra' ? [] : [pairing.shown.text]));
        expect(lines.join('\n')).toBe(ours.join('\n'));
      }),
    );
  });
});

it('tells differences with the line of the README', () => {
  const ours = 'wc: active\n  dirty  702 blocks\n...\nit is gone\nand more';
  const printed = 'wc: active\n  dirty  902 blocks\nleft\nout\nit is gone\n';
  expect(differences(align(shown(ours), linesOf(printed), 'files'))).toBe(
    [
      '     10  wc: active',
      '-    11    dirty  702 blocks',
      '+          dirty  902 blocks',
      '     12  ... (2 lines)',
      '     13  it is gone',
      '-    14  and more',
    ].join('\n'),
  );
});
