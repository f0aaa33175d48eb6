import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { errorDocumentSchema } from '../../src/documents/index.js';
import { ROOT, scratchFolder, wcache, type CliOptions, type CliResult } from './wcache.js';

const manifest = z
  .object({ commands: z.record(z.string(), z.object({ id: z.string(), summary: z.string() })) })
  .parse(JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')));
const verbs = Object.keys(manifest.commands);

/** How each verb that reads a device is called on one. A new verb has to be added here. */
const onDevice: Record<string, ((device: string) => string[]) | null> = {
  inspect: (device) => ['inspect', device],
  check: (device) => ['check', device],
  format: (device) => ['format', device, '--block-size', '4096', '--yes'],
  size: (device) => ['size', device],
  // The cache device is opened first.
  verify: (device) => ['verify', device, device],
  help: null,
  completion: null,
  // This takes a text (test/cli/simulate.test.ts).
  simulate: null,
  // These take mappings, or nothing.
  list: null,
  status: null,
  table: null,
  doctor: null,
  metrics: null,
  create: null,
  flush: null,
  clean: null,
  message: null,
  suspend: null,
  resume: null,
  'stats:reset': null,
  set: null,
  recover: null,
  remove: null,
};

/** How each verb that acts on a mapping is called on one. */
const onMapping: Record<string, (name: string) => string[]> = {
  create: (name) => ['create', name, '--origin', '/dev/null', '--cache', '/dev/zero'],
  flush: (name) => ['flush', name],
  clean: (name) => ['clean', name],
  message: (name) => ['message', name, 'flush'],
  suspend: (name) => ['suspend', name],
  resume: (name) => ['resume', name],
  'stats:reset': (name) => ['stats', 'reset', name],
  set: (name) => ['set', name, 'high-watermark=60'],
  recover: (name) => ['recover', name, '--yes'],
  remove: (name) => ['remove', name],
  status: (name) => ['status', name],
  table: (name) => ['table', name],
};

/** Verbs that take as many words as one likes. */
const OPEN_ENDED = ['status', 'set'];

/** What every failure must be, with and without `--json`. */
async function expectFailure(
  args: readonly string[],
  status: number,
  code: string,
  options: CliOptions = {},
): Promise<CliResult> {
  const plain = await wcache(args, options);
  expect({ args, status: plain.status }).toEqual({ args, status });
  expect(plain.stdout).toBe('');
  expect(plain.stderr).toMatch(/^wcache[^\n]*: .+/);
  expect(plain.stderr).not.toMatch(/\n\s+at /);
  expect(plain.stderr.split('\n').length).toBeLessThanOrEqual(3);
  const json = await wcache([...args, '--json'], options);
  expect({ args, status: json.status }).toEqual({ args, status });
  const document = errorDocumentSchema.parse(JSON.parse(json.stdout));
  expect(document.error).toMatchObject({ exit_status: status, code });
  expect(document.error.message.split('\n')).toHaveLength(1);
  expect(json.stderr).toBe('');
  return plain;
}

describe('every verb', () => {
  it('is in the table of this test', () => {
    expect(verbs.sort()).toEqual(Object.keys(onDevice).sort());
  });

  it('takes -h for --help', async () => {
    const { stdout, status } = await wcache(['inspect', '-h']);
    expect(status).toBe(0);
    expect(stdout).toContain('USAGE');
  });

  it.each(verbs)('%s --help explains itself and ends with 0', async (verb) => {
    const { status, stdout, stderr } = await wcache([...verb.split(':'), '--help']);
    expect(status).toBe(0);
    expect(stdout).toContain(manifest.commands[verb]?.summary);
    expect(stdout).toContain('USAGE');
    expect(stderr).toBe('');
  });

  it.each(verbs)('%s with an unknown flag ends with 2', async (verb) => {
    await expectFailure([...verb.split(':'), '--hedgehogs-only'], 2, 'usage');
  });

  it.each(verbs.filter((verb) => !OPEN_ENDED.includes(verb)))(
    '%s with too many words ends with 2',
    async (verb) => {
      await expectFailure([...verb.split(':'), 'a', 'b', 'c'], 2, 'usage');
    },
  );
});

describe.each(verbs.filter((verb) => onDevice[verb] !== null))('%s', (verb) => {
  const call = onDevice[verb] ?? ((): string[] => []);

  it('without a device ends with 2', async () => {
    const { stderr } = await expectFailure([verb], 2, 'usage');
    expect(stderr).toMatch(/Missing: (DEVICE|CACHE)|Name either a device/);
  });

  it('with a device that is not there ends with 4', async () => {
    await expectFailure(call('/no/such/device'), 4, 'no-such-device');
  });

  it('with a directory ends with 4', async () => {
    await expectFailure(call(scratchFolder()), 4, 'is-a-directory');
  });

  it('with a character device ends with 4', async () => {
    await expectFailure(call('/dev/zero'), 4, 'is-a-character-device');
  });

  it('with a FIFO ends with 4 and does not wait', async () => {
    const fifo = join(scratchFolder(), 'fifo');
    execFileSync('mkfifo', [fifo]);
    await expectFailure(call(fifo), 4, 'not-a-block-device');
  });

  it('as a user who may not open the device ends with 3', () => {
    const folder = scratchFolder();
    const image = join(folder, 'secret.img');
    writeFileSync(image, new Uint8Array(1 << 20), { mode: 0o000 });
    execFileSync('chmod', ['755', folder]);
    const isRoot = process.getuid?.() === 0;
    const [program, ...before]: [string, ...string[]] = isRoot
      ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', process.execPath]
      : [process.execPath];
    let status = 0;
    try {
      execFileSync(program, [...before, join(ROOT, 'bin/wcache.cjs'), ...call(image)], { stdio: 'pipe' });
    } catch (error) {
      status = z.object({ status: z.number() }).parse(error).status;
      expect(String(z.object({ stderr: z.instanceof(Buffer) }).parse(error).stderr)).toContain(image);
    }
    expect(status).toBe(3);
  });
});

describe.each(Object.keys(onMapping))('%s', (verb) => {
  const words = verb.split(':');
  const call = onMapping[verb] ?? ((): string[] => []);

  // `status` without a name shows all there are.
  it.each(verb === 'status' ? [] : [words])('without a name ends with 2: %s', async () => {
    await expectFailure(words, 2, 'usage');
  });

  it('without root ends with 3', async () => {
    const { stderr } = await expectFailure(call('no-such-mapping'), 3, 'no-root', { asNobody: true });
    expect(stderr).toMatch(/Only root/);
  });
});

describe.each(['inspect', 'check', 'format'])('%s of what can be no cache', (verb) => {
  const call = onDevice[verb] ?? ((): string[] => []);

  it('refuses an empty file with 4', async () => {
    const image = join(scratchFolder(), 'empty.img');
    writeFileSync(image, '');
    await expectFailure(call(image), 4, 'too-small');
  });

  it('refuses a file of 63 bytes with 4', async () => {
    const image = join(scratchFolder(), 'tiny.img');
    writeFileSync(image, new Uint8Array(63));
    await expectFailure(call(image), 4, 'too-small');
  });

  it('refuses a start sector behind the end with 4', async () => {
    const image = join(scratchFolder(), 'small.img');
    writeFileSync(image, '');
    truncateSync(image, 1 << 20);
    await expectFailure([...call(image), '--start-sector', '2048'], 4, 'too-small');
  });

  it.each(['-1', '1.5', '0x10', 'eight', '99999999999999999999'])(
    'refuses the start sector %s with 2',
    async (sector) => {
      await expectFailure([...call('/dev/null'), `--start-sector=${sector}`], 2, 'bad-sector');
    },
  );
});

describe('the command line', () => {
  it('without a verb shows the verbs', async () => {
    const { status, stdout } = await wcache([]);
    expect(status).toBe(0);
    for (const verb of verbs) expect(stdout).toContain(`  ${verb.split(':')[0] ?? ''}`);
  });

  it.each([['inspct'], ['inspct', '/dev/sda', '--yes'], ['help', 'inspct']])(
    'with a verb that does not exist ends with 2: %s',
    async (...args) => {
      const { status, stdout, stderr } = await wcache(args);
      expect(status).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toContain('inspct');
      expect(stderr).not.toMatch(/\n\s+at /);
    },
  );

  it('reports an unknown verb as JSON where that is asked for', async () => {
    const { status, stdout } = await wcache(['inspct', '--json']);
    expect(status).toBe(2);
    expect(errorDocumentSchema.parse(JSON.parse(stdout)).error.code).toBe('unknown-verb');
  });

  it.each(['--version', '-V'])('says its version with %s', async (flag) => {
    const { status, stdout } = await wcache([flag]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^wcache\/\d+\.\d+\.\d+ /);
  });

  it('shows a stack with --debug and with DEBUG, and only then', async () => {
    const missing = ['inspect', '/no/such/device'];
    expect((await wcache(missing)).stderr).not.toContain('    at ');
    expect((await wcache([...missing, '--debug'])).stderr).toContain('    at ');
    expect((await wcache(missing, { env: { DEBUG: '1' } })).stderr).toContain('    at ');
  });

  it('takes a file whose name begins with a dash behind --', async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, '--json'), new Uint8Array(1 << 16));
    const { status, stdout } = await wcache(['inspect', '--', '--json'], { cwd: folder });
    expect(status).toBe(0);
    expect(stdout).toContain('--json: blank writecache');
  });
});
