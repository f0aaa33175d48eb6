import { release, version } from 'node:os';
import { kernelIdentity, type KernelIdentity } from '../table/index.js';

/** The kernel that runs here. */
export function thisKernel(): KernelIdentity {
  return kernelIdentity(release(), version());
}
