import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NotPossibleHereError, OperationError } from '../../src/errors.js';
import { gatherDoctorFacts } from '../../src/procedure/doctor-facts.js';
import type { DoctorFacts } from '../../src/procedure/doctor.js';
import { kernelIdentity } from '../../src/table/index.js';
import { FailingMapper } from './failing-mapper.js';
import { ModelCache } from './model-cache.js';

const RELEASE = '6.1.9';

/** Folders of a machine without anything in them, and the mapper of one that has one cache. */
async function machine() {
  const folder = mkdtempSync(join(tmpdir(), 'wcache-doctor-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const roots = {
    kernel: kernelIdentity(RELEASE, ''),
    uid: 0,
    sysRoot: join(folder, 'sys'),
    procRoot: join(folder, 'proc'),
    modulesRoot: join(folder, 'modules'),
    pairsFolder: join(folder, 'pairs'),
  };
  const write = (path: string, text: string): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const versions = (): Promise<DoctorFacts['dmsetup']> =>
    Promise.resolve({ installed: true, library: '1.02.185', driver: '4.47.0' });
  const { mapper } = await ModelCache.create();
  const dm = Object.assign(new FailingMapper(mapper), { versions });
  return { dm, roots, write };
}

describe('gatherDoctorFacts', () => {
  it('sees a machine as root', async () => {
    const { dm, roots } = await machine();
    expect(await gatherDoctorFacts(dm, roots)).toMatchObject({
      root: true,
      dmsetup: { installed: true, library: '1.02.185', driver: '4.47.0' },
      deviceMapper: true,
      module: 'loaded',
      targetVersion: { major: 1, minor: 6, patch: 0 },
      caches: { live: [{ name: 'wc' }], waiting: [] },
      cachesFailure: null,
      unreadablePairs: [],
    });
    expect(dm.calls).toEqual([]);
  });

  it('asks the device-mapper for nothing without root', async () => {
    const { dm, roots, write } = await machine();
    write('proc/misc', '237 loop-control\n236 device-mapper\n');
    dm.versions = () => Promise.resolve({ installed: true, library: '1.02.185', driver: null });
    dm.targetVersion = () => Promise.reject(new Error('must not be asked'));
    expect(await gatherDoctorFacts(dm, { ...roots, uid: 1000 })).toMatchObject({
      root: false,
      deviceMapper: true,
      targetVersion: null,
      caches: null,
      cachesFailure: null,
    });
  });

  it('knows of no device-mapper only as root', async () => {
    const { dm, roots } = await machine();
    dm.versions = () => Promise.resolve({ installed: true, library: '1.02.185', driver: null });
    expect(await gatherDoctorFacts(dm, roots)).toMatchObject({ deviceMapper: false, caches: null });
    expect(await gatherDoctorFacts(dm, { ...roots, uid: 1000 })).toMatchObject({ deviceMapper: null });
  });

  it('notices that dmsetup is missing, or does not work', async () => {
    const { dm, roots } = await machine();
    const fails = (error: Error) => (dm.versions = () => Promise.reject(error));
    fails(new NotPossibleHereError('not there', { code: 'program-missing' }));
    const nothing = { library: null, driver: null };
    expect((await gatherDoctorFacts(dm, roots)).dmsetup).toEqual({ installed: false, ...nothing });
    fails(new OperationError('it hangs', { code: 'program-timeout' }));
    expect((await gatherDoctorFacts(dm, roots)).dmsetup).toEqual({ installed: true, ...nothing });
    fails(new TypeError('a bug'));
    await expect(gatherDoctorFacts(dm, roots)).rejects.toThrow('a bug');
  });

  it('reports what speaks against looking at the caches', async () => {
    const { dm, roots } = await machine();
    dm.statuses = () => Promise.reject(new OperationError('No such line.', { code: 'bad-status-line' }));
    expect(await gatherDoctorFacts(dm, roots)).toMatchObject({
      targetVersion: { major: 1 },
      caches: null,
      cachesFailure: 'No such line.',
    });
    dm.targetVersion = () => Promise.reject(new OperationError('It hangs.', { code: 'program-timeout' }));
    expect(await gatherDoctorFacts(dm, roots)).toMatchObject({
      targetVersion: null,
      cachesFailure: 'It hangs.',
    });
  });

  it('tells where the target is, without loading it', async () => {
    const { dm, roots, write } = await machine();
    const notLoaded = Object.assign(dm, { targetVersion: () => Promise.resolve(null) });
    const module = async () => (await gatherDoctorFacts(notLoaded, roots)).module;
    expect(await module()).toBe('unknown');
    write(`modules/${RELEASE}/modules.dep`, 'kernel/drivers/md/dm-cache.ko:\n');
    expect(await module()).toBe('missing');
    write(
      `modules/${RELEASE}/modules.dep`,
      'kernel/drivers/md/dm-writecache.ko.xz: kernel/drivers/md/dm-mod.ko.xz\n',
    );
    expect(await module()).toBe('available');
    write(`modules/${RELEASE}/modules.builtin`, 'kernel/drivers/md/dm-writecache.ko\n');
    expect(await module()).toBe('built-in');
    write('sys/module/dm_writecache/initstate', 'live\n');
    expect(await module()).toBe('loaded');
    expect(await gatherDoctorFacts(notLoaded, roots)).toMatchObject({ caches: { live: [], waiting: [] } });
  });

  it('finds records that cannot be read', async () => {
    const { dm, roots, write } = await machine();
    write('pairs/broken.json', '{');
    expect((await gatherDoctorFacts(dm, roots)).unreadablePairs).toEqual([
      join(roots.pairsFolder, 'broken.json'),
    ]);
  });
});
