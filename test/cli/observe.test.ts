import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { doctorDocumentSchema, errorDocumentSchema, tableDocumentSchema } from '../../src/documents/index.js';
import { ROOT, cliEnvironment, wcache, type CliResult } from './wcache.js';

/** The built command, run by a user who is not root. */
function asUser(...args: string[]): Promise<CliResult> {
  const wrapper =
    process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
  const [program = '', ...words] = [...wrapper, process.execPath, join(ROOT, 'bin/wcache.cjs'), ...args];
  return new Promise((resolve) => {
    execFile(program, words, { env: cliEnvironment() }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ stdout, stderr, status });
    });
  });
}

describe('without root', () => {
  it.each([[['list']], [['status']], [['status', 'wc']], [['table', 'wc']], [['table', 'wc', '--line']]])(
    '%j ends with 3',
    async (args) => {
      const { stdout, stderr, status } = await asUser(...args);
      expect({ stdout, status }).toEqual({ stdout: '', status: 3 });
      expect(stderr).toMatch(/^wcache \w+: Only root can ask the device-mapper\.\n {2}Run wcache with sudo/);
    },
  );

  it.each([[['list']], [['status', 'wc']], [['table', 'wc']]])('%j says so in JSON', async (args) => {
    const { stdout, stderr, status } = await asUser(...args, '--json');
    expect({ stderr, status }).toEqual({ stderr: '', status: 3 });
    expect(errorDocumentSchema.parse(JSON.parse(stdout)).error).toMatchObject({
      code: 'no-root',
      exit_status: 3,
    });
  });

  it('the doctor looks at what it can, and says what it did not see', async () => {
    const text = await asUser('doctor');
    expect(text.status).toBe(6);
    expect(text.stderr).toBe('');
    expect(text.stdout).toContain('state: error no-root');
    expect(text.stdout).toContain('The mappings were not looked at');
    const { stdout, status } = await asUser('doctor', '--json');
    expect(status).toBe(6);
    const document = doctorDocumentSchema.parse(JSON.parse(stdout));
    expect(document).toMatchObject({ ok: false, root: false, caches: null });
    expect(document.findings.map(({ code }) => code)).toContain('no-root');
    expect(document.kernel.release).not.toBe('');
  });

  it('a table can be judged', async () => {
    const { stdout, stderr, status } = await asUser('table', '--validate', 's /dev/a /dev/b 4096 0');
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toMatch(/^Valid: the kernel \(target 1\.6\.0\) takes these words\./m);
  });
});

describe('table --validate', () => {
  const LINE = '0 524288 writecache s /dev/a /dev/b 4096 0';

  it('judges a whole line', async () => {
    const { stdout, status } = await wcache(['table', '--validate', LINE, '--json']);
    expect(status).toBe(0);
    expect(tableDocumentSchema.parse(JSON.parse(stdout))).toMatchObject({
      name: null,
      line: LINE,
      valid: true,
      length_sectors: 524288,
    });
  });

  it('ends with 2 for what the kernel refuses, and for what only wcache does', async () => {
    for (const [text, accepts] of [
      ['s /dev/a /dev/b 4097 0', false],
      ['s /dev/a /dev/b 4096 0 junk', true],
    ] as const) {
      const { stdout, stderr, status } = await wcache(['table', '--validate', text, '--json']);
      expect({ stderr, status }).toEqual({ stderr: '', status: 2 });
      expect(tableDocumentSchema.parse(JSON.parse(stdout))).toMatchObject({
        valid: false,
        kernel: { accepts },
      });
      expect((await wcache(['table', '--validate', text])).status).toBe(2);
    }
  });

  it('judges for the target that it is told', async () => {
    const judge = ['table', '--validate', 's /dev/a /dev/b 4096 1 metadata_only'];
    expect((await wcache(judge)).status).toBe(0);
    const { stdout, status } = await wcache([...judge, '--target-version', '1.3.0']);
    expect(status).toBe(2);
    expect(stdout).toContain('error option-too-new');
    expect((await wcache([...judge, '--target-version', 'v1.6.0'])).status).toBe(0);
  });

  it.each([
    [['--validate', LINE, 'wc'], 'usage'],
    [[], 'usage'],
    [['--validate', LINE, '--line'], 'usage'],
    [['wc', '--line', '--target-version', '1.6.0'], 'usage'],
    [['--validate', '0 8 linear 8:0 0'], 'other-target'],
    [['--validate', '0 8'], 'not-a-table-line'],
    [['--validate', LINE, '--target-version', '1.6'], 'bad-target-version'],
    [['--validate', LINE, '--target-version', '0.9.0'], 'bad-target-version'],
  ])('%j ends with 2: %s', async (args, code) => {
    const { stdout, status } = await wcache(['table', ...args, '--json']);
    expect(status).toBe(2);
    expect(errorDocumentSchema.parse(JSON.parse(stdout)).error).toMatchObject({ code, exit_status: 2 });
  });

  it('takes the words of a table even where they look like flags', async () => {
    const { status, stdout } = await wcache(['table', '--validate=-s /dev/a', '--json']);
    expect(status).toBe(2);
    expect(tableDocumentSchema.parse(JSON.parse(stdout))).toMatchObject({ valid: false });
  });
});
