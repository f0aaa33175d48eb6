import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { projectDirectory } from '../lab/project.js';

function demo(environment: NodeJS.ProcessEnv): Promise<{ stdout: string; stderr: string; status: number }> {
  const script = join(projectDirectory, 'dist/test/lab/demo.js');
  return new Promise((resolve) => {
    execFile(process.execPath, [script], { env: environment }, (error, stdout, stderr) => {
      resolve({ stdout, stderr, status: error === null ? 0 : Number(error.code) });
    });
  });
}

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wcache-demo-test-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

it('shows the life of a cache on a real kernel, and leaves nothing behind', async () => {
  const folder = scratch();
  const { stdout, stderr, status } = await demo({ ...process.env, TMPDIR: folder });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const digests = [...stdout.matchAll(/^([0-9a-f]{64}) {2}\/tmp\/db\/log$/gm)].map(([, digest]) => digest);
  expect(digests, 'the log before the power cut, after it, and on the origin alone').toHaveLength(3);
  expect(new Set(digests).size).toBe(1);
  const freeByKernel = counted(/^ {2}free +([\d,]+) blocks$/m.exec(stdout));
  const freeByMetadata = counted(/^ {2}free +([\d,]+) +[\d.]+%/m.exec(stdout));
  expect(freeByKernel).toBeGreaterThan(7000);
  // Between the two looks the file system may write a few blocks of its own; none become free again.
  expect(freeByMetadata).toBeLessThanOrEqual(freeByKernel);
  expect(freeByMetadata).toBeGreaterThan(freeByKernel - 32);
  expect(stdout).toContain('is a dirty writecache');
  expect(stdout).toContain('high_watermark: 60, now 40');
  expect(stdout).toContain('/dev/mapper/wc is up: 8,160 blocks, with 7');
  expect(stdout).toContain('wc is gone, and /dev/ubda has everything.');
  expect(stdout).toMatch(/^ {2}proved +(7\d\d) of \1 blocks that were only in the cache are on the origin$/m);
  expect(stdout).toContain('all 8,160 entries free; byte for byte as the reference predicts');
  expect(stdout).toContain('/dev/ubda without the cache /dev/ubdb: nothing is missing');
  expect(stdout.trimEnd()).toMatch(/That was a real kernel\. Nothing is left behind\.$/);
  expect(readdirSync(folder)).toEqual([]);
});

it('says why where no kernel can be booted, and shows what it can on files', async () => {
  // A PATH without dpkg-query is a machine where none of the lab's packages is known to be there.
  const programs = scratch();
  for (const name of ['bash', 'truncate', 'wipefs']) {
    symlinkSync(name === 'wipefs' ? '/usr/sbin/wipefs' : `/usr/bin/${name}`, join(programs, name));
  }
  const { stdout, stderr, status } = await demo({ PATH: programs, TMPDIR: scratch() });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(stdout).toContain('No real kernel can be booted here');
  expect(stdout).toContain('user-mode-linux');
  expect(stdout).toContain('cache.img: clean writecache, 32 MiB');
});

function counted(match: RegExpExecArray | null): number {
  return Number(match?.[1]?.replaceAll(',', '') ?? NaN);
}
