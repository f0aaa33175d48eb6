import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { formatDeviceNumber } from '../../device/device-number.js';
import { devicesAbove } from '../../device/device-tree.js';
import { parseSwaps, readProcText } from '../../device/proc-tables.js';
import { REMOVALS_FOLDER } from './journal.js';

/** A write to a file on the mapping itself would wait as well. */
const OUTPUTS = ['/proc/self/fd/1', '/proc/self/fd/2'];

/** What is run or read while the mapping is suspended, or may be at any moment. */
const NEEDED = [
  '/',
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/etc',
  '/run',
  '/tmp',
  '/var/lib',
  REMOVALS_FOLDER,
  ...OUTPUTS,
];

/**
 * What of wcache's own, of dmsetup's or of the memory's lies on a mapping or on what is built on it: while the mapping is
 * suspended, whoever needs one of these waits for the resume, and that could be the one who is to resume. Sentences.
 *
 * @param deviceNumber the mapping's, `253:0`
 */
export function filesOfOurs(deviceNumber: string): string[] {
  const stack = new Set([deviceNumber, ...devicesAbove(deviceNumber)]);
  const found = [...NEEDED, process.execPath, process.argv[1] ?? '/'].flatMap((path) => {
    const number = numberOfFileSystem(path);
    return number !== null && stack.has(number) ? [`${path} lies on it`] : [];
  });
  return [...new Set([...found, ...swapsOn(stack)])];
}

/** Of the file itself, or of the nearest folder above it that is there: that is where it would be made. */
function numberOfFileSystem(path: string): string | null {
  try {
    return formatDeviceNumber(statSync(path, { bigint: true }).dev);
  } catch {
    const above = dirname(path);
    return above === path ? null : numberOfFileSystem(above);
  }
}

function swapsOn(stack: ReadonlySet<string>): string[] {
  return parseSwaps(readProcText('/proc/swaps')).flatMap((path) => {
    try {
      const { rdev, dev } = statSync(path, { bigint: true });
      const isOn = stack.has(formatDeviceNumber(rdev)) || stack.has(formatDeviceNumber(dev));
      return isOn ? [`memory is swapped to ${path}`] : [];
    } catch {
      return [];
    }
  });
}
