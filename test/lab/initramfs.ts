import { execa } from 'execa';
import { createHash, randomUUID } from 'node:crypto';
import { access, readFile, rename, symlink, mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { cpioArchive, type ArchiveEntry } from './cpio.js';
import { guestFile } from './project.js';
import type { DebianKernel } from './debian-kernel.js';

const BUSYBOX = '/bin/busybox';

/**
 * Loaded before the host's root is there; being few and local, that takes less time than modprobe would over
 * 9p.
 */
const MODULES = [
  ...['virtio_pci', '9pnet_virtio', '9p', 'virtio_blk', 'virtio_console'],
  ...['nd_e820', 'nd_pmem', 'dm-mod', 'dm-bufio', 'dm-writecache', 'loop'],
];

/** The initramfs for a kernel: made once, and again whenever what goes into it changes. Returns its path. */
export async function initramfs(kernel: DebianKernel): Promise<string> {
  const init = await readFile(guestFile('init.sh'));
  const busybox = await readFile(BUSYBOX);
  const key = createHash('sha256')
    .update(kernel.release)
    .update(init)
    .update(busybox)
    .update(MODULES.join())
    .digest('hex')
    .slice(0, 16);
  const path = join(kernel.directory, `initramfs-${key}.cpio`);
  const made = await access(path).then(
    () => true,
    () => false,
  );
  if (!made) {
    const draft = `${path}.${randomUUID()}`;
    await writeFile(draft, cpioArchive(await entries(kernel, init, busybox)));
    await rename(draft, path);
  }
  return path;
}

async function entries(kernel: DebianKernel, init: Buffer, busybox: Buffer): Promise<ArchiveEntry[]> {
  const modules = await modulesInOrder(kernel);
  const files = await Promise.all(
    modules.map(async (path) => ({
      path: `modules/${basename(path)}`,
      mode: 0o644,
      content: await readFile(path),
    })),
  );
  const order = modules.map((path) => `${basename(path)}\n`).join('');
  return [
    ...['bin', 'proc', 'dev', 'root', 'modules'].map((path) => ({ path, mode: 0o755 })),
    { path: 'init', mode: 0o755, content: init },
    { path: 'bin/busybox', mode: 0o755, content: busybox },
    { path: 'modules/order', mode: 0o644, content: Buffer.from(order) },
    ...files,
  ];
}

/**
 * The modules and everything they need, each after what it needs. What is built into the kernel is left out.
 */
async function modulesInOrder(kernel: DebianKernel): Promise<string[]> {
  // modprobe wants a base directory that has lib/modules.
  const base = await mkdtemp(join(tmpdir(), 'wcache-lab-'));
  try {
    await mkdir(join(base, 'lib'));
    await symlink(kernel.modules, join(base, 'lib', 'modules'));
    const words = ['-d', base, '-S', kernel.release, '--show-depends', '-a', ...MODULES];
    const { stdout } = await execa('modprobe', words);
    const paths = stdout
      .split('\n')
      .filter((line) => line.startsWith('insmod '))
      .map((line) => line.slice('insmod '.length).trim());
    return [...new Set(paths)].map((path) => path.replace(join(base, 'lib', 'modules'), kernel.modules));
  } finally {
    await rm(base, { recursive: true, force: true });
  }
}
