import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectDirectory } from '../lab/project.js';
import { examples, section } from '../man/roff.js';
import type { Bench, LabCache } from './live/bench.js';
import { ContentRecord } from './remove/record.js';
import { bootForRemovals, failing, LAZY } from './remove/removal.js';

/** What wcache-removal(7) tells whoever removes a cache with dmsetup alone. */
const page = readFileSync(join(projectDirectory, 'man/wcache-removal.7'), 'utf8');
const [recipe = '', makeLive = '', goBack = '', goBackFresh = ''] = examples(section(page, 'BY HAND'));

const PROGRAM = ['write 0 60 1', 'sync', 'write 30 50 2', 'sync', 'write 0 10 3'];
const ALL_FREE = '0 254 254 *';

let bench: Bench;
let made = 0;

beforeAll(async () => {
  bench = await bootForRemovals('uml-6.1');
});

afterAll(async () => {
  await bench.end();
});

interface Site {
  readonly name: string;
  readonly lab: LabCache;
  readonly record: ContentRecord;
  /** A piece of the page's shell, about this mapping and its origin. */
  readonly script: (text: string) => string;
}

async function site(): Promise<Site> {
  const name = `p${String(++made)}`;
  const lab = await bench.cache(name, { options: LAZY });
  const record = await ContentRecord.of(bench, lab, PROGRAM);
  await bench.sh(`sync /dev/mapper/${name}`);
  const script = (text: string) =>
    `cd /run\n${text.replaceAll(/\bwc\b/g, name).replaceAll('/dev/sdb', `/dev/mapper/${name}-o`)}`;
  return { name, lab, record, script };
}

describe('the removal by hand of wcache-removal(7)', () => {
  it('makes the origin live, with everything', async () => {
    const { name, record, script } = await site();
    await bench.sh(`${script(recipe)}\nstatus_is ${name} '${ALL_FREE}'\n${makeLive.replace('wc', name)}`);
    await record.expectOn(`/dev/mapper/${name}-o`);
    await record.expectOn(`/dev/mapper/${name}`);
    const { stdout } = await bench.run(`dmsetup table ${name}`);
    expect(stdout).toContain(' linear ');
  });

  it('goes back to the same instance where blocks are left', async () => {
    const { name, record, script } = await site();
    const forgetful = recipe
      .split('\n')
      .filter((line) => !line.includes('message'))
      .join('\n');
    await bench.sh(`${script(forgetful)}\nif status_is ${name} '${ALL_FREE}'; then false; fi`);
    await bench.sh(script(goBack));
    await record.expectOn(`/dev/mapper/${name}`);
    const { stdout } = await bench.run(
      `dmsetup table ${name}; dmsetup info -c --noheadings -o tables_loaded ${name}`,
    );
    expect(stdout).toMatch(/ writecache [^]*\nLive\n$/);
  });

  it('goes back to a fresh instance where the target met an error', async () => {
    const { name, lab, record, script } = await site();
    const late = recipe.replace(
      'dmsetup suspend',
      `become ${name}-o '${failing(lab.origin)}'\ndmsetup suspend`,
    );
    const unflushed = late.replace(/^dmsetup message wc 0 flush .*\n/m, '');
    expect(unflushed).not.toBe(late);
    await bench.sh(`${script(unflushed)}\nstatus_is ${name} '1 *'`);
    await bench.mend(lab, 'origin');
    await bench.sh(script(goBackFresh));
    await record.expectOn(`/dev/mapper/${name}`);
    await bench.sh(`status_is ${name} '0 254 *'`);
    const { stdout } = await bench.run(`dmsetup table ${name}`);
    expect(stdout).toContain(' writecache ');
  });
});
