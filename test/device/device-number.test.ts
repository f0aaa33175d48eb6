import { statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { formatDeviceNumber } from '../../src/device/device-number.js';

it.each([
  [0x0801n, '8:1'],
  [0xfe00n, '254:0'],
  // Minors from 256 and majors from 4096 continue above their old eight and twelve bits.
  [0x10fd00n, '253:256'],
  [0xfff0fdffn, '253:1048575'],
  [(0x1000n << 32n) | 0x0005n, '4096:5'],
])('%s is %s', (dev, expected) => {
  expect(formatDeviceNumber(dev)).toBe(expected);
});

it('agrees with the kernel about /dev/null', () => {
  expect(formatDeviceNumber(statSync('/dev/null', { bigint: true }).rdev)).toBe('1:3');
});
