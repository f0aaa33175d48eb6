import { describe, expect, it } from 'vitest';
import {
  prepareRemoval,
  REMOVAL_STEPS,
  runRemoval,
  undoRemoval,
} from '../../../src/procedure/removal/index.js';
import { judgeRemoval } from '../../../src/procedure/removal/judge-removals.js';
import { readJournal } from '../../../src/procedure/removal/journal.js';
import type { RemovalRequest } from '../../../src/procedure/removal/index.js';
import { type Death, Mortal } from './mortal-mapper.js';
import { REQUEST, RemovalSite } from './site.js';

/** Removes the cache in a process that dies; what it had begun by then goes on in nobody. */
async function removeAndDie(
  site: RemovalSite,
  request: RemovalRequest,
  death: Death | null,
): Promise<Mortal> {
  const mortal = new Mortal(site.wc.mapper, death);
  const { environment } = site;
  const work = prepareRemoval(mortal.dm, 'wc', request, { environment }).then((prepared) =>
    runRemoval(mortal.dm, prepared, { observe: mortal.observe }),
  );
  await Promise.race([work, mortal.died]);
  return mortal;
}

/** All the moments at which a removal can die. */
async function deathsOf(request: RemovalRequest): Promise<Death[]> {
  const site = await RemovalSite.create();
  site.wc.dirty(9);
  const { calls, events } = await removeAndDie(site, request, null);
  site.dispose();
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);
  return [
    ...numbers(calls).flatMap((call) => [
      { call, late: false },
      { call, late: true },
    ]),
    ...numbers(events).map((event) => ({ event })),
  ];
}

const REQUESTS: Record<string, RemovalRequest> = {
  'with a drain': REQUEST,
  'without a drain': { ...REQUEST, drain: false },
  'with all that can be asked for': { ...REQUEST, invalidate: true, ending: 'delete' },
};

/** Some seventy removals, each with a second one behind it. */
const MANY = { timeout: 180_000 };

describe.each(Object.entries(REQUESTS))('a removal %s, killed at any moment', MANY, (_, request) => {
  it('loses nothing, and a second run finishes it', async () => {
    const deaths = await deathsOf(request);
    expect(deaths.length).toBeGreaterThan(40);
    for (const death of deaths) {
      const site = await RemovalSite.create();
      site.wc.dirty(9);
      await removeAndDie(site, request, death);
      expect(await shows(site), JSON.stringify(death)).toBe(true);
      const result = await finish(site, request);
      expect(result, JSON.stringify(death)).not.toBe('failed');
      expect(site.wc.isOriginStale()).toBe(false);
      const device = await site.wc.mapper.info('wc');
      expect(device?.suspended ?? false).toBe(false);
      expect(readJournal('wc', site.environment.removalsFolder)).toBeNull();
      site.dispose();
    }
  });

  it('can be undone until I/O goes on without the cache', async () => {
    let undone = 0;
    for (const death of await deathsOf(request)) {
      const site = await RemovalSite.create();
      site.wc.dirty(9);
      await removeAndDie(site, request, death);
      const device = await site.wc.mapper.info('wc');
      const [live] = device === null ? [] : await site.wc.mapper.table('wc', 'live');
      if (live?.target === 'writecache' && readJournal('wc', site.environment.removalsFolder) !== null) {
        await undoRemoval(site.wc.mapper, 'wc', site);
        expect(await site.isCached(), JSON.stringify(death)).toBe(true);
        undone += 1;
      }
      site.dispose();
    }
    expect(undone).toBeGreaterThan(10);
  });
});

/** Whether a program reads what was written, now or when it is resumed; while it is suspended nobody reads anything. */
async function shows(site: RemovalSite): Promise<boolean> {
  const device = await site.wc.mapper.info('wc');
  if (device === null) return !site.wc.isOriginStale();
  return device.suspended || !site.wc.isStale();
}

/** The second run; where the first was done but for its last words, there is nothing to finish. */
async function finish(site: RemovalSite, request: RemovalRequest): Promise<string> {
  const { environment } = site;
  try {
    const prepared = await prepareRemoval(site.wc.mapper, 'wc', request, { environment });
    const { certificate } = await runRemoval(site.wc.mapper, prepared);
    return certificate?.ok === false ? 'failed' : 'finished';
  } catch (error) {
    const isOver =
      readJournal('wc', environment.removalsFolder) === null &&
      (await site.wc.mapper.info('wc').then(
        (device) => device === null,
        () => true,
      ));
    if (isOver) return 'was over';
    throw error;
  }
}

describe('what is said of an interrupted removal', () => {
  it('names the last step that was done, and the two ways', async () => {
    const site = await RemovalSite.create();
    site.wc.dirty(9);
    await removeAndDie(site, REQUEST, { event: 8 });
    const journal = readJournal('wc', site.environment.removalsFolder);
    if (journal === null) throw new Error('there should be a journal');
    for (const id of REMOVAL_STEPS) {
      const { message, advice } = judgeRemoval(
        { ...journal, done: { id, number: 4 }, begun: { id, number: 4 } },
        false,
      );
      expect(message).toMatch(/^removal interrupted after step 4 \(/);
      expect(advice).toContain('wcache remove wc');
    }
    const begin = judgeRemoval({ ...journal, begun: { id: 'load', number: 7 } }, false);
    expect(begin.advice).toContain('wcache remove wc --undo');
    const end = judgeRemoval({ ...journal, begun: { id: 'record', number: 13 } }, false);
    expect(end.advice).not.toContain('--undo');
    site.dispose();
  });
});
