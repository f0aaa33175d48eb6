import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { errorDocumentSchema, watchDocumentSchema, type WatchDocument } from '../../src/documents/index.js';
import { ROOT, cliEnvironment, scratchFolder, wcache } from './wcache.js';

const RIG = join(ROOT, 'dist/test/watch/rig.js');

/** Runs a line of shell in which `$rig` watches made-up caches. */
function shell(line: string) {
  return spawnSync('bash', ['-c', line], {
    env: cliEnvironment({ rig: `${process.execPath} ${RIG}` }),
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 1 << 28,
  });
}

/** A watch that goes on until the test ends it. */
function watch(...words: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
  const child = spawn(process.execPath, [RIG, ...words], {
    env: cliEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

function documents(text: string): WatchDocument[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => watchDocumentSchema.parse(JSON.parse(line)));
}

describe('a watch in lines', () => {
  it('is columns where nobody looks at a screen', () => {
    const { stdout, stderr, status } = shell('$rig --caches 2 -- --interval 100ms --count 3');
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    const lines = stdout.split('\n').slice(0, -1);
    expect(lines).toHaveLength(2 + 2 + 2 + 4);
    expect(lines.filter((line) => line.startsWith('wc1 '))).toHaveLength(3);
    expect(lines[1]).toMatch(/^name +state +dty%/);
    expect(stdout).not.toContain('\u001b');
  });

  it('ends in silence when its reader does', () => {
    const { stdout, stderr } = shell('$rig --caches 2 -- --interval 100ms | head -3');
    expect(stdout.split('\n').slice(0, -1)).toHaveLength(3);
    expect(stderr).toBe('');
  });

  it('says so when its lines cannot be written', () => {
    const { stderr, status } = shell('$rig -- --interval 100ms >/dev/full');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^wcache: the output could not be written: .+\n$/);
  });

  it('goes on when nobody hears what it says', () => {
    const { stdout, status } = shell('$rig --script incident -- --interval 100ms --count 3 2>&- | wc -l');
    expect(status).toBe(0);
    expect(Number(stdout)).toBeGreaterThan(9);
  });

  it('leaves looks out while its reader is slow', () => {
    // The first look is more than a pipe takes.
    const { stdout, stderr, status } = shell(
      'set -o pipefail; $rig --caches 100 --script idle -- --json --interval 100ms --count 4 | { head -c 1; sleep 1; cat; }',
    );
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    const looks = documents(stdout).filter(({ name }) => name === 'wc1');
    expect(looks).toHaveLength(4);
    expect(looks[1]?.interval?.seconds).toBeGreaterThan(0.9);
    expect(looks[3]?.interval?.seconds).toBeLessThan(0.9);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'is ended by %s, also between two looks',
    async (signal) => {
      const child = watch('--caches', '1', '--', '--json', '--interval', '1h');
      const [first] = (await once(child.stdout, 'data')) as [Buffer];
      expect(documents(first.toString())).toHaveLength(1);
      child.kill(signal);
      expect(await once(child, 'exit')).toEqual([null, signal]);
    },
  );

  it('is 130 to a shell when it is interrupted', () => {
    const { status } = shell('$rig -- --interval 1h >/dev/null & sleep 2; kill -TERM $!; wait $!');
    expect(status).toBe(143);
    const interrupted = shell(
      'set -m; $rig -- --interval 1h >/dev/null & sleep 2; kill -INT $!; wait $!; exit $?',
    );
    expect(interrupted.status).toBe(130);
  });
});

describe('--until in a process', () => {
  it('ends with 7 when the looks ran out, and says why', () => {
    const { stderr, status } = shell(
      '$rig --script idle -- --interval 100ms --count 2 --until error >/dev/null',
    );
    expect(status).toBe(7);
    expect(stderr).toMatch(/^wcache status: The watch ended before it was so: error\.\n {2}.+\n$/);
  });

  it('ends with 0 when it came', () => {
    const { stderr, status } = shell('$rig --script idle -- --until clean >/dev/null');
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  });

  it('ends with 6 when a cache meets an error, which is the last line of JSON', () => {
    const fifo = join(scratchFolder(), 'control');
    const { stdout, status } = shell(
      `mkfifo ${fifo}; { sleep 1; echo error wc1; } >${fifo} & $rig --caches 1 --script idle --control ${fifo} -- --json --interval 100ms --until 'dirty>99%'`,
    );
    expect(status).toBe(6);
    const lines = stdout.split('\n').slice(0, -1);
    expect(errorDocumentSchema.parse(JSON.parse(lines.at(-1) ?? '')).error).toMatchObject({
      ...{ code: 'in-error', exit_status: 6 },
    });
    expect(watchDocumentSchema.parse(JSON.parse(lines.at(-2) ?? ''))).toMatchObject({ state: 'error' });
  });
});

describe('on a terminal', () => {
  /** How the screen ends with these words. */
  function screen(words: string): { readonly status: number | null; readonly stdout: string } {
    return shell(
      `export TERM=xterm; script -qec "$rig --caches 1 --script idle -- --interval 100ms ${words}" /dev/null`,
    );
  }

  it('the exit statuses are the same', () => {
    expect(screen('--count 2').status).toBe(0);
    expect(screen('--until clean').status).toBe(0);
    const { status, stdout } = screen('--count 2 --until error');
    expect(status).toBe(7);
    // Behind the screen, where it can be read.
    const last = stdout.slice(stdout.lastIndexOf('\u001b[?1049l'));
    expect(last).toMatch(/^\S*wcache status: The watch ended before it was so: error\./m);
    expect(screen('nobody').status).toBe(4);
  });

  it('lines come where the terminal can do no more', () => {
    const { status, stdout } = shell(
      `TERM=dumb script -qec "$rig --caches 1 --script idle -- --interval 100ms --count 2" /dev/null`,
    );
    expect(status).toBe(0);
    expect(stdout).not.toContain('\u001b');
    expect(stdout.match(/^wc1 +ok/gm)).toHaveLength(2);
  });
});

describe('the command line of a watch', () => {
  it.each([
    ['--interval', '1s'],
    ['--count', '1'],
    ['--until', 'clean'],
  ])('%s takes --watch', async (...words) => {
    const { status, stdout } = await wcache(['status', ...words, '--json']);
    expect(status).toBe(2);
    expect(errorDocumentSchema.parse(JSON.parse(stdout)).error.code).toBe('usage');
  });

  it('is judged before root is asked for, and an error is one line', async () => {
    const words = ['status', '--watch', '--interval', '5', '--json'];
    const { status, stdout, stderr } = await wcache(words, { asNobody: true });
    expect({ status, stderr }).toEqual({ status: 2, stderr: '' });
    expect(stdout.split('\n')).toHaveLength(2);
    expect(errorDocumentSchema.parse(JSON.parse(stdout)).error.code).toBe('bad-interval');
  });

  it('needs root', async () => {
    const { status, stdout } = await wcache(['status', '--watch', '--json'], { asNobody: true });
    expect(status).toBe(3);
    expect(errorDocumentSchema.parse(JSON.parse(stdout)).error.code).toBe('no-root');
  });
});
