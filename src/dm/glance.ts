import { parseTargetLine, type TargetLine } from '../table/index.js';
import type { MappingState } from '../device/mapping-state.js';
import type { Glance, MappedDevice } from './device-mapper.js';

/**
 * Reads what `dmsetup status --target` prints, for those who know all names that may come. A name may hold anything, the
 * beginning of a status line and line breaks included: what could be read in two ways is not read at all.
 *
 * @param stateOf what sysfs says of a mapping's number, after the status was asked for.
 * @returns null where not every line is certainly of a known mapping, or a number is another mapping's now.
 */
export function glanceOf(
  text: string,
  known: readonly MappedDevice[],
  stateOf: (device: MappedDevice) => MappingState | null,
): Glance | null {
  const statuses = linesByName(text, new Set(known.map(({ name }) => name)));
  if (statuses === null) return null;
  const suspended = new Set<string>();
  for (const device of known) {
    const state = stateOf(device);
    if (state === null) {
      // Its name has another number, or it went away just now.
      if (statuses.has(device.name)) return null;
      continue;
    }
    if (state.name !== device.name) return null;
    if (state.suspended) suspended.add(device.name);
  }
  return { statuses, suspended };
}

function linesByName(text: string, names: ReadonlySet<string>): Map<string, TargetLine[]> | null {
  const found = new Map<string, TargetLine[]>();
  const body = text.replace(/\n$/, '');
  if (body === '' || body === 'No devices found') return found;
  let last = '';
  for (const line of body.split('\n')) {
    const [name = '', rest, ...more] = line.split(': ');
    if (rest === undefined || more.length > 0 || !names.has(name)) return null;
    const read = lineOf(rest);
    if (read === null) return null;
    const before = found.get(name);
    if (before === undefined) {
      found.set(name, [read]);
    } else {
      // Lines of one mapping stand together, in the order of its table.
      const end = before.at(-1);
      if (name !== last || end === undefined || read.startSector < end.startSector + end.lengthSectors) {
        return null;
      }
      before.push(read);
    }
    last = name;
  }
  return found;
}

function lineOf(text: string): TargetLine | null {
  try {
    return parseTargetLine(text);
  } catch {
    return null;
  }
}
