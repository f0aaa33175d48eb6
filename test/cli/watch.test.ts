import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchCaches, type WatchAsked } from '../../src/cli/watch.js';
import { watchDocumentSchema, type WatchDocument } from '../../src/documents/index.js';
import { WcacheError } from '../../src/errors.js';
import { ModelMachine, type ModelMachineOptions } from '../watch/model-machine.js';

const INTERVAL_MS = 1000;
const STEP_MS = 100;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A watch that runs in this process, and what it has printed. */
class Watching {
  readonly machine: ModelMachine;
  readonly #stdout: string[] = [];
  readonly #stderr: string[] = [];
  #end: 'running' | 'done' | WcacheError = 'running';

  constructor(machine: ModelMachine, asked: Partial<WatchAsked>) {
    this.machine = machine;
    capture(process.stdout, this.#stdout);
    capture(process.stderr, this.#stderr);
    watchCaches({ bytes: false, json: false, ...asked }, () => machine).then(
      () => {
        this.#end = 'done';
      },
      (error: unknown) => {
        if (!(error instanceof WcacheError)) throw error;
        this.#end = error;
      },
    );
  }

  static async start(options: ModelMachineOptions = {}, asked: Partial<WatchAsked> = {}): Promise<Watching> {
    const machine = await ModelMachine.create({ caches: 1, ...options });
    return new Watching(machine, asked);
  }

  get end(): 'running' | 'done' | WcacheError {
    return this.#end;
  }

  /** How a process would end. */
  get exitStatus(): number | null {
    if (this.#end === 'running') return null;
    return this.#end === 'done' ? 0 : this.#end.exitStatus;
  }

  get lines(): string[] {
    return this.#stdout.join('').split('\n').slice(0, -1);
  }

  /** Without headers. */
  get data(): string[] {
    return this.lines.filter((line) => !/^(?:name| )/.test(line));
  }

  get documents(): WatchDocument[] {
    return this.lines.map((line) => watchDocumentSchema.parse(JSON.parse(line)));
  }

  get talk(): string {
    return this.#stderr.join('');
  }

  /** Lets time go on, a little at a time. */
  async advance(milliseconds: number): Promise<void> {
    for (let done = 0; done < milliseconds; done += STEP_MS) {
      await this.machine.advance(STEP_MS);
      await vi.advanceTimersByTimeAsync(STEP_MS);
    }
  }

  /** The first look, which comes at once. */
  async begun(): Promise<void> {
    await vi.advanceTimersByTimeAsync(0);
  }
}

function capture(stream: NodeJS.WriteStream, into: string[]): void {
  vi.spyOn(stream, 'write').mockImplementation((chunk) => {
    into.push(String(chunk));
    return true;
  });
}

describe('what makes no sense', () => {
  it.each([
    [{ interval: '2' }, 'bad-interval', /seconds or milliseconds/],
    [{ interval: '1.5' }, 'bad-interval', /seconds or milliseconds/],
    [{ interval: '99ms' }, 'bad-interval', /not possible/],
    [{ interval: '2h' }, 'bad-interval', /not possible/],
    [{ interval: 'soon' }, 'bad-time', /soon/],
    [{ count: '0' }, 'bad-count', /0/],
    [{ count: '1.5' }, 'bad-count', /1\.5/],
    [{ count: '-1' }, 'bad-count', /-1/],
    [{ until: 'dirty' }, 'bad-condition', /dirty/],
    [{ until: 'dirty<0%' }, 'bad-condition', /dirty<0%/],
  ])('%j is refused with 2, before the machine is asked for', async (asked, code, message) => {
    const provide = vi.fn();
    const refused = watchCaches({ bytes: false, json: false, ...asked }, provide);
    await expect(refused).rejects.toMatchObject({ code, exitStatus: 2 });
    await expect(refused).rejects.toThrow(message);
    expect(provide).not.toHaveBeenCalled();
  });

  it('a name that is none ends with 4', async () => {
    const watching = await Watching.start({}, { names: ['wc1', 'nobody'] });
    await watching.begun();
    expect(watching.end).toMatchObject({ code: 'no-such-mapping', exitStatus: 4 });
    expect(watching.lines).toEqual([]);
  });
});

describe('columns', () => {
  it('come at once, then at each interval, and end after as many as are asked for', async () => {
    const watching = await Watching.start({ caches: 2 }, { count: '3', interval: '1s' });
    await watching.begun();
    expect(watching.data.map((line) => line.split(' ')[0])).toEqual(['wc1', 'wc2']);
    expect(watching.lines[0]).toContain('since the counters began');
    await watching.advance(INTERVAL_MS);
    expect(watching.data).toHaveLength(4);
    expect(watching.lines.at(-4)).toContain('per second');
    expect(watching.end).toBe('running');
    await watching.advance(INTERVAL_MS);
    expect(watching.data).toHaveLength(6);
    expect(watching.end).toBe('done');
    await watching.advance(3 * INTERVAL_MS);
    expect(watching.data).toHaveLength(6);
  });

  it('with --count 1 end without waiting', async () => {
    const watching = await Watching.start({}, { count: '1', interval: '1h' });
    await watching.begun();
    expect(watching.end).toBe('done');
    expect(watching.data).toHaveLength(1);
  });

  it('tell only of those that are named, once each', async () => {
    const watching = await Watching.start({ caches: 3 }, { names: ['wc3', 'wc1', 'wc3'], count: '1' });
    await watching.begun();
    expect(watching.data.map((line) => line.split(' ')[0])).toEqual(['wc1', 'wc3']);
  });

  it('say what happened on stderr, with what to do', async () => {
    const watching = await Watching.start({ caches: 2 });
    await watching.begun();
    await watching.machine.command('error wc1');
    await watching.machine.command('remove wc2');
    await watching.advance(INTERVAL_MS);
    expect(watching.talk).toMatch(/^error: wc1: .*recover/m);
    expect(watching.talk).toMatch(/^\w+: wc2: /m);
    const last = watching.data.slice(-2);
    expect(last[0]).toMatch(/^wc1 +error/);
    expect(last[1]).toMatch(/^wc2 +gone/);
    await watching.advance(INTERVAL_MS);
    expect(watching.data.at(-1)).toMatch(/^wc1 +error/);
    expect(watching.data.filter((line) => line.includes(' gone '))).toHaveLength(1);
    expect(watching.talk.match(/^error: wc1/gm)).toHaveLength(1);
  });

  it('say of a cache that is in trouble when they begin what to do', async () => {
    const machine = await ModelMachine.create({ caches: 2 });
    await machine.command('error wc1');
    await machine.command('suspend wc2');
    const watching = new Watching(machine, {});
    await watching.begun();
    expect(watching.talk).toMatch(/^error: wc1: The error flag is set: .*wcache recover wc1/);
    expect(watching.talk).toMatch(/^\w+: wc2: .*resume/m);
    const said = watching.talk;
    await watching.advance(INTERVAL_MS);
    expect(watching.talk).toBe(said);
  });

  it('wait where there is no writecache, with one remark and no header', async () => {
    const watching = await Watching.start({ caches: 0 });
    await watching.begun();
    await watching.advance(3 * INTERVAL_MS);
    expect(watching.lines).toEqual([]);
    expect(watching.talk.match(/There is no writecache/g)).toHaveLength(1);
    await watching.machine.command('create late');
    await watching.advance(INTERVAL_MS);
    expect(watching.data.map((line) => line.split(' ')[0])).toEqual(['late']);
    expect(watching.end).toBe('running');
  });

  it('end with the error of a look that fails', async () => {
    const watching = await Watching.start();
    await watching.begun();
    await watching.machine.command('fail-dmsetup');
    await watching.advance(INTERVAL_MS);
    expect(watching.exitStatus).toBe(1);
    expect(String(watching.end)).toContain('Cannot allocate memory');
  });
});

describe('lines of JSON', () => {
  it('fit their schema whatever happens, and tell all of it', async () => {
    const watching = await Watching.start({ caches: 5, script: 'incident' }, { json: true });
    await watching.begun();
    await watching.advance(26 * INTERVAL_MS);
    const { documents } = watching;
    expect(new Set(documents.map(({ state }) => state))).toEqual(
      new Set(['active', 'suspended', 'error', 'gone']),
    );
    const kinds = new Set(documents.flatMap(({ events }) => events.map(({ kind }) => kind)));
    for (const kind of ['appeared', 'vanished', 'suspended', 'resumed', 'error', 'table-changed'] as const) {
      expect(kinds).toContain(kind);
    }
    expect(documents.filter(({ name, state }) => name === 'wc3' && state === 'gone')).toHaveLength(1);
    expect(documents.slice(0, 5).map(({ no_rates }) => no_rates)).toEqual(Array(5).fill('first-look'));
    expect(watching.talk).toBe('');
  });

  it('give rates that are the counters over the time', async () => {
    const watching = await Watching.start({ script: 'steady' }, { json: true, interval: '500ms' });
    await watching.begun();
    await watching.advance(5 * INTERVAL_MS);
    const { documents } = watching;
    expect(documents.length).toBeGreaterThan(8);
    documents.forEach((document, index) => {
      const before = documents[index - 1];
      if (before === undefined) return;
      const { interval, counters } = document;
      const grown = Number(counters?.writes) - Number(before.counters?.writes);
      expect(interval?.seconds).toBe(0.5);
      expect(Number(interval?.counters?.writes)).toBe(grown);
      expect(interval?.rates?.writes).toBe(grown / 0.5);
    });
    expect(documents.some(({ interval }) => (interval?.rates?.writes ?? 0) > 0)).toBe(true);
  });
});

describe('--until', () => {
  it('clean ends with 0 when a flush has ended', async () => {
    const watching = await Watching.start({ caches: 2 }, { until: 'clean' });
    watching.machine.dirty('wc2', 300);
    await watching.begun();
    await watching.advance(INTERVAL_MS);
    expect(watching.exitStatus).toBeNull();
    void watching.machine.mapper.message('wc2', 'flush');
    await watching.advance(30 * INTERVAL_MS);
    expect(watching.exitStatus).toBe(0);
  });

  it('what is so already ends with the first look', async () => {
    const watching = await Watching.start({}, { until: 'clean', interval: '1h' });
    await watching.begun();
    expect(watching.exitStatus).toBe(0);
    expect(watching.data).toHaveLength(1);
  });

  it.each([true, false])('error ends with 0 when one is in error (json: %s)', async (json) => {
    const watching = await Watching.start({ caches: 2 }, { until: 'error', json });
    await watching.begun();
    await watching.advance(INTERVAL_MS);
    expect(watching.exitStatus).toBeNull();
    await watching.machine.command('error wc2');
    await watching.advance(INTERVAL_MS);
    expect(watching.exitStatus).toBe(0);
  });

  it('levels end with 0 when they are crossed', async () => {
    const above = await Watching.start({}, { until: 'dirty>20%' });
    await above.begun();
    await above.advance(INTERVAL_MS);
    expect(above.exitStatus).toBeNull();
    above.machine.dirty('wc1', 300);
    await above.advance(INTERVAL_MS);
    expect(above.exitStatus).toBe(0);
    const below = new Watching(above.machine, { until: 'dirty<20%' });
    await below.begun();
    await below.advance(INTERVAL_MS);
    expect(below.exitStatus).toBeNull();
    void above.machine.mapper.message('wc1', 'flush');
    await below.advance(30 * INTERVAL_MS);
    expect(below.exitStatus).toBe(0);
  });

  it.each(['clean', 'dirty<10%'])('%s ends with 6 when one is in error', async (until) => {
    const watching = await Watching.start({}, { until });
    watching.machine.dirty('wc1', 300);
    await watching.begun();
    await watching.machine.command('error wc1');
    await watching.advance(INTERVAL_MS);
    expect(watching.end).toMatchObject({ code: 'in-error', exitStatus: 6 });
    expect(watching.data.at(-1)).toMatch(/^wc1 +error/);
  });

  it.each(['clean', 'dirty<10%', 'dirty>90%', 'error'])('%s ends with 7 when none is left', async (until) => {
    const watching = await Watching.start({}, { until, names: ['wc1'] });
    watching.machine.dirty('wc1', 300);
    await watching.begun();
    await watching.machine.command('remove wc1');
    await watching.advance(INTERVAL_MS);
    expect(watching.end).toMatchObject({ code: 'gone', exitStatus: 7 });
  });

  it('ends with 7 where there is no cache at all', async () => {
    const watching = await Watching.start({ caches: 0 }, { until: 'clean' });
    await watching.begun();
    expect(watching.end).toMatchObject({ code: 'gone', exitStatus: 7 });
  });

  it('ends with 7 when the looks run out', async () => {
    const watching = await Watching.start({}, { until: 'error', count: '2' });
    await watching.begun();
    await watching.advance(INTERVAL_MS);
    expect(watching.end).toMatchObject({ code: 'not-reached', exitStatus: 7 });
    expect(watching.data).toHaveLength(2);
  });
});
