import { afterAll, beforeAll, expect, it } from 'vitest';
import { prepareLvm } from '../../lab/index.js';
import { Bench } from './bench.js';

let bench: Bench;

/** A cache that LVM has made: the mapping is vg-data, the volume vg/data. */
beforeAll(async () => {
  bench = await Bench.boot('uml-6.1');
  const environment = await prepareLvm(bench.guest);
  const settings = Object.entries(environment).map(([name, value]) => `export ${name}=${value}`);
  await bench.sh(`cat >>/run/live/words`, `${settings.join('\n')}\n`);
  const [origin = '', cache = ''] = bench.guest.disks;
  await bench.sh(`
    pvcreate -q --dataalignment 1m ${cache} >&2
    pvcreate -q --dataalignment 1m ${origin} >&2
    vgcreate -q -s 64k vg ${origin} ${cache} >&2
    lvcreate -q -y -n data -l 64 vg ${origin} >&2
    lvcreate -q -y -an -Zn -Wn -n cache -l 16 vg ${cache} >&2
    lvconvert -q -y --type writecache --cachevol cache vg/data >&2
    fill /dev/vg/data a 0 50`);
});

afterAll(async () => {
  await bench.end();
});

const VERBS = [
  ['flush', [], 'lvconvert --splitcache vg/data'],
  ['clean', [], 'lvchange --cachesettings cleaner=1 vg/data'],
  ['message', ['flush'], 'vg/data'],
  ['suspend', [], 'lvchange -an vg/data'],
  ['resume', [], 'lvchange -an vg/data && lvchange -ay vg/data'],
  ['set', ['high-watermark=60'], 'lvchange --cachesettings'],
  ['recover', ['--yes'], 'lvchange -an vg/data && lvchange -ay vg/data'],
  ['stats', ['reset'], 'vg/data'],
] as const;

const LOOK = 'dmsetup table; dmsetup status --noflush; dmsetup info -c --noheadings -o attr,events,uuid,name';

it("no verb changes what is LVM's, and each names the command of LVM's that does it", async () => {
  const before = await bench.sh(LOOK);
  for (const [verb, words, command] of VERBS) {
    const own = verb === 'stats' ? [verb, ...words, 'vg-data'] : [verb, 'vg-data', ...words];
    const answer = await bench.wcache(...own);
    expect({ verb, status: answer.status, code: answer.code }).toEqual({
      verb,
      status: 4,
      code: 'managed-by-lvm',
    });
    expect(answer.hint).toContain(command);
  }
  expect(await bench.sh(LOOK)).toBe(before);
});

it('the commands that it names do it', async () => {
  await bench.sh(`
    lvchange --cachesettings cleaner=1 vg/data
    until_so status_is vg-data "0 254 254 0 *"
    fill /dev/vg/data b 100 5
    status_is vg-data "0 254 254 0 *"
    has /dev/mapper/vg-data_wcorig 204800 a
    lvchange --cachesettings cleaner=0 vg/data
    lvchange --cachesettings 'high_watermark=60' vg/data
    dmsetup table vg-data | grep -q ' 4096 2 high_watermark 60$'
    fill /dev/vg/data c 0 50
    status_is vg-data "0 254 204 *"
    dmsetup suspend vg-data
    lvchange -an vg/data
    lvchange -ay vg/data
    status_is vg-data "0 254 204 0 0 0 0 0 0 0 0 0 0 0"`);
  // In error: a refresh only suspends and resumes it, which on x86 makes its reads stale; deactivated and activated it is well.
  await bench.sh(`
    become vg-data_wcorig "$(dmsetup table vg-data_wcorig | sed 's/linear/flakey/; s/$/ 0 1 1 error_writes/')"
    ! dmsetup message vg-data 0 flush 2>&1
    status_is vg-data "1 *"
    lvchange --refresh vg/data
    status_is vg-data "1 *"
    lvchange -an vg/data
    lvchange -ay vg/data
    status_is vg-data "0 254 204 *"
    has /dev/vg/data 204800 c
    lvconvert --splitcache vg/data
    has /dev/vg/data 204800 c
    has /dev/vg/data 20480 b`);
});
