import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readLines } from '../../src/simulate/lines.js';
import { requestsOf, shortRequestsOf, workloadFile } from './helpers.js';

describe('reading lines', () => {
  it('numbers them across the pieces in which a large file comes', async () => {
    const text = Array.from({ length: 60_000 }, (_, index) => `wäit ${String(index)}`).join('\n');
    const read: { text: string; number: number }[] = [];
    for await (const lines of readLines(workloadFile(text))) read.push(...lines);
    expect(read.map((line) => line.text).join('\n')).toBe(text);
    expect(read.every(({ number }, index) => number === index + 1)).toBe(true);
  });

  it('takes line ends of Windows and a byte order mark', async () => {
    expect(await shortRequestsOf('\ufeffflush\r\nwait 1ms\r\nflush\r\n')).toEqual(['0 flush', '1 flush']);
  });

  it('refuses what is no text, and says what to do with a trace', async () => {
    const trace = Uint8Array.of(0x07, 0x74, 0x61, 0x65, 0, 0, 0, 1);
    await expect(requestsOf(trace)).rejects.toMatchObject({
      code: 'bad-workload',
      hint: expect.stringContaining('blkparse') as unknown,
    });
    const path = workloadFile('');
    writeFileSync(path, 'x'.repeat(400_000));
    await expect(readLines(path).next()).rejects.toMatchObject({ code: 'bad-workload' });
  });

  it('says that a file is missing or a directory', async () => {
    await expect(readLines('/no/such/file').next()).rejects.toMatchObject({ code: 'no-such-workload' });
    await expect(readLines('/').next()).rejects.toThrow(/it is a directory/);
  });

  it('ends with the reason of a signal', async () => {
    const controller = new AbortController();
    const lines = readLines(workloadFile('flush\n'.repeat(200_000)), controller.signal);
    await lines.next();
    controller.abort(new Error('enough'));
    await expect(
      (async () => {
        for await (const batch of lines) expect(batch.length).toBeGreaterThan(0);
      })(),
    ).rejects.toThrow('enough');
  });
});
