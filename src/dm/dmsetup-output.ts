import { OperationError } from '../errors.js';
import { parseTargetLine, parseTargetVersion, type TargetLine, type TargetVersion } from '../table/index.js';
import type { MappedDevice } from './device-mapper.js';

/** The columns that {@link parseInfo} reads; the name comes last, as it may hold anything. */
export const INFO_COLUMNS = 'major,minor,attr,open,uuid,name';

/** What dmsetup prints, without any column, where it has nothing to list. */
const NONE = 'No devices found';

const INFO = /^(?<major>\d+)\t(?<minor>\d+)\t(?<attr>[L-][I-][s-][rw])\t(?<open>\d+)\t(?<uuid>[^\t]*)\t/;

/**
 * Reads the rows of `dmsetup info --columns` with {@link INFO_COLUMNS}. A line that does not begin as a row does
 * belongs to the name before it.
 *
 * @throws {@link OperationError} `bad-program-output`
 */
export function parseInfo(text: string): MappedDevice[] {
  const devices: MappedDevice[] = [];
  for (const line of linesOf(text)) {
    const match = INFO.exec(line);
    const { major, minor, attr = '', open, uuid = '' } = match?.groups ?? {};
    if (match === null) {
      const last = devices.pop();
      if (last === undefined) throw unexpected('info', line);
      devices.push({ ...last, name: `${last.name}\n${line}` });
      continue;
    }
    devices.push({
      name: line.slice(match[0].length),
      uuid,
      major: Number(major),
      minor: Number(minor),
      hasLiveTable: attr.startsWith('L'),
      hasInactiveTable: attr.charAt(1) === 'I',
      suspended: attr.charAt(2) === 's',
      readOnly: attr.endsWith('r'),
      openCount: Number(open),
    });
  }
  return devices;
}

/** Reads the lines of one mapping's table or status. Throws as {@link parseTargetLine} does. */
export function parseLines(text: string): TargetLine[] {
  return linesOf(text)
    .filter((line) => line !== '')
    .map(parseTargetLine);
}

/**
 * Reads the lines of many mappings, each behind its name: `wc: 0 8 linear 8:0 0`.
 *
 * @param names all that may come; none of them may have a line break in it.
 * @throws {@link OperationError} `bad-program-output` for a line of none of them.
 */
export function parseNamedLines(text: string, names: readonly string[]): Map<string, TargetLine[]> {
  // A name may hold ": " itself, and be the beginning of another: the longest that fits is meant.
  const longestFirst = [...names].sort((a, b) => b.length - a.length);
  const found = new Map<string, TargetLine[]>();
  for (const line of linesOf(text)) {
    if (line === '') continue;
    const name = longestFirst.find((candidate) => line.startsWith(`${candidate}: `));
    if (name === undefined) throw unexpected('status', line);
    const rest = line.slice(name.length + 2);
    if (rest === '') continue;
    found.set(name, [...(found.get(name) ?? []), parseTargetLine(rest)]);
  }
  return found;
}

/** Reads `dmsetup targets`: a name and a version in each line. Throws as {@link parseTargetVersion} does. */
export function parseTargets(text: string): Map<string, TargetVersion> {
  const versions = new Map<string, TargetVersion>();
  for (const line of linesOf(text)) {
    const [name = '', version = '', ...more] = line.trim().split(/\s+/);
    if (name === '' || more.length > 0) throw unexpected('targets', line);
    versions.set(name, parseTargetVersion(version));
  }
  return versions;
}

/** The versions that `dmsetup version` tells: of the program's library, and of the kernel's driver if it has one. */
export function parseVersions(text: string): { library: string | null; driver: string | null } {
  const after = (label: string): string | null =>
    linesOf(text)
      .find((line) => line.startsWith(label))
      ?.slice(label.length)
      .trim() ?? null;
  return { library: after('Library version:'), driver: after('Driver version:') };
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  while (lines.at(-1) === '') lines.pop();
  return lines.length === 1 && lines[0] === NONE ? [] : lines;
}

function unexpected(command: string, line: string): OperationError {
  return new OperationError(`dmsetup ${command} printed a line that is not understood: "${line}".`, {
    code: 'bad-program-output',
    hint: `Compare with what this prints: dmsetup --manglename none ${command}`,
  });
}
