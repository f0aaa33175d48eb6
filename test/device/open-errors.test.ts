import { expect, it } from 'vitest';
import { openError } from '../../src/device/open-errors.js';
import {
  BusyError,
  NotPossibleHereError,
  OperationError,
  UsageError,
  WrongDeviceError,
} from '../../src/errors.js';

function systemError(errno: number, code: string): Error {
  return Object.assign(new Error(code), { errno: -errno, code });
}

it.each([
  [
    2,
    'ENOENT',
    WrongDeviceError,
    'no-such-device',
    /\/dev\/x could not be opened for writing: there is no such/,
  ],
  [20, 'ENOTDIR', WrongDeviceError, 'no-such-device', /there is no such file or device/],
  [36, 'ENAMETOOLONG', UsageError, 'bad-path', /"\/dev\/x" is not a path that can be opened: name too long/],
  [40, 'ELOOP', UsageError, 'bad-path', /too many symbolic links/],
  [13, 'EACCES', NotPossibleHereError, 'no-permission', /permission denied \(EACCES\)/],
  [1, 'EPERM', NotPossibleHereError, 'no-permission', /operation not permitted \(EPERM\)/],
  [30, 'EROFS', WrongDeviceError, 'read-only', /could not be opened for writing: it is read-only/],
  [16, 'EBUSY', BusyError, 'device-busy', /could not be claimed for writing: it is in use/],
  [26, 'ETXTBSY', BusyError, 'device-busy', /it is in use/],
  [6, 'ENXIO', WrongDeviceError, 'no-medium', /there is no device behind it \(ENXIO\)/],
  [19, 'ENODEV', WrongDeviceError, 'no-medium', /there is no device behind it \(ENODEV\)/],
  [123, 'Unknown system error -123', WrongDeviceError, 'no-medium', /no medium in it \(ENOMEDIUM\)/],
  [5, 'EIO', OperationError, 'io-error', /the device reported an I\/O error \(EIO\)/],
  [24, 'EMFILE', OperationError, 'open-failed', /too many open files \(EMFILE\)/],
])('errno %s (%s)', (errno, code, failure, expectedCode, sentence) => {
  const cause = systemError(errno, code);
  const error = openError('/dev/x', 'write', cause);
  expect(error).toBeInstanceOf(failure);
  expect(error.code).toBe(expectedCode);
  expect(error.message).toMatch(sentence);
  expect(error.message).toMatch(/\.$/);
  expect(error.cause).toBe(cause);
});

it('tells what to do next', () => {
  expect(openError('/dev/x', 'read', systemError(13, 'EACCES')).hint).toMatch(/root/);
  expect(openError('/dev/x', 'read', systemError(16, 'EBUSY')).hint).toMatch(
    /lsblk \/dev\/x.*wcache inspect/,
  );
});
