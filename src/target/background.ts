import { commit } from './commit.js';
import { beginCopies, endCopies } from './copying.js';
import type { Copy } from './copy.js';
import type { Core } from './core.js';
import { writeBack } from './writeback.js';

/** The timer of max_age looks so many times in that span (§5.5). */
const AGE_CHECKS = 16;

/** Does what is due and can be done without time going on: the worker's queue, and copies that have ended. */
export function runDue(core: Core): void {
  core.passWasInVain = false;
  while (runStep(core));
}

/**
 * One step of what {@link runDue} does. A write that waits for a free block goes on as soon as there is one, with other
 * copies still under way. False where nothing can be done without time going on.
 */
export function runStep(core: Core): boolean {
  beginCopies(core);
  if (!core.copies.hasAnyEndedBy(core.nowMs) || goesOnBefore(core)) return runNext(core);
  endCopies(core, someOf(core, core.copies.endedBy(core.nowMs)));
  return true;
}

/** All of them, or those that are faster than the rest. */
function someOf(core: Core, ended: readonly Copy[]): Copy[] {
  const { choose } = core.parts;
  const laterCount = choose(ended.length, 'how many copies are under way yet when the first have ended');
  if (laterCount === 0) return [...ended];
  const left = [...ended];
  const faster: Copy[] = [];
  while (left.length > laterCount) {
    faster.push(...left.splice(choose(left.length, 'which copy ends first'), 1));
  }
  return faster;
}

/**
 * What comes of a copy that has ended is done beside the worker, which mostly is faster; but in ssd mode it waits for the
 * copies before a new pass, if not for what comes of them.
 */
function goesOnBefore(core: Core): boolean {
  if (!mayRunNext(core)) return false;
  const isFaster = core.parts.settings.mode === 'p' || core.queue[0] === 'commit';
  const other = core.parts.choose(2, 'whether the worker or the end of a copy is faster') === 1;
  return isFaster !== other;
}

/** The worker does one thing after the other: a pass of writeback ends when its copies have begun. */
function mayRunNext(core: Core): boolean {
  const [work] = core.queue;
  if (work === undefined || core.waitingCopies.length > 0) return false;
  return work === 'commit' || (!isInVain(core) && writebackMayBeginMs(core) <= core.nowMs);
}

function runNext(core: Core): boolean {
  if (!mayRunNext(core)) return false;
  if (core.queue.shift() === 'commit') commit(core);
  else writeBack(core);
  return true;
}

/**
 * In ssd mode a pass waits for the copies before it, and leaves the origin to programs for a while after a write that went
 * around the cache, unless the cache is being emptied (kernel-target.md §5.5).
 */
function writebackMayBeginMs(core: Core): number {
  const { settings } = core.parts;
  if (settings.mode === 'p') return core.nowMs;
  const copiesEndMs = Math.max(core.nowMs, core.copies.lastEndMs ?? 0);
  const isPaused = !settings.cleaner && core.writeBackAll === 0 && !core.suspended;
  const pauseEndMs = isPaused && core.lastAroundMs !== null ? core.lastAroundMs + settings.pauseMs : 0;
  return Math.max(copiesEndMs, pauseEndMs);
}

/** Without a copy under way there is nothing to wait for. */
function isInVain({ passWasInVain, copies }: Core): boolean {
  return passWasInVain && copies.count > 0;
}

/** When something happens by itself; undefined if nothing will. */
export function nextEventMs(core: Core): number | undefined {
  const times: number[] = [];
  if (core.copies.firstEndMs !== undefined) times.push(core.copies.firstEndMs);
  if (core.queue.includes('writeback') && !isInVain(core)) times.push(writebackMayBeginMs(core));
  if (core.commitDueMs !== null) times.push(core.commitDueMs);
  if (core.ageCheckDueMs !== null) times.push(core.ageCheckDueMs);
  return times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b));
}

/** Lets time go on to the next event. */
export function passTimeTo(core: Core, ms: number): void {
  core.nowMs = Math.max(core.nowMs, ms);
  fireTimers(core);
  runDue(core);
}

function fireTimers(core: Core): void {
  if (core.commitDueMs !== null && core.commitDueMs <= core.nowMs) {
    core.commitDueMs = null;
    if (!core.isInError()) core.enqueue('commit');
  }
  if (core.ageCheckDueMs !== null && core.ageCheckDueMs <= core.nowMs) {
    const stops = core.isInError() || core.suspended;
    if (!stops) core.enqueue('writeback');
    core.ageCheckDueMs = stops ? null : core.nowMs + ageCheckMs(core);
  }
}

/** Begins to look after the age of blocks. */
export function startAgeChecks(core: Core): void {
  if (core.parts.settings.maxAgeMs !== null) core.ageCheckDueMs = core.nowMs + ageCheckMs(core);
}

/** A max_age below 16 ms keeps a kernel busy; here time goes on by 1 ms. */
function ageCheckMs(core: Core): number {
  return Math.max(1, Math.floor((core.parts.settings.maxAgeMs ?? 0) / AGE_CHECKS));
}

/** Does all queued work to its end, with the time that it takes. */
export function drain(core: Core): void {
  runDue(core);
  while (core.queue.length > 0 || core.copies.count > 0) {
    const next = nextEventMs(core);
    if (next === undefined) return;
    passTimeTo(core, next);
  }
}
