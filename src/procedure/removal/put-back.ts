import { statusNow, type MappedDevice } from '../../dm/index.js';
import { reloadIsSafe } from '../../table/index.js';
import { countOf } from '../../units.js';
import { requireReadableMetadata } from '../readable-metadata.js';
import { swapTable } from '../swap-table.js';
import { cacheOf, type RemovalContext } from './context.js';
import { isLinear } from './swap-steps.js';

/** What runs under the name after a removal has failed. */
export interface PutBack {
  /** Sentences. */
  readonly text: string;
  /** The writecache runs, and nothing is left of the removal. */
  readonly isBack: boolean;
  /** The step that failed had done its work: the origin is in use without the cache. */
  readonly isReplaced?: boolean;
}

/**
 * Brings the writecache back after a step failed. An instance that is in error is never resumed, for its reads could be stale
 * then (W6), but followed by a fresh one of the same table; the linear table is never made live. Where no fresh one can be
 * loaded because the cache device cannot be read, I/O is made to fail: that is neither stale nor endless.
 */
export async function putBack(context: RemovalContext): Promise<PutBack> {
  if (context.isHung) return { text: '', isBack: false };
  try {
    const device = await context.dm.info(context.subject.mapping);
    if (device === null) return { text: 'The mapping is gone.', isBack: true };
    if (isLinear(context, await context.dm.table(device.name, 'live'))) {
      await context.guard?.release();
      context.guard = null;
      return { text: '', isBack: false, isReplaced: true };
    }
    const { error } = await statusNow(context.dm, cacheOf(context));
    const done = error ? await putBackFresh(context, device) : await putBackSame(context, device);
    await context.guard?.release();
    context.guard = null;
    return done;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const guarded = context.guard === null ? '' : ' What guards it tries again when this ends.';
    return { text: `Bringing it back failed too: ${reason}${guarded}`, isBack: false };
  }
}

async function putBackSame(context: RemovalContext, device: MappedDevice): Promise<PutBack> {
  const { dm, subject } = context;
  if (device.hasInactiveTable) await again(() => dm.clear(subject.mapping));
  if (device.suspended) await resume(context, device);
  return { text: `${subject.name} runs on as the writecache that it was.`, isBack: true };
}

/** Once more where it failed: there is nothing else that would be better for the data. */
async function again(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch {
    await work();
  }
}

async function resume({ dm, environment, subject }: RemovalContext, device: MappedDevice): Promise<void> {
  const ahead = environment.readAheadSectors(device);
  await again(() => dm.resume(subject.mapping, { readAheadSectors: ahead }));
}

async function putBackFresh(context: RemovalContext, device: MappedDevice): Promise<PutBack> {
  const { dm, environment, subject } = context;
  const cache = cacheOf(context);
  const blame = await environment.blame(cache);
  // Whatever comes next, nobody's resume shall make that one live.
  if (device.hasInactiveTable) await again(() => dm.clear(subject.mapping));
  const isSafe = reloadIsSafe(environment.kernel, cache.targetVersion) === 'yes';
  if (!device.suspended) {
    // A flush that waits for a writeback that failed waits for ever in pmem mode, and a suspend behind it as well.
    const mayHang = subject.mode === 'p';
    if (mayHang || !isSafe) {
      return { text: `${blame} It is left as it is: what it has in memory can be read.`, isBack: true };
    }
    try {
      await swapRunning(context, device);
      return { text: `${blame} ${await freshSentence(context)}`, isBack: true };
    } catch (error) {
      // Suspended half-way, it is brought back as one that was suspended.
      const now = await dm.info(subject.mapping);
      if (now?.hasInactiveTable === true) await again(() => dm.clear(subject.mapping));
      if (now?.suspended !== true) throw error;
    }
  }
  try {
    if (!isSafe) throw new Error('this kernel cannot load it beside the old one');
    await requireReadableMetadata({ ...cache, status: { ...cache.status, error: true } });
    await again(() => dm.load(subject.mapping, cache.line));
    await resume(context, device);
  } catch (error) {
    return failIo(context, device, `${blame} ${error instanceof Error ? error.message : String(error)}`);
  }
  return { text: `${blame} ${await freshSentence(context)}`, isBack: true };
}

async function swapRunning({ dm, environment, cache }: RemovalContext, device: MappedDevice): Promise<void> {
  if (cache === null) return;
  const status = await statusNow(dm, cache);
  const running = { ...cache, status, device };
  const readAhead = environment.readAheadSectors(device);
  await swapTable(dm, { cache: running, table: cache.table, readAheadSectors: readAhead });
}

async function freshSentence({ dm, cache }: RemovalContext): Promise<string> {
  if (cache === null) return '';
  const { error, total_blocks, free_blocks } = await statusNow(dm, cache);
  const state = error
    ? 'which is in error too: the device still fails'
    : `with ${countOf(total_blocks - free_blocks, 'dirty block')}`;
  return `A fresh instance of the writecache has taken over, ${state}. Nothing that was committed is lost.`;
}

async function failIo(context: RemovalContext, device: MappedDevice, why: string): Promise<PutBack> {
  const { dm, subject } = context;
  const line = { ...subject.linear, target: 'error', parameters: '' };
  await again(() => dm.load(subject.mapping, line));
  await resume(context, device);
  return {
    text: `${why} Without the cache the origin is stale, so that all I/O of ${subject.name} fails now. What was committed is still in the cache; mend its device, then: wcache remove ${subject.typed} --undo`,
    isBack: false,
  };
}
