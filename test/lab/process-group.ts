import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { Duplex, Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program running as the leader of its own process group. */
export interface ProcessGroup {
  /** The stream at the other end of the program's file descriptor 3. */
  readonly channel: Duplex;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Settles when the leader has ended, with words for how. */
  readonly ended: Promise<string>;
  /**
   * Kills every process of the group, waits until none is left and all of its output has been read, and
   * dismisses the watchdog.
   */
  destroy(): Promise<void>;
}

/**
 * The watchdog waits on a pipe from this process. However this process ends, SIGKILL included, the kernel
 * closes the pipe; then the watchdog kills the group and removes the scratch directory. It is in a session of
 * its own so that it outlives the group it kills.
 */
const WITH_WATCHDOG = `
scratch=$1; shift
setsid sh -c 'read -r word <&4 && exit 0; kill -s KILL -- "-$1"; rm -rf -- "$2"' lab-watchdog "$$" "$scratch" </dev/null >/dev/null 2>&1 3<&- &
exec "$@" 4<&-
`;

const GONE_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 10;
const OUTPUT_WITHIN_MS = 1000;

/** Starts a program that cannot outlive this process. Its scratch directory is also its working directory. */
export function startProcessGroup(
  command: readonly string[],
  scratch: string,
  environment: Readonly<Record<string, string>>,
): ProcessGroup {
  const child = spawn('/bin/sh', ['-c', WITH_WATCHDOG, 'lab', scratch, ...command], {
    cwd: scratch,
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
  }) as ChildProcessByStdio<null, Readable, Readable>;
  const channel = child.stdio[3] as Duplex;
  const lifeline = child.stdio[4] as Writable;
  // Both ends vanish when the machine is killed; what that means is told by `ended`.
  channel.on('error', () => undefined);
  lifeline.on('error', () => undefined);

  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => {
      resolve(`could not be started: ${error.message}`);
    });
    child.on('exit', (status, signal) => {
      resolve(signal === null ? `exit status ${String(status)}` : `killed by ${signal}`);
    });
  });

  const outputRead = Promise.all(
    [child.stdout, child.stderr].map((stream) => finished(stream).catch(() => undefined)),
  );

  const destroy = async (): Promise<void> => {
    if (child.pid !== undefined) {
      await killGroup(child.pid);
      await ended;
      await Promise.race([outputRead, sleep(OUTPUT_WITHIN_MS, undefined, { ref: false })]);
    }
    lifeline.end('done\n');
    channel.destroy();
  };

  return { channel, stdout: child.stdout, stderr: child.stderr, ended, destroy };
}

async function killGroup(group: number): Promise<void> {
  const deadline = Date.now() + GONE_WITHIN_MS;
  while (signalGroup(group) && (await hasLivingMember(group))) {
    if (Date.now() > deadline) {
      throw new Error(
        `process group ${String(group)} is still there ${String(GONE_WITHIN_MS / 1000)} s after SIGKILL`,
      );
    }
    await sleep(LOOK_EVERY_MS);
  }
}

function signalGroup(group: number): boolean {
  try {
    return process.kill(-group, 'SIGKILL');
  } catch {
    return false;
  }
}

/** Zombies count as gone: they hold no file, and in a container perhaps nobody ever collects them. */
async function hasLivingMember(group: number): Promise<boolean> {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    // The program's name is in parentheses and may contain anything; the fields after it are: state, parent,
    // group.
    const [state, , memberOf] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(memberOf) === group && state !== 'Z' && state !== 'X') return true;
  }
  return false;
}
