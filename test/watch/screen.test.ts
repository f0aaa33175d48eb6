import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { ROOT, scratchFolder } from '../cli/wcache.js';
import { Tmux } from './tmux.js';

const RIG = join(ROOT, 'dist/test/watch/rig.js');

interface Watched {
  readonly tmux: Tmux;
  /** Makes something happen. */
  readonly tell: (command: string) => void;
  readonly pid: () => number;
  /** Waits for the shell, whose terminal must be as it was before. Returns what it shows, and the exit status. */
  readonly left: () => Promise<{ readonly text: string; readonly status: number }>;
}

/** The real screen on a real terminal, over caches that only exist in its process. */
async function watch({
  columns = 100,
  rows = 30,
  rig = [],
  words = [],
  environment = {},
}: {
  readonly columns?: number;
  readonly rows?: number;
  readonly rig?: readonly string[];
  readonly words?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
} = {}): Promise<Watched> {
  const folder = scratchFolder();
  const file = (name: string): string => join(folder, name);
  const tmux = await Tmux.open(columns, rows, environment);
  const line = [
    process.execPath,
    RIG,
    '--control',
    file('control'),
    ...rig,
    '--',
    '--interval',
    '200ms',
    ...words,
  ];
  writeFileSync(file('run'), `echo $$ > ${file('pid')}\nexec ${line.join(' ')}\n`);
  tmux.type(`echo here before; stty -g > ${file('stty')}`);
  await tmux.waitFor(/^here before$/m);
  tmux.type(`sh ${file('run')}; echo status $?`);
  await tmux.waitFor(/every 200 ms/);
  return {
    tmux,
    tell: (command) => {
      writeFileSync(file('control'), `${command}\n`);
    },
    pid: () => Number(readFileSync(file('pid'), 'utf8')),
    left: async () => {
      const text = await tmux.waitFor(/^status \d+\n/m);
      expect(text).toContain('here before');
      expect(text).not.toContain('every 200 ms');
      expect(tmux.modes).toEqual({ alternate: false, cursor: true });
      tmux.type(`stty -g > ${file('stty-after')}; echo written`);
      await tmux.waitFor(/^written$/m);
      expect(readFileSync(file('stty-after'), 'utf8')).toBe(readFileSync(file('stty'), 'utf8'));
      return { text, status: Number(/^status (\d+)$/m.exec(text)?.[1]) };
    },
  };
}

const selected = (name: string) => new RegExp(`^▸[! ]${name} `, 'm');

describe.each([
  [60, 15],
  [100, 30],
  [300, 100],
])('on %d columns and %d lines', (columns, rows) => {
  it('the screen shows caches, takes keys, follows the window and leaves the terminal as it was', async () => {
    const { tmux, left } = await watch({ columns, rows, rig: ['--caches', '12'] });
    await tmux.waitFor(/wc1 .* \d+\.\d%/);
    expect(tmux.modes).toEqual({ alternate: true, cursor: false });
    const { lines } = tmux;
    expect(lines).toHaveLength(rows);
    expect(lines[0]).toMatch(/^wcache {2}12 writecaches .* \d\d:\d\d:\d\d$/);
    expect(lines.at(-1)).toMatch(/q quit$/);
    for (const word of ['name▲', 'health', 'dirty%', 'write/s', 'stall/s']) expect(lines[1]).toContain(word);
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);

    tmux.press('j');
    await tmux.waitFor(selected('wc10'));
    tmux.press('End');
    await tmux.waitFor(selected('wc9'));
    tmux.press('Home');
    await tmux.waitFor(selected('wc1'));
    tmux.press('Enter');
    await tmux.waitFor((text) => !selected('wc1').test(text) && text.includes('dirty level'));
    tmux.press('Escape');
    await tmux.waitFor(selected('wc1'));
    tmux.press('?');
    await tmux.waitFor(/── help/);
    tmux.press('?');
    await tmux.waitFor(selected('wc1'));
    tmux.press('/', '1', '1', 'Enter');
    await tmux.waitFor(selected('wc11'));
    expect(tmux.text).not.toMatch(/^..wc1 /m);
    tmux.press('Escape', 'Tab', 'Tab');
    await tmux.waitFor(/▼dirty%/);
    tmux.press('+');
    await tmux.waitFor(/every 500 ms/);
    tmux.press('p');
    await tmux.waitFor(/PAUSED at/);
    tmux.press('p', '-');
    await tmux.waitFor(/every 200 ms/);

    for (const [width, height] of [
      [80, 24],
      [61, 40],
      [columns, rows],
    ] as const) {
      tmux.resize(width, height);
      await tmux.waitFor((text) => {
        const shown = text.replace(/\n$/, '').split('\n');
        return (
          shown.length === height && (shown.at(-1) ?? '').endsWith('q quit') && /:\d\d$/.test(shown[0] ?? '')
        );
      });
    }
    tmux.resize(30, 4);
    await tmux.waitFor(/^wcache needs 60x15/);
    tmux.resize(columns, rows);
    await tmux.waitFor(/q quit$/m);
    tmux.press('q');
    expect((await left()).status).toBe(0);
  });
});

describe('what happens while it is watched', () => {
  it('is told, in red, with what to do', async () => {
    const { tmux, tell, left } = await watch({ columns: 100, rows: 40 });
    await tmux.waitFor(selected('wc1'));
    tell('error wc2');
    await tmux.waitFor(
      /^! wc2 is in ERROR, .* wcache recover wc2$|^! wc2 is in ERROR[^]*wcache\s+recover wc2$/m,
    );
    expect(tmux.coloured).toMatch(/\[(?:1;)?31m[^\n]*ERROR/);
    tell('suspend wc3');
    await tmux.waitFor(/^! wc3 is suspended, its I\/O waits\..* wcache resume wc3$/m);
    await tmux.waitFor(/^ !wc3 +suspended/m);
    tell('remove wc4');
    await tmux.waitFor(/^ {2}wc4 +gone/m);
    tell('create new');
    await tmux.waitFor(/^ {2}new +active/m);
    tell('resume wc3');
    await tmux.waitFor(/^ {2}wc3 +(?:active|full)/m);
    tmux.press('Enter', 'End');
    await tmux.waitFor(/wc4: /);
    tmux.press('q');
    expect((await left()).status).toBe(0);
  });

  it('is a device-mapper that fails, and one that does not answer', async () => {
    const { tmux, tell, left } = await watch();
    await tmux.waitFor(selected('wc1'));
    tell('fail-dmsetup');
    await tmux.waitFor(/^! No new figures since \d+ s, these are old: device-mapper: status ioctl failed/m);
    tell('mend-dmsetup');
    await tmux.waitFor((text) => !text.includes('No new figures'));
    tell('slow-dmsetup 600000');
    await tmux.waitFor(/^! No new figures since \d+ s, these are old: the device-mapper does not answer\.$/m);
    tmux.press('j');
    await tmux.waitFor(selected('wc2'));
    // The look that hangs does not keep it.
    tmux.press('q');
    expect((await left()).status).toBe(0);
  });
});

describe('f and c', () => {
  it('write a cache back in the background, and tell what came of it', async () => {
    const { tmux, tell, left } = await watch({ rig: ['--script', 'steady', '--caches', '2'] });
    await tmux.waitFor(selected('wc1'));
    tmux.press('f');
    await tmux.waitFor(/Flush wc1\?/);
    tmux.press('n');
    await tmux.waitFor((text) => !text.includes('Flush wc1?'));
    tmux.press('f');
    await tmux.waitFor(/Flush wc1\?/);
    tmux.press('y');
    await tmux.waitFor(/^flush wc1 +█*░* +[\d.]+% +[\d,]+ blocks left/m);
    tmux.press('j');
    await tmux.waitFor(selected('wc2'));
    await tmux.waitFor(/wc1 is written back/);
    tell('suspend wc2');
    await tmux.waitFor(/wc2 +suspended/);
    tmux.press('c');
    await tmux.waitFor(/Clean wc2\?/);
    tmux.press('y');
    await tmux.waitFor(/! wc2 is suspended\. Let it run again with: wcache resume wc2 \(Esc\)/);
    tmux.press('Escape');
    await tmux.waitFor((text) => !text.includes('(Esc)'));
    tmux.press('q');
    expect((await left()).status).toBe(0);
  });

  it('are not agreed to by a paste', async () => {
    const { tmux, left } = await watch();
    await tmux.waitFor(selected('wc1'));
    tmux.paste('fy');
    tmux.press('f');
    await tmux.waitFor(/Flush wc1\?/);
    tmux.paste('y\n');
    tmux.press('?');
    await tmux.waitFor((text) => !text.includes('Flush wc1?'));
    tmux.press('j');
    await tmux.waitFor(selected('wc2'));
    expect(tmux.text).not.toMatch(/^flush /m);
    tmux.press('q');
    await left();
  });

  it('go on in the kernel when wcache is quit, and it says so', async () => {
    const { tmux, left } = await watch({ rig: ['--script', 'steady'] });
    await tmux.waitFor(selected('wc1'));
    tmux.press('c');
    await tmux.waitFor(/Clean wc1\?/);
    tmux.press('y');
    await tmux.waitFor(/^clean wc1/m);
    tmux.press('q');
    const { text, status } = await left();
    expect(text).toContain('note: the kernel goes on to clean wc1 without wcache. The cleaner stays on.');
    expect(status).toBe(0);
  });
});

describe('the terminal is as it was', () => {
  it.each([
    [
      'Ctrl-C',
      (watched: Watched) => {
        watched.tmux.press('C-c');
      },
      130,
      /^status/m,
    ],
    [
      'SIGINT',
      (watched: Watched) => {
        process.kill(watched.pid(), 'SIGINT');
      },
      130,
      /^status/m,
    ],
    [
      'SIGTERM',
      (watched: Watched) => {
        process.kill(watched.pid(), 'SIGTERM');
      },
      143,
      /^status/m,
    ],
    [
      'SIGHUP',
      (watched: Watched) => {
        process.kill(watched.pid(), 'SIGHUP');
      },
      129,
      /^status/m,
    ],
    [
      'SIGQUIT',
      (watched: Watched) => {
        process.kill(watched.pid(), 'SIGQUIT');
      },
      131,
      /^status/m,
    ],
    [
      'a crash',
      (watched: Watched) => {
        watched.tell('crash');
      },
      1,
      /This is a bug in wcache: crash as asked/,
    ],
    [
      'a rejection',
      (watched: Watched) => {
        watched.tell('reject');
      },
      1,
      /This is a bug in wcache: rejected as asked/,
    ],
  ] as const)('after %s', async (_, end, status, told) => {
    const watched = await watch();
    await watched.tmux.waitFor(selected('wc1'));
    watched.tmux.press('Enter');
    await watched.tmux.waitFor((text) => !selected('wc1').test(text));
    end(watched);
    const outcome = await watched.left();
    expect(outcome.status).toBe(status);
    expect(outcome.text).toMatch(told);
  });

  it.each([
    [
      'Ctrl-Z',
      (watched: Watched) => {
        watched.tmux.press('C-z');
      },
    ],
    [
      'SIGTSTP',
      (watched: Watched) => {
        process.kill(watched.pid(), 'SIGTSTP');
      },
    ],
  ])('while it is stopped by %s, and the screen comes back', async (_, stop) => {
    const watched = await watch();
    const { tmux } = watched;
    await tmux.waitFor(selected('wc1'));
    stop(watched);
    // The shell goes on with what is behind it on the line.
    await watched.left();
    tmux.resize(90, 28);
    tmux.type('clear; fg');
    await tmux.waitFor((text) => selected('wc1').test(text) && text.endsWith('q quit\n'));
    expect(tmux.lines).toHaveLength(28);
    expect(tmux.modes).toEqual({ alternate: true, cursor: false });
    tmux.press('j');
    await tmux.waitFor(selected('wc2'));
    tmux.press('q');
    await tmux.waitFor(/ready:\n*$/);
    expect(tmux.modes).toEqual({ alternate: false, cursor: true });
  });

  it('when it goes on after it was stopped without a chance to restore anything', async () => {
    const watched = await watch();
    const { tmux } = watched;
    await tmux.waitFor(selected('wc1'));
    process.kill(watched.pid(), 'SIGSTOP');
    await tmux.waitFor(/Stopped/);
    tmux.type('fg');
    await tmux.waitFor(
      (text) => selected('wc1').test(text) && text.endsWith('q quit\n') && !text.includes('Stopped'),
    );
    tmux.press('j');
    await tmux.waitFor(selected('wc2'));
    tmux.press('q');
    await tmux.waitFor(/ready:\n*$/);
    expect(tmux.modes).toEqual({ alternate: false, cursor: true });
  });

  it('after --count and --until', async () => {
    const counted = await watch({ words: ['--count', '5'] });
    expect((await counted.left()).status).toBe(0);
    const reached = await watch({ words: ['--until', 'error'] });
    reached.tell('error wc1');
    expect((await reached.left()).status).toBe(0);
  });
});

describe('a terminal without colours or with ASCII only', () => {
  it('gets none', async () => {
    const { tmux, left } = await watch({ environment: { NO_COLOR: '1', LC_ALL: 'C' }, rows: 40 });
    await tmux.waitFor(/^> wc1 /m);
    expect(tmux.coloured).toMatch(/^[\n\x20-\x7e]*$/);
    tmux.press('q');
    await left();
  });
});

it('does not outlive its terminal', async () => {
  const { tmux, pid } = await watch();
  await tmux.waitFor(selected('wc1'));
  const folder = `/proc/${String(pid())}`;
  expect(existsSync(folder)).toBe(true);
  tmux.close();
  while (existsSync(folder)) await sleep(50);
});
