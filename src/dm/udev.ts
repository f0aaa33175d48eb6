import { existsSync } from 'node:fs';

/**
 * Whether a udev daemon runs, which makes the nodes under /dev and tells dmsetup when it is done.
 *
 * @param runRoot `/run` unless told.
 */
export function udevRuns(runRoot = '/run', environment: NodeJS.ProcessEnv = process.env): boolean {
  return (environment['DM_DISABLE_UDEV'] ?? '') === '' && existsSync(`${runRoot}/udev/control`);
}

/**
 * The options with which dmsetup gets along with udev or without it. Either way it looks whether the nodes under /dev
 * are right and makes them where they are not; libdm may take udev for running where it is merely installed. With udev
 * it also waits until that is done; without it nobody would tell it.
 */
export function udevOptions(runs: boolean): string[] {
  return runs ? ['--verifyudev'] : ['--noudevsync', '--verifyudev'];
}
