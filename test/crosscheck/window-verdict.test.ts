import { describe, expect, it } from 'vitest';
import { ColumnsBuilder } from '../../src/crosscheck/block-columns.js';
import { CopyKind, type WindowCopies } from '../../src/crosscheck/window-copies.js';
import { copiesVerdict } from '../../src/crosscheck/window-verdict.js';

interface Copy {
  readonly kind: keyof typeof CopyKind;
  readonly seq?: number;
  /** Whether the origin has it; null where it cannot be read. */
  readonly equal: boolean | null;
}

function verdict(copies: readonly Copy[], sameSeqCount = false): string {
  const builder = new ColumnsBuilder(copies.length);
  for (const [index, { seq = 1 }] of copies.entries()) builder.add(index, 0, 8, 0, seq);
  const all: WindowCopies = {
    columns: builder.build(),
    kinds: Uint8Array.from(copies, ({ kind }) => CopyKind[kind]),
    order: Uint32Array.from(copies.keys()),
    notFree: 0,
    sameSeqCount,
    words: null,
    wordsBefore: null,
  };
  const isEqual = (copy: number): boolean | null => copies[copy]?.equal ?? null;
  return copiesVerdict(all, { copies: [...copies.keys()], isEqual });
}

const written = (equal: boolean | null): Copy => ({ kind: 'changed', equal });
const dirty = (seq: number, equal: boolean | null): Copy => ({ kind: 'dirty', seq, equal });
const later = (equal: boolean | null): Copy => ({ kind: 'later', equal });

describe('the verdict on the copies of a block', () => {
  it.each([
    ['one that was dirty', [dirty(1, true)], 'proved'],
    ['one that was dirty, and is not there', [dirty(1, false)], 'unlike'],
    ['the newest of two', [dirty(1, false), dirty(2, true)], 'proved'],
    ['the older of two', [dirty(1, true), dirty(2, false)], 'unclear'],
    ['either of two that share their seq_count', [dirty(2, true), dirty(2, false)], 'proved'],
    ['one that was written since', [written(true), dirty(1, false)], 'proved'],
    ['one of several that were written since', [written(false), written(true)], 'proved'],
    ['the one from before, though one was written since', [written(false), dirty(1, true)], 'unclear'],
    ['none of them', [written(false), written(false), dirty(1, false)], 'unlike'],
    ['one that cannot be read', [dirty(1, null)], 'unread'],
    ['one that may be older, while the newest cannot be read', [dirty(2, null), dirty(1, false)], 'unread'],
    ['a later copy of an open block', [later(false), later(true)], 'proved'],
    ['no later copy', [later(false)], 'open'],
    ['a later copy, though one was dirty', [later(true), dirty(1, false)], 'unlike'],
  ] as const)('that the origin has %s', (_what, copies, expected) => {
    expect(verdict(copies)).toBe(expected);
  });

  it('is strict where no commit was made since', () => {
    expect(verdict([dirty(1, true), dirty(2, false)], true)).toBe('unlike');
    expect(verdict([dirty(1, false), dirty(2, true)], true)).toBe('proved');
  });
});
