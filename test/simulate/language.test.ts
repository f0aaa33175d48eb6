import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { LanguageParser } from '../../src/simulate/language.js';
import { requestsOf, shortRequestsOf, workloadFile } from './helpers.js';
import { openWorkload } from '../../src/simulate/index.js';

describe('the workload language', () => {
  it('has requests at once, and time that goes on by waiting', async () => {
    const text = `
      # a comment
      write 4K 8192 fua meta   # and another
      read 2048s 512
      wait 1.5s
      flush
      discard 1GiB 1MiB
      write 0 1 meta`;
    expect(await shortRequestsOf(text)).toEqual([
      '0 write 4096+8192 fua meta',
      '0 read 1048576+512',
      '1500 flush',
      `1500 discard ${String(2 ** 30)}+1048576`,
      '1500 write 0+1 meta',
    ]);
  });

  it('knows the line that each request comes from', async () => {
    expect((await requestsOf('\nflush\n\nrepeat 2\nflush\nend\n')).map(({ line }) => line)).toEqual([
      2, 5, 5,
    ]);
  });

  it('goes through a range in order and begins again, also in a repetition', async () => {
    const text = 'repeat 2\nsequential write 8K..20K block 4K rate 1000/s count 2 fua\nend\nflush';
    expect(await shortRequestsOf(text)).toEqual([
      '0 write 8192+4096 fua',
      '1 write 12288+4096 fua',
      '2 write 16384+4096 fua',
      '3 write 8192+4096 fua',
      '4 flush',
    ]);
  });

  it('leaves out what a range has behind its last whole block', async () => {
    expect(await shortRequestsOf('sequential read 0..10K block 4K rate 1000/s count 3')).toEqual([
      '0 read 0+4096',
      '1 read 4096+4096',
      '2 read 0+4096',
    ]);
  });

  it.each([
    ['rate 100/s for 1s', 100, 10],
    ['rate 0.5/s for 10s', 5, 2000],
    ['rate 4MiB/s total 1MiB', 256, 1000 / 1024],
    ['rate 400KiB/s count 3', 3, 10],
    ['for 3s rate 3/s', 9, 1000 / 3],
  ])('%s', async (words, count, intervalMs) => {
    const requests = await requestsOf(`sequential write 0..1GiB block 4K ${words}`);
    expect(requests).toHaveLength(count);
    requests.forEach(({ atMs }, index) => {
      expect(atMs).toBeCloseTo(index * intervalMs, 9);
    });
  });

  it('does together what is together, in the order of time and then of the lines', async () => {
    const text = `
      wait 1s
      together
        sequential write 0..1MiB block 4K rate 100/s count 3
        repeat 2
          wait 10ms
          flush
        end
        read 0 4K
      end
      flush`;
    expect(await shortRequestsOf(text)).toEqual([
      '1000 write 0+4096',
      '1000 read 0+4096',
      '1010 write 4096+4096',
      '1010 flush',
      '1020 write 8192+4096',
      '1020 flush',
      '1030 flush',
    ]);
  });

  it('is the same every time, differs with the seed, and stays in the range on whole blocks', async () => {
    const places = async (words: string): Promise<number[]> =>
      (await requestsOf(`random write 1MiB..9MiB block 8K rate 1000/s count 500 ${words}`)).map(
        ({ offsetBytes }) => offsetBytes,
      );
    const first = await places('seed 7');
    expect(await places('seed 7')).toEqual(first);
    expect(await places('seed 8')).not.toEqual(first);
    for (const place of [...first, ...(await places('zipf 0.9'))]) {
      expect(place % 8192).toBe(0);
      expect(place).toBeGreaterThanOrEqual(2 ** 20);
      expect(place).toBeLessThan(9 * 2 ** 20);
    }
    expect(new Set(first).size).toBeGreaterThan(350);
  });

  it('does not let two generators go hand in hand, and goes on with the numbers in a repetition', async () => {
    const line = 'random write 0..1GiB block 4K rate 1/s count 4';
    const twice = (await requestsOf(`${line}\n${line}`)).map(({ offsetBytes }) => offsetBytes);
    expect(twice.slice(0, 4)).not.toEqual(twice.slice(4));
    const again = (await requestsOf(`repeat 2\n${line}\nend`)).map(({ offsetBytes }) => offsetBytes);
    expect(again.slice(0, 4)).not.toEqual(again.slice(4));
  });

  it('turns round without a request in no time', async () => {
    const workload = openWorkload(workloadFile('repeat 999999999999999\nrepeat 1\nwait 1ms\nend\nend'));
    for await (const batch of workload.batches) expect([...batch]).toEqual([]);
    expect(workload.facts().durationMs).toBe(999999999999999);
  });

  it.each([
    ['wirte 0 4K', '"wirte" begins no statement.', 'write, read'],
    ['write', 'The offset is missing.', 'write OFFSET LENGTH'],
    ['write 0', 'The length is missing.', 'write OFFSET LENGTH'],
    ['write 0 0', 'The length "0" is nothing.', 'write OFFSET LENGTH'],
    ['write 0 4X', '"4X" is not a size.', 'Write bytes'],
    ['write 9PiB 4K', 'beyond 8 PiB', 'write OFFSET'],
    ['write 0 4K fuu', '"fuu" is no flag', '[fua] [meta]'],
    ['read 0 4K fua', '"fua" is a word too many', 'read OFFSET LENGTH'],
    ['flush now', '"now" is a word too many', 'flush'],
    ['wait', 'The time is missing', 'wait TIME'],
    ['wait long', '"long" is not a time', 'milliseconds'],
    ['repeat 0', 'not a whole number from 1', 'repeat COUNT'],
    ['repeat', 'The count is missing', 'repeat COUNT'],
    ['end', 'No block is open here.', 'end closes'],
    ['random', 'write or read is missing', 'random write|read'],
    ['random scrub 0..1M', '"scrub" is neither write nor read', 'random write|read'],
    ['random write 0-1M block 4K rate 1/s count 1', '"0-1M" is not a range', 'FROM..TO'],
    ['random write 1M..1M block 4K rate 1/s count 1', 'ends before it begins', 'FROM..TO'],
    ['random write 0..1M rate 1/s count 1', 'block SIZE', 'FROM..TO'],
    ['random write 0..1M block 4K count 1', 'rate RATE', 'FROM..TO'],
    ['random write 0..1M block 2M rate 1/s count 1', 'smaller than one block', 'FROM..TO'],
    ['random write 0..1M block 4K rate 5 count 1', '"5" is not a rate', '2000/s'],
    ['random write 0..1M block 4K rate 0/s count 1', '"0/s" is not a rate', '2000/s'],
    ['random write 0..1M block 4K rate 1/s', 'How long it goes on is missing', 'FROM..TO'],
    ['random write 0..1M block 4K rate 1/s count 1 for 1s', 'one only', 'FROM..TO'],
    ['random write 0..1M block 4K rate 1/s for 1ms', 'not even one request', 'FROM..TO'],
    ['random write 0..1M block 4K block 4K', '"block" is there twice', 'FROM..TO'],
    ['random write 0..1M block 4K rate 1/s count 1 zipf 0', 'not an exponent', 'FROM..TO'],
    ['random write 0..1M block 4K rate 1/s count 1 seed x', 'not a whole number', 'FROM..TO'],
    ['random read 0..1M block 4K rate 1/s count 1 fua', '"fua" has no meaning', 'FROM..TO'],
    ['sequential write 0..1M block 4K rate 1/s count 1 zipf 1', '"zipf" has no meaning', 'sequential'],
    ['flush\nrepeat 2\nflush', 'begins in line 3 has no end', 'Write end'],
  ])('refuses %j', async (text, message, hint) => {
    const path = workloadFile(`\n${text}\n`);
    const lastLine = text.split('\n').length + 1;
    const read = async (): Promise<void> => {
      for await (const batch of openWorkload(path).batches) Array.from(batch);
    };
    const error: unknown = await read().catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ code: 'bad-workload' });
    const { message: said, hint: advice } = error as UsageError;
    expect(said.startsWith(`${path}:${String(lastLine)}: `)).toBe(true);
    expect(said).toContain(message);
    expect(advice).toContain(hint);
  });

  it('lets no more than 16 blocks be open', async () => {
    await expect(requestsOf('repeat 1\n'.repeat(17))).rejects.toThrow(/:17: The blocks are too deep/);
  });

  it('answers every line with statements or a UsageError', () => {
    const word = fc.oneof(
      fc.constantFrom(
        'write',
        'random',
        'sequential',
        'repeat',
        'wait',
        'end',
        '0..1M',
        '4K',
        'block',
        'rate',
      ),
      fc.constantFrom('1/s', 'count', 'zipf', '1e9', '-1', '..', '/s', '0', '1', 'fua', '\u0000', '#'),
      fc.string({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(fc.array(word, { maxLength: 9 }), { maxLength: 6 }), (lines) => {
        const parser = new LanguageParser();
        try {
          lines.forEach((words, index) => void parser.take(words.join(' '), index + 1));
          parser.end();
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
    );
  });
});
