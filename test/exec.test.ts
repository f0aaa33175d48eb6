import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NotPossibleHereError, OperationError } from '../src/errors.js';
import { programFolders, runProgram, shellLine, startAnswerer } from '../src/exec.js';

describe('runProgram', () => {
  it('gives the words on as they are, without a shell', async () => {
    const { stdout } = await runProgram('printf', ['%s|', '$HOME', 'a b', "it's", '*']);
    expect(stdout).toBe("$HOME|a b|it's|*|");
  });

  it('fails with the words of the program, unless its status is an answer', async () => {
    await expect(runProgram('sh', ['-c', 'echo no such luck >&2; exit 3'])).rejects.toThrow(/no such luck/);
    expect(await runProgram('sh', ['-c', 'exit 3'], { acceptStatus: [3] })).toMatchObject({ status: 3 });
  });

  it('says that a program is missing', async () => {
    await expect(runProgram('no-such-program-here', [])).rejects.toThrow(NotPossibleHereError);
  });

  it('waits no longer than it was told', async () => {
    const started = Date.now();
    await expect(runProgram('sleep', ['60'], { timeoutMs: 100 })).rejects.toThrow(
      /did not finish within 0.1 s/,
    );
    expect(Date.now() - started).toBeLessThan(30_000);
  });

  it('leaves a program to itself that it is told to abandon', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wcache-exec-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const mark = join(folder, 'done');
    const abandon = new AbortController();
    const running = runProgram('sh', ['-c', `sleep 0.3; : > ${mark}`], { abandon: abandon.signal });
    abandon.abort(new OperationError('enough', { code: 'enough' }));
    await expect(running).rejects.toThrow('enough');
    expect(existsSync(mark)).toBe(false);
    await expect.poll(() => existsSync(mark), { timeout: 20_000 }).toBe(true);
  });

  it('does not begin what is abandoned already', async () => {
    await expect(runProgram('true', [], { abandon: AbortSignal.abort(new Error('before')) })).rejects.toThrow(
      'before',
    );
  });
});

describe('startAnswerer', () => {
  const ECHO =
    'while read -r word; do [ "$word" = none ] || printf "%s\\n" "$word" "and more"; echo; echo "end $word"; done';

  it('asks one program again and again', async () => {
    const answerer = startAnswerer('sh', ['-c', ECHO]);
    expect(await answerer.ask('one', 'end ', 20_000)).toEqual({ text: 'one\nand more\n', rest: 'one' });
    expect(await answerer.ask('none', 'end ', 20_000)).toEqual({ text: '', rest: 'none' });
    expect(await answerer.ask('end', 'end ', 20_000)).toEqual({ text: 'end\nand more\n', rest: 'end' });
  });

  it('takes a long answer', async () => {
    const answerer = startAnswerer('sh', ['-c', 'while read -r count; do seq $count; echo; echo end; done']);
    const answer = await answerer.ask('100000', 'end', 20_000);
    expect(answer?.text.split('\n')).toHaveLength(100_001);
  });

  it('gets no answer from what has ended', async () => {
    const answerer = startAnswerer('sh', ['-c', 'read -r word; echo half']);
    expect(await answerer.ask('one', 'end ', 20_000)).toBeNull();
    expect(await answerer.ask('two', 'end ', 20_000)).toBeNull();
  });

  it('waits no longer than it was told, and ends what does not answer', async () => {
    const answerer = startAnswerer('sh', ['-c', 'read -r word; sleep 1000; :']);
    await expect(answerer.ask('one', 'end ', 100)).rejects.toThrow(/did not finish within 0.1 s/);
    expect(await answerer.ask('two', 'end ', 20_000)).toBeNull();
  });
});

describe('shellLine', () => {
  it('quotes only what needs it', () => {
    expect(shellLine(['dmsetup', 'create', '--table', '0 8 zero', "it's", ''])).toBe(
      `dmsetup create --table '0 8 zero' 'it'\\''s' ''`,
    );
  });
});

describe('programFolders', () => {
  it('looks nowhere near the folder that the user happens to be in', () => {
    expect(programFolders('.::bin:/opt/bin').split(':')).not.toContain('.');
    expect(programFolders('.::bin:/opt/bin').split(':')[0]).toBe('/opt/bin');
    expect(programFolders(undefined)).toContain('/usr/sbin');
  });
});
