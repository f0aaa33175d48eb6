import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { SECTOR_BYTES } from '../../../src/format/index.js';
import { boot, createSparse, output, type Guest, type KernelName } from '../../lab/index.js';
import { describeDevices, type FuzzDevice } from './devices.js';
import type { Words } from './random-parameters.js';
import { TEMPLATES, TEMPLATE_BYTES } from './templates.js';

/** A guest with devices to name in tables, and the disk with the templates. */
export interface Bench {
  readonly guest: Guest;
  readonly devices: readonly FuzzDevice[];
  readonly words: Words;
  readonly templates: string;
}

/** Caches of several sizes: one that is no multiple of 4096 bytes, and one that is too small for blocks of 4096 bytes. */
const CACHE_SECTORS = { whole: TEMPLATE_BYTES / SECTOR_BYTES, odd: 205, tiny: 8 } as const;
/** DAX wants whole pages. */
const PMEM_SECTORS = { whole: TEMPLATE_BYTES / SECTOR_BYTES, small: 48, tiny: 8 } as const;
const PMEM_BYTES = 2 * TEMPLATE_BYTES;

/** `/dev/à` to us. The kernel takes the letter's second byte for white space, and looks for a device with the first one only. */
const CUT_PATH = { written: '/dev/à', read: '/dev/\ufffd', shell: String.raw`$(printf '/dev/\303')` };

export async function setUpBench(
  kernel: KernelName,
  mode: 'p' | 's',
  directory: string,
  name: string,
): Promise<Bench> {
  const image = (part: string, bytes: number): Promise<string> =>
    createSparse(join(directory, `${name}-${part}`), bytes);
  const paths = [
    await templateImage(await image('templates', 0)),
    await image('origin', TEMPLATE_BYTES),
    await image('loop', TEMPLATE_BYTES),
  ];
  for (const [part, sectors] of Object.entries(CACHE_SECTORS)) {
    paths.push(await image(part, sectors * SECTOR_BYTES));
  }
  const pmem = mode === 'p' ? [{ path: await image('pmem', PMEM_BYTES) }] : [];
  const guest = await boot({ kernel, disks: paths.map((path) => ({ path })), pmem });

  const [templates = '', origin = '', behindLoop = '', ...disks] = guest.disks;
  const loop = await fourKilobyteLoop(guest, behindLoop);
  const caches = mode === 'p' ? await persistentParts(guest) : [...disks, loop];
  if (mode === 'p' && survivesWithoutDax(kernel)) caches.push(...disks);
  const [first = ''] = caches;
  await output(
    guest,
    `ln -s ${origin} '/dev/an origin' && ln -s ${first} '/dev/a\\cache' && ln -s ${origin} "${CUT_PATH.shell}"`,
  );
  const devices = await describeDevices(guest, [origin, loop, ...caches]);
  const alias = (path: string, of: string): FuzzDevice[] =>
    devices.filter((device) => device.path === of).map((device) => ({ ...device, path }));
  const aliases = [
    ...alias('/dev/an origin', origin),
    ...alias(CUT_PATH.read, origin),
    ...alias('/dev/a\\cache', first),
  ];
  return {
    guest,
    devices: [...devices, ...aliases],
    words: { ...namesFor(devices, { origin, loop, caches }), modes: modesOf(kernel, mode) },
    templates,
  };
}

/** Others die of mode p on a device without DAX (kernel-target.md W1). */
export function survivesWithoutDax(kernel: KernelName): boolean {
  return kernel === 'debian-6.12';
}

async function templateImage(path: string): Promise<string> {
  const file = await open(path, 'r+');
  await file.write(Buffer.concat(TEMPLATES), 0, undefined, 0);
  await file.close();
  return path;
}

async function fourKilobyteLoop(guest: Guest, behind: string): Promise<string> {
  return (await output(guest, `losetup --find --show --sector-size 4096 ${behind}`)).trim();
}

/** Parts of the persistent memory, of several sizes: DAX goes through a linear target. */
async function persistentParts(guest: Guest): Promise<string[]> {
  const [pmem = ''] = guest.pmem;
  const paths: string[] = [];
  let start = 0;
  for (const [name, sectors] of Object.entries(PMEM_SECTORS)) {
    const table = `0 ${String(sectors)} linear ${pmem} ${String(start)}`;
    await output(guest, `dmsetup create ${name} --table '${table}'`);
    paths.push(`/dev/mapper/${name}`);
    start += sectors;
  }
  return paths;
}

/** user-mode Linux refuses `p`, which is a check too, but then there are no others. */
function modesOf(kernel: KernelName, mode: 'p' | 's'): [string, ...string[]] {
  if (kernel === 'uml-6.1') {
    return ['s', 's', 's', 's', 's', 's', 's', 's', 's', 's', 's', 's', 's', 's', 'p'];
  }
  return mode === 'p' ? ['p', 'p', 'p', 'p', 'p', 's'] : ['s'];
}

interface Named {
  readonly origin: string;
  readonly loop: string;
  readonly caches: readonly string[];
}

/** Devices as tables may name them: mostly by a path, and in all other ways, among them some that find nothing. */
function namesFor(devices: readonly FuzzDevice[], { origin, loop, caches }: Named): Omit<Words, 'modes'> {
  const [first = '', second = '', third = '', ...more] = caches;
  const nowhere = [
    '/dev/nothing',
    '/dev',
    '9999:1',
    '4294967296:0',
    '/DEV/NULL',
    'nothing',
    '/dev/null',
  ] as const;
  const numbers = (path: string): string => devices.find((device) => device.path === path)?.numbers ?? '';
  const wrapped = (path: string): string => {
    const [major = '', minor = ''] = numbers(path).split(':');
    return `${String(BigInt(major) + 2n ** 32n)}:0${minor}`;
  };
  return {
    origins: [
      ...Array.from({ length: 60 }, () => origin),
      ...[
        loop,
        numbers(origin),
        numbers(origin),
        wrapped(origin),
        '/dev/an\\ origin',
        CUT_PATH.written,
        first,
      ],
      ...[nowhere[0], nowhere[1], nowhere[2], nowhere[6]],
    ] as [string, ...string[]],
    caches: [
      ...Array.from({ length: 50 }, () => first),
      ...Array.from({ length: 6 }, () => [second, third, ...more]).flat(),
      ...[numbers(first), numbers(first), wrapped(first), '/dev/a\\\\cache', '/dev/a\\cache'],
      ...[nowhere[0], nowhere[3], nowhere[4], nowhere[5]],
    ] as [string, ...string[]],
  };
}
