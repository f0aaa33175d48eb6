import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { writeImage } from '../cli/images.js';
import { BIN, ROOT, cliEnvironment, scratchFolder, wcache, type CliResult } from '../cli/wcache.js';
import { Tmux } from '../watch/tmux.js';
import { notesOfLoading } from './loaded.js';

const BUNDLE = join(ROOT, 'dist/bundle');
const manifest = z
  .object({ commands: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')));
const verbs = Object.keys(manifest.commands).map((id) => id.replaceAll(':', ' '));

const isRoot = process.geteuid?.() === 0;

/** Answers as dmsetup does where there is one writecache. */
const DMSETUP = `#!/bin/sh
name=; case "$*" in *' -- '*) ;; *' --target '*) name='cache-00: ' ;; esac
case "$*" in
*' targets'*) echo 'writecache v1.6.0' ;;
*' info '*) printf '253\\t0\\tL--w\\t1\\tWCACHE-00000000000000000000000000000000\\tcache-00\\n' ;;
*' table '*) echo "\${name}0 20971520 writecache s 254:0 255:0 4096 4 high_watermark 60 low_watermark 40" ;;
*' status '*) echo "\${name}0 20971520 writecache 0 262144 233865 20 8 4 7 3 1 0 2 0 1 0" ;;
*) exit 1 ;;
esac
`;

/** The folder of a dmsetup that tells of one writecache. */
function machineWithOneCache(): string {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'dmsetup'), DMSETUP, { mode: 0o755 });
  return folder;
}

interface StartOptions {
  readonly node?: readonly string[];
  readonly root?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts wcache as its users do. */
function bundled(
  words: readonly string[],
  { node = [], root = ROOT, env = {} }: StartOptions = {},
): CliResult {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [...node, join(root, 'bin/wcache.cjs'), ...words],
    { encoding: 'utf8', cwd: ROOT, env: cliEnvironment(env), maxBuffer: 1 << 26 },
  );
  return { stdout, stderr, status: status ?? -1 };
}

/** A copy of what a start needs, where it may be damaged. */
function copyOfPackage(): string {
  const root = join(scratchFolder(), 'package');
  mkdirSync(join(root, 'dist'), { recursive: true });
  for (const name of ['bin', 'dist/bundle', 'package.json', 'oclif.manifest.json']) {
    cpSync(join(ROOT, name), join(root, name), { recursive: true });
  }
  return root;
}

function codeFiles(root: string): string[] {
  const folder = join(root, 'dist/bundle');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.code'))
    .map((name) => join(folder, name));
}

describe('the bundle', () => {
  it('is of one build, and says so', () => {
    const scripts = readdirSync(BUNDLE).filter((name) => name.endsWith('.cjs'));
    expect(scripts).toContain('wcache.cjs');
    for (const name of scripts) {
      const text = readFileSync(join(BUNDLE, name), 'latin1');
      expect(text).not.toMatch(/[^\0-\x7f]/);
      const [, id, source = ''] =
        /^\/\/ ([0-9a-f]{64})\n\(function \([\w, ]+\) \{\n([^]*)\n\}\)$/.exec(text) ?? [];
      expect(id).toBe(createHash('sha256').update(source).digest('hex'));
    }
  });

  it.each([
    ['--help'],
    ['-h'],
    [''],
    ['--version'],
    ['-V'],
    ['-V inspect'],
    ['--version --json'],
    ['--json --version'],
    ['version'],
    ['nope'],
    ['nope --json'],
    ['--json nope'],
    ['stats'],
    ['stats nope'],
    ['inspect'],
    ['inspect -V'],
    ['inspect --nope'],
    ['inspect --nope --json'],
    ['inspect /nonexistent'],
    ['inspect /nonexistent --json'],
    ['help'],
    ['help --json'],
    ['help stats'],
    ['metrics --dashboard'],
    ['metrics --alert-rules'],
    ...verbs.map((verb) => [`${verb} --help`]),
  ])('answers as the modules do: %s', async (line) => {
    const words = line.split(' ').filter((word) => word !== '');
    expect(bundled(words)).toEqual(await wcache(words));
  });

  it('reads an image as the modules do', async () => {
    const image = writeImage(scratchFolder(), {
      entries: [
        { index: 0, original_sector: 0n, seq_count: 0n },
        { index: 3, original_sector: 240_072n, seq_count: 0n },
      ],
    });
    const uses = [
      ['inspect'],
      ['inspect', '--json'],
      ['inspect', '--entries'],
      ['inspect', '--map'],
      ['check'],
    ];
    for (const [verb = '', ...flags] of [...uses, ['check', '--json'], ['size'], ['size', '--json']]) {
      const words = [verb, image, ...flags];
      expect(bundled(words)).toEqual(await wcache(words));
    }
  });

  it('names the place in itself where something went wrong', () => {
    const { stderr } = bundled(['inspect', '/nonexistent', '--debug']);
    expect(stderr).toMatch(/at \w*openDevice\w* .*dist\/bundle\/wcache\.cjs:\d+:\d+/);
  });
});

describe('a start', () => {
  function loadedBy(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const notes = notesOfLoading();
    bundled(words, { env: { ...env, ...notes.env } });
    return { scripts: notes.scripts(), nodeModules: notes.nodeModules() };
  }

  it('of inspect loads no other script, and nothing of Node that is for programs or threads', () => {
    const image = writeImage(scratchFolder());
    for (const words of [['--help'], ['inspect', image], ['check', image]]) {
      const { scripts, nodeModules } = loadedBy(words);
      expect(scripts).toEqual(['wcache.cjs']);
      expect(nodeModules).toContain('node:fs');
      for (const each of ['child_process', 'crypto', 'readline', 'worker_threads']) {
        expect(nodeModules).not.toContain(`node:${each}`);
      }
    }
  });

  it('of status loads besides only what starts programs, and nothing that draws', () => {
    const env = { PATH: `${machineWithOneCache()}:${process.env['PATH'] ?? ''}` };
    const scripts = isRoot ? ['execa.cjs', 'wcache.cjs'] : ['wcache.cjs'];
    expect(loadedBy(['status'], env).scripts).toEqual(scripts);
    expect(loadedBy(['status', 'cache-00', '--json'], env).scripts).toEqual(scripts);
    if (isRoot) expect(bundled(['status'], { env }).stdout).toContain('cache-00: active');
  });

  it('of a watch without a terminal runs nothing that draws', () => {
    const env = { PATH: `${machineWithOneCache()}:${process.env['PATH'] ?? ''}` };
    const { stdout, status } = bundled(['status', '--watch', '--count', '1'], { env });
    expect(status).toBe(isRoot ? 0 : 3);
    if (isRoot) expect(stdout).toContain('cache-00');
    expect(loadedBy(['status', '--watch', '--count', '1'], env).nodeModules).not.toContain('node:readline');
  });

  it.each([undefined, 'production', 'test', 'development'])(
    'of a watch on a terminal draws its screen where NODE_ENV is %s',
    async (kind) => {
      const path = `${machineWithOneCache()}:${process.env['PATH'] ?? ''}`;
      const env = kind === undefined ? {} : { NODE_ENV: kind };
      const tmux = await Tmux.open(100, 30, { PATH: path, ...env });
      tmux.type(`clear; '${process.execPath}' '${BIN}' status --watch; echo "ended: $?"`);
      const text = await tmux.waitFor(/autocommit_blocks|^ended: \d/m);
      if (!isRoot) {
        expect(text).toContain('ended: 3');
        return;
      }
      expect(text).toContain('cache-00');
      expect(tmux.modes.alternate).toBe(true);
      tmux.press('q');
      await tmux.waitFor(/^ended: 0/m);
    },
  );

  it('for the version alone loads nothing', () => {
    expect(loadedBy(['--version']).scripts).toEqual([]);
  });
});

describe('code that was kept', () => {
  it('by nobody is made by the first start, and none is needed', () => {
    const root = copyOfPackage();
    const expected = bundled(['--help'], { root });
    for (const file of codeFiles(root)) writeFileSync(file, 'nonsense');
    expect(bundled(['--help'], { root })).toEqual(expected);
    const [code] = codeFiles(root).filter((file) => file.includes('/wcache.cjs.'));
    expect(readFileSync(code ?? '', 'latin1')).toMatch(/^\{"id":"[0-9a-f]{64}"/);
    expect(bundled(['--help'], { root })).toEqual(expected);
  });

  it('is left as it is by a start under other flags of V8, which works without', () => {
    const root = copyOfPackage();
    const contents = (): string[] => codeFiles(root).map((file) => readFileSync(file, 'latin1'));
    const expected = bundled(['help'], { root });
    const before = contents();
    expect(bundled(['help'], { root, node: ['--no-flush-bytecode'] })).toEqual(expected);
    expect(bundled(['list'], { root, env: { NODE_OPTIONS: '--max-semi-space-size=2' } }).status).not.toBe(-1);
    expect(contents()).toEqual(before);
  });
});
