import { type BigIntStats, closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { NotPossibleHereError, WrongDeviceError } from '../errors.js';
import type { BlockDevice } from './block-device.js';
import { formatDeviceNumber } from './device-number.js';
import { errnoCode } from './errno.js';
import { FileDevice, type FileDeviceOptions } from './file-device.js';
import { type Access, badPath, becameAnother, noMedium, openError, readOnly } from './open-errors.js';
import { type BlockDeviceFacts, blockDeviceFacts, type SysfsRoot } from './sysfs.js';

export interface OpenDeviceOptions {
  /** `write` is for reading too. */
  readonly access: Access;
  /**
   * Claims a block device, so that no file system, mapping or other claimant has it at the same time. The
   * kernel knows no such claim on a regular file, where it does nothing.
   */
  readonly exclusive?: boolean;
}

export interface OpenedDevice extends BlockDevice {
  readonly kind: 'file' | 'block';
  readonly path: string;
  /** `254:0`; null for a file. */
  readonly deviceNumber: string | null;
}

class OpenedFileDevice extends FileDevice implements OpenedDevice {
  constructor(
    readonly path: string,
    readonly kind: 'file' | 'block',
    readonly deviceNumber: string | null,
    options: Omit<FileDeviceOptions, 'name'>,
  ) {
    super({ ...options, name: path });
  }
}

/**
 * Opens a block device or an image file. Block devices are read and written past the page cache (O_DIRECT)
 * where they can be, because a live cache writes its metadata past it too and a buffered read may be stale.
 * Never waits for the other end of a FIFO.
 *
 * @throws {@link UsageError} `bad-path`: empty, too long, or with a NUL in it.
 * @throws {@link WrongDeviceError} `no-such-device`, `is-a-directory`, `is-a-character-device`,
 *   `not-a-block-device` (a FIFO or a socket), `read-only`, `no-medium`, `changed-meanwhile`.
 * @throws {@link NotPossibleHereError} `no-permission`, or `no-sysfs` when its size cannot be learned.
 * @throws {@link BusyError} `device-busy`: it is mounted, mapped or claimed otherwise.
 * @throws {@link OperationError} `io-error`, `open-failed`.
 */
export function openDevice(path: string, options: OpenDeviceOptions, roots: SysfsRoot = {}): OpenedDevice {
  const { access, exclusive = false } = options;
  if (path === '') throw badPath(path, 'it is empty');
  if (path.includes('\0')) throw badPath(path, 'it has a NUL character in it');

  const before = orOpenError(path, access, () => statSync(path, { bigint: true }));
  const isBlock = kindOf(path, before) === 'block';
  if (isBlock && access === 'write' && factsOf(path, before, roots).readOnly) throw readOnly(path);

  const { fd, direct } = open(path, access, isBlock, exclusive);
  try {
    // What the path means may have changed between the look and the opening.
    const stats = orOpenError(path, access, () => fstatSync(fd, { bigint: true }));
    const kind = kindOf(path, stats);
    if ((kind === 'block') !== isBlock || stats.rdev !== before.rdev) throw becameAnother(path);
    if (kind === 'file') {
      return new OpenedFileDevice(path, 'file', null, { fd, access, sizeBytes: stats.size });
    }
    const facts = factsOf(path, stats, roots);
    if (facts.sizeBytes === 0n) throw noMedium(path, access, 'its size is 0 bytes');
    const { sizeBytes, logicalBlockSizeBytes } = facts;
    const deviceOptions = { fd, access, direct, sizeBytes, logicalBlockSizeBytes };
    return new OpenedFileDevice(path, 'block', facts.deviceNumber, deviceOptions);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function open(
  path: string,
  access: Access,
  isBlock: boolean,
  exclusive: boolean,
): { fd: number; direct: boolean } {
  const flags =
    (access === 'read' ? constants.O_RDONLY : constants.O_RDWR) |
    // Should a FIFO have taken the path by now, this opens it without waiting for a writer.
    constants.O_NONBLOCK |
    (isBlock && exclusive ? constants.O_EXCL : 0);
  if (isBlock) {
    try {
      return { fd: openSync(path, flags | constants.O_DIRECT), direct: true };
    } catch (error) {
      if (errnoCode(error) !== 'EINVAL') throw openError(path, access, error);
    }
  }
  return { fd: orOpenError(path, access, () => openSync(path, flags)), direct: false };
}

function kindOf(path: string, stats: BigIntStats): 'file' | 'block' {
  if (stats.isFile()) return 'file';
  if (stats.isBlockDevice()) return 'block';
  const [code, what] = stats.isDirectory()
    ? ['is-a-directory', 'a directory']
    : stats.isCharacterDevice()
      ? ['is-a-character-device', 'a character device']
      : ['not-a-block-device', stats.isFIFO() ? 'a FIFO' : 'a socket'];
  throw new WrongDeviceError(`${path} could not be opened: it is ${what}, not a block device or a file.`, {
    code,
    hint: 'Give the path of a block device or of an image file; lsblk lists the block devices.',
  });
}

function factsOf(path: string, stats: BigIntStats, roots: SysfsRoot): BlockDeviceFacts {
  const deviceNumber = formatDeviceNumber(stats.rdev);
  const facts = blockDeviceFacts(deviceNumber, roots);
  if (facts !== null) return facts;
  throw new NotPossibleHereError(
    `The size of ${path} could not be learned: sysfs has nothing about device ${deviceNumber}.`,
    { code: 'no-sysfs', hint: 'Check that /sys is mounted and that the device is still there.' },
  );
}

function orOpenError<T>(path: string, access: Access, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw openError(path, access, error);
  }
}
