import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { errorDocumentSchema } from '../../src/documents/index.js';
import { BIN, ROOT, cliEnvironment, scratchFolder, wcache } from '../cli/wcache.js';
import { notesOfLoading } from '../bin/loaded.js';
import { readTextFormat } from './text-format.js';

/** The words of a process for which only root may be: in a user namespace, who is not root is it as well. */
const AS_ROOT = process.getuid?.() === 0 ? [] : ['unshare', '--user', '--map-root-user'];

interface Running {
  readonly url: string;
  readonly stderr: () => string;
  /** Sends a signal, and returns how the process ended. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
}

async function listening(...words: readonly string[]): Promise<Running> {
  const [program = '', ...args] = [...AS_ROOT, process.execPath, BIN, 'metrics', ...words];
  const child = spawn(program, args, { env: cliEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const closed = once(child, 'close') as Promise<[number | null]>;
  while (!stderr.includes('\n')) await Promise.race([once(child.stderr, 'data'), closed]);
  return {
    url: /^Serving (\S+)$/m.exec(stderr)?.[1] ?? '',
    stderr: () => stderr,
    end: async (signal) => {
      child.kill(signal);
      return (await closed)[0];
    },
  };
}

describe('wcache metrics', () => {
  it('without root ends with 3, and writes no file', async () => {
    const path = join(scratchFolder(), 'wcache.prom');
    for (const words of [[], ['--output', path], ['--listen', '0']]) {
      const plain = await wcache(['metrics', ...words], { asNobody: true });
      expect(plain).toMatchObject({ stdout: '', status: 3 });
      expect(plain.stderr).toMatch(/^wcache metrics: Only root can ask the device-mapper\.\n/);
    }
    expect(existsSync(path)).toBe(false);
    const { stdout, stderr, status } = await wcache(['metrics', '--json'], { asNobody: true });
    expect({ stderr, status }).toEqual({ stderr: '', status: 3 });
    expect(errorDocumentSchema.parse(JSON.parse(stdout)).error.code).toBe('no-root');
  });

  it.each([
    [['--listen', '9000', '--output', 'x.prom'], 'usage'],
    [['--dashboard', '--alert-rules'], 'usage'],
    [['--dashboard', '--output', 'x.prom'], 'usage'],
    [['--alert-rules', '--listen', '9000'], 'usage'],
    [['--dashboard'], 'usage'],
    [['--alert-rules'], 'usage'],
    [['--listen', '9000'], 'usage'],
    [['wc'], 'usage'],
  ])('%j with --json ends with 2: %s', async (words, code) => {
    const { stdout, status } = await wcache(['metrics', ...words, '--json']);
    expect(status).toBe(2);
    expect(errorDocumentSchema.parse(JSON.parse(stdout)).error).toMatchObject({ code, exit_status: 2 });
  });

  it.each(['somewhere', '127.0.0.1:99999', '10.0.0.1', ''])('--listen %j ends with 2', async (address) => {
    const { stdout, stderr, status } = await wcache(['metrics', '--listen', address]);
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
    expect(stderr).toContain(`"${address}" is not an address to listen on`);
  });

  it.each([
    ['--dashboard', 'grafana-dashboard.json'],
    ['--alert-rules', 'alert-rules.yml'],
  ])('%s prints what is in the package, for anybody', async (flag, file) => {
    const source = readFileSync(join(ROOT, 'src/metrics', file), 'utf8');
    expect(await wcache(['metrics', flag], { asNobody: true })).toEqual({
      stdout: source,
      stderr: '',
      status: 0,
    });
    expect(readFileSync(join(ROOT, 'dist/monitoring', file), 'utf8')).toBe(source);
  });
});

describe('wcache metrics --listen', () => {
  it('says where it listens, serves, and ends with 0 when it is told to', async () => {
    const server = await listening('--listen', '0');
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*\/metrics$/);
    const response = await fetch(server.url);
    expect(response.status).toBe(200);
    const families = readTextFormat(await response.text());
    expect([...families.keys()]).toEqual(
      expect.arrayContaining(['wcache_up', 'wcache_scrape_failures_total', 'wcache_build_info']),
    );
    // Whether this machine has a device-mapper that answers or not.
    const up = families.get('wcache_up')?.samples[0]?.value;
    expect(families.get('wcache_scrape_failures_total')?.samples[0]?.value).toBe(up === 1 ? 0 : 1);
    expect(server.stderr().split('\n').length).toBe(up === 1 ? 2 : 3);
    expect(await server.end('SIGTERM')).toBe(0);
  });

  it('ends with 130 when it is interrupted', async () => {
    const server = await listening('--listen', '127.0.0.1:0');
    expect(await server.end('SIGINT')).toBe(130);
  });

  it('ends with 5 where the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => {
      other.close();
    });
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const [program, ...args] = [...AS_ROOT, process.execPath, BIN, 'metrics', '--listen', String(port)];
    const { status, stdout, stderr } = await new Promise<{
      status: number | null;
      stdout: string;
      stderr: string;
    }>((resolve) => {
      const child = spawn(program, args, { env: cliEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
      const said = { stdout: '', stderr: '' };
      child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
      child.on('close', (code) => {
        resolve({ status: code, ...said });
      });
    });
    expect({ status, stdout }).toEqual({ status: 5, stdout: '' });
    expect(stderr).toMatch(
      /^wcache metrics: Cannot listen on port \d+ of 127\.0\.0\.1: another program does\.\n {2}See which: ss /,
    );
  });
});

describe('what is loaded', () => {
  /** The scripts of the bundle that a wcache loads. */
  function scriptsOf(...words: readonly string[]): string[] {
    const notes = notesOfLoading();
    const [program = '', ...args] = [...AS_ROOT, process.execPath, BIN, ...words];
    spawnSync(program, args, { env: cliEnvironment(notes.env) });
    return notes.scripts();
  }

  it("is Prometheus' library for metrics alone, and only where they are written as text", () => {
    for (const words of [['list'], ['status'], ['metrics', '--dashboard'], ['metrics', '--help']]) {
      const scripts = scriptsOf(...words);
      expect(scripts).toContain('wcache.cjs');
      expect([words, scripts.includes('prom-client.cjs')]).toEqual([words, false]);
    }
    // The file is written even where the device-mapper does not answer.
    const path = join(scratchFolder(), 'wcache.prom');
    expect(scriptsOf('metrics', '--output', path)).toContain('prom-client.cjs');
    expect(readFileSync(path, 'utf8')).toContain('wcache_build_info');
  });
});
