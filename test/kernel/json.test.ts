import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printedDocuments, type DocumentName } from '../../src/documents/index.js';
import { checkPrinted } from '../schemas/printed.js';
import { madeIn } from '../schemas/makers.js';
import { quoted, type Bench } from './live/bench.js';
import { bootForRemovals, remove, removeAlone } from './remove/removal.js';
import { PATIENT } from './remove/site.js';

/**
 * Every verb with `--json` against a real kernel, each document of which is checked by ajv with the schema that is
 * published for it.
 */
let bench: Bench;

const verbs = new Set<string>();
const documents = new Set<DocumentName>();

beforeAll(async () => {
  bench = await bootForRemovals('uml-6.1');
});

afterAll(async () => {
  await bench.end();
});

/** Runs a verb with `--json`; which documents it printed. `stats:reset` is a verb. */
async function json(verb: string, words: readonly string[] = [], status = 0): Promise<DocumentName[]> {
  const all = [...verb.split(':'), ...words, '--json'];
  const ran = await bench.run(`wcache ${all.map(quoted).join(' ')}`);
  expect(ran.status, ran.stdout).toBe(status);
  const printed = checkPrinted(all, ran);
  for (const each of printed) documents.add(each);
  if (printed.length > 0 && !printed.includes('error')) verbs.add(verb);
  return printed;
}

/** Nothing is written back or committed before it has to be. */
const LAZY = ['high_watermark', '100', 'low_watermark', '100', 'autocommit_time', '3600000'];

describe('documents of a real kernel', () => {
  it('without any cache', async () => {
    expect(await json('list')).toEqual(['list']);
    expect(await json('status')).toEqual(['status']);
    expect(await json('doctor')).toEqual(['doctor']);
    expect(await json('metrics')).toEqual(['metrics']);
    expect(await json('help')).toEqual(['help']);
    expect(await json('status', ['--watch', '--count', '1', '--interval', '100ms'], 0)).toEqual([]);
  });

  it('of a cache that is formatted and created', async () => {
    await bench.cache('made');
    await bench.sh('dmsetup remove made');
    const [origin, cache] = ['/dev/mapper/made-o', '/dev/mapper/made-c'];
    expect(await json('format', [cache, '--zero', '--dry-run'])).toEqual(['format']);
    expect(await json('format', [cache, '--zero', '--yes'])).toEqual(['format']);
    const lazy = ['--autocommit-time', '1h', '--high-watermark', '100', '--low-watermark', '100'];
    const create = ['made', '--origin', origin, '--cache', cache, ...lazy];
    const format = ['--format', '--block-size', '4096'];
    expect(await json('create', [...create, ...format, '--dry-run'])).toEqual(['create']);
    expect(await json('create', [...create, ...format, '--yes'])).toEqual(['create']);
    // It is there already, just so.
    expect(await json('create', create)).toEqual(['create']);
    expect(await json('size', [cache, '--block-size', '1024'])).toEqual(['size']);
  });

  it('of a cache that is looked at', async () => {
    await bench.sh('fill /dev/mapper/made a 0 20; sync /dev/mapper/made; fill /dev/mapper/made b 100 3');
    for (const verb of ['list', 'status', 'doctor', 'metrics'] as const) {
      expect(await json(verb)).toEqual([verb]);
    }
    expect(await json('status', ['made'])).toEqual(['status']);
    expect(await json('table', ['made'])).toEqual(['table']);
    expect(await json('metrics', ['--output', '/run/made.prom'])).toEqual(['metrics']);
    const cache = '/dev/mapper/made-c';
    for (const verb of ['inspect', 'check'] as const) expect(await json(verb, [cache])).toEqual([verb]);
    expect(await json('inspect', [cache, '--entries'])).toEqual(['entries']);
    expect(await json('inspect', [cache, '--at', '8'])).toEqual(['sector']);
    expect(await json('inspect', [cache, '--map'])).toEqual(['map']);
    expect(await json('status', ['made', '--watch', '--count', '3', '--interval', '100ms'])).toEqual([
      ...['watch', 'watch', 'watch'],
    ]);
    expect(await json('verify', [cache, '--save', '/run/made.evidence'])).toEqual(['evidence']);
  });

  it('of a cache that is changed', async () => {
    expect(await json('flush', ['made', '--dry-run'])).toEqual(['change']);
    expect(await json('flush', ['made'])).toEqual(['change']);
    expect(await json('stats:reset', ['made'])).toEqual(['change']);
    expect(await json('message', ['made', 'flush'])).toEqual(['change']);
    expect(await json('set', ['made', 'max-age=1h', '--dry-run'])).toEqual(['set']);
    expect(await json('set', ['made', 'max-age=1h', 'writeback-jobs=10'])).toEqual(['set']);
    expect(await json('suspend', ['made'])).toEqual(['change']);
    expect(await json('list')).toEqual(['list']);
    expect(await json('resume', ['made'])).toEqual(['change']);
    expect(await json('clean', ['made'])).toEqual(['change']);
  });

  it('of a cache in error, and its recovery', async () => {
    const lab = await bench.cache('broken', { options: LAZY });
    await bench.sh('fill /dev/mapper/broken a 0 20; sync /dev/mapper/broken');
    await bench.failWrites(lab, 'origin');
    expect(await json('flush', ['broken'], 1)).toEqual(['error']);
    for (const verb of ['list', 'status', 'metrics'] as const) expect(await json(verb)).toEqual([verb]);
    expect(await json('doctor', [], 6)).toEqual(['doctor']);
    expect(await json('status', ['broken', '--watch', '--until', 'clean'], 6)).toEqual(['watch', 'error']);
    await bench.mend(lab, 'origin');
    expect(await json('recover', ['broken', '--dry-run'])).toEqual(['recover']);
    expect(await json('recover', ['broken', '--yes'])).toEqual(['recover']);
    await bench.sh('dmsetup remove broken');
  });

  it('of a removal: foretold, interrupted, taken back, and done', async () => {
    expect(await json('remove', ['made', '--dry-run'])).toEqual(['remove']);
    expect(await json('remove', ['made', '--dry-run', '--events'])).toEqual(['removeEvent']);
    const killed = await removeAlone(bench, 'made', PATIENT, { at: 'begin load', run: 'kill -KILL $PPID' });
    expect(killed.status).toBe(128 + 9);
    expect(await json('status')).toEqual(['status']);
    expect(await json('remove', ['made', '--undo'])).toEqual(['removeUndo']);

    await bench.cache('told', { options: LAZY });
    await bench.sh('fill /dev/mapper/told a 0 100; sync /dev/mapper/told');
    const told = await remove(bench, 'told', [...PATIENT, '--verify', 'full']);
    expect(told.status).toBe(0);
    const kinds = new Set(told.events.map(({ event }) => event));
    for (const kind of ['begin', 'done', 'result'] as const) expect(kinds).toContain(kind);
    documents.add('removeEvent');

    expect(
      await json('remove', ['made', ...PATIENT, '--verify', 'full', '--invalidate', '--delete']),
    ).toEqual(['remove']);
    expect(await json('verify', ['/dev/mapper/told-c', '/dev/mapper/told-o'])).toEqual(['verify']);
  });

  it('of completion', async () => {
    expect(await json('completion', ['fish'])).toEqual(['completion']);
    expect(await json('completion', ['fish', '--install', '--dry-run'])).toEqual(['completion']);
  });

  it('of a simulation', async () => {
    await bench.sh(`echo 'random write 0..1MiB block 4K rate 100/s for 2s' >/run/work`);
    expect(await json('simulate', ['/run/work', '--cache', '1M'])).toEqual(['simulate']);
  });

  it.each([
    ['check', ['/nonexistent'], 4],
    ['clean', ['nope'], 4],
    ['completion', ['tcsh'], 2],
    ['create', ['nope', '--origin', '/nonexistent', '--cache', '/nonexistent'], 4],
    ['flush', ['nope'], 4],
    ['format', ['/dev/mapper/told-c', '--block-size', '4096'], 2],
    ['help', ['nope'], 2],
    ['inspect', ['/dev/mapper/told-o', '--entries'], 4],
    ['message', ['nope', 'flush'], 4],
    ['metrics', ['--output', '/nonexistent/x.prom'], 1],
    ['recover', ['nope'], 4],
    ['remove', ['nope'], 4],
    ['remove', ['nope', '--undo'], 4],
    ['resume', ['nope'], 4],
    ['set', ['nope', 'max-age=1h'], 4],
    ['simulate', ['/nonexistent', '--cache', '1M'], 2],
    ['size', ['/nonexistent'], 4],
    ['stats:reset', ['nope'], 4],
    ['status', ['nope'], 4],
    ['status', ['--watch', '--interval', '5'], 2],
    ['suspend', ['nope'], 4],
    ['table', ['nope'], 4],
    ['verify', ['/nonexistent', '/nonexistent'], 4],
  ])('of a failure of %s', async (verb, words, status) => {
    expect(await json(verb, words, status)).toEqual(['error']);
  });

  it('have been those of every verb, and all that need a kernel', () => {
    expect([...verbs].sort()).toEqual(Object.keys(printedDocuments).sort());
    expect([...documents]).toEqual(expect.arrayContaining(madeIn('kernel')));
  });
});
