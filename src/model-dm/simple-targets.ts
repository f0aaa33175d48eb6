import { SECTOR_BYTES } from '../format/index.js';
import { ioError } from '../device/transfer-errors.js';
import type { Backing } from './backing.js';
import { KernelRefusal } from './kernel-refusal.js';
import { lookupErrnoOf, type KernelTraits } from './kernel-traits.js';
import type { ModelTarget, Surroundings } from './model-target.js';

/** What the targets have in common that keep nothing in memory. */
const STATELESS = {
  blockSizeBytes: SECTOR_BYTES,
  status: () => '',
  suspend: () => undefined,
  resume: () => undefined,
  advance: () => undefined,
} as const;

/** `linear DEVICE SECTOR`: a range of a device. */
export function linearTarget(words: readonly string[], surroundings: Surroundings): ModelTarget {
  const { backing, startSector } = deviceAndSector('linear', words, surroundings);
  const { device, number } = backing;
  const shift = Number(startSector) * SECTOR_BYTES;
  return {
    ...STATELESS,
    backings: [backing],
    ranges: [{ backing, startSector, lengthSectors: surroundings.lengthSectors }],
    parameters: () => `${number} ${String(startSector)}`,
    read: (target, at) => {
      device.read(target, at + shift);
    },
    write: (source, at) => {
      device.write(source, at + shift);
    },
    flush: () => {
      device.flush();
    },
    discard: (at, lengthBytes) => {
      device.discard(at + shift, lengthBytes);
    },
  };
}

/** `error`: all reads and writes fail. Newer ones take a device as well, whose properties they show. */
export function errorTarget(words: readonly string[], surroundings: Surroundings): ModelTarget {
  const shows =
    words.length > 0 && surroundings.traits.errorJudgesWords
      ? deviceAndSector('error', words, surroundings)
      : null;
  const fail = (action: 'read' | 'written' | 'discarded', at: number): never => {
    throw ioError('The error target', action, at, EIO);
  };
  return {
    ...STATELESS,
    backings: shows === null ? [] : [shows.backing],
    ranges: [],
    parameters: () => (shows === null ? '' : `${shows.backing.number} ${String(shows.startSector)}`),
    read: (_target, at) => fail('read', at),
    write: (_source, at) => fail('written', at),
    flush: () => undefined,
    discard: (at) => fail('discarded', at),
  };
}

/** `zero`: reads as zeros, and forgets what is written. */
export function zeroTarget(words: readonly string[]): ModelTarget {
  if (words.length > 0) throw KernelRefusal.byTarget('zero', 'No arguments required');
  return {
    ...STATELESS,
    backings: [],
    ranges: [],
    parameters: () => '',
    read: (target) => void target.fill(0),
    write: () => undefined,
    flush: () => undefined,
    discard: () => undefined,
  };
}

const EIO = Object.assign(new Error('EIO'), { code: 'EIO', errno: -5 });

function deviceAndSector(
  target: string,
  words: readonly string[],
  { find, traits }: { readonly find: Surroundings['find']; readonly traits: KernelTraits },
): { readonly backing: Backing; readonly startSector: bigint } {
  const [path = '', sector = ''] = words;
  if (words.length !== 2) throw KernelRefusal.byTarget(target, 'Invalid argument count');
  if (!/^\d+$/.test(sector)) throw KernelRefusal.byTarget(target, 'Invalid device sector');
  const backing = find(path);
  if (backing === undefined) {
    throw KernelRefusal.byTarget(target, 'Device lookup failed', lookupErrnoOf(path, traits));
  }
  return { backing, startSector: BigInt(sector) };
}
