import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorDocumentSchema, simulateDocumentSchema } from '../../src/documents/index.js';
import { CRASHES_A_KERNEL } from '../simulate/helpers.js';
import { BIN, cliEnvironment, onTerminal, scratchFolder, wcache } from './wcache.js';

const WORK = `together
  sequential write 0..1MiB block 8K rate 100/s for 5s fua
  random write 1MiB..9MiB block 4K rate 500/s for 5s zipf 1.1
end
wait 5s
`;
/** Without an end that anybody would live to see. */
const ENDLESS = 'random write 0..1GiB block 4K rate 1000/s count 999999999999\n';

function workload(text = WORK): string {
  const path = join(scratchFolder(), 'work.txt');
  writeFileSync(path, text);
  return path;
}

async function simulateJson(...args: string[]) {
  const { stdout, status, stderr } = await wcache(['simulate', ...args, '--json']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return simulateDocumentSchema.parse(JSON.parse(stdout));
}

describe('simulate', () => {
  it('shows one cache, on 80 columns and in plain text where it is piped', async () => {
    const { stdout, stderr, status } = await wcache(['simulate', workload(), '--cache', '4MiB']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('3,000 writes (13.6 MiB)');
    expect(stdout).toContain('high 50%');
    expect(stdout).not.toContain('\u001b');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('draws in ASCII where the locale has no more', async () => {
    const options = { env: { LC_ALL: 'C' } };
    expect((await wcache(['simulate', workload(), '--cache', '4MiB'], options)).stdout).toMatch(
      /^[\t\n -~]+$/,
    );
  });

  it('is the same every time, and takes the flags to the target', async () => {
    const path = workload();
    const flags = ['--cache', '4MiB', '--high-watermark', '60', '--max-age', '1s', '--origin', '9MiB'];
    const document = await simulateJson(
      path,
      ...flags,
      '--origin-rate',
      '1MiB/s',
      '--origin-latency',
      '250us',
    );
    expect(document.origin).toEqual({ size_bytes: 9 << 20, bytes_per_second: 1 << 20, latency_ms: 0.25 });
    expect(document.runs[0]).toMatchObject({
      ...{ cache_size_bytes: 4 << 20, mode: 's', block_size: 4096, total_blocks: 1020, high_watermark: 60 },
      ...{ options: { high_watermark: 60, max_age: 1000 }, end: { dirty_blocks: 0, at_ms: 10_000 } },
    });
    expect(await simulateJson(path, ...flags, '--origin-rate', '1MiB', '--origin-latency', '250us')).toEqual(
      document,
    );
  });

  it('tries several caches, by repeated flags and by commas, and leaves the words behind them alone', async () => {
    const flags = [
      '--cache',
      '2M,4M',
      '--cache',
      '8M',
      '--block-size',
      '512,4096',
      '--high-watermark',
      '50',
      '--mode',
      'p',
    ];
    const { runs } = await simulateJson(...flags, workload());
    expect(
      runs.map(({ cache_size_bytes, block_size, mode }) => [
        Number(cache_size_bytes) >> 20,
        block_size,
        mode,
      ]),
    ).toEqual([2, 4, 8].flatMap((size) => [512, 4096].map((block) => [size, block, 'p'])));
  });

  it('reads stdin, and logs of other programs', async () => {
    const child = spawn(process.execPath, [BIN, 'simulate', '-', '--cache', '1M', '--json'], {
      env: cliEnvironment(),
    });
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stdin.end('fio version 3 iolog\n0 /a add\n10 /a write 0 4096\n2010 /a write 4096 4096\n');
    await new Promise((resolve) => child.on('close', resolve));
    const document = simulateDocumentSchema.parse(JSON.parse(stdout));
    expect(document.workload).toMatchObject({ name: 'stdin', format: 'iolog', writes: 2, duration_ms: 2.01 });
    const trace = workload('  8,0 0 1 1.000000000 9 Q W 0 + 8 [a]\n  8,0 0 2 2.000000000 9 D W 8 + 8 [a]\n');
    const flags = ['--cache', '1M', '--action', 'D', '--only', '8,0', '--format', 'blkparse'];
    expect((await simulateJson(trace, ...flags)).workload).toMatchObject({ writes: 1, end_bytes: 8192 });
  });

  it.each<[string[], number, string]>([
    [[], 2, 'usage'],
    [['--cache', '1X'], 2, 'bad-size'],
    [['--cache', '4096'], 2, 'invalid-table'],
    [['--cache', '1M', '--high-watermark', '30'], 2, 'invalid-table'],
    [['--cache', '1M', '--high-watermark', 'x'], 2, 'bad-number'],
    [['--cache', '1M', '--mode', 'q'], 2, 'usage'],
    [['--cache', '1M', '--origin', '1M'], 2, 'bad-workload'],
    [['--cache', '1M', '--origin', '1000'], 2, 'bad-origin-size'],
    [['--cache', '1M', '--origin-rate', '0'], 2, 'bad-rate'],
    [['--cache', '1M', '--format', 'iolog'], 2, 'bad-workload'],
    [['--cache', '1M', '--rate', 'fast'], 2, 'bad-rate'],
  ])('with %j ends with %d (%s)', async (flags, status, code) => {
    const result = await wcache(['simulate', workload(), ...flags, '--json']);
    expect(result.status).toBe(status);
    expect(errorDocumentSchema.parse(JSON.parse(result.stdout)).error.code).toBe(code);
  });

  it('tells the line of an error', async () => {
    const path = workload(`${WORK}wirte 0 4K\n`);
    const { stderr, stdout, status } = await wcache(['simulate', path, '--cache', '1M']);
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
    expect(stderr).toContain(`${path}:6: "wirte" begins no statement.`);
    expect(stderr.split('\n')).toHaveLength(3);
  });

  it('refuses a workload that is missing, a directory or not for this user', async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'sub'));
    const secret = join(folder, 'secret');
    writeFileSync(secret, WORK, { mode: 0 });
    expect((await wcache(['simulate', join(folder, 'none'), '--cache', '1M'])).status).toBe(2);
    expect((await wcache(['simulate', join(folder, 'sub'), '--cache', '1M'])).status).toBe(2);
    expect((await wcache(['simulate', secret, '--cache', '1M'], { asNobody: true })).status).toBe(3);
  });

  it.each(['a long statement', 'a silent stdin'])('ends with 130 on Ctrl-C in %s', async (where) => {
    const path = where === 'a silent stdin' ? '-' : workload(ENDLESS);
    const child = spawn(process.execPath, [BIN, 'simulate', path, '--cache', '1M'], {
      env: cliEnvironment(),
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    setTimeout(() => child.kill('SIGINT'), 1500);
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect(status).toBe(130);
    expect(stderr).toContain('Interrupted; a simulation changes nothing.');
  });

  it('ends with 6 where a kernel would crash on one of the caches, and shows them all', async () => {
    const flags = ['--cache', '256K,1M', '--high-watermark', '100'];
    const { stdout, status } = await wcache(['simulate', workload(CRASHES_A_KERNEL), ...flags]);
    expect(status).toBe(6);
    expect(stdout).toContain('A kernel would crash under this workload (once)');
    expect(stdout).toMatch(/\n {2}1 MiB /);
  });

  it('shows how far it is on a terminal', async () => {
    const path = workload(ENDLESS);
    const { stdout } = await onTerminal(
      `timeout -s INT 3 '${process.execPath}' '${BIN}' simulate '${path}' --cache 1M`,
      '',
    );
    expect(stdout).toMatch(/work\.txt: [\d,]+ requests, .* of work/);
  });
});
