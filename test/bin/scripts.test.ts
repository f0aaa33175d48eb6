import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type * as scriptsModule from '../../bin/scripts.cjs';
import { ROOT, scratchFolder } from '../cli/wcache.js';

const { Scripts } = createRequire(import.meta.url)(join(ROOT, 'bin/scripts.cjs')) as typeof scriptsModule;

const NOBODY = 65534;
const isRoot = process.geteuid?.() === 0;

/** A folder with one script, which exports `answer()`. */
function folderWith(answer: number): string {
  const folder = join(scratchFolder(), 'bundle');
  mkdirSync(folder, { mode: 0o755 });
  writeScript(folder, answer);
  return folder;
}

/** Scripts for one-digit answers differ in their ids and contents and have the same length. */
function writeScript(folder: string, answer: number): void {
  const source = `(function (exports, require, module) { exports.answer = () => ${String(answer)}; })`;
  writeFileSync(join(folder, 'one.cjs'), `// id${String(answer)}\n${source}`);
}

/** What a process that starts anew finds. */
function start(folder: string) {
  const scripts = new Scripts(folder);
  const { uses, script } = scripts.prepare('one.cjs');
  const { answer } = scripts.load('one.cjs') as { answer: () => number };
  return { scripts, uses, isRejected: script.cachedDataRejected, answer: answer() };
}

/** A folder in which the code of one start was kept, and the file that it is in. */
function kept(): { folder: string; file: string } {
  const folder = folderWith(1);
  start(folder).scripts.keep('inspect');
  const [name = ''] = readdirSync(folder).filter((each) => each.endsWith('.code'));
  return { folder, file: join(folder, name) };
}

describe('code that is kept', () => {
  it('is taken by the next start, and grows by what runs for other uses', () => {
    const { folder } = kept();
    const second = start(folder);
    expect(second).toMatchObject({ uses: ['inspect'], isRejected: false, answer: 1 });
    second.scripts.keep('inspect');
    second.scripts.keep('status');
    expect(start(folder).uses).toEqual(['inspect', 'status']);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it('is not taken for another source of the same length, and is made anew', () => {
    const { folder } = kept();
    writeScript(folder, 2);
    const second = start(folder);
    expect(second).toMatchObject({ uses: null, answer: 2 });
    second.scripts.keep('inspect');
    expect(start(folder)).toMatchObject({ uses: ['inspect'], isRejected: false, answer: 2 });
  });

  it('is not taken where a bit of it is wrong, or the end is missing, or it is something else', () => {
    const { folder, file } = kept();
    const good = readFileSync(file);
    const head = good.indexOf('\n') + 1;
    const flipped = (at: number): Buffer => {
      const bad = Buffer.from(good);
      bad.writeUInt8(bad.readUInt8(at) ^ 0x10, at);
      return bad;
    };
    const bad = [
      ...[0, head - 3, head, head + 5, (head + good.length) >> 1, good.length - 1].map(flipped),
      ...[good.subarray(0, -1), good.subarray(0, head), good.subarray(head), Buffer.alloc(0)],
      ...[Buffer.alloc(good.length), Buffer.from('null\n'), Buffer.from('{}\n'), Buffer.from('[1,2\n')],
    ];
    for (const bytes of bad) {
      writeFileSync(file, bytes);
      expect(start(folder)).toMatchObject({ uses: null, answer: 1 });
    }
    start(folder).scripts.keep('inspect');
    expect(readFileSync(file)).toEqual(good);
  });

  it('is not taken where it was made by another Node', () => {
    const { folder, file } = kept();
    const text = readFileSync(file, 'latin1');
    writeFileSync(file, text.replace(process.version, 'v19.0.0'), 'latin1');
    const second = start(folder);
    expect(second).toMatchObject({ uses: null, answer: 1 });
    second.scripts.keep('inspect');
    expect(start(folder).uses).toEqual(['inspect']);
  });

  it('is not taken from a file or a folder that others may write to', () => {
    for (const mode of [0o664, 0o646, 0o666]) {
      const { folder, file } = kept();
      chmodSync(file, mode);
      expect(start(folder)).toMatchObject({ uses: null, answer: 1 });
    }
    for (const mode of [0o775, 0o757, 0o1777]) {
      const { folder } = kept();
      chmodSync(folder, mode);
      const second = start(folder);
      expect(second).toMatchObject({ uses: null, answer: 1 });
      expect(second.scripts.mayKeep).toBe(false);
    }
  });

  it('is not taken by a link, or from what is no file', () => {
    const { folder, file } = kept();
    renameSync(file, `${file}.elsewhere`);
    symlinkSync(`${file}.elsewhere`, file);
    expect(start(folder)).toMatchObject({ uses: null, answer: 1 });
    const { folder: other, file: place } = kept();
    renameSync(place, `${place}.elsewhere`);
    mkdirSync(place);
    const second = start(other);
    expect(second).toMatchObject({ uses: null, answer: 1 });
    second.scripts.keep('inspect');
    expect(readdirSync(other).filter((name) => name.endsWith(String(process.pid)))).toEqual([]);
  });

  it('is taken from the owner of the scripts, and from nobody else', () => {
    const { folder, file } = kept();
    if (!isRoot) {
      expect(() => {
        chownSync(file, NOBODY, NOBODY);
      }).toThrow('EPERM');
      return;
    }
    chownSync(file, NOBODY, NOBODY);
    expect(start(folder)).toMatchObject({ uses: null, answer: 1 });
    chownSync(folder, NOBODY, NOBODY);
    const second = start(folder);
    expect(second).toMatchObject({ uses: ['inspect'], answer: 1 });
    expect(second.scripts.mayKeep).toBe(false);
  });

  it('is for all to read, whatever the umask of who kept it', () => {
    const mask = process.umask(0o077);
    try {
      expect(statSync(kept().file).mode & 0o777).toBe(0o644);
    } finally {
      process.umask(mask);
    }
  });

  it('fails in silence where it cannot be kept', () => {
    const gone = folderWith(1);
    const { scripts } = start(gone);
    rmSync(gone, { recursive: true });
    scripts.keep('inspect');
    // What is in the way can be neither overwritten nor removed.
    const folder = folderWith(1);
    const inTheWay = `one.cjs.${process.version}.code.${String(process.pid)}`;
    mkdirSync(join(folder, inTheWay));
    start(folder).scripts.keep('inspect');
    expect(readdirSync(folder).sort()).toEqual(['one.cjs', inTheWay]);
  });

  it('is not made where the folder cannot be written to', () => {
    const folder = folderWith(1);
    const program = `process.setuid?.(${String(isRoot ? NOBODY : process.geteuid?.())}); const { Scripts } = require(process.argv[1]); console.log(new Scripts(process.argv[2]).mayKeep);`;
    const mayKeep = (): string =>
      execFileSync(process.execPath, ['-e', program, join(folder, 'scripts.cjs'), join(folder, 'scripts')], {
        encoding: 'utf8',
      }).trim();
    chmodSync(dirname(folder), 0o755);
    copyFileSync(join(ROOT, 'bin/scripts.cjs'), join(folder, 'scripts.cjs'));
    mkdirSync(join(folder, 'scripts'));
    if (isRoot) chownSync(join(folder, 'scripts'), NOBODY, NOBODY);
    expect(mayKeep()).toBe('true');
    chmodSync(join(folder, 'scripts'), 0o555);
    expect(mayKeep()).toBe('false');
  });

  it('is kept in another folder where a distribution has one for it, which may be gone', () => {
    const folder = folderWith(1);
    const codeFolder = join(scratchFolder(), 'code');
    const startThere = (): InstanceType<typeof Scripts> => {
      const scripts = new Scripts(folder, codeFolder);
      expect(scripts.load('one.cjs')).toMatchObject({ answer: expect.any(Function) as unknown });
      return scripts;
    };
    expect(startThere().mayKeep).toBe(false);
    mkdirSync(codeFolder, { mode: 0o755 });
    const first = startThere();
    expect(first.mayKeep).toBe(true);
    first.keep('inspect');
    expect(readdirSync(folder)).toEqual(['one.cjs']);
    expect(startThere().prepare('one.cjs').uses).toEqual(['inspect']);
    chmodSync(codeFolder, 0o775);
    expect(startThere().prepare('one.cjs').uses).toBe(null);
    chmodSync(codeFolder, 0o755);
    if (!isRoot) return;
    chownSync(codeFolder, NOBODY, NOBODY);
    expect(startThere().prepare('one.cjs').uses).toBe(null);
  });
});
