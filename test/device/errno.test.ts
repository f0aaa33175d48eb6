import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { errnoCode, errnoWords } from '../../src/device/errno.js';

function systemError(errno: number, code: string): Error {
  return Object.assign(new Error(code), { errno: -errno, code });
}

it.each([
  [systemError(5, 'EIO'), 'EIO', 'the device reported an I/O error (EIO)'],
  [systemError(28, 'ENOSPC'), 'ENOSPC', 'there is no space left on it (ENOSPC)'],
  [systemError(27, 'EFBIG'), 'EFBIG', 'it cannot become that large (EFBIG)'],
  [systemError(22, 'EINVAL'), 'EINVAL', 'invalid argument (EINVAL)'],
  // libuv has no name for these and says "Unknown system error -123".
  [systemError(123, 'Unknown system error -123'), 'ENOMEDIUM', 'there is no medium in it (ENOMEDIUM)'],
  [systemError(67, 'Unknown system error -67'), 'ENOLINK', 'the connection to the device was lost (ENOLINK)'],
  [systemError(524, 'Unknown system error -524'), 'Unknown system error -524', 'Unknown system error -524'],
])('%s is %s in words', (error, code, words) => {
  expect(errnoCode(error)).toBe(code);
  expect(errnoWords(error)).toBe(words);
});

it('leaves what is not of the operating system as it is', () => {
  expect(errnoCode(new Error('odd'))).toBeUndefined();
  expect(errnoCode('odd')).toBeUndefined();
  expect(errnoWords(new Error('odd'))).toBe('odd');
  expect(errnoWords('odd')).toBe('odd');
});

it('takes a real error', () => {
  expect.assertions(2);
  try {
    readFileSync('/');
  } catch (error) {
    expect(errnoCode(error)).toBe('EISDIR');
    expect(errnoWords(error)).toBe('illegal operation on a directory (EISDIR)');
  }
});
