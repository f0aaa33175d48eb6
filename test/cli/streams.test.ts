import { spawn, spawnSync } from 'node:child_process';
import { truncateSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DIRTY, writeImage } from './images.js';
import { BIN, cliEnvironment, onTerminal, scratchFolder, wcache } from './wcache.js';

const ESCAPE = '\u001b';

/** Runs a line of shell in which `$wcache` is the built command. */
function shell(line: string) {
  return spawnSync('bash', ['-c', line], {
    env: cliEnvironment({ wcache: `${process.execPath} ${BIN}` }),
    encoding: 'utf8',
    timeout: 60_000,
  });
}

describe('streams', () => {
  it('colours on a terminal, and only there', async () => {
    const image = writeImage(scratchFolder(), DIRTY);
    expect((await wcache(['inspect', image])).stdout).not.toContain(ESCAPE);
    expect((await onTerminal(`wcache inspect ${image}`, '')).stdout).toContain(`${ESCAPE}[33mdirty`);
    const plain = await onTerminal(`wcache inspect ${image}`, '', { env: { NO_COLOR: '1' } });
    expect(plain.stdout).not.toContain(ESCAPE);
    const dumb = await onTerminal(`TERM=dumb wcache inspect ${image}`, '');
    expect(dumb.stdout).not.toContain(ESCAPE);
  });

  it('says nothing when the reader goes away', () => {
    const image = writeImage(scratchFolder(), { ...DIRTY, sizeBytes: 1 << 26, blockSize: 512 });
    const { stdout, stderr } = shell(`$wcache inspect ${image} --entries --format csv | head -1`);
    expect(stdout).toBe('index,state,original_sector,seq_count,data_offset_bytes\n');
    expect(stderr).toBe('');
  });

  it('says so when the output cannot be written', () => {
    const image = writeImage(scratchFolder(), DIRTY);
    const { stderr, status } = shell(`$wcache inspect ${image} > /dev/full`);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^wcache: the output could not be written: .+\n$/);
  });

  it('ends at once when it is interrupted', async () => {
    const image = writeImage(scratchFolder(), {});
    const entriesBytes = 2 ** 34;
    truncateSync(image, entriesBytes * 34);
    const huge = { superblock: { n_blocks: BigInt(entriesBytes / 16) }, sizeBytes: 1 << 20, blockSize: 512 };
    const name = writeImage(scratchFolder(), huge, 'huge.img');
    truncateSync(name, entriesBytes * 34);
    const child = spawn(process.execPath, [BIN, 'inspect', name], { env: cliEnvironment() });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const sent = performance.now();
    child.kill('SIGINT');
    const signal = await new Promise((resolve) =>
      child.on('exit', (_code, by) => {
        resolve(by);
      }),
    );
    expect(signal).toBe('SIGINT');
    expect(performance.now() - sent).toBeLessThan(10_000);
  });
});
