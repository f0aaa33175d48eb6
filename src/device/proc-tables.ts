import { readFileSync } from 'node:fs';

export interface Mount {
  /** `254:0`; a number of its own for file systems over several devices. */
  readonly deviceNumber: string;
  readonly mountPoint: string;
  readonly fileSystem: string;
  /** Usually the path of the device. */
  readonly source: string;
}

/** The mounts in the text of /proc/self/mountinfo; lines that make no sense are left out. */
export function parseMountinfo(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split('\n')) {
    // 27 1 254:0 / /mnt rw shared:1 - ext4 /dev/vda rw    (any number of fields before the lone dash)
    const [before, after] = line.split(' - ', 2);
    const [, , deviceNumber, , mountPoint] = before?.split(' ') ?? [];
    const [fileSystem, source] = after?.split(' ') ?? [];
    if (deviceNumber === undefined || mountPoint === undefined || !fileSystem || source === undefined) {
      continue;
    }
    mounts.push({
      deviceNumber,
      mountPoint: decodeOctal(mountPoint),
      fileSystem,
      source: decodeOctal(source),
    });
  }
  return mounts;
}

/** The paths of the active swap areas, devices and files, in the text of /proc/swaps. */
export function parseSwaps(text: string): string[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => decodeOctal(line.split(/\s/, 1)[0] ?? ''))
    .filter((path) => path !== '');
}

/** A whole file as text; empty when it is not there or cannot be read. */
export function readProcText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The kernel writes space, tab, newline and backslash in a path as `\040` and the like, byte by byte. */
function decodeOctal(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
