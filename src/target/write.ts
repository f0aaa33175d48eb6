import type { Core } from './core.js';
import { writePmem } from './write-pmem.js';
import type { WriteRequest } from './write-request.js';
import { writeSsd } from './write-ssd.js';

/**
 * Writes one bio (kernel-target.md §5.2). False where it fails: because the target is in error, or a device did not take it.
 */
export function write(core: Core, request: WriteRequest): boolean {
  return core.parts.settings.mode === 's' ? writeSsd(core, request) : writePmem(core, request);
}
