import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certificateSchema } from '../../../src/crosscheck/index.js';
import { WcacheError } from '../../../src/errors.js';
import { readJournals, type RemovalEvent, undoRemoval } from '../../../src/procedure/removal/index.js';
import { RemovalSite } from './site.js';

let site: RemovalSite;

beforeEach(async () => {
  site = await RemovalSite.create();
});

afterEach(() => {
  site.dispose();
});

async function failure(work: Promise<unknown>): Promise<WcacheError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof WcacheError) return error;
  throw new Error('that should have failed', { cause: error });
}

describe('a removal', () => {
  it('takes the cache out and proves every block', async () => {
    site.wc.dirty(20);
    const result = await site.remove();
    expect(await site.isOnOrigin()).toBe(true);
    expect(result).toMatchObject({ name: 'wc', ending: 'linear', resumed: false });
    expect(result.certificate).toMatchObject({
      ok: true,
      blocks: { live: 20, proved: 20, undecided: 0, lost: 0 },
    });
    const kept: unknown = JSON.parse(readFileSync(result.certificatePath ?? '', 'utf8'));
    expect(certificateSchema.parse(kept)).toEqual(result.certificate);
    expect(readJournals(site.environment.removalsFolder)).toEqual([]);
  });

  it('does the steps in their order, each with its number', async () => {
    site.wc.dirty(3);
    const events: RemovalEvent[] = [];
    const observe = (event: RemovalEvent): void => void events.push(event);
    await site.remove({ invalidate: true, ending: 'delete' }, { observe });
    const begun = events.flatMap((event) => (event.type === 'begin' ? [event.step] : []));
    expect(begun.map(({ id }) => id).join(' ')).toBe(
      'look evidence drain compare drain-again flush-on-suspend load suspend judge resume cross-check certificate record invalidate delete',
    );
    expect(begun.map(({ number }) => number)).toEqual(begun.map((_, index) => index + 1));
    expect(site.wc.dm.calls).toEqual(['flush', 'flush_on_suspend', 'load', 'suspend', 'resume', 'remove']);
    expect(await site.wc.mapper.info('wc')).toBeNull();
  });

  it('goes straight to the suspend where it is told to', async () => {
    site.wc.dirty(20);
    const result = await site.remove({ drain: false });
    expect(site.wc.dm.calls).toEqual(['flush_on_suspend', 'load', 'suspend', 'resume']);
    expect(result.certificate).toMatchObject({ ok: true, blocks: { live: 20, proved: 20 } });
    expect(await site.isOnOrigin()).toBe(true);
  });

  it.each(['sample', 'metadata', 'none'] as const)('verifies as told: %s', async (verify) => {
    site.wc.dirty(20);
    const { certificate } = await site.remove({ verify });
    expect(certificate?.level ?? 'none').toBe(verify);
    expect(await site.isOnOrigin()).toBe(true);
  });

  it('keeps a copy of the superblock that it zeroes', async () => {
    site.wc.dirty(3);
    const before = new Uint8Array(4096);
    const { backupPath } = await site.remove({ invalidate: true });
    site.wc.cacheDevice.read(before, 0);
    expect(before.every((byte) => byte === 0)).toBe(true);
    expect(
      readFileSync(backupPath ?? '')
        .subarray(0, 4)
        .toString('hex'),
    ).toBe('21934823');
  });

  it('is not begun on a cache in error', async () => {
    await site.wc.bringIntoError();
    expect((await failure(site.remove())).code).toBe('in-error');
    expect(site.wc.dm.calls).toEqual([]);
  });

  it('is not begun where a foreign table waits, or somebody has suspended it', async () => {
    await site.wc.mapper.load('wc', {
      startSector: 0n,
      lengthSectors: 2048n,
      target: 'zero',
      parameters: '',
    });
    expect((await failure(site.remove())).code).toBe('table-waits');
    await site.wc.mapper.clear('wc');
    await site.wc.mapper.suspend('wc');
    expect((await failure(site.remove())).code).toBe('suspended');
  });

  it('does not delete what is open', async () => {
    const open = site.wc.mapper.open('wc');
    expect((await failure(site.remove({ ending: 'delete' }))).code).toBe('in-use');
    const { ending } = await site.remove({ ending: 'auto' });
    expect(ending).toBe('linear');
    open.close();
  });

  it('ends at an interruption before the suspend, and leaves nothing behind', async () => {
    site.wc.dirty(5);
    const stop = new AbortController();
    const observe = (event: RemovalEvent): void => {
      if (event.type === 'done' && event.step.id === 'load') stop.abort();
    };
    const error = await failure(site.remove({}, { observe, signal: stop.signal }));
    expect(error.exitStatus).toBe(130);
    expect(await site.isCached()).toBe(true);
    expect(readdirSync(site.environment.removalsFolder)).toEqual([]);
  });

  it('does not let an interruption come between the suspend and the resume', async () => {
    site.wc.dirty(5);
    const stop = new AbortController();
    const observe = (event: RemovalEvent): void => {
      if (event.type === 'begin' && event.step.id === 'suspend') stop.abort();
    };
    const error = await failure(site.remove({}, { observe, signal: stop.signal }));
    expect(error.exitStatus).toBe(130);
    expect(error.hint).toContain('wcache remove wc');
    expect(await site.isOnOrigin()).toBe(true);
    expect((await site.remove()).resumed).toBe(true);
  });
});

describe('an origin that fails', () => {
  it('in the drain: the cache goes on as a fresh instance, and what was written is read', async () => {
    site.wc.dirty(5);
    const observe = (event: RemovalEvent): void => {
      if (event.type === 'begin' && event.step.id === 'drain') site.wc.failOrigin();
    };
    const error = await failure(site.remove({}, { observe }));
    expect(error.message).toContain('fresh instance');
    site.wc.mendOrigin();
    await site.wc.mapper.message('wc', 'flush').catch(() => undefined);
    expect(await site.isCached()).toBe(true);
  });

  it('in the suspend: the linear table is never made live', async () => {
    site.wc.dirty(5);
    const observe = (event: RemovalEvent): void => {
      if (event.type === 'begin' && event.step.id === 'suspend') site.wc.failOrigin();
    };
    const error = await failure(site.remove({ drain: false }, { observe }));
    expect(error.code).toBe('suspend-error');
    expect(await site.isCached()).toBe(true);
    expect(await site.wc.isInError()).toBe(false);
    site.wc.mendOrigin();
    const { certificate } = await site.remove();
    expect(certificate?.ok).toBe(true);
    expect(await site.isOnOrigin()).toBe(true);
  });

  it('by forgetting what it took: found while it is suspended, and the cache stays', async () => {
    site.wc.dirty(5);
    const observe = (event: RemovalEvent): void => {
      if (event.type === 'done' && event.step.id === 'suspend') {
        site.wc.origin.write(new Uint8Array(4096), 0);
      }
    };
    const error = await failure(site.remove({ drain: false }, { observe }));
    expect(error).toMatchObject({ code: 'block-lost', exitStatus: 6 });
    const [line] = await site.wc.mapper.table('wc', 'live');
    expect(line?.target).toBe('writecache');
    expect((await site.wc.device()).suspended).toBe(false);
  });
});

it('is put back where the origin cannot be read any more, though everything was compared before', async () => {
  site.wc.dirty(5);
  const observe = (event: RemovalEvent): void => {
    if (event.type !== 'begin' || event.step.id !== 'load') return;
    const lengthBytes = site.wc.origin.sizeBytes;
    site.wc.origin.setFaults({ ranges: [{ offsetBytes: 0, lengthBytes, on: 'read' }] });
  };
  const error = await failure(site.remove({}, { observe }));
  expect(error.code).toBe('origin-unreadable');
  site.wc.origin.setFaults({});
  expect(await site.isCached()).toBe(true);
});

describe('a cache device that fails', () => {
  function failCache(on: 'read' | 'write' | 'both'): void {
    const { cacheDevice } = site.wc;
    const ranges = (['read', 'write'] as const)
      .filter((each) => on === 'both' || on === each)
      .map((each) => ({ offsetBytes: 0, lengthBytes: cacheDevice.sizeBytes, on: each }));
    cacheDevice.setFaults({ ranges });
  }

  it('in the suspend: I/O fails rather than show what is stale, until it is mended and taken back', async () => {
    site.wc.dirty(5);
    const observe = (event: RemovalEvent): void => {
      if (event.type === 'begin' && event.step.id === 'suspend') failCache('both');
    };
    const error = await failure(site.remove({ drain: false }, { observe }));
    expect(error.message).toContain('all I/O of wc fails now');
    expect(await site.wc.device()).toMatchObject({ suspended: false, hasInactiveTable: false });
    expect((await site.wc.mapper.table('wc', 'live'))[0]?.target).toBe('error');
    expect(readJournals(site.environment.removalsFolder)).toHaveLength(1);
    site.wc.cacheDevice.setFaults({});
    const { message } = await undoRemoval(site.wc.dm, 'wc', site);
    expect(message).toContain('fresh instance');
    expect(await site.isCached()).toBe(true);
    const { certificate } = await site.remove();
    expect(certificate?.ok).toBe(true);
    expect(await site.isOnOrigin()).toBe(true);
  });

  it('is mended before the next removal, which then begins anew', async () => {
    site.wc.dirty(5);
    const observe = (event: RemovalEvent): void => {
      if (event.type === 'begin' && event.step.id === 'suspend') failCache('both');
    };
    await failure(site.remove({ drain: false }, { observe }));
    expect((await failure(site.remove())).code).toBe('io-error');
    site.wc.cacheDevice.setFaults({});
    const { certificate } = await site.remove();
    expect(certificate?.ok).toBe(true);
    expect(await site.isOnOrigin()).toBe(true);
  });
});

describe('--undo', () => {
  it('takes back what waits, and only that', async () => {
    expect((await failure(undoRemoval(site.wc.dm, 'wc', site))).code).toBe('nothing-to-undo');
    site.wc.dirty(5);
    const { line } = await site.wc.cache();
    await site.wc.mapper.load('wc', { ...line, target: 'linear', parameters: '4000:0 0' });
    await site.wc.mapper.suspend('wc');
    expect((await undoRemoval(site.wc.dm, 'wc', site)).message).toContain('runs on as the writecache');
    expect(await site.isCached()).toBe(true);
    expect(existsSync(site.environment.removalsFolder)).toBe(false);
  });
});
