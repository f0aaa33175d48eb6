import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { releaseAll, takeLock } from '../../src/dm/lock.js';
import { BusyError, NotPossibleHereError } from '../../src/errors.js';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'wcache-lock-'));
  onTestFinished(() => {
    rmSync(path, { recursive: true, force: true });
  });
  return path;
}

describe('takeLock', () => {
  it('keeps a second one away until the first is released', async () => {
    const path = folder();
    const first = await takeLock(['wc', '254:0'], { folder: path });
    await expect(takeLock(['254:0'], { folder: path })).rejects.toThrow(BusyError);
    await expect(takeLock(['other', 'wc'], { folder: path })).rejects.toThrow(/at work on wc/);
    // What it had got before it failed is free again.
    releaseAll(await takeLock(['other'], { folder: path }));
    releaseAll(first);
    releaseAll(await takeLock(['wc', '254:0'], { folder: path }));
  });

  it('is given up by the kernel when its holder is killed', async () => {
    const path = folder();
    const [lock] = await takeLock(['wc'], { folder: path });
    // A dmsetup that the kernel holds up has the descriptor too; the lock lasts as long as it runs.
    const holder = spawn('sleep', ['60'], { stdio: ['ignore', 'ignore', 'ignore', lock?.descriptor ?? -1] });
    lock?.release();
    await expect(takeLock(['wc'], { folder: path })).rejects.toThrow(BusyError);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    releaseAll(await takeLock(['wc'], { folder: path }));
  });

  it('makes a file name of any subject, and never confuses two', async () => {
    const path = folder();
    const long = 'x'.repeat(127);
    const locks = await takeLock(['a/b', 'a_b', '../escape', long, `${long}y`], { folder: path });
    expect(readdirSync(path)).toHaveLength(5);
    releaseAll(locks);
  });

  it('says so where no lock file can be made', async () => {
    const path = join(folder(), 'file');
    writeFileSync(path, '');
    await expect(takeLock(['wc'], { folder: path })).rejects.toThrow(NotPossibleHereError);
  });
});
