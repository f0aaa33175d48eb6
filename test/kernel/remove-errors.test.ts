import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Bench, LabCache, Place, Role } from './live/bench.js';
import { ContentRecord, SAW_NOTHING_WRONG } from './remove/record.js';
import {
  bootForRemovals,
  certificateOf,
  dead,
  expectLinear,
  expectWritecache,
  failing,
  LAZY,
  remove,
  type Mischief,
} from './remove/removal.js';

let bench: Bench;

beforeAll(async () => {
  bench = await bootForRemovals('uml-6.1');
});

afterAll(async () => {
  await bench.end();
});

/** Whatever failed, nobody goes on reading. */
afterEach(async () => {
  await bench.sh('for folder in /run/live/watch-*; do [ ! -d $folder ] || touch $folder/stop; done');
});

/** 170 blocks are in the cache, and all of it is committed. */
const COMMITTED = [
  ...['write 0 60 1', 'write 470 10 1', 'sync'],
  ...['write 30 50 2', 'write 200 80 3', 'write 200 40 4', 'sync'],
];
/** 20 more, and new versions of others, are in the kernel's memory only. */
const UNCOMMITTED = [...COMMITTED, 'write 300 20 5', 'write 10 20 6'];
/** Written while a removal is under way; nobody watches these blocks. */
const MORE = ['write 460 30 7'];
const WATCHED_BLOCKS = 448;

/** A cache device whose metadata can be read and written, and nothing behind it. */
function withoutData({ disk, start, sectors }: Place): string {
  return `0 16 linear ${disk} ${String(start)}\n16 ${String(sectors - 16)} error`;
}

/** An origin of which all is gone that lies behind the block 250; a flush of it succeeds. */
function partlyDead({ disk, start, sectors }: Place): string {
  return `0 2000 linear ${disk} ${String(start)}\n2000 ${String(sectors - 2000)} error`;
}

interface Scene {
  readonly lab: LabCache;
  /** Shell commands. */
  readonly become: (role: Role, line: (place: Place) => string) => string;
  readonly writeMore: string;
}

interface Case {
  readonly what: string;
  readonly words?: readonly string[];
  readonly mischief: (scene: Scene) => Mischief;
}

let made = 0;

interface Site extends Scene {
  readonly name: string;
  readonly record: ContentRecord;
}

async function site(program: readonly string[]): Promise<Site> {
  const name = `e${String(++made)}`;
  const lab = await bench.cache(name, { options: LAZY });
  const record = await ContentRecord.of(bench, lab, program);
  await record.watch(WATCHED_BLOCKS);
  const become = (role: Role, line: (place: Place) => string): string =>
    `become ${name}-${role.charAt(0)} '${line(lab[role])}'`;
  return { name, lab, record, become, writeMore: `printf '${MORE.join('\\n')}\\n' | ${record.command()}` };
}

/** After the device was mended, another removal finishes, and the origin alone has what was ever acknowledged. */
async function expectSecondFinishes({ name, lab, record }: Site, watched: object): Promise<void> {
  const again = await remove(bench, name, ['--keep']);
  expect(certificateOf(again)).toMatchObject({ ok: true, blocks: { lost: 0, undecided: 0 } });
  await expectLinear(bench, lab);
  await record.expectOn(`/dev/mapper/${name}`);
  expect(await record.endWatch()).toMatchObject(watched);
  await record.expectOn(`/dev/mapper/${name}-o`);
}

/** What is said where the target reports a flush that failed, and both devices can be read. */
const NOBODY_KNOWS = /does not say of which device|no longer tells which of them failed/;

const ORIGIN_FAILS: readonly Case[] = [
  {
    what: 'from the evidence on',
    mischief: ({ become }) => ({ at: 'begin evidence', run: become('origin', failing) }),
  },

  {
    what: 'in the middle of the drain',
    mischief: ({ lab: { name, origin } }) => ({
      at: 'begin drain',
      run: `
        hold ${name}-o
        dmsetup load ${name}-o --table '${failing(origin)}'
        (until_so status_is ${name} "0 254 * [1-9]* *"; dmsetup resume ${name}-o) >/dev/null 2>&1 &`,
    }),
  },

  {
    what: 'for what is left for the suspend',
    mischief: ({ become, writeMore }) => ({
      at: 'begin suspend',
      run: `${writeMore}\n${become('origin', failing)}`,
    }),
  },
  {
    what: 'in a suspend that has everything to do',
    words: ['--no-drain'],
    mischief: ({ become }) => ({ at: 'begin suspend', run: become('origin', failing) }),
  },
];

describe('where the origin refuses writes', () => {
  it.each(ORIGIN_FAILS)('$what, the writecache runs on with all data', async ({ words = [], mischief }) => {
    const here = await site(UNCOMMITTED);
    const { name, lab, record } = here;
    const failed = await remove(bench, name, words, mischief(here));
    expect(failed).toMatchObject({ status: 1 });
    expect(failed.message).toMatch(NOBODY_KNOWS);
    await expectWritecache(bench, lab);
    await bench.sh(`status_is ${name} "0 *"`);
    await record.expectOn(`/dev/mapper/${name}`);
    await bench.mend(lab, 'origin');
    await expectSecondFinishes(here, SAW_NOTHING_WRONG);
  });

  it('where the data goes to, in the drain, it is named', async () => {
    const here = await site(UNCOMMITTED);
    const { name, lab, record, become } = here;
    const failed = await remove(bench, name, [], { at: 'begin drain', run: become('origin', partlyDead) });
    expect(failed).toMatchObject({ status: 1 });
    expect(failed.message).toContain(`/dev/mapper/${name}-o`);
    await expectWritecache(bench, lab);
    await bench.sh(`status_is ${name} "0 *"`);
    await bench.mend(lab, 'origin');
    await record.expectOn(`/dev/mapper/${name}`);
    await expectSecondFinishes(here, { wrong: 0, examples: [] });
  });

  it('and the target knows it already, nothing is begun', async () => {
    const here = await site(UNCOMMITTED);
    const { name, lab } = here;
    await bench.failWrites(lab, 'origin');
    await bench.sh(`dmsetup message ${name} 0 flush || status_is ${name} "1 *"`);
    const before = await bench.snapshot(name);
    const failed = await remove(bench, name);
    expect(failed).toMatchObject({ status: 1, code: 'in-error' });
    expect(failed.hint).toContain(`wcache recover ${name}`);
    const withoutReads = (text: string): string => text.replace(/(writecache 1 \d+ \d+ \d+) .*/, '$1');
    expect(withoutReads(await bench.snapshot(name))).toBe(withoutReads(before));
    await bench.mend(lab, 'origin');
    expect(await bench.wcache('recover', name, '--yes')).toMatchObject({ status: 0 });
    await expectSecondFinishes(here, SAW_NOTHING_WRONG);
  });
});

const CACHE_FAILS: readonly Case[] = [
  {
    what: 'cannot be read where the evidence is taken from it',
    mischief: ({ become }) => ({ at: 'begin evidence', run: become('cache', withoutData) }),
  },

  {
    what: 'refuses writes from the drain on',
    mischief: ({ become }) => ({ at: 'begin drain', run: become('cache', failing) }),
  },

  {
    what: 'refuses writes in the suspend',
    words: ['--no-drain'],
    mischief: ({ become }) => ({ at: 'begin suspend', run: become('cache', failing) }),
  },
  {
    what: 'is gone from the evidence on',
    mischief: ({ become }) => ({ at: 'begin evidence', run: become('cache', dead) }),
  },
  {
    what: 'is gone from the drain on',
    mischief: ({ become }) => ({ at: 'begin drain', run: become('cache', dead) }),
  },
];

describe('where the cache device', () => {
  it.each(CACHE_FAILS)(
    '$what, the writecache runs on, and mended it has all that was committed',
    async ({ words = [], mischief }) => {
      const here = await site(COMMITTED);
      const { name, lab, record } = here;
      const failed = await remove(bench, name, words, mischief(here));
      expect(failed).toMatchObject({ status: 1 });
      expect(failed.message).toContain(`/dev/mapper/${name}-c`);
      await expectWritecache(bench, lab);
      await bench.mend(lab, 'cache');
      const { stdout } = await bench.run(`status_is ${name} "0 *" && echo well`);
      if (stdout !== 'well\n') {
        expect(await bench.wcache('recover', name, '--yes')).toMatchObject({ status: 0 });
      }
      await record.expectOn(`/dev/mapper/${name}`);
      // What is only on a device that cannot be read cannot be read; but nothing else is read in its place.
      await expectSecondFinishes(here, { wrong: 0, examples: [] });
    },
  );
});

it('where the cache device is gone in the suspend, nothing stale is shown, and mended it is put back', async () => {
  const here = await site(COMMITTED);
  const { name, lab, record, become } = here;
  const failed = await remove(bench, name, ['--no-drain'], {
    at: 'begin suspend',
    run: become('cache', dead),
  });
  expect(failed).toMatchObject({ status: 1 });
  expect(failed.message).toContain(`/dev/mapper/${name}-c`);
  expect(failed.message).toContain(`wcache remove ${name} --undo`);
  // Neither the one nor the other could give what only the dead device has: nobody gets anything.
  await bench.sh(`
    dmsetup table ${name} | grep -q ' error'
    [ "$(dmsetup info -c --noheadings -o attr ${name})" = L--w ]
    ! direct ${name} 2>/dev/null`);
  await bench.mend(lab, 'cache');
  expect(await bench.wcache('remove', name, '--undo')).toMatchObject({
    status: 0,
    document: { undone: true },
  });
  await expectWritecache(bench, lab);
  await record.expectOn(`/dev/mapper/${name}`);
  await expectSecondFinishes(here, { wrong: 0, examples: [] });
});

const ORIGIN_UNREADABLE: readonly Case[] = [
  { what: 'is compared', mischief: ({ become }) => ({ at: 'begin compare', run: become('origin', dead) }) },
  {
    what: 'is read in the suspend',
    mischief: ({ become, writeMore }) => ({
      at: 'begin suspend,begin judge',
      run: `if [ "$NOW" = 'begin suspend' ]; then ${writeMore}; else ${become('origin', dead)}; fi`,
    }),
  },
];

describe('where the origin cannot be read', () => {
  it.each(ORIGIN_UNREADABLE)('when it $what, the writecache stays', async ({ words = [], mischief }) => {
    const here = await site(UNCOMMITTED);
    const { name, lab, record } = here;
    const failed = await remove(bench, name, words, mischief(here));
    expect(failed).toMatchObject({ status: 1 });
    expect(failed.message).toMatch(new RegExp(`/dev/mapper/${name}-o|the origin or the cache device fails`));
    await expectWritecache(bench, lab);
    await bench.sh(`status_is ${name} "0 *"`);
    await bench.mend(lab, 'origin');
    await record.expectOn(`/dev/mapper/${name}`);
    await expectSecondFinishes(here, { wrong: 0, examples: [] });
  });
});
