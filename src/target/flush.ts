import { commit } from './commit.js';
import type { Core } from './core.js';

/**
 * A flush of the mapped device (kernel-target.md §5.4): a commit. The origin is flushed with it where writes may have gone
 * there directly: in ssd mode always, in pmem mode only while nothing is cached. False where it fails.
 */
export function flush(core: Core): boolean {
  if (core.isInError()) return false;
  core.counters.flushes += 1;
  commit(core);
  const isHidden = core.parts.settings.mode === 's' && core.parts.behaviour.hidesFailedFlush;
  if (core.isInError() && !isHidden) return false;
  return !flushesOrigin(core) || core.parts.origin.tryFlush();
}

function flushesOrigin(core: Core): boolean {
  const { settings, behaviour } = core.parts;
  if (settings.mode === 's') return behaviour.flushesOrigin;
  return settings.cleaner || settings.metadataOnly;
}
