import { unmangleName } from '../device/dm-names.js';
import { WrongDeviceError } from '../errors.js';

/** What is said of a mapping that does not exist. */
export function noSuchMapping(name: string): WrongDeviceError {
  return new WrongDeviceError(`There is no mapping ${unmangleName(name)}.`, {
    code: 'no-such-mapping',
    hint: '`wcache list` shows the writecaches that there are, `dmsetup ls` all mappings.',
  });
}
