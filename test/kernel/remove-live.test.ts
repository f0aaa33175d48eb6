import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareLvm } from '../lab/index.js';
import type { Bench } from './live/bench.js';
import { Applications, FILE_SYSTEMS } from './remove/applications.js';
import { bootForRemovals, certificateOf, expectLinear, LAZY, remove } from './remove/removal.js';
import { PATIENT } from './remove/site.js';
import { expectRemovedUnderLoad } from './remove/under-load.js';

let bench: Bench;

beforeAll(async () => {
  bench = await bootForRemovals('uml-6.1');
  const environment = await prepareLvm(bench.guest);
  const settings = Object.entries(environment).map(([name, value]) => `export ${name}=${value}`);
  // LVM looks at the devices that a test names, and at no others.
  await bench.sh(
    'cat >>/run/live/words',
    `${settings.join('\n')}
lvm_on() { devices=$1; shift; lvm "$@" --quiet --config "devices { filter=[\\"a|^/dev/mapper/($devices)\\$|\\", \\"r|.*|\\"] }"; }
`,
  );
});

afterAll(async () => {
  await bench.end();
});

describe('under applications on a mounted file system', () => {
  it.each(FILE_SYSTEMS)('($type) nothing that was acknowledged is lost', async (fileSystem) => {
    await expectRemovedUnderLoad(bench, fileSystem);
  });
});

/** What can be between a mapping and the file system on it: how it is put there, taken away, and put on the origin. */
const STACKS = [
  {
    what: 'a partition',
    name: 'parted',
    make: "dmsetup create parted1 --table '0 32768 linear /dev/mapper/parted 2048'",
    top: '/dev/mapper/parted1',
    takeAway: 'dmsetup remove parted1',
    onOrigin: "dmsetup create parted1 --table '0 32768 linear /dev/mapper/parted-o 2048'",
  },
  {
    what: 'a volume of LVM',
    name: 'volumes',
    make: `
      lvm_on volumes pvcreate --dataalignment 1m /dev/mapper/volumes
      lvm_on volumes vgcreate -s 1m vg /dev/mapper/volumes
      lvm_on volumes lvcreate -y -n data -l 24 vg`,
    top: '/dev/vg/data',
    takeAway: 'lvm_on volumes vgchange -an vg',
    onOrigin: 'lvm_on volumes-o vgchange -ay vg',
  },
] as const;

describe('below', () => {
  it.each(STACKS)('$what in use, it works live', async ({ name, make, top, takeAway, onOrigin }) => {
    const lab = await bench.cache(name, { originMiB: 32, cacheKiB: 4096 });
    const mount = `/run/${name}`;
    await bench.sh(`
      { ${make}
        mkfs.ext4 -q -b 4096 ${top}
      } >&2
      mkdir ${mount}
      mount ${top} ${mount}`);
    const applications = await Applications.start(bench, mount);
    expect(certificateOf(await remove(bench, name, PATIENT))).toMatchObject({
      ok: true,
      blocks: { lost: 0 },
    });
    await expectLinear(bench, lab);
    await applications.worked(5);
    await applications.end();
    await bench.sh(`
      { umount ${mount}
        ${takeAway}
        dmsetup remove ${name}
        ${onOrigin}
        e2fsck -fn ${top}
        mount ${top} ${mount}
      } >&2`);
    await applications.expectKept();
  });
});

describe('refused is', () => {
  /** Nothing is changed by a refusal. */
  async function expectRefused(
    name: string,
    expected: object,
    words: readonly string[] = [],
  ): Promise<string> {
    const tables = `dmsetup table ${name}; dmsetup table --inactive ${name}; dmsetup info -c --noheadings -o attr ${name}`;
    const before = await bench.sh(tables);
    const refused = await remove(bench, name, words);
    expect(refused).toMatchObject(expected);
    expect(await bench.sh(tables)).toBe(before);
    return `${refused.message} ${refused.hint}`;
  }

  it("a cache that LVM made, with the command of LVM's that removes it", async () => {
    await bench.cache('lv', { originMiB: 16, cacheKiB: 4096 });
    await bench.sh(`
      { dmsetup remove lv
        lvm_on 'lv-[oc]' pvcreate --dataalignment 1m /dev/mapper/lv-o /dev/mapper/lv-c
        lvm_on 'lv-[oc]' vgcreate -s 64k made /dev/mapper/lv-o /dev/mapper/lv-c
        lvm_on 'lv-[oc]' lvcreate -y -n data -l 64 made /dev/mapper/lv-o
        lvm_on 'lv-[oc]' lvcreate -y -an -Zn -Wn -n cache -l 16 made /dev/mapper/lv-c
        lvm_on 'lv-[oc]' lvconvert -y --type writecache --cachevol cache made/data
      } >&2
      fill /dev/made/data a 0 50`);
    const said = await expectRefused('made-data', { status: 4, code: 'managed-by-lvm' });
    expect(said).toContain('lvconvert --splitcache made/data');
    await bench.sh(`
      lvm_on 'lv-[oc]' lvconvert --splitcache made/data >&2
      [ "$(direct /dev/made/data | tr -cd a | wc -c)" = 204800 ]`);
  });

  it('one that carries what wcache itself needs, or memory', async () => {
    await bench.cache('needed', { originMiB: 16, options: LAZY });
    await bench.sh(`
      mkfs.ext4 -q -b 4096 /dev/mapper/needed
      mkdir -p /var/lib/wcache
      mount /dev/mapper/needed /var/lib/wcache`);
    expect(await expectRefused('needed', { status: 5, code: 'own-files' })).toContain('/var/lib/wcache');
    await bench.sh('umount /var/lib/wcache; mkswap -q -f /dev/mapper/needed; swapon /dev/mapper/needed');
    expect(await expectRefused('needed', { status: 5, code: 'own-files' })).toContain('/dev/mapper/needed');
    const refused = await expectRefused('needed', { status: 2 }, ['--override', 'own-file']);
    expect(refused).toContain('own-files');
    await bench.sh('swapoff /dev/mapper/needed');
    expect(certificateOf(await remove(bench, 'needed'))).toMatchObject({ ok: true });
  });

  it('one for which another table waits, or that somebody has suspended', async () => {
    await bench.cache('other', { options: LAZY });
    await bench.sh("fill /dev/mapper/other a 0 50; dmsetup load other --table '0 8192 zero'");
    expect(await expectRefused('other', { status: 5, code: 'table-waits' })).toContain('dmsetup clear other');
    await bench.sh('dmsetup clear other; dmsetup suspend other');
    await expectRefused('other', { status: 1, code: 'suspended' });
    await bench.sh('dmsetup resume other');
  });

  it('the end of a mapping that is in use', async () => {
    await bench.sh('exec 7<>/dev/mapper/other; sleep 1000 & echo $! >/run/user');
    await expectRefused('other', { status: 5, code: 'in-use' }, ['--delete']);
    await bench.sh('kill $(cat /run/user)');
    expect(certificateOf(await remove(bench, 'other', ['--delete']))).toMatchObject({ ok: true });
    await bench.sh('has /dev/mapper/other-o 204800 a; ! dmsetup info other 2>/dev/null');
  });
});
