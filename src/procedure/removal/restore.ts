import type { DeviceMapper, MappedDevice } from '../../dm/index.js';
import { WrongDeviceError } from '../../errors.js';
import { inspect } from '../../scan/index.js';
import type { RemovalEnvironment } from './environment.js';
import { bootId, type Journal } from './journal.js';

/** Whether all I/O of a mapping fails because a removal of it could not be taken back (see `putBack`). */
export async function isFailing(
  dm: DeviceMapper,
  device: MappedDevice,
  journal: Journal | null,
): Promise<boolean> {
  if (journal?.uuid !== device.uuid || !device.hasLiveTable) return false;
  const live = await dm.table(device.name, 'live');
  return live.length === 1 && live[0]?.target === 'error';
}

/**
 * Puts the writecache back where it was, by what the journal has of it, once its metadata can be read again.
 *
 * @throws {@link WrongDeviceError} `metadata-gone`, `other-device`, and what the devices and the device-mapper throw.
 */
export async function restore(
  dm: DeviceMapper,
  device: MappedDevice,
  journal: Journal | null,
  environment: RemovalEnvironment,
): Promise<void> {
  if (journal === null) return;
  if (journal.boot_id !== bootId()) {
    throw new WrongDeviceError(
      'The machine was started again since; device numbers may mean other devices now.',
      {
        code: 'other-device',
        hint: `Remove the mapping and attach the cache again: wcache create --attach`,
      },
    );
  }
  const cache = environment.open(journal.cache.number, 'read');
  try {
    const { entries, state, reason } = await inspect(cache, {
      startSector: BigInt(journal.start_sector),
      summaryOnly: true,
    });
    if (entries === null) {
      throw new WrongDeviceError(
        `${journal.cache.path} has no metadata that could be used: it is ${state} (${reason}).`,
        {
          code: 'metadata-gone',
          hint: 'Mend the cache device first. Without it the origin alone is stale.',
        },
      );
    }
  } finally {
    cache.close();
  }
  const { start_sector: start, length_sectors: length, parameters } = journal.line;
  await dm.load(device.name, {
    startSector: BigInt(start),
    lengthSectors: BigInt(length),
    target: 'writecache',
    parameters,
  });
  await dm.resume(device.name, { readAheadSectors: environment.readAheadSectors(device) });
}
