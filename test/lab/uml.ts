import { symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Machine, MachinePlan } from './machine.js';

const KERNEL = '/usr/bin/linux.uml';
const MODULES = '/usr/lib/uml/modules';
const MOST_DISKS = 8;

/**
 * Modules loaded at once; what else a test needs (dm-flakey, dm-log-writes, ...) the kernel asks for by
 * itself.
 */
const EAGER_MODULES = ['dm-mod', 'dm-bufio', 'dm-writecache', 'loop'];

/**
 * A user-mode Linux machine: an ordinary process whose root is the host's, whose disks are files and whose
 * serial line is descriptor 3.
 */
export async function umlMachine(plan: MachinePlan): Promise<Machine> {
  if (plan.pmem.length > 0) {
    throw new TypeError('user-mode Linux has no persistent memory: boot a debian-* kernel');
  }
  if (plan.disks.length > MOST_DISKS) {
    throw new TypeError(`user-mode Linux takes at most ${String(MOST_DISKS)} disks`);
  }

  const diskArguments = await Promise.all(
    plan.disks.map(async (disk, index) => {
      // A link of ours, because the option's value may contain neither a comma nor a colon nor a space.
      const link = join(plan.scratch, `disk${String(index)}`);
      await symlink(disk.path, link);
      // d: take the file as it is, even if its content looks like a copy-on-write file.
      return `ubd${String(index)}${disk.readOnly === true ? 'r' : ''}d=${link}`;
    }),
  );

  return {
    command: [
      KERNEL,
      `mem=${String(plan.memoryMiB)}M`,
      'rootfstype=hostfs',
      'rootflags=/',
      'ro',
      // The scratch directory may be below /dev/shm: the agent mounts /dev when it has been read.
      'devtmpfs.mount=0',
      `umid=${basename(plan.scratch)}`,
      `uml_dir=${plan.scratch}/`,
      ...diskArguments,
      'con=null',
      'con0=null,fd:1',
      'ssl0=fd:3',
      'quiet',
      'init=/usr/bin/perl',
      '--',
      plan.agent,
      '/dev/ttyS0',
      plan.scratch,
    ],
    // UML keeps its memory in an unlinked file in TMPDIR, and would otherwise write below HOME.
    environment: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', TMPDIR: plan.scratch, HOME: plan.scratch },
    setup: [
      ...(plan.shareDirectory === undefined ? [] : [`hostfs=${plan.shareDirectory}`]),
      `modules=${MODULES}`,
      ...EAGER_MODULES.map((name) => `module=${name}`),
    ],
    disks: plan.disks.map((_disk, index) => `/dev/ubd${String.fromCharCode('a'.charCodeAt(0) + index)}`),
  };
}
