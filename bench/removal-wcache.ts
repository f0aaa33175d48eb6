import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { output, type Guest } from '../test/lab/index.js';
import { projectDirectory } from '../test/lab/project.js';
import { median } from './measure.js';

const FOLDER = '/run/bench';
const NODE = `'${process.execPath}'`;
const BIN = join(projectDirectory, 'bin/wcache.cjs');
const SERVE = join(projectDirectory, 'dist/test/kernel/live/serve.js');
const RUNS = 5;

/**
 * Has wcache loaded in the guest. User-mode Linux makes every page that a program touches expensive: Node and wcache are loaded
 * there in ten times the time that it takes elsewhere, and a removal would be measured by that.
 */
export async function loadWcache(guest: Guest): Promise<void> {
  await output(guest, `mkdir ${FOLDER} && mkfifo ${FOLDER}/request ${FOLDER}/answer`);
  await guest.run(`setsid ${NODE} ${SERVE} ${FOLDER} ${projectDirectory} </dev/null >${FOLDER}/log 2>&1 &`);
  await output(guest, callWcache('remove', 'wc', '--dry-run'));
}

/** A command for the shell: runs a verb in the wcache that is loaded; what it printed and its exit status are its own. */
export function callWcache(...words: readonly string[]): string {
  return `
    printf '%s\\0' ${words.join(' ')} >${FOLDER}/request
    read -r status <${FOLDER}/answer
    cat ${FOLDER}/stdout ${FOLDER}/stderr
    exit "$status"`;
}

/** How long wcache takes to start and load all that a removal needs, in seconds: on this machine, and in a guest. */
export interface StartTimes {
  readonly here: number;
  readonly inGuest: number;
}

const START = ['remove', 'no-such-mapping'];

/** It ends as soon as it looks for the mapping, which is not there. */
export async function startTimes(guest: Guest): Promise<StartTimes> {
  const before = performance.now();
  await guest.run(`${NODE} ${BIN} ${START.join(' ')}`);
  const inGuest = performance.now() - before;
  const here = Array.from({ length: RUNS }, () => {
    const began = performance.now();
    spawnSync(process.execPath, [BIN, ...START], { stdio: 'ignore', env: { PATH: process.env['PATH'] } });
    return performance.now() - began;
  });
  return { here: median(here) / 1000, inGuest: inGuest / 1000 };
}
