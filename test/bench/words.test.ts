import { describe, expect, it } from 'vitest';
import { readWords } from '../../bench/goals.js';

describe('the words of the bench', () => {
  it('choose parts, in their own order; all of them unless told', () => {
    expect(readWords(['scan', 'start'])).toEqual({ parts: ['start', 'scan'], quick: false, forget: false });
    expect(readWords([])?.parts).toEqual(
      expect.arrayContaining([
        'start',
        'copies',
        'check',
        'output',
        'format',
        'memory',
        'scan',
        'target',
        'curve',
      ]),
    );
    expect(readWords(['--quick', '--forget'])).toMatchObject({ quick: true, forget: true });
  });

  it('are refused where they mean nothing', () => {
    expect(readWords(['starts'])).toBeNull();
    expect(readWords(['--slow'])).toBeNull();
  });
});
