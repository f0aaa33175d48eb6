import { describe, expect, it } from 'vitest';
import { KeyReader } from '../../../src/ui/watch/keys.js';

const keysOf = (...chunks: readonly string[]) => {
  const reader = new KeyReader();
  return chunks.flatMap((chunk) => reader.push(chunk));
};

describe('KeyReader', () => {
  it.each([
    ['\u001b[A', 'up'],
    ['\u001bOB', 'down'],
    ['\u001b[5~', 'page-up'],
    ['\u001b[6~', 'page-down'],
    ['\u001b[H', 'home'],
    ['\u001b[4~', 'end'],
    ['\u001b[Z', 'back-tab'],
    ['\r', 'enter'],
    ['\t', 'tab'],
    ['\u007f', 'backspace'],
    ['\u0003', 'ctrl-c'],
    ['\u001a', 'ctrl-z'],
    ['ü', 'ü'],
    ['漢', '漢'],
  ])('knows %j', (text, key) => {
    expect(keysOf(text)).toEqual([{ keys: [key], pasted: false }]);
  });

  it('keeps keys together that came together', () => {
    expect(keysOf('j\u001b[Bfy')).toEqual([{ keys: ['j', 'down', 'f', 'y'], pasted: false }]);
  });

  it('puts a sequence together that came in pieces', () => {
    expect(keysOf('\u001b', '[', '5', '~')).toEqual([{ keys: ['page-up'], pasted: false }]);
  });

  it('takes an escape behind which nothing comes as the key', () => {
    const reader = new KeyReader();
    expect(reader.push('\u001b')).toEqual([]);
    expect(reader.isUnfinished).toBe(true);
    expect(reader.flush()).toEqual([{ keys: ['escape'], pasted: false }]);
    expect(reader.isUnfinished).toBe(false);
  });

  it('tells what is pasted, also in several pieces', () => {
    expect(keysOf('a\u001b[200~fy', 'y\u001b[201~b')).toEqual([
      { keys: ['a'], pasted: false },
      { keys: ['f', 'y'], pasted: true },
      { keys: ['y'], pasted: true },
      { keys: ['b'], pasted: false },
    ]);
  });

  it('drops what it does not know', () => {
    expect(keysOf('\u001b[I', '\u001b[15;2~', '\u0000', `\u001b[${'1;'.repeat(40)}`)).toEqual([]);
  });
});
