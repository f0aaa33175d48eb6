export { boot } from './boot.js';
export { debianKernel } from './debian-kernel.js';
export { cacheDirectory } from './kept.js';
export { GuestError } from './guest-error.js';
export { lvmConfig, prepareLvm } from './lvm.js';
export { debianPackages, installDebianPackages, missingDebianPackages } from './packages.js';
export { labReadiness } from './readiness.js';
export { createSparse, output, writecacheTable, type WritecacheTable } from './wc.js';
export type {
  BootOptions,
  DiskImage,
  Guest,
  KernelName,
  LabReadiness,
  RunOptions,
  RunResult,
} from './types.js';
