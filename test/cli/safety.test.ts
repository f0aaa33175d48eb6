import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  checkDocumentSchema,
  entriesDocumentSchema,
  formatDocumentSchema,
  helpDocumentSchema,
  inspectDocumentSchema,
} from '../../src/documents/index.js';
import { blankFile, digest, expectRefusal } from './format-helpers.js';
import { DIRTY, writeImage } from './images.js';
import { BIN, cliEnvironment, scratchFolder, wcache } from './wcache.js';

const FORMAT = ['--block-size', '4096'];

describe('nothing foreign is run', () => {
  it('no plugin from a home folder', async () => {
    const home = scratchFolder();
    const data = join(home, '.local/share/wcache');
    const plugin = join(data, 'node_modules/evil');
    mkdirSync(plugin, { recursive: true });
    const user = { oclif: { schema: 1, plugins: [{ name: 'evil', type: 'user', root: plugin }] } };
    writeFileSync(join(data, 'package.json'), JSON.stringify(user));
    const hooks = { init: './hook.cjs' };
    writeFileSync(
      join(plugin, 'package.json'),
      JSON.stringify({ name: 'evil', version: '1.0.0', oclif: { hooks } }),
    );
    writeFileSync(join(plugin, 'hook.cjs'), 'module.exports = () => { console.log("EVIL"); };');
    const { stdout, stderr } = await wcache(['size', '--cache', '1G'], { env: { HOME: home } });
    expect(stdout).toMatch(/^On a cache device/);
    expect(stderr).toBe('');
  });

  it.each(['', '.', ':/usr/bin', 'bin:/usr/bin'])(
    'no program from the current folder, with PATH=%s',
    async (path) => {
      const folder = scratchFolder();
      mkdirSync(join(folder, 'bin'));
      for (const name of ['wipefs', 'bin/wipefs']) {
        writeFileSync(join(folder, name), '#!/bin/sh\necho "{\\"signatures\\": []}"\n');
        chmodSync(join(folder, name), 0o755);
      }
      const image = join(folder, 'ext4.img');
      writeFileSync(image, '');
      truncateSync(image, 1 << 20);
      execFileSync('mke2fs', ['-q', '-t', 'ext4', image], { stdio: 'ignore' });
      const options = { cwd: folder, env: { PATH: path } };
      const { status, stderr } = await wcache(['format', image, ...FORMAT, '--dry-run'], options);
      expect(stderr).toContain('ext4');
      expect(status).toBe(5);
    },
  );
});

describe('a blank first sector is not taken for an empty device', () => {
  it('where another format has its mark', async () => {
    const image = blankFile(1 << 20, 'ext4.img');
    execFileSync('mke2fs', ['-q', '-t', 'ext4', image], { stdio: 'ignore' });
    const { stdout, status } = await wcache(['check', image, '--json']);
    expect(status).toBe(6);
    const document = checkDocumentSchema.parse(JSON.parse(stdout));
    expect(document).toMatchObject({ state: 'blank', ok: false });
    expect(document.problems.map(({ code }) => code)).toContain('foreign-signature');
    expect(document.verdict).toContain('what is at stake cannot be told');
  });

  it('where a cache begins at another sector', async () => {
    const image = writeImage(scratchFolder(), { ...DIRTY, startSector: 8 });
    const checked = await wcache(['check', image, '--json']);
    expect(checked.status).toBe(6);
    const { problems } = checkDocumentSchema.parse(JSON.parse(checked.stdout));
    expect(problems[0]).toMatchObject({ code: 'superblock-elsewhere', severity: 'error' });
    expect(problems[0]?.advice).toContain('--start-sector 8');
    const inspected = await wcache(['inspect', image, '--json']);
    expect(inspectDocumentSchema.parse(JSON.parse(inspected.stdout)).superblock_sectors).toEqual([8]);
    expect((await wcache(['inspect', image])).stdout).toContain('--start-sector 8');
    await expectRefusal(image, FORMAT, 5, 'dirty-cache');
  });

  it('where a cache begins beyond the first MiB, in what a format would write', async () => {
    const sizeBytes = 1 << 28;
    const image = writeImage(scratchFolder(), {
      ...DIRTY,
      sizeBytes,
      blockSize: 4096,
      startSector: 4096 + 7,
    });
    expect((await wcache(['format', image, '--block-size', '512', '--yes'])).status).toBe(5);
    const dry = await wcache([
      'format',
      image,
      '--block-size',
      '512',
      '--dry-run',
      '--discard-dirty',
      '--json',
    ]);
    expect(formatDocumentSchema.parse(JSON.parse(dry.stdout)).done).toBe(false);
  });
});

describe('a cache whose magic is gone', () => {
  it('is damaged and not torn, and is not formatted over', async () => {
    const image = writeImage(scratchFolder(), { ...DIRTY, superblock: { magic: 0, seq_count: 3n } });
    const { stdout, status } = await wcache(['check', image, '--json']);
    expect(status).toBe(6);
    const document = checkDocumentSchema.parse(JSON.parse(stdout));
    expect(document).toMatchObject({ state: 'damaged', live_blocks: null });
    expect(document.problems[0]).toMatchObject({ code: 'magic-lost', severity: 'fatal' });
    const said = await expectRefusal(image, FORMAT, 5, 'damaged-cache');
    expect(said).toContain('Do not activate it');
  });
});

/** Runs a format on a terminal, and does something while it waits for the typed YES. */
function formatWhile(image: string, meanwhile: () => void): Promise<{ printed: string; status: number }> {
  return new Promise((resolve) => {
    const command = `'${process.execPath}' '${BIN}' format '${image}' --block-size 4096`;
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      env: { ...cliEnvironment(), TERM: 'xterm' },
    });
    let printed = '';
    let asked = false;
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (!asked && printed.includes('Type YES')) {
        asked = true;
        meanwhile();
        child.stdin.write('YES\r');
      }
    });
    child.on('close', (code) => {
      resolve({ printed, status: code ?? -1 });
    });
  });
}

describe('between the question and the answer', () => {
  it('a cache that became dirty is noticed', async () => {
    const folder = scratchFolder();
    const image = writeImage(folder, {});
    const dirty = writeImage(folder, DIRTY, 'dirty.img');
    const { printed, status } = await formatWhile(image, () => {
      copyFileSync(dirty, image);
    });
    expect(printed).toContain('is a dirty writecache');
    expect(status).toBe(5);
    expect(digest(image)).toBe(digest(dirty));
  });

  it('so is one that only became another', async () => {
    const folder = scratchFolder();
    const image = blankFile(1 << 20);
    const clean = writeImage(folder, {}, 'clean.img');
    const { printed, status } = await formatWhile(image, () => {
      copyFileSync(clean, image);
    });
    expect(printed).toContain('is not what it was when it was shown');
    expect(status).toBe(5);
  });
});

describe('what cannot be finished', () => {
  it('is not begun: a format beyond 8 PiB', async () => {
    const image = join('/dev/shm', `wcache-huge-${String(process.pid)}.img`);
    const startSector = String((2 ** 53 - 65536) / 512);
    writeFileSync(image, '');
    try {
      execFileSync('truncate', ['-s', String(2 ** 53 + 2 ** 24), image]);
      const { status, stderr } = await wcache([
        'format',
        image,
        ...FORMAT,
        '--start-sector',
        startSector,
        '--dry-run',
      ]);
      expect(stderr).toContain('8 PiB');
      expect(status).toBe(4);
    } finally {
      execFileSync('rm', [image]);
    }
  });

  it('is still one document: entries of a file that is cut while they are listed', async () => {
    const image = writeImage(scratchFolder(), {
      sizeBytes: 1 << 28,
      blockSize: 512,
      superblock: { seq_count: 1n },
    });
    const child = spawn(process.execPath, [BIN, 'inspect', image, '--entries', '--json'], {
      env: cliEnvironment(),
    });
    let printed = '';
    child.stdout.once('data', () => {
      truncateSync(image, 1 << 20);
    });
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
    const status = await new Promise((resolve) => {
      child.on('close', resolve);
    });
    const document = entriesDocumentSchema.parse(JSON.parse(printed));
    expect(document.error).toMatchObject({ code: 'device-ended', exit_status: 4 });
    expect(document.entries.length).toBeGreaterThan(0);
    expect(status).toBe(4);
  });

  it('keeps its exit status when nobody reads the answer', () => {
    const image = writeImage(scratchFolder(), { superblock: { version: 2 } });
    const line = `set -o pipefail; '${process.execPath}' '${BIN}' check '${image}' | (exec <&-; sleep 1)`;
    const run = (): number => {
      try {
        execFileSync('bash', ['-c', line], { env: cliEnvironment(), stdio: 'pipe' });
        return 0;
      } catch (error) {
        return (error as { status: number }).status;
      }
    };
    expect(run()).toBe(6);
  });
});

describe('tables that the kernel would refuse', () => {
  it('are problems', async () => {
    const image = writeImage(scratchFolder(), {});
    const { stdout, status } = await wcache(['check', image, '--block-size', '512', '--json']);
    expect(status).toBe(6);
    expect(checkDocumentSchema.parse(JSON.parse(stdout)).problems[0]).toMatchObject({
      code: 'table-refused',
      severity: 'error',
    });
    const tiny = await wcache(['check', blankFile(4096), '--json']);
    expect(tiny.status).toBe(6);
  });
});

describe('--at among thousands of copies', () => {
  it('always finds the one that counts', async () => {
    const entries = Array.from({ length: 2500 }, (_, index) => ({
      index,
      original_sector: 8n,
      seq_count: BigInt(index),
    }));
    const image = writeImage(scratchFolder(), {
      sizeBytes: 1 << 24,
      superblock: { seq_count: 9999n },
      entries,
    });
    const { stdout } = await wcache(['inspect', image, '--at', '8', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ cached: true, live: { index: 2499 }, copies_total: 2500 });
  });
});

describe('help', () => {
  it('is a document too', async () => {
    const all = await wcache(['help', '--json']);
    const { verbs } = helpDocumentSchema.parse(JSON.parse(all.stdout));
    expect(verbs.map(({ verb }) => verb)).toEqual(expect.arrayContaining(['help', 'size', 'stats reset']));
    expect(new Set(verbs.map(({ verb }) => verb)).size).toBe(verbs.length);
    const one = await wcache(['help', 'size', '--json']);
    expect(helpDocumentSchema.parse(JSON.parse(one.stdout)).verbs).toHaveLength(1);
    expect((await wcache(['help', 'sice', '--json'])).status).toBe(2);
    expect((await wcache(['--json'])).stdout).toContain('"unknown-verb"');
  });
});
