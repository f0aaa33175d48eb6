import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RemovalEvent } from '../../src/procedure/removal/types.js';
import { barText } from '../../src/ui/progress-bar.js';
import { Redrawn } from '../../src/ui/redrawn.js';
import { RemovalEventLines } from '../../src/ui/removal-event-lines.js';
import { RemovalLines } from '../../src/ui/removal-lines.js';
import { RemovalList } from '../../src/ui/removal-list.js';
import { drainProgressText, readProgressText } from '../../src/ui/removal-progress.js';
import { removeEventDocumentSchema } from '../../src/documents/index.js';
import {
  begin,
  done,
  drain,
  drainProgress,
  failure,
  GOOD_RUN,
  noted,
  play,
  read,
  STEPS_OF_RUN,
  undo,
} from './removal-run.js';
import { Terminal } from './terminal.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

const now = (): number => performance.now();
const pass = async (milliseconds: number): Promise<void> => {
  await vi.advanceTimersByTimeAsync(milliseconds);
};

/** Lets the list draw what it has heard. */
const frame = (): Promise<void> => pass(100);

describe('the bar', () => {
  it('fills what room there is, and goes first', () => {
    expect(barText(0.42, '271 blocks left', { width: 75, unicode: false })).toBe(
      '##########.............. 42.0%  271 blocks left',
    );
    expect(barText(0.42, '271 blocks left', { width: 31, unicode: true })).toBe(
      '███░░░░░ 42.0%  271 blocks left',
    );
    expect(barText(0.42, '271 blocks left', { width: 28, unicode: true })).toBe('42.0%  271 blocks left');
    expect(barText(null, '271 blocks left', { width: 75, unicode: true })).toBe('271 blocks left');
  });

  it('is full only when all is done', () => {
    expect(barText(0.9999, 'x', { width: 40, unicode: false })).toMatch(/^#{23}\. 99\.9% {2}x$/);
    expect(barText(0.0001, 'x', { width: 40, unicode: false })).toMatch(/^\.{24} {2}0\.1% {2}x$/);
    expect(barText(1, 'x', { width: 40, unicode: false })).toMatch(/^#{24} {2}100% {2}x$/);
  });

  it('never passes its width where there is room for the text', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1, max: 2, noNaN: true }),
        fc.integer({ min: 25, max: 120 }),
        (share, width) => {
          expect(barText(share, 'fifteen letters', { width, unicode: true }).length).toBeLessThanOrEqual(
            width,
          );
        },
      ),
    );
  });
});

describe('progress', () => {
  it('of a drain tells what is left, how fast, and how long yet', () => {
    expect(drainProgressText(drainProgress(), 4096)).toBe('3,000 blocks left, 1.9 MiB/s, about 6 s');
    expect(drainProgressText(drainProgress(), null)).toBe('3,000 blocks left, 500 blocks/s, about 6 s');
    expect(drainProgressText(drainProgress({ dirtyBlocks: 1, remainingMs: 2 }), 512)).toBe(
      '1 block left, 250 KiB/s, about 2 ms',
    );
    expect(drainProgressText(drainProgress({ dirtyBlocks: 0, remainingMs: 0 }), 512)).toBe(
      '0 blocks left, 250 KiB/s',
    );
  });

  it('tells of no headway instead of a time, and of no pace where there is none', () => {
    const stuck = drainProgress({ blocksPerSecond: -3, remainingMs: null, stalledMs: 65_000 });
    expect(drainProgressText(stuck, 4096)).toBe('3,000 blocks left, no headway for 1 min 5 s');
    expect(drainProgressText(drainProgress({ stalledMs: 5001 }), 4096)).not.toContain('about');
    expect(drainProgressText(drainProgress({ blocksPerSecond: null, remainingMs: null }), 4096)).toBe(
      '3,000 blocks left',
    );
  });

  it('of reading foretells the rest from what is done', () => {
    expect(readProgressText({ doneBlocks: 2000, totalBlocks: 8000 }, 1000)).toBe(
      '2,000 of 8,000 blocks, about 3 s',
    );
    expect(readProgressText({ doneBlocks: 2000, totalBlocks: 8000 }, 100)).toBe('2,000 of 8,000 blocks');
    expect(readProgressText({ doneBlocks: 0, totalBlocks: 1 }, 1000)).toBe('0 of 1 block');
    expect(readProgressText({ doneBlocks: 8000, totalBlocks: 8000 }, 1000)).toBe('8,000 of 8,000 blocks');
  });
});

describe('plain lines', () => {
  async function lines(events: readonly (readonly [number, RemovalEvent])[]): Promise<string[]> {
    const written: string[] = [];
    const write = (line: string): void => {
      written.push(line);
    };
    const view = new RemovalLines({ steps: STEPS_OF_RUN, blockSize: 4096, now, write });
    await play(events, view, pass);
    view.close();
    return written;
  }

  it('are one for each step, what it came to, and now and then how a long one is doing', async () => {
    expect(await lines(GOOD_RUN)).toEqual([
      ' 1/12 look: it is live, without error, and nothing waits',
      ' 2/12 read what is only in the cache, and a digest of each block',
      '      8,000 live blocks, 8,000 digests',
      ' 3/12 write it back while I/O goes on',
      '      62.5%, 3,000 blocks left, 1.9 MiB/s, about 6 s',
      '      nothing is dirty',
      ' 4/12 hold the origin against the evidence while I/O goes on',
      'note (overwritten-meanwhile): 3 blocks had other content by then.',
      '      7,997 blocks proved',
      ' 6/12 tell the target to write back the rest when it is suspended',
      ' 7/12 load the linear table of the origin beside the running one',
      ' 8/12 suspend: I/O waits from here on, and the rest is written back',
      ' 9/12 read the status of the writecache: error 0, and all blocks free',
      '      error 0, all 8,160 blocks free; the last blocks were compared',
      '10/12 resume onto the origin: I/O goes on',
      '      I/O stood still for 150 ms',
      '11/12 hold both devices against the evidence and the prediction',
      '      8,000 blocks proved',
      '12/12 keep the certificate',
      '      /var/lib/wcache/removals/wc-0123456789ab-20261122T164100000Z.certificate.json',
    ]);
  });

  it('tell of a drain of an hour no more often than every 10 seconds', async () => {
    const events = Array.from({ length: 3600 }, (): [number, RemovalEvent] => [1000, drain()]);
    const written = await lines([[0, begin('drain')], ...events]);
    expect(written).toHaveLength(1 + 360);
  });

  it('tell what failed and what is done about it', async () => {
    expect(
      await lines([
        [0, begin('suspend')],
        [9, failure('suspend', 'The target met an error\u001b[2J.')],
        [0, undo('bringing wc back')],
        [0, undo('wc runs on as the writecache that it was.')],
      ]),
    ).toEqual([
      ' 8/12 suspend: I/O waits from here on, and the rest is written back',
      String.raw`      failed: The target met an error\x1b[2J.`,
      'undo: bringing wc back',
      'undo: wc runs on as the writecache that it was.',
    ]);
  });
});

describe('the task list', () => {
  function list(terminal: Terminal, unicode = false): RemovalList {
    return new RemovalList({ steps: STEPS_OF_RUN, blockSize: 4096, now, target: terminal, unicode });
  }

  async function ended(view: RemovalList, how: 'done' | 'stopped'): Promise<void> {
    view.close(how);
    await view.ended;
  }

  it('shows a drain with a bar, and what is still to come', async () => {
    const terminal = new Terminal();
    const view = list(terminal);
    await play(GOOD_RUN.slice(0, 9), view, pass);
    await frame();
    expect(terminal.lines.map((line) => line.replace(/^[-\\|/] /, '* '))).toEqual([
      '+ look: it is live, without error, and nothing waits',
      '+ read what is only in the cache, and a digest of each block (8,000 live',
      '  blocks, 8,000 digests)',
      '* write it back while I/O goes on',
      '  > ###############......... 62.5%  3,000 blocks left, 1.9 MiB/s, about 6 s',
      '. hold the origin against the evidence while I/O goes on',
      '. write back what was written meanwhile',
      '. tell the target to write back the rest when it is suspended',
      '. load the linear table of the origin beside the running one',
      '. suspend: I/O waits from here on, and the rest is written back',
      '. read the status of the writecache: error 0, and all blocks free',
      '. resume onto the origin: I/O goes on',
      '. hold both devices against the evidence and the prediction',
      '. keep the certificate',
    ]);
    await ended(view, 'done');
  });

  it('shows the drain, and not what is read beside it', async () => {
    const terminal = new Terminal();
    const view = list(terminal);
    await play([...GOOD_RUN.slice(0, 9), [0, read('drain', 1, 2)]], view, pass);
    await frame();
    expect(terminal.text).toContain('3,000 blocks left');
    await ended(view, 'done');
  });

  it.each([60, 80])('ends with all steps on %d columns', async (columns) => {
    const terminal = new Terminal(columns);
    const view = list(terminal, true);
    await play(GOOD_RUN, view, pass);
    await ended(view, 'done');
    const signs = terminal.lines.map((line) => line.charAt(0)).filter((sign) => /[✔✖◦↓]/.test(sign));
    expect(signs.join('')).toBe('✔✔✔✔↓✔✔✔✔✔✔✔');
    expect(terminal.text.replaceAll(/\s+/g, ' ')).toContain(
      'write back what was written meanwhile (not needed)',
    );
    expect(terminal.text.replaceAll(/\s+/g, ' ')).toContain('(I/O stood still for 150 ms)');
    // Nothing that somebody would have to bring back, should wcache be killed.
    expect(terminal.written).not.toContain('?25');
  });

  it('draws every frame within the columns, at every moment', async () => {
    for (const columns of [60, 80]) {
      const terminal = new Terminal(columns);
      const view = list(terminal, true);
      // The last one has a path, which is not broken.
      for (const [milliseconds, event] of GOOD_RUN.slice(0, -1)) {
        await pass(milliseconds);
        view.show(event);
        await frame();
        for (const line of terminal.lines) expect(line.length).toBeLessThan(columns);
        expect(terminal.lines.filter((line) => line.includes('keep the certificate'))).toHaveLength(1);
      }
      await ended(view, 'done');
    }
  });

  it('says while I/O stands still for how long it does, and only then', async () => {
    const terminal = new Terminal();
    const view = list(terminal);
    const stands = (): string | undefined => /I\/O stands still: (.*)/.exec(terminal.text)?.[1];
    await frame();
    expect(stands()).toBeUndefined();
    view.show(begin('suspend'));
    await pass(2500);
    expect(stands()).toBe('2.5 s');
    view.show(done('suspend'));
    view.show(begin('judge'));
    await pass(1000);
    expect(stands()).toBe('3.5 s');
    view.show(begin('resume'));
    view.show(done('resume', 'I/O stood still for 3.5 s'));
    await frame();
    expect(stands()).toBeUndefined();
    await ended(view, 'done');
  });

  it('shows a failure, what is done about it, and what was noted', async () => {
    const terminal = new Terminal();
    const view = list(terminal);
    await play(GOOD_RUN.slice(0, 6), view, pass);
    view.show(noted('some-note', 'worth knowing'));
    view.show(begin('drain'));
    await frame();
    view.show(failure('drain', 'The disk is gone.'));
    view.show(undo('bringing wc back'));
    await frame();
    expect(terminal.text).toContain('  > failed: The disk is gone.');
    expect(terminal.text).toContain('bringing wc back');
    expect(terminal.text).not.toContain('worth knowing');
    view.show(undo('wc runs on as the writecache that it was.'));
    await ended(view, 'stopped');
    expect(terminal.lines.slice(-4)).toEqual([
      '. keep the certificate',
      'bringing wc back',
      'wc runs on as the writecache that it was.',
      'note (some-note): worth knowing',
    ]);
    expect(terminal.lines).toContain('x write it back while I/O goes on: The disk is gone.');
  });

  it('answers an interruption at once, and ends where it was stopped', async () => {
    const terminal = new Terminal();
    const view = list(terminal);
    view.show(begin('look'));
    view.show(done('look'));
    view.show(begin('evidence'));
    await frame();
    view.show(noted('interrupted', 'Interrupted: ending in order.'));
    await frame();
    expect(terminal.lines.at(-1)).toBe('Interrupted: ending in order.');
    await ended(view, 'stopped');
    expect(terminal.lines).toContain('x read what is only in the cache, and a digest of each block: stopped');
  });

  it('leaves nothing that would keep the process alive', async () => {
    const view = list(new Terminal());
    expect(vi.getTimerCount()).toBe(1);
    await ended(view, 'stopped');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('goes on without a terminal that fails', async () => {
    const terminal = new Terminal();
    const view = list(terminal);
    terminal.write = () => {
      throw new Error('EIO');
    };
    await play(GOOD_RUN, view, pass);
    await ended(view, 'done');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('draws nothing while the terminal is stopped, and all of it in the end', async () => {
    const terminal = new Terminal();
    const view = list(terminal);
    await frame();
    const before = terminal.written;
    terminal.isBusy = true;
    await play(GOOD_RUN, view, pass);
    expect(terminal.written).toBe(before);
    await ended(view, 'done');
    expect(terminal.lines.filter((line) => line.startsWith('+'))).toHaveLength(11);
  });

  it('lets nothing through that a terminal would act on', async () => {
    const terminal = new Terminal();
    const view = list(terminal);
    view.show(begin('look'));
    await frame();
    view.show(done('look', 'a\u001b[31mb'));
    view.show(begin('evidence'));
    await frame();
    view.show(read('evidence', 1, 2));
    view.show(undo('c\u001b[2Jd'));
    await ended(view, 'stopped');
    expect(terminal.text).toContain(String.raw`a\x1b[31mb`);
    expect(terminal.text).toContain(String.raw`c\x1b[2Jd`);
  });
});

describe('what is written over', () => {
  it('is gone, also where the terminal was made narrower', () => {
    const terminal = new Terminal(20);
    const redrawn = new Redrawn(terminal);
    redrawn.show(['a line of thirty letters, not less', 'two']);
    redrawn.show(['x']);
    expect(terminal.lines).toEqual(['x']);
  });

  it('is never more than the screen takes', () => {
    const terminal = new Terminal(80, 4);
    const redrawn = new Redrawn(terminal);
    const lines = ['1', '2', '3', '4', '5', '6'];
    for (let i = 0; i < 3; i++) redrawn.show(lines);
    expect(terminal.lines).toEqual(['4', '5', '6']);
    redrawn.finish(lines);
    expect(terminal.lines).toEqual(lines);
  });
});

describe('event lines', () => {
  function collect(isBusy = () => false): { view: RemovalEventLines; lines: string[] } {
    const lines: string[] = [];
    const view = new RemovalEventLines({ write: (line) => void lines.push(line), isBusy, now });
    return { view, lines };
  }

  it('are a valid document each, and all of them but for too much progress', async () => {
    const { view, lines } = collect();
    await play(GOOD_RUN, view, pass);
    view.show(failure('judge', 'no'));
    view.show(undo('back'));
    view.close();
    const events = lines.map((line) => removeEventDocumentSchema.parse(JSON.parse(line)).event);
    expect(lines.every((line) => !line.includes('\n'))).toBe(true);
    expect(events).toEqual([...GOOD_RUN.map(([, { type }]) => type), 'failed', 'undo']);
  });

  it('leave out progress that comes too fast or is not read, and nothing else', async () => {
    let busy = false;
    const { view, lines } = collect(() => busy);
    view.show(begin('drain'));
    for (let i = 0; i < 100; i++) {
      view.show(drain());
      await pass(10);
    }
    expect(lines).toHaveLength(1 + 5);
    busy = true;
    view.show(drain());
    view.show(done('drain'));
    view.show(begin('compare'));
    expect(lines).toHaveLength(1 + 5 + 2);
    busy = false;
    view.show(read('compare', 1, 2));
    expect(lines).toHaveLength(1 + 5 + 3);
    // What is read beside a drain does not take its place.
    view.show(drain());
    expect(lines).toHaveLength(1 + 5 + 4);
  });
});
