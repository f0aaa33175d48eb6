import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TARGET, thisKernel, udevRuns, type DeviceMapper, type Dmsetup } from '../dm/index.js';
import { WcacheError } from '../errors.js';
import type { KernelIdentity } from '../table/index.js';
import type { DoctorFacts, ModuleState } from './doctor.js';
import { observeCaches } from './observe-caches.js';
import { PAIRS_FOLDER, readPairs } from './pairs.js';
import { knownRemovals } from './removal/judge-removals.js';

/** Where the machine's facts are; the machine's own unless told. */
export interface DoctorRoots {
  readonly kernel?: KernelIdentity;
  readonly uid?: number | undefined;
  readonly sysRoot?: string;
  readonly procRoot?: string;
  readonly modulesRoot?: string;
  readonly pairsFolder?: string;
  readonly removalsFolder?: string;
}

/** Looks at a machine, changes nothing and loads no module. Fails at nothing: what cannot be had is a fact as well. */
export async function gatherDoctorFacts(
  dm: DeviceMapper & Pick<Dmsetup, 'versions'>,
  roots: DoctorRoots = {},
): Promise<DoctorFacts> {
  const { kernel = thisKernel(), uid = process.geteuid?.(), pairsFolder = PAIRS_FOLDER } = roots;
  const root = uid === 0;
  const dmsetup = await programVersions(dm);
  const deviceMapper = deviceMapperAnswers({ root, ...dmsetup }, roots);
  const known = {
    kernel,
    root,
    dmsetup,
    deviceMapper,
    udev: udevRuns(),
    unreadablePairs: readPairs(pairsFolder).unreadable,
    removals: knownRemovals(roots.removalsFolder),
  };
  const module = moduleState(kernel.release, roots);
  const unseen = { ...known, module, targetVersion: null, caches: null, cachesFailure: null };
  if (!root || deviceMapper !== true) return unseen;
  try {
    const targetVersion = await dm.targetVersion(TARGET);
    if (targetVersion === null) return { ...unseen, caches: { live: [], waiting: [] } };
    const seen = { ...unseen, module: 'loaded' as const, targetVersion };
    return { ...seen, ...(await caches(dm)) };
  } catch (error) {
    return { ...unseen, cachesFailure: ownWords(error) };
  }
}

async function caches(dm: DeviceMapper): Promise<Pick<DoctorFacts, 'caches' | 'cachesFailure'>> {
  try {
    return { caches: await observeCaches(dm), cachesFailure: null };
  } catch (error) {
    return { caches: null, cachesFailure: ownWords(error) };
  }
}

/** The message of a failure that has one for its reader; anything else is a bug, and is thrown on. */
function ownWords(error: unknown): string {
  if (error instanceof WcacheError) return error.message;
  throw error;
}

async function programVersions(dm: Pick<Dmsetup, 'versions'>): Promise<DoctorFacts['dmsetup']> {
  try {
    return { installed: true, ...(await dm.versions()) };
  } catch (error) {
    if (!(error instanceof WcacheError)) throw error;
    return { installed: error.code !== 'program-missing', library: null, driver: null };
  }
}

function deviceMapperAnswers(
  { root, installed, driver }: { root: boolean; installed: boolean; driver: string | null },
  { procRoot = '/proc' }: DoctorRoots,
): boolean | null {
  if (driver !== null) return true;
  if (root && installed) return false;
  // The module is loaded by whoever opens the node first, so its absence there says nothing.
  return /^\s*\d+ device-mapper$/m.test(textOf(join(procRoot, 'misc')) ?? '') ? true : null;
}

/** Told by the files that depmod makes; without them nobody knows. */
function moduleState(
  release: string,
  { sysRoot = '/sys', modulesRoot = '/lib/modules' }: DoctorRoots,
): ModuleState {
  if (existsSync(join(sysRoot, 'module/dm_writecache'))) return 'loaded';
  const folder = join(modulesRoot, release);
  const inList = (list: string): boolean | null => {
    const text = textOf(join(folder, list));
    return text === null ? null : /(?:^|\/)dm-writecache\.ko\b/m.test(text);
  };
  if (inList('modules.builtin') === true) return 'built-in';
  const isModule = inList('modules.dep');
  if (isModule === null) return 'unknown';
  return isModule ? 'available' : 'missing';
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
