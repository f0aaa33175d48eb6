import {
  BusyError,
  NotPossibleHereError,
  OperationError,
  UsageError,
  type WcacheError,
  WrongDeviceError,
} from '../errors.js';
import { errnoCode, errnoWords } from './errno.js';

export type Access = 'read' | 'write';

const purpose: Readonly<Record<Access, string>> = { read: 'for reading', write: 'for writing' };

/**
 * Puts what the operating system said when a device was looked up or opened into a failure that a user can
 * act on: `no-such-device`, `bad-path`, `no-permission`, `read-only`, `device-busy`, `no-medium`, `io-error`,
 * and `open-failed` for all else.
 */
export function openError(path: string, access: Access, cause: unknown): WcacheError {
  const message = `${path} could not be opened ${purpose[access]}: `;
  switch (errnoCode(cause)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new WrongDeviceError(`${message}there is no such file or device.`, {
        code: 'no-such-device',
        hint: 'Check the path; lsblk lists the block devices of this machine.',
        cause,
      });
    case 'ENAMETOOLONG':
    case 'ELOOP':
      return badPath(path, errnoWords(cause), cause);
    case 'EACCES':
    case 'EPERM':
      return new NotPossibleHereError(`${message}${errnoWords(cause)}.`, {
        code: 'no-permission',
        hint: 'Run it as root; if you are root, something else (a container, an attribute) forbids it.',
        cause,
      });
    case 'EROFS':
      return readOnly(path, cause);
    case 'EBUSY':
    case 'ETXTBSY':
      return new BusyError(`${path} could not be claimed ${purpose[access]}: it is in use.`, {
        code: 'device-busy',
        hint: `See what uses it with: lsblk ${path}; or with: wcache inspect ${path}`,
        cause,
      });
    case 'ENXIO':
    case 'ENODEV':
    case 'ENOMEDIUM':
      return noMedium(path, access, errnoWords(cause), cause);
    case 'EIO':
      return new OperationError(`${message}${errnoWords(cause)}.`, {
        code: 'io-error',
        hint: 'The kernel log (dmesg) has the details.',
        cause,
      });
    case undefined:
    default:
      return new OperationError(`${message}${errnoWords(cause)}.`, { code: 'open-failed', cause });
  }
}

/** `bad-path`: a path that no file can have. */
export function badPath(path: string, evidence: string, cause?: unknown): UsageError {
  return new UsageError(`${JSON.stringify(path)} is not a path that can be opened: ${evidence}.`, {
    code: 'bad-path',
    hint: 'Give the path of a block device or of an image file.',
    cause,
  });
}

/** `read-only`: the medium or the file system that it lies on takes no writes. */
export function readOnly(path: string, cause?: unknown): WrongDeviceError {
  return new WrongDeviceError(`${path} could not be opened for writing: it is read-only.`, {
    code: 'read-only',
    hint: 'For a block device, blockdev --getro tells the same and blockdev --setrw may change it.',
    cause,
  });
}

/** `changed-meanwhile`: the path led to one thing when it was looked at, and to another when it was opened. */
export function becameAnother(path: string): WrongDeviceError {
  return new WrongDeviceError(`${path} became another device while it was being opened.`, {
    code: 'changed-meanwhile',
    hint: 'Name the device by a path that stays, such as one below /dev/disk/by-id.',
  });
}

/** `no-medium`: the device node is there, and nothing is behind it. */
export function noMedium(path: string, access: Access, evidence: string, cause?: unknown): WrongDeviceError {
  return new WrongDeviceError(`${path} could not be opened ${purpose[access]}: ${evidence}.`, {
    code: 'no-medium',
    hint: 'There is a name but no device or medium behind it; lsblk lists the sizes of those that are there.',
    cause,
  });
}
