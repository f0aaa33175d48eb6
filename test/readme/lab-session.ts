import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boot, createSparse } from '../lab/index.js';
import type { Step } from './steps.js';
import { quoted, readTranscript, shellScript, type Played } from './transcript.js';

const MIB = 1 << 20;
const KERNEL = 'uml-6.1';
/** Of all that is typed between two power cuts. */
const LIMIT_MS = 180_000;
/** Memory of the guest's own. */
const PROGRAMS = '/run/readme';
const AS_NOBODY = 'setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/tmp';

/**
 * Plays a session on a kernel of the lab, with a slow disk of 256 MiB and a fast one of 32 MiB.
 *
 * @param wcache the program; not in /tmp, which a guest has for itself
 */
export async function playInLab(steps: readonly Step[], wcache: string): Promise<Played[]> {
  const folder = await mkdtemp(join(tmpdir(), 'wcache-readme-'));
  try {
    const disks = [
      { path: await createSparse(join(folder, 'origin'), 256 * MIB) },
      { path: await createSparse(join(folder, 'cache'), 32 * MIB) },
    ];
    // What wcache keeps on the machine's own disk outlives a loss of power; a guest's /var/lib is in its memory.
    const kept = join(folder, 'kept');
    await mkdir(kept);
    const played: Played[] = [];
    const lives = livesOf(steps);
    for (const [index, commands] of lives.entries()) {
      const guest = await boot({ kernel: KERNEL, disks, label: 'README', shareDirectory: kept });
      const script = shellScript(commands, {
        begin: [
          `mkdir ${PROGRAMS} /var/lib/wcache`,
          `ln -s ${quoted(wcache)} ${PROGRAMS}/wcache; PATH=${PROGRAMS}:$PATH`,
          `mount --bind ${quoted(kept)} /var/lib/wcache`,
          'cd /tmp',
        ].join('\n'),
        asUser: AS_NOBODY,
        givesFiles: false,
      });
      const { stdout } = await guest.run(`exec bash -c ${quoted(script)}`, { timeoutMs: LIMIT_MS });
      if (index < lives.length - 1) await guest.powerCut();
      else await guest.shutdown();
      played.push(...readTranscript(stdout, commands));
    }
    return played;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What is typed from one start of the machine to its next loss of power. */
function livesOf(steps: readonly Step[]): Extract<Step, { kind: 'command' }>[][] {
  const lives: Extract<Step, { kind: 'command' }>[][] = [[]];
  for (const step of steps) {
    if (step.kind === 'power-cut') lives.push([]);
    else lives.at(-1)?.push(step);
  }
  return lives;
}
