import { projectDirectory } from '../../lab/project.js';
import type { Guest } from '../../lab/index.js';
import { BLOCK_BYTES, blocksOf, ROLES } from './platform.js';
import type { CaseResult } from './suite.js';

const SUITE_LIMIT_MS = 900_000;

/** Runs it in the guest, on loop devices; in mode p the caches are parts of its persistent memory. */
export async function runSuite(guest: Guest, kernel: string, mode: 'p' | 's'): Promise<CaseResult[]> {
  const devices = ROLES.map((role, index) => {
    const bytes = blocksOf(role) * BLOCK_BYTES;
    const disk = guest.pmem[0];
    if (mode === 's' || !role.endsWith('cache') || disk === undefined) {
      return `truncate -s ${String(bytes)} /tmp/${mode}${role}; use $(losetup -f --show /tmp/${mode}${role})`;
    }
    const partition = `${String(index)} ${String(index * 2048)} ${String(bytes / 512)}`;
    return `addpart ${disk} ${partition}; use ${disk}p${String(index)}`;
  });
  const script = `
    set -e
    use() { set -- "$1" $(stat -L -c '%Hr:%Lr' "$1"); DEVICES="$DEVICES $1 $2"; }
    ${devices.join('\n')}
    exec '${process.execPath}' '${projectDirectory}/dist/test/kernel/conformance/in-guest.js' ${kernel} ${mode} $DEVICES`;
  const { stdout, stderr, status } = await guest.run(script, { timeoutMs: SUITE_LIMIT_MS });
  if (status !== 0) {
    throw new Error(`the suite ended with ${String(status)}:\n${stderr}\n${stdout.slice(-2000)}`);
  }
  return stdout
    .split('\n')
    .filter((each) => each !== '')
    .map((each) => JSON.parse(each) as CaseResult);
}
