import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import Remove from '../../commands/remove.js';
import { errorDocumentSchema, removeEventDocumentSchema } from '../../src/documents/index.js';
import { REMOVAL_STEPS } from '../../src/procedure/removal/types.js';
import { removalRequestOf } from '../../src/cli/remove-flags.js';
import { PatientOutput, type OutputStream } from '../../src/cli/patient-output.js';
import { cliEnvironment, ROOT, scratchFolder, wcache } from './wcache.js';

describe('the flags of remove', () => {
  it.each([
    [['--keep', '--delete'], /--keep|--delete/],
    [['--undo', '--invalidate'], /--undo|--invalidate/],
    [['--undo', '--dry-run'], /--undo|--dry-run/],
    [['--no-drain', '--timeout', '1s'], /--no-drain|--timeout/],
    [['--events'], /--json/],
    [['--verify', 'perhaps'], /full, sample, metadata, none/],
    [['--max-stall', 'soon'], /is not a time/],
    [['--override', 'everything'], /own-files/],
  ])('refuse %s', async (words, reason) => {
    const { status, stderr } = await wcache(['remove', 'wc', ...words]);
    expect(status).toBe(2);
    expect(stderr).toMatch(reason);
  });
});

describe('what is asked of a removal', () => {
  it('is complete where nothing was given, as it is kept in a journal', () => {
    expect(removalRequestOf({})).toEqual({
      drain: true,
      timeoutMs: null,
      maxStallMs: 1000,
      verify: 'auto',
      invalidate: false,
      ending: 'auto',
      overrides: [],
    });
  });

  it('is what was given', () => {
    expect(
      removalRequestOf({
        'no-drain': true,
        'max-stall': 200,
        verify: 'none',
        invalidate: true,
        delete: true,
        override: ['own-files'],
      }),
    ).toEqual({
      drain: false,
      timeoutMs: null,
      maxStallMs: 200,
      verify: 'none',
      invalidate: true,
      ending: 'delete',
      overrides: ['own-files'],
    });
    expect(removalRequestOf({ timeout: 5, keep: true })).toMatchObject({ timeoutMs: 5, ending: 'keep' });
  });
});

describe('an error of remove', () => {
  it('is a document with --json, and one line with --events', async () => {
    const options = { asNobody: true };
    const document = await wcache(['remove', 'wc', '--json'], options);
    expect(errorDocumentSchema.parse(JSON.parse(document.stdout)).error.code).toBe('no-root');
    const line = await wcache(['remove', 'wc', '--json', '--events'], options);
    expect(line).toMatchObject({ status: 3, stderr: '' });
    expect(line.stdout.split('\n')).toHaveLength(2);
    expect(removeEventDocumentSchema.parse(JSON.parse(line.stdout))).toMatchObject({
      event: 'error',
      error: { code: 'no-root', exit_status: 3 },
    });
  });

  it('is one line also where the command line is wrong', async () => {
    const { status, stdout } = await wcache(['remove', '--json', '--events']);
    expect(status).toBe(2);
    expect(removeEventDocumentSchema.parse(JSON.parse(stdout))).toMatchObject({ event: 'error' });
    expect(stdout.split('\n')).toHaveLength(2);
  });
});

/** A stream of which a test decides when and how each write is answered. */
class HeldStream implements OutputStream {
  /** No file is open under it. */
  readonly fd = 1 << 20;
  readonly texts: string[] = [];
  readonly answers: ((error?: Error | null) => void)[] = [];

  write(text: string, done: (error?: Error | null) => void): boolean {
    this.texts.push(text);
    this.answers.push(done);
    return false;
  }
}

describe('output that nobody waits for', () => {
  it('is busy until all of it is taken', async () => {
    const stream = new HeldStream();
    const output = new PatientOutput(stream);
    await output.drained();
    output.write('a');
    output.write('b');
    const drained = vi.fn();
    void output.drained().then(drained);
    stream.answers[0]?.();
    await Promise.resolve();
    expect(output.isBusy).toBe(true);
    expect(drained).not.toHaveBeenCalled();
    stream.answers[1]?.();
    await vi.waitFor(() => {
      expect(drained).toHaveBeenCalled();
    });
    expect(output.isBusy).toBe(false);
    expect(stream.texts).toEqual(['a', 'b']);
  });

  it('takes a terminal that does not know its size for one of 80 by 24', () => {
    const odd = new PatientOutput(Object.assign(new HeldStream(), { columns: 0, rows: 0 }));
    expect([odd.columns, odd.rows]).toEqual([80, 24]);
    const small = new PatientOutput(Object.assign(new HeldStream(), { columns: 40, rows: 8 }));
    expect([small.columns, small.rows]).toEqual([40, 8]);
    expect(new PatientOutput(new HeldStream()).columns).toBe(80);
  });

  it('writes nothing more after a failure, and throws none', async () => {
    const stream = new HeldStream();
    const output = new PatientOutput(stream);
    output.write('a');
    stream.answers[0]?.(new Error('EPIPE'));
    output.write('b');
    await output.drained();
    expect(stream.texts).toEqual(['a']);
  });

  it('takes a stream that throws for one that failed', async () => {
    const stream = new HeldStream();
    stream.write = () => {
      throw new Error('closed');
    };
    const output = new PatientOutput(stream);
    output.write('a');
    await output.drained();
    expect(output.isBusy).toBe(false);
  });

  it('fails where a terminal does, and goes on', async () => {
    const output = new PatientOutput(Object.assign(new HeldStream(), { isTTY: true }));
    output.write('a');
    expect(output.isBusy).toBe(true);
    await output.drained();
    output.write('b');
    expect(output.isBusy).toBe(false);
  });
});

const DIST = join(ROOT, 'dist/src/cli');

/**
 * Work that holds a device: it must come to its end whatever becomes of its output, and never stand still for it. It
 * writes what it came to into the file `told`, beside itself.
 */
const WORK = `
  import { writeFileSync } from 'node:fs';
  import { outliveOutput } from '${DIST}/broken-output.js';
  import { PatientOutput } from '${DIST}/patient-output.js';
  import { interruption } from '${DIST}/confirm.js';
  import { withoutPause } from '${DIST}/no-pause.js';
  const held = outliveOutput();
  const signals = [];
  interruption(() => signals.push('interrupted'));
  withoutPause(() => signals.push('not paused'));
  const out = new PatientOutput(process[process.argv[2]]);
  let longest = 0;
  let last = performance.now();
  for (let i = 0; i < 60; i++) {
    out.write('x'.repeat(4000) + '\\n');
    await new Promise((resolve) => setTimeout(resolve, 20));
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
    if (i === 5) writeFileSync(new URL('began', import.meta.url), '');
  }
  writeFileSync(new URL('told', import.meta.url), JSON.stringify({ busy: out.isBusy, longest, signals }));
  process.exitCode = 6;
  held.release();
  process.exit();
`;

interface Told {
  readonly busy: boolean;
  readonly longest: number;
  readonly signals: readonly string[];
}

function startWork(
  stream: 'stdout' | 'stderr',
  wrap: (line: string) => string[],
): { child: ChildProcess; folder: string } {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'work.mjs'), WORK);
  const [program = '', ...words] = wrap(`${process.execPath} ${join(folder, 'work.mjs')} ${stream}`);
  const child = spawn(program, words, {
    env: cliEnvironment({ TERM: 'xterm' }),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return { child, folder };
}

const tellsIn = (folder: string, name: string): Promise<string> =>
  vi.waitFor(() => readFileSync(join(folder, name), 'utf8') || name, { timeout: 20_000, interval: 20 });

async function whatCameOf(folder: string): Promise<Told> {
  await tellsIn(folder, 'told');
  return vi.waitFor(() => JSON.parse(readFileSync(join(folder, 'told'), 'utf8')) as Told);
}

const onTerminalOfItsOwn = (line: string): string[] => ['script', '-qec', line, '/dev/null'];
const inShell = (line: string): string[] => ['bash', '-c', line];

describe('work that must not end half-way', () => {
  it('outlives a reader that goes away, and keeps its exit status', () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'work.mjs'), WORK);
    const line = `${process.execPath} ${join(folder, 'work.mjs')} stdout | head -c 1 >/dev/null; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', line], { env: cliEnvironment(), encoding: 'utf8' });
    expect({ stdout, stderr }).toEqual({ stdout: '6\n', stderr: '' });
    expect(JSON.parse(readFileSync(join(folder, 'told'), 'utf8'))).toMatchObject({ busy: false });
  });

  it('tells afterwards that a disk was full, as a failure', () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'work.mjs'), WORK);
    const line = `${process.execPath} ${join(folder, 'work.mjs')} stdout >/dev/full`;
    const { stderr, status } = spawnSync('bash', ['-c', line], { env: cliEnvironment(), encoding: 'utf8' });
    expect(stderr).toMatch(/^wcache: the output could not be written: .+\n$/);
    expect(status).toBe(1);
    expect(readFileSync(join(folder, 'told'), 'utf8')).toContain('longest');
  });

  it('does not stand still for a terminal that is stopped', async () => {
    // Nobody reads what script prints, so nobody reads the terminal after a while: as with Ctrl-S.
    const { folder } = startWork('stderr', onTerminalOfItsOwn);
    const told = await whatCameOf(folder);
    expect(told.busy).toBe(true);
    expect(told.longest).toBeLessThan(5000);
  });

  it('does not stand still for a pipe that nobody reads', async () => {
    const { folder } = startWork('stdout', inShell);
    expect((await whatCameOf(folder)).busy).toBe(true);
  });

  it('outlives its terminal, and hears of that', async () => {
    const { child, folder } = startWork('stderr', onTerminalOfItsOwn);
    child.stdout?.resume();
    await tellsIn(folder, 'began');
    child.kill('SIGKILL');
    const { signals, busy } = await whatCameOf(folder);
    expect(signals).toContain('interrupted');
    expect(busy).toBe(false);
  });

  it('is not paused by Ctrl-Z, and hears of Ctrl-C', async () => {
    const { child, folder } = startWork('stderr', onTerminalOfItsOwn);
    child.stdout?.resume();
    await tellsIn(folder, 'began');
    child.stdin?.write('\u001a\u0003');
    expect((await whatCameOf(folder)).signals.toSorted()).toEqual(['interrupted', 'not paused']);
  });
});

describe('the man pages of removal', () => {
  const pages = ['man/wcache-remove.8', 'man/wcache-removal.7'].map((page) => join(ROOT, page));
  const [verb = '', sequence = ''] = pages.map((page) => readFileSync(page, 'utf8').replaceAll('\\-', '-'));

  it('name every flag', () => {
    for (const flag of Object.keys(Remove.flags)) expect(verb).toContain(`--${flag}`);
  });

  it('explain every step, under its name', () => {
    const sections = [...sequence.matchAll(/^\.SS (.*)$/gm)].flatMap(([, name = '']) => name.split(', '));
    expect(sections).toEqual([...REMOVAL_STEPS]);
  });

  it.each(pages)('render without a warning: %s', (page) => {
    const { stderr, status } = spawnSync('groff', ['-man', '-ww', '-Tascii', page], { encoding: 'utf8' });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  });
});
