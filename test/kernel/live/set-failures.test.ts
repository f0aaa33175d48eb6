import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench, LIVE } from './bench.js';
import { Ledger } from './ledger.js';

let bench: Bench;
let ledger: Ledger;

/** One cache and one application on it for the whole file: whatever fails here, that loses nothing. */
const OLD = 'high_watermark 70';
/** What the cache has at present: each test in which a set comes through gives it another one. */
let percent = 70;

beforeAll(async () => {
  bench = await Bench.boot('uml-6.1');
  await bench.cache('wc', { options: OLD.split(' ') });
  ledger = await Ledger.start(bench, 'wc', 150, 'write', 1);
});

afterAll(async () => {
  await bench.end();
});

interface State {
  readonly attr: string;
  readonly options: string;
}

/** What runs and what waits: `L--w` runs, `LI-w` runs and has a table waiting. */
async function state(): Promise<State> {
  const [attr = '', table = ''] = (
    await bench.sh('dmsetup info -c --noheadings -o attr wc; dmsetup table wc')
  ).split('\n');
  return { attr, options: table.split(' ').slice(8).join(' ') };
}

/** The words that make a call of dmsetup go wrong (faulty-dmsetup.sh). */
function fault(what: string, id: string): string[] {
  return [
    `FAULT=${what}`,
    `FAULT_COUNT=/run/fault-${id}`,
    `PATH=${LIVE}/fault:/usr/sbin:/usr/bin:/sbin:/bin`,
  ];
}

let faults = 0;

/** Lets one call go wrong for a wcache in a process of its own that sets the next percentage, and is killed by that. */
async function killed(what: string): Promise<void> {
  const words = fault(what, `kill-${String(++faults)}`).map((word) => `export '${word}'`);
  const next = `high-watermark=${String(percent + 1)}`;
  const { status } = await bench.run(`${words.join('\n')}\nown_wcache set wc ${next} --json`);
  expect(status).toBe(137);
}

/** The options that the mapping has once the present set has come through. */
function nextOptions(): string {
  return `high_watermark ${String(percent + 1)}`;
}

describe('a set whose dmsetup fails', () => {
  // The table is read back after the load, and after the resume.
  it.each([
    ['load 1 fails', 'It runs with its old table.'],
    ['load 1 fails-late', 'It runs with its old table.'],
    ['table 1 fails', 'It runs with its old table.'],
    ['resume 1 fails', 'It runs with its old table.'],
    ['resume 1 dies', 'It runs with its old table.'],
    ['table 2 fails', 'The old options are back.'],
  ])('(%s) says so, and the old options run on', async (what, now) => {
    const answer = await bench.wcache(...fault(what, String(++faults)), 'set', 'wc', 'high-watermark=60');
    expect(answer).toMatchObject({ status: 1, code: 'swap-failed' });
    expect(answer.message).toContain(now);
    expect(await state()).toEqual({ attr: 'L--w', options: OLD });
  });

  it('does not deny what was done before it failed', async () => {
    const words = fault('resume 1 fails-late', String(++faults));
    const answer = await bench.wcache(...words, 'set', 'wc', 'high-watermark=60');
    expect(answer).toMatchObject({ status: 1, code: 'swap-failed' });
    expect(answer.message).toContain('It runs with another table now.');
    expect(await state()).toEqual({ attr: 'L--w', options: 'high_watermark 60' });
    percent = 60;
  });

  it('lost nothing for the application', async () => {
    await ledger.phase('write-1', 1);
  });
});

describe('a set that is killed', () => {
  it.each([
    ['before anything is done', 'load 1 kills', 'L--w', 'old'],
    ['after the load', 'load 1 kills-late', 'LI-w', 'old'],
    ['after the swap', 'resume 1 kills-late', 'L--w', 'new'],
  ])('%s is finished by the next', async (_, what, attr, which) => {
    const old = `high_watermark ${String(percent)}`;
    await killed(what);
    expect(await state()).toEqual({ attr, options: which === 'old' ? old : nextOptions() });
    const [told] = (await bench.wcache('status', 'wc')).document as unknown as Record<string, unknown>[];
    expect(told).toMatchObject({
      suspended: attr.includes('s'),
      inactive_table: attr.includes('I'),
      error: false,
    });
    const again = await bench.wcache('set', 'wc', `high-watermark=${String(percent + 1)}`);
    expect(again).toMatchObject({ status: 0, document: { changed: which === 'old' } });
    expect(await state()).toEqual({ attr: 'L--w', options: nextOptions() });
    percent++;
  });

  it('after the load is finished by a resume as well', async () => {
    await killed('load 1 kills-late');
    expect(await bench.wcache('resume', 'wc')).toMatchObject({ status: 0, document: { changed: true } });
    expect(await state()).toEqual({ attr: 'L--w', options: nextOptions() });
    percent++;
  });

  it('keeps others away for as long as its dmsetup is at work', async () => {
    const words = fault('resume 1 waits', 'hold').map((word) => `export '${word}'`);
    const next = `high-watermark=${String(percent + 1)}`;
    const { status } = await bench.run(`${words.join('\n')}
      exec_wcache set wc ${next} & pid=$!
      until_so [ -e /run/fault-hold.waiting ]
      kill -KILL $pid
      wait $pid`);
    expect(status).toBe(137);
    expect(await bench.wcache('set', 'wc', next)).toMatchObject({ status: 5, code: 'locked' });
    await bench.sh(`
      touch /run/fault-hold.go
      is_swapped() { [ "$(dmsetup info -c --noheadings -o attr wc)" = L--w ]; }
      until_so is_swapped
      until_so under_way resume 0`);
    expect(await bench.wcache('set', 'wc', next)).toMatchObject({ status: 0, document: { changed: false } });
    expect(await state()).toEqual({ attr: 'L--w', options: nextOptions() });
  });
});

it('all the time the application read what it had written', async () => {
  await ledger.phase('write-2', 1);
  const reports = await ledger.end();
  expect(reports.map(({ phase }) => phase)).toEqual(['write', 'write-1', 'write-2']);
  for (const report of reports) {
    expect(report).toMatchObject({ stale: 0, fell: 0, write_errors: 0, flush_errors: 0, read_errors: 0 });
  }
  expect(await bench.wcache('flush', 'wc')).toMatchObject({ status: 0 });
  expect(await ledger.compare('/dev/mapper/wc-o')).toBe('0 of 150');
});
