import { join } from 'node:path';
import { readAttribute, type SysfsRoot } from './sysfs.js';

/** How a mapping is doing, as sysfs tells it: two small files, and no process. */
export interface MappingState {
  /** The kernel's name of it. */
  readonly name: string;
  readonly suspended: boolean;
}

/**
 * What sysfs says of a mapping now; null where it is gone, on its way out, or no mapping.
 *
 * @param deviceNumber `253:0`
 */
export function mappingState(
  deviceNumber: string,
  { sysRoot = '/sys' }: SysfsRoot = {},
): MappingState | null {
  const folder = join(sysRoot, 'dev/block', deviceNumber, 'dm');
  const name = readAttribute(join(folder, 'name'));
  const suspended = name === null ? null : readAttribute(join(folder, 'suspended'));
  return name === null || suspended === null ? null : { name, suspended: suspended !== '0' };
}
