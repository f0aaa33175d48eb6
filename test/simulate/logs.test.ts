import { describe, expect, it } from 'vitest';
import { openWorkload } from '../../src/simulate/index.js';
import { shortRequestsOf, workloadFile } from './helpers.js';

describe("fio's iolog", () => {
  it('of version 3 has times in microseconds', async () => {
    const text = `fio version 3 iolog
100 /dev/sdb add
160 /dev/sdb open
1100 /dev/sdb write 4096 8192
1600 /dev/sdb read 0 4096
1600 /dev/sdb sync 0 0
2100 /dev/sdb datasync 0 0
2000 /dev/sdb trim 1048576 65536
3100 /dev/sdb close
`;
    expect(await shortRequestsOf(text)).toEqual([
      '1 write 4096+8192',
      '1.5 read 0+4096',
      '1.5 flush',
      '2 flush',
      '2 discard 1048576+65536',
    ]);
  });

  it('of version 2 has waits, or is paced', async () => {
    const text =
      'fio version 2 iolog\n/a add\n/a open\n/a write 0 4096\n/a wait 2500 0\n/a write 4096 4096\n/a sync 0 0\n';
    expect(await shortRequestsOf(text)).toEqual(['0 write 0+4096', '2.5 write 4096+4096', '2.5 flush']);
    expect(await shortRequestsOf(text, { rate: { requestsPerSecond: 100 } })).toEqual([
      '0 write 0+4096',
      '12.5 write 4096+4096',
      '22.5 flush',
    ]);
    const fast = { rate: { bytesPerSecond: 4096 * 500 } };
    expect((await shortRequestsOf(text, fast))[1]).toBe('4.5 write 4096+4096');
  });

  it('takes one file, and says which where there are several', async () => {
    const text = 'fio version 2 iolog\n/a write 0 4096\n/b write 0 512\n';
    await expect(shortRequestsOf(text)).rejects.toThrow(
      /:3: This is of the file \/b, and what stands above of \/a/,
    );
    expect(await shortRequestsOf(text, { only: '/b' })).toEqual(['0 write 0+512']);
  });

  it.each([
    ['fio version 1 iolog\n', ':1: This is an iolog of version 1'],
    ['fio version 3 iolog\nx /a write 0 4096\n', ':2: "x" is not a time.'],
    ['fio version 3 iolog\n5 /a write 0\n', ':2: The length is missing.'],
    ['fio version 3 iolog\n5 /a write 0 99999999999999999\n', ':2: "99999999999999999" is not a length.'],
    ['fio version 3 iolog\n5 /a write 0 1 2\n', ':2: "2" is too much.'],
    ['fio version 3 iolog\n5 /a wait 100 0\n', 'no action "wait"'],
    ['fio version 2 iolog\n/a scribble 0 1\n', 'no action "scribble"'],
    ['fio version 2 iolog\n/a\n', 'The action is missing'],
  ])('refuses %j', async (text, message) => {
    await expect(shortRequestsOf(text)).rejects.toThrow(message);
  });

  it('refuses a rate where the log has times, and a text that is no iolog', async () => {
    const rate = { requestsPerSecond: 1 };
    await expect(shortRequestsOf('fio version 3 iolog\n', { rate })).rejects.toThrow(/times of its own/);
    await expect(shortRequestsOf('flush\n', { format: 'iolog' })).rejects.toThrow(/not how an iolog begins/);
  });
});

const TRACE = `  8,0    3        1     5.000000000   697  G   W 223490 + 8 [kjournald]
  8,0    3        2     5.000001829   697  P   N [kjournald]
  8,0    3        3     5.000002197   697  Q   W 223490 + 8 [kjournald]
  8,0    3        4     5.000005000   697  D   W 223490 + 8 [kjournald]
  8,0    1        5     5.250002197   697  Q FWFSM 8 + 16 [jbd2/sda1-8]
  8,0    1        6     5.300002197   697  Q  FWS [jbd2/sda1-8]
  8,0    1        7     5.200002197   697  Q  RA 0 + 8 [dd]
  8,0    1        8     5.400002197   697  Q   D 2048 + 8 [fstrim]
  8,0    1        9     5.400002197   697  Q  FN [kworker]
  8,0    1       10     5.400002197     0  m   N cfq697 complete
  8,0    1       11     5.500002197     0  C   W 223490 + 8 [0]
CPU0 (8,0):
 Reads Queued:           1,        4KiB	 Writes Queued:           2,       12KiB
Total (8,0):
Events (8,0): 11 entries
`;

describe('the output of blkparse', () => {
  it('has flushes before, FUA behind and metadata, and times from the first request', async () => {
    expect(await shortRequestsOf(TRACE)).toEqual([
      '0 write 114426880+4096',
      '250 flush',
      '250 write 4096+8192 fua meta',
      '300 flush',
      '300 read 0+4096',
      '400 discard 1048576+4096',
      '400 flush',
    ]);
  });

  it('counts events of the kind that is asked for, and tells how much was left out', async () => {
    expect(await shortRequestsOf(TRACE, { action: 'D' })).toEqual(['0 write 114426880+4096']);
    expect(await shortRequestsOf(TRACE, { action: 'C' })).toEqual(['0 write 114426880+4096']);
    const workload = openWorkload(workloadFile(TRACE));
    for await (const batch of workload.batches) Array.from(batch);
    expect(workload.facts()).toEqual({ format: 'blkparse', durationMs: 400, skippedLines: 9 });
  });

  it('takes one device, and says which where there are several', async () => {
    const other = TRACE.replace('8,0    1        6', '8,16   1        6');
    await expect(shortRequestsOf(other)).rejects.toThrow(
      /:6: This is of the device 8,16, and what stands above of 8,0/,
    );
    expect(await shortRequestsOf(other, { only: '8,16' })).toEqual(['0 flush']);
  });

  it('is known by its first line, also where blkparse says what it reads', async () => {
    expect(await shortRequestsOf(`Input file sda.blktrace.0 added\n${TRACE}`)).toHaveLength(7);
    await expect(shortRequestsOf('hello\n')).rejects.toThrow(/begins no statement/);
  });

  it('refuses a sector that no device has', async () => {
    await expect(shortRequestsOf(TRACE.replace('Q   W 223490', 'Q   W 99999999999999999'))).rejects.toThrow(
      /:3: Sector 99999999999999999 is beyond/,
    );
  });
});
