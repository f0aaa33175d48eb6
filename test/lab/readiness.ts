import { debianKernel } from './debian-kernel.js';
import { initramfs } from './initramfs.js';
import { missingDebianPackages } from './packages.js';
import type { KernelName, LabReadiness } from './types.js';

const EVERY_KERNEL: readonly KernelName[] = ['uml-6.1', 'debian-6.1', 'debian-6.12'];

/** Packages that only the kernels under QEMU need. */
const FOR_QEMU: ReadonlySet<string> = new Set(['qemu-system-x86', 'busybox-static', 'xz-utils', 'zstd']);

/**
 * Tells whether these kernels can be booted here. For Debian's kernels that includes fetching them if they
 * are not in the cache yet, which can take a minute: so call it before the first boot, and no boot has to
 * wait for that.
 */
export async function labReadiness(kernels: readonly KernelName[] = EVERY_KERNEL): Promise<LabReadiness> {
  const series = kernels
    .filter((name) => name.startsWith('debian-'))
    .map((name) => name.slice('debian-'.length));
  const missing = await missingDebianPackages();
  const missingPackages = series.length > 0 ? missing : missing.filter((name) => !FOR_QEMU.has(name));
  if (missingPackages.length > 0) {
    const reason = `the lab needs Debian packages that are not installed: apt-get install ${missingPackages.join(' ')}`;
    return { ready: false, reason, missingPackages };
  }
  try {
    for (const one of series) await initramfs(await debianKernel(one));
    return { ready: true };
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return { ready: false, reason: `a Debian kernel could not be made ready: ${cause}`, missingPackages: [] };
  }
}
