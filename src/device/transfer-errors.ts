import { OperationError, WrongDeviceError } from '../errors.js';
import type { BlockDevice, Bytes } from './block-device.js';
import { errnoWords } from './errno.js';

export type DeviceAction = 'read' | 'written' | 'flushed' | 'discarded';

/**
 * The `io-error` of a device that failed.
 *
 * @param offsetBytes where it failed; undefined for a flush, which has no place.
 * @param cause what was thrown, usually an error of the operating system.
 */
export function ioError(
  deviceName: string,
  action: DeviceAction,
  offsetBytes: Bytes | undefined,
  cause: unknown,
): OperationError {
  const place = offsetBytes === undefined ? '' : ` at byte ${String(offsetBytes)}`;
  return new OperationError(`${deviceName} could not be ${action}${place}: ${errnoWords(cause)}.`, {
    code: 'io-error',
    hint: 'The kernel log (dmesg) has the details. Copy what can still be read before trying again.',
    cause,
  });
}

/** The `device-ended` of a device that is no longer as long as it was when it was opened. Both in bytes. */
export function deviceEnded(deviceName: string, endBytes: bigint, sizeBytes: bigint): WrongDeviceError {
  return new WrongDeviceError(
    `${deviceName} ended at byte ${String(endBytes)} although it was ${String(sizeBytes)} bytes long ` +
      'when it was opened: it was truncated or shrank.',
    { code: 'device-ended', hint: 'Find out what changed its size, then start again.' },
  );
}

/**
 * Holds a transfer against the size of its device, and returns the offset as a bigint. Every device calls it
 * first, so that none writes past its end (an image file would grow) and all say the same about it.
 *
 * @throws {@link WrongDeviceError} `device-ended` when the range does not end within the device.
 * @throws RangeError when offset or length is no whole number or negative: a mistake in the program.
 */
export function checkRange(
  device: Pick<BlockDevice, 'name' | 'sizeBytes'>,
  action: DeviceAction,
  offset: Bytes,
  lengthBytes: Bytes,
): bigint {
  const start = BigInt(offset);
  const length = BigInt(lengthBytes);
  if (start < 0n || length < 0n) {
    throw new RangeError(`No device has ${String(length)} bytes at byte ${String(start)}.`);
  }
  if (start + length > device.sizeBytes) {
    throw new WrongDeviceError(
      `${device.name} could not be ${action} at byte ${String(start)} for ${String(length)} bytes: ` +
        `it is only ${String(device.sizeBytes)} bytes long.`,
      { code: 'device-ended', hint: 'Check that this is the whole device or image, and the right one.' },
    );
  }
  return start;
}

/**
 * As {@link checkRange}, for media that are addressed with doubles, of which all offsets are exact: without a bigint for each
 * transfer, which takes longer than many a transfer itself.
 */
export function checkSmallRange(
  device: Pick<BlockDevice, 'name' | 'sizeBytes'>,
  action: DeviceAction,
  offset: Bytes,
  lengthBytes: Bytes,
  sizeBytes: number,
): number {
  const isInside =
    Number.isSafeInteger(offset) &&
    Number.isSafeInteger(lengthBytes) &&
    (offset as number) >= 0 &&
    (lengthBytes as number) >= 0 &&
    (offset as number) + (lengthBytes as number) <= sizeBytes;
  return isInside ? (offset as number) : Number(checkRange(device, action, offset, lengthBytes));
}
