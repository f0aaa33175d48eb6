import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boot } from './boot.js';
import { demonstrate, type DemoStep } from './demo-steps.js';
import { projectDirectory } from './project.js';
import { labReadiness } from './readiness.js';
import { createSparse } from './wc.js';
import type { Guest } from './types.js';
import { runOnHost } from './host.js';

/**
 * The README's first command: takes a writecache through its life on a real kernel and shows every command as
 * an operator would type it, with what it printed. Arguments: Debian packages that could not be installed.
 */
const MIB = 1 << 20;
const folder = await mkdtemp(join(tmpdir(), 'wcache-demo-'));
const missing = process.argv.slice(2);
const wcache = `wcache() { '${process.execPath}' '${projectDirectory}/bin/wcache.cjs' "$@"; }`;

/** Prints a comment, then a command behind its prompt, then what it printed. */
function show(prompt: string, { why, command }: DemoStep, printed: string): void {
  process.stdout.write(`${why === '' ? '' : `\n  ${why}\n`}\n${prompt} ${command}\n${printed}`);
}

async function inGuest(guest: Guest, step: DemoStep): Promise<void> {
  const { stdout, status } = await guest.run(`exec 2>&1; ${wcache}; ${step.command}`);
  show('#', step, stdout);
  requireStatus(step, status);
}

async function onFiles(step: DemoStep): Promise<void> {
  const { output, status } = await runOnHost(`${wcache}; ${step.command}`, folder);
  show('$', step, output);
  requireStatus(step, status);
}

function requireStatus({ command, status: expected = 0 }: DemoStep, status: number): void {
  if (status !== expected) {
    throw new Error(`"${command}" ended with ${String(status)} and not with ${String(expected)}`);
  }
}

async function main(): Promise<void> {
  const readiness = await labReadiness(['uml-6.1']);
  if (!readiness.ready) {
    process.stdout.write(
      `No real kernel can be booted here: ${readiness.reason}.\n` +
        (missing.length > 0 ? `As root: apt-get install ${missing.join(' ')}\n` : '') +
        'So this shows what wcache does with image files, and nothing of the kernel.\n',
    );
    for (const step of demonstrate.onFiles) await onFiles(step);
    return;
  }
  const disks = [
    { path: await createSparse(join(folder, 'origin'), 256 * MIB) },
    { path: await createSparse(join(folder, 'cache'), 32 * MIB) },
  ];
  let guest = await boot({ kernel: 'uml-6.1', disks, label: 'demo' });
  try {
    process.stdout.write(
      `Linux ${guest.kernelRelease} runs as user-mode Linux: /dev/ubda is a slow disk of 256 MiB, /dev/ubdb a fast one of 32 MiB.\n`,
    );
    for (const step of demonstrate.beforePowerCut) await inGuest(guest, step);
    await guest.powerCut();
    process.stdout.write('\n*** The power fails: the machine is ended with SIGKILL, and booted again. ***\n');
    guest = await boot({ kernel: 'uml-6.1', disks, label: 'demo' });
    for (const step of demonstrate.afterPowerCut) await inGuest(guest, step);
    process.stdout.write('\nThat was a real kernel. Nothing is left behind.\n');
  } finally {
    await guest.shutdown();
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`The demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
