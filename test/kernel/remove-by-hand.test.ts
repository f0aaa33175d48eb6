import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareLvm } from '../lab/index.js';
import type { Answered, Bench, LabCache } from './live/bench.js';
import { ContentRecord } from './remove/record.js';
import { bootForRemovals, failing, LAZY } from './remove/removal.js';

let bench: Bench;

beforeAll(async () => {
  bench = await bootForRemovals('uml-6.1');
  const environment = await prepareLvm(bench.guest);
  const settings = Object.entries(environment).map(([name, value]) => `export ${name}=${value}`);
  await bench.sh('cat >>/run/live/words', `${settings.join('\n')}\n`);
});

afterAll(async () => {
  await bench.end();
});

/** 160 blocks are live, and more copies of them are in the cache. */
const PROGRAM = [
  'write 0 60 1',
  'sync',
  'write 30 50 2',
  'write 200 80 3',
  'sync',
  'write 200 40 4',
  'write 0 10 5',
];
const LIVE_BLOCKS = 160;

let made = 0;

interface Site {
  readonly name: string;
  readonly lab: LabCache;
  readonly record: ContentRecord;
  readonly cache: string;
  readonly origin: string;
}

async function site(): Promise<Site> {
  const name = `h${String(++made)}`;
  const lab = await bench.cache(name, { options: LAZY });
  const record = await ContentRecord.of(bench, lab, PROGRAM);
  return { name, lab, record, cache: `/dev/mapper/${name}-c`, origin: `/dev/mapper/${name}-o` };
}

function linearOf({ lab, origin }: Site): string {
  return `0 ${String(lab.sectors)} linear ${origin} 0`;
}

/** What the evidence can be: none, that of wcache, or an image of the cache device. */
const EVIDENCE = ['none', 'saved', 'image'] as const;

/** Takes it while the cache is live, and returns the words for the judgement. What is not committed is on no device: it is committed first. */
async function takeEvidence({ name, cache }: Site, kind: (typeof EVIDENCE)[number]): Promise<string[]> {
  await bench.sh(`sync /dev/mapper/${name}`);
  if (kind === 'none') return [];
  if (kind === 'image') {
    await bench.sh(`direct ${cache} >/run/${name}.img`);
    return ['--before', `/run/${name}.img`];
  }
  const saved = await bench.wcache('verify', cache, '--save', `/run/${name}.evidence`);
  expect(saved).toMatchObject({ status: 0 });
  return ['--evidence', `/run/${name}.evidence`];
}

function verify({ cache, origin }: Site, evidence: readonly string[]): Promise<Answered> {
  return bench.wcache('verify', cache, origin, ...evidence);
}

describe('a removal by hand', () => {
  it.each(EVIDENCE)('in the right order is proved (evidence: %s)', async (kind) => {
    const here = await site();
    const { name, record, origin } = here;
    const evidence = await takeEvidence(here, kind);
    await bench.sh(`
      dmsetup message ${name} 0 flush_on_suspend
      dmsetup load ${name} --table '${linearOf(here)}'
      dmsetup suspend ${name}
      status_is ${name} "0 254 254 *"
      dmsetup resume ${name}`);
    await record.expectOn(origin);
    const { status, document } = await verify(here, evidence);
    expect({ status, ...document }).toMatchObject({ status: 0, ok: true, problems: [], blocks: { lost: 0 } });
    const blocks = document['blocks'] as Counts;
    if (kind === 'none') expect(blocks['proved']).toBeGreaterThan(0);
    else expect(blocks).toMatchObject({ live: LIVE_BLOCKS, proved: LIVE_BLOCKS, undecided: 0 });
  });

  it.each(EVIDENCE)('that forgets to write back is found out (evidence: %s)', async (kind) => {
    const here = await site();
    const { name } = here;
    const evidence = await takeEvidence(here, kind);
    await bench.sh(`
      dmsetup load ${name} --table '${linearOf(here)}'
      dmsetup suspend ${name}
      dmsetup resume ${name}`);
    expect(await verify(here, evidence)).toMatchObject({ status: 6, document: { ok: false } });
    expect(codesOf(await verify(here, evidence))).toContain('not-written-back');
  });

  it('that does not look at the status after an error of the origin is found out', async () => {
    const here = await site();
    const { name, lab } = here;
    const evidence = await takeEvidence(here, 'saved');
    await bench.sh(`
      dmsetup message ${name} 0 flush_on_suspend
      dmsetup load ${name} --table '${linearOf(here)}'
      become ${name}-o '${failing(lab.origin)}'
      dmsetup suspend ${name}
      status_is ${name} "1 *"
      dmsetup resume ${name}`);
    await bench.mend(lab, 'origin');
    expect(codesOf(await verify(here, evidence))).toContain('not-written-back');
    expect(codesOf(await verify(here, []))).toContain('not-written-back');
  });

  it('that is no more than dmsetup remove, and use of the origin alone, is found out', async () => {
    const here = await site();
    const { name, origin } = here;
    await bench.sh(`dmsetup remove ${name}; fill ${origin} x 0 30`);
    const { status, document } = await verify(here, []);
    expect(status).toBe(6);
    expect(document).toMatchObject({ ok: false, metadata: { committed: LIVE_BLOCKS } });
  });

  it('to an origin that does not keep what it is given is found out', async () => {
    const here = await site();
    const { name, lab } = here;
    const evidence = await takeEvidence(here, 'saved');
    const { disk, start, sectors } = lab.origin;
    await bench.sh(`
      become ${name}-o '0 ${String(sectors)} flakey ${disk} ${String(start)} 0 1 1 drop_writes'
      dmsetup message ${name} 0 flush_on_suspend
      dmsetup load ${name} --table '${linearOf(here)}'
      dmsetup suspend ${name}
      status_is ${name} "0 254 254 *"
      dmsetup resume ${name}`);
    await bench.mend(lab, 'origin');
    const lost = await verify(here, [...evidence, '--nothing-written']);
    expect(codesOf(lost)).toEqual(['block-lost']);
    expect(lost.document).toMatchObject({
      metadata: { committed: 0 },
      blocks: { proved: 0, lost: LIVE_BLOCKS },
    });
    // Whoever does not say that nothing was written since leaves that open as well.
    expect(await verify(here, evidence)).toMatchObject({
      status: 0,
      document: { blocks: { proved: 0, lost: 0, undecided: LIVE_BLOCKS } },
    });
  });
});

type Counts = Readonly<Record<string, number>>;

function codesOf({ status, document }: Answered): string[] {
  expect(status).toBe(6);
  return (document['problems'] as { code: string }[]).map(({ code }) => code);
}

it('by LVM is proved as well', async () => {
  const { name } = await bench.cache('lvm', { originMiB: 8, cacheKiB: 4096 });
  await bench.sh(`
    lvm_on() { lvm "$@" --quiet --config 'devices { filter=["a|^/dev/mapper/${name}-[oc]$|", "r|.*|"] }'; }
    { dmsetup remove ${name}
      lvm_on pvcreate -ff -y --dataalignment 1m /dev/mapper/${name}-o
      lvm_on pvcreate -ff -y --dataalignment 64k /dev/mapper/${name}-c
      lvm_on vgcreate -s 64k vg /dev/mapper/${name}-o /dev/mapper/${name}-c
      lvm_on lvcreate -y -n data -l 40 vg /dev/mapper/${name}-o
      lvm_on lvcreate -y -an -Zn -Wn -n cache -l 8 vg /dev/mapper/${name}-c
      lvm_on lvconvert -y --type writecache --cachevol cache vg/data
    } >&2
    fill /dev/vg/data a 0 50
    sync /dev/vg/data`);
  const saved = await bench.wcache('verify', '/dev/mapper/vg-cache_cvol', '--save', '/run/lvm.evidence');
  expect(saved).toMatchObject({ status: 0 });
  await bench.sh(`
    lvm_on() { lvm "$@" --quiet --config 'devices { filter=["a|^/dev/mapper/${name}-[oc]$|", "r|.*|"] }'; }
    { lvm_on lvconvert --splitcache vg/data
      lvm_on lvchange -ay -K vg/cache
    } >&2
    has /dev/vg/data 204800 a`);
  const words = ['--evidence', '/run/lvm.evidence', '--nothing-written'];
  const { status, document } = await bench.wcache('verify', '/dev/vg/cache', '/dev/vg/data', ...words);
  expect({ status, ...document }).toMatchObject({
    status: 0,
    ok: true,
    blocks: { live: 50, proved: 50, lost: 0, undecided: 0 },
  });
});
