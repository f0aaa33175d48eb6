import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bench, CacheOptions, LabCache, Role } from './live/bench.js';
import { FILE_SYSTEMS } from './remove/applications.js';
import { ContentRecord, SAW_NOTHING_WRONG } from './remove/record.js';
import {
  bootForRemovals,
  certificateOf,
  expectLinear,
  expectWritecache,
  failing,
  LAZY,
  remove,
  removeAlone,
} from './remove/removal.js';
import { expectShapeRemoved } from './remove/shape-removal.js';
import { SHAPES } from './remove/shapes.js';
import { PATIENT, Site } from './remove/site.js';
import { expectRemovedUnderLoad } from './remove/under-load.js';

/** One machine for both modes, as starting wcache takes its emulated processor long. */
let bench: Bench;

beforeAll(async () => {
  bench = await bootForRemovals('debian-6.12', 'p');
});

afterAll(async () => {
  await bench.end();
});

describe('in pmem mode', () => {
  it.each(FILE_SYSTEMS)(
    'under applications on $type nothing that was acknowledged is lost',
    async (fileSystem) => {
      await expectRemovedUnderLoad(bench, fileSystem);
    },
  );
});

/** Each in another state of the metadata: the kernel's copies are on the medium at once in pmem mode, committed or not. */
const IN_PMEM = [
  'blocks anywhere',
  'a few blocks, overwritten again and again',
  'more than fits: the rest went around it',
  'nothing that is committed',
];

describe('in pmem mode a removal leaves the origin with every byte', () => {
  const shapes = SHAPES.filter(({ what }) => IN_PMEM.includes(what));

  it.each(shapes.map((shape, index) => ({ what: shape.what, shape, name: `s${String(index)}` })))(
    'of $what',
    async ({ shape, name }) => {
      await expectShapeRemoved(bench, shape, name, '--delete');
    },
  );
});

describe('in pmem mode a removal that is killed loses nothing', () => {
  it('where the next one is killed, too, and where one finishes', async () => {
    const killed = await Site.on(bench);
    for (const step of ['drain', 'suspend', 'judge', 'resume', 'cross-check']) {
      await killed.writes();
      const { status } = await removeAlone(bench, 'wc', PATIENT, {
        ...{ at: `begin ${step}`, run: 'kill -KILL $PPID' },
      });
      expect({ step, status }).toEqual({ step, status: 137 });
      await bench.sh(
        'runs() { [ "$(dmsetup info -c --noheadings -o suspended wc)" = Active ]; }; until_so runs',
      );
      expect(await killed.status()).toContain('removal interrupted');
      const runs = step === 'cross-check' ? 'linear' : 'writecache';
      await bench.sh(`dmsetup table wc | grep -q ' ${runs} '`);
      if (step === 'cross-check' || step === 'judge') await killed.finish();
      else await killed.reads();
    }
    await killed.end();
  });
});

/** 160 blocks are in the cache. */
const PROGRAM = ['write 0 60 1', 'sync', 'write 30 50 2', 'write 200 80 3', 'write 200 40 4', 'sync'];

interface Failing {
  readonly lab: LabCache;
  readonly record: ContentRecord;
  /** Shell commands. */
  readonly refuseWrites: Readonly<Record<Role, string>>;
}

async function site(name: string, mode: CacheOptions['mode'] & string): Promise<Failing> {
  const lab = await bench.cache(name, { options: LAZY, mode });
  const record = await ContentRecord.of(bench, lab, PROGRAM);
  await record.watch();
  const refuse = (role: Role): string => `become ${name}-${role.charAt(0)} '${failing(lab[role])}'`;
  return { lab, record, refuseWrites: { origin: refuse('origin'), cache: refuse('cache') } };
}

/** The writecache runs on with all data, and once the device is mended another removal finishes. */
async function expectAllThere({ lab, record }: Failing, role: Role): Promise<void> {
  const { name } = lab;
  await expectWritecache(bench, lab);
  const status = await bench.sh(`dmsetup status ${name}`);
  expect(status).toMatch(/^0 8192 writecache 0 254 94 /);
  await record.expectOn(`/dev/mapper/${name}`);
  await bench.mend(lab, role);
  const again = await remove(bench, name, ['--keep']);
  expect(certificateOf(again)).toMatchObject({ ok: true, blocks: { lost: 0, undecided: 0 } });
  await expectLinear(bench, lab);
  expect(await record.endWatch()).toMatchObject(SAW_NOTHING_WRONG);
  await record.expectOn(`/dev/mapper/${name}-o`);
}

/** On x86 an instance that is resumed in error has forgotten what is in the cache, and its reads are stale (W6). */
describe('where a device refuses writes, nothing stale is shown', () => {
  it.each(['origin', 'cache'] as const)('in a suspend in ssd mode, the %s', async (role) => {
    const here = await site(`ssd-${role}`, 's');
    const failed = await remove(bench, here.lab.name, ['--no-drain'], {
      at: 'begin suspend',
      run: here.refuseWrites[role],
    });
    expect(failed).toMatchObject({ status: 1, code: 'suspend-error' });
    await expectAllThere(here, role);
  });
});

/** A failed writeback may keep the kernel waiting for good in pmem mode, with whoever told it to write back. */
describe('where the origin refuses writes in pmem mode, all data stays in the cache', () => {
  /** As after the reboot that it may take: another instance on the same devices has everything. */
  async function expectAllInCache({ lab, record }: Failing): Promise<void> {
    await bench.mend(lab, 'origin');
    await bench.sh(`dmsetup create again-${lab.name} --table '${lab.table}'`);
    await record.expectOn(`/dev/mapper/again-${lab.name}`);
    await bench.sh(`dmsetup message again-${lab.name} 0 flush`);
    await record.expectOn(`/dev/mapper/${lab.name}-o`);
  }

  it('of a drain, and the writecache is there to be read', async () => {
    const here = await site('drained', 'p');
    const failed = await remove(bench, 'drained', [], { at: 'begin drain', run: here.refuseWrites.origin });
    expect(failed).toMatchObject({ status: 1, code: 'in-error' });
    await expectWritecache(bench, here.lab);
    await here.record.expectOn('/dev/mapper/drained');
    expect(await here.record.endWatch()).toMatchObject(SAW_NOTHING_WRONG);
    await expectAllInCache(here);
  });

  it('of a suspend, which may hang in the kernel, and that is told', async () => {
    const here = await site('hung', 'p');
    const failed = await remove(bench, 'hung', ['--no-drain'], {
      at: 'begin suspend',
      run: here.refuseWrites.origin,
    });
    expect(failed.status).toBe(1);
    // Whether the kernel meets the error before it waits is a race of its own.
    if (failed.code === 'suspend-error') {
      await expectAllThere(here, 'origin');
    } else {
      expect(failed.code).toBe('kernel-hangs');
      expect(failed.hint).toContain('wcache create');
      await expectAllInCache(here);
    }
  });
});
