import { spawn } from 'node:child_process';
import { truncateSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DIRTY, writeImage } from './images.js';
import { BIN, cliEnvironment, onTerminal, scratchFolder } from './wcache.js';

const CLEARED = '\r\u001b[K';

/** So many entries that no machine is through with them before the test is over; all of them are holes. */
function endlessImage(): string {
  const entriesBytes = 2 ** 38;
  const superblock = { n_blocks: BigInt(entriesBytes / 16) };
  const path = writeImage(scratchFolder(), { superblock, sizeBytes: 1 << 20, blockSize: 512 });
  truncateSync(path, entriesBytes * 34);
  return path;
}

/** Runs wcache on a terminal of its own and presses Ctrl-C when it has shown its progress. */
function interrupted(words: string): Promise<string> {
  return new Promise((resolve) => {
    const line = `stty cols 80; '${process.execPath}' '${BIN}' ${words} >/dev/null; echo "status $?"`;
    const child = spawn(
      'script',
      ['-qec', `bash -c "trap : INT; ${line.replaceAll(/["$]/g, '\\$&')}"`, '/dev/null'],
      {
        env: { ...cliEnvironment(), TERM: 'xterm' },
      },
    );
    let shown = '';
    let isPressed = false;
    child.stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
      if (!isPressed && shown.includes('left')) {
        isPressed = true;
        child.stdin.write('\u0003');
      }
    });
    child.on('close', () => {
      resolve(shown);
    });
  });
}

describe('progress', () => {
  it.each(['inspect', 'check', 'inspect --map', 'inspect --entries --format csv'])(
    'of %s is shown on a terminal, and taken away when it is interrupted',
    async (verb) => {
      const [name, ...flags] = verb.split(' ');
      const shown = await interrupted([name, endlessImage(), ...flags].join(' '));
      expect(shown).toMatch(/img: read (?:<0\.1|\d+(?:\.\d)?)% of [\d.]+ GiB, [\d.]+ [KMG]iB\/s, .+ left/);
      const behind = shown.slice(shown.lastIndexOf(' left'));
      expect(behind).toContain(CLEARED);
      expect(shown).toContain('status 130');
    },
  );

  it('is not shown of what is over at once, or on a terminal that cannot', async () => {
    const image = writeImage(scratchFolder(), DIRTY);
    for (const env of [{}, { TERM: 'dumb' }]) {
      const { stdout } = await onTerminal(`wcache inspect ${image} --entries`, '', { env });
      expect(stdout).not.toContain('left');
      expect(stdout).not.toContain(CLEARED);
    }
  });
});
