import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RemovalStepId } from '../../src/procedure/removal/types.js';
import { ContentRecord } from './remove/record.js';
import {
  certificateOf,
  expectLinear,
  expectWritecache,
  LAZY,
  remove,
  removeAlone,
  resultOf,
} from './remove/removal.js';
import { PATIENT, Site } from './remove/site.js';

let site: Site;

beforeAll(async () => {
  site = await Site.prepare();
});

afterAll(async () => {
  await site.bench.end();
});

/** The steps of a removal from something in use; from the second kind on the origin is what I/O goes to. */
const BEFORE_RESUME: readonly RemovalStepId[] = [
  ...(['look', 'evidence', 'drain', 'compare', 'drain-again', 'flush-on-suspend', 'load'] as const),
  ...(['suspend', 'judge', 'resume'] as const),
];
const AFTER_RESUME: readonly RemovalStepId[] = ['cross-check', 'certificate', 'record'];
const SIGKILL = 137;
const KILL = 'kill -KILL $PPID';
/** Of all that is in the group of the process: as a shell or a supervisor does it that ends. */
const KILL_GROUP = 'kill -KILL 0';

const MOMENTS: readonly (readonly [string, string])[] = [
  ...[...BEFORE_RESUME, ...AFTER_RESUME].map((step) => [`begin ${step}`, KILL] as const),
  ...['begin judge', 'begin resume', 'done resume'].map((at) => [at, KILL_GROUP] as const),
];

function runsWritecache(at: string): boolean {
  const [type, step] = at.split(' ');
  return BEFORE_RESUME.some((each) => each === step) && !(type === 'done' && step === 'resume');
}

/** Who guards it needs a moment. */
async function expectRunning(): Promise<void> {
  await site.bench.sh(
    'runs() { [ "$(dmsetup info -c --noheadings -o suspended wc)" = Active ]; }; until_so runs; until_so under_way suspend 0',
  );
}

/** What is done about it: most are finished; some are left alone, and the next one is killed as well. */
const THEN = ['the next is killed', 'it is taken back', 'it is finished'] as const;

describe('a removal that is killed', () => {
  it.each(
    MOMENTS.map(([at, run], index) => ({
      ...{ at, run },
      then: runsWritecache(at) ? (THEN[index % THEN.length] ?? 'it is finished') : 'it is finished',
    })),
  )('at "$at" ($run) loses nothing; $then', async ({ at, run, then }) => {
    await site.writes();
    const killed = await removeAlone(site.bench, 'wc', PATIENT, { at, run });
    expect(killed.status).toBe(SIGKILL);
    await expectRunning();
    const status = await site.status();
    expect(status).toContain('removal interrupted');
    expect(status).toContain('wcache remove wc');
    expect(status.includes('--undo')).toBe(runsWritecache(at));
    if (!runsWritecache(at)) {
      await expectLinear(site.bench, site.lab);
      expect(await site.undo()).toMatchObject({ status: 1, code: 'already-removed' });
    } else if (then === 'it is taken back') {
      expect(await site.undo()).toMatchObject({ status: 0, document: { undone: true } });
      await expectWritecache(site.bench, site.lab);
      expect(await site.status()).not.toContain('interrupted');
    }
    if (then === 'it is finished') {
      const finished = await site.finish();
      expect(resultOf(finished).resumed).toBe(!runsWritecache(at));
    } else {
      await site.reads();
    }
  });
});

it('all the time the application read what it had written', async () => {
  await site.end();
});

describe('a removal that takes the mapping away as well', () => {
  it.each(['begin invalidate', 'begin delete', 'done delete'])(
    'killed at "%s" is finished by the next',
    async (at) => {
      const { bench } = site;
      const name = at.replace(' ', '-');
      const lab = await bench.cache(name, { options: LAZY });
      const record = await ContentRecord.of(bench, lab, ['write 0 60 1', 'sync', 'write 30 60 2']);
      const words = ['--invalidate', '--delete'];
      const killed = await removeAlone(bench, name, words, { at, run: KILL });
      expect(killed.status).toBe(SIGKILL);
      const again = await remove(bench, name, words);
      expect(resultOf(again)).toMatchObject({ ending: 'deleted', resumed: true });
      if (resultOf(again).certificate !== null) expect(certificateOf(again)).toMatchObject({ ok: true });
      const { status } = await bench.run(`dmsetup info ${name}`);
      expect(status).toBe(1);
      await record.expectOn(`/dev/mapper/${name}-o`);
      const inspected = await bench.wcache('inspect', `/dev/mapper/${name}-c`);
      expect(inspected.document).toMatchObject({ state: 'blank' });
      await bench.sh('[ "$(ls /var/lib/wcache/removals | grep -c superblock)" -ge 1 ]');
    },
  );
});
