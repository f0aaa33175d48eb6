import { copyFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { projectDirectory, guestFile } from './project.js';
import { RunningGuest, type TimeLimits } from './running-guest.js';
import { joinWords } from './frames.js';
import { makeScratch } from './scratch.js';
import { qemuDesign } from './qemu.js';
import { umlMachine } from './uml.js';
import type { MachineDesign } from './machine.js';
import type { BootOptions, DiskImage, Guest, KernelName } from './types.js';

const MIB = 1024 * 1024;

interface Engine {
  readonly design: () => Promise<MachineDesign>;
  readonly memoryMiB: number;
  readonly limits: TimeLimits;
}

const UML: Engine = {
  design: () => Promise.resolve(umlMachine),
  memoryMiB: 512,
  limits: { bootMs: 60_000, runMs: 60_000, shutdownMs: 20_000 },
};

const QEMU = {
  memoryMiB: 1024,
  limits: { bootMs: 120_000, runMs: 180_000, shutdownMs: 60_000 },
};

const ENGINES: Readonly<Record<KernelName, Engine>> = {
  'uml-6.1': UML,
  'debian-6.1': { ...QEMU, design: () => qemuDesign('6.1') },
  'debian-6.12': { ...QEMU, design: () => qemuDesign('6.12') },
};

/**
 * Boots a kernel and waits until it takes commands. The guest sees the host's root read-only, so that Node,
 * the project and dmsetup are there; /tmp, /run and /dev are its own. It never outlives this process.
 */
export async function boot(options: BootOptions): Promise<Guest> {
  const engine = ENGINES[options.kernel];
  const design = await engine.design();
  const memoryMiB = options.memoryMiB ?? engine.memoryMiB;
  const scratch = await makeScratch(memoryMiB * MIB);
  try {
    const agent = join(scratch, 'agent.pl');
    await copyFile(guestFile('agent.pl'), agent);
    const machine = await design({
      scratch,
      agent,
      memoryMiB,
      disks: (options.disks ?? []).map(absolute),
      pmem: (options.pmem ?? []).map(absolute),
      shareDirectory: options.shareDirectory === undefined ? undefined : resolve(options.shareDirectory),
    });
    await writeFile(join(scratch, 'setup'), joinWords([...commonSetup(), ...machine.setup]));
    const label = options.label ?? `${options.kernel} ${basename(scratch)}`;
    const limits = { ...engine.limits, bootMs: options.bootTimeoutMs ?? engine.limits.bootMs };
    const guest = new RunningGuest(label, machine, scratch, limits);
    await guest.booted;
    return guest;
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw error;
  }
}

function absolute(image: DiskImage): DiskImage {
  return { ...image, path: resolve(image.path) };
}

/** What every guest is told: no udev daemon runs there, and its programs are the host's. */
function commonSetup(): string[] {
  const node = dirname(process.execPath);
  return [
    `env=PATH=${node}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    'env=HOME=/tmp',
    'env=TMPDIR=/tmp',
    'env=LANG=C.UTF-8',
    'env=TERM=dumb',
    'env=DM_DISABLE_UDEV=1',
    `uncover=${projectDirectory}`,
    `uncover=${dirname(node)}`,
  ];
}
