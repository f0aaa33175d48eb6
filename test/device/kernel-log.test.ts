import { describe, expect, it } from 'vitest';
import { kernelLogMark, kernelLogSince, type KernelLogSource } from '../../src/device/kernel-log.js';

function failure(code: string, errno: number): Error {
  return Object.assign(new Error(code), { code, errno });
}

const again = failure('EAGAIN', -11);
const overwritten = failure('EPIPE', -32);
const tooLong = failure('EINVAL', -22);

/** A log that gives these records, or throws what is an error, and then what the last argument says. */
function log(records: readonly (string | Error)[], end: string | Error = again) {
  const state = { closed: 0 };
  const source: KernelLogSource = {
    openLog: () => {
      const left = [...records];
      return {
        read: () => {
          const next = left.shift() ?? end;
          if (next instanceof Error) throw next;
          return next;
        },
        close: () => {
          state.closed++;
        },
      };
    },
  };
  return { source, state };
}

const records = [
  '5,7,0,-;Linux version 6.1\n',
  '6,8,100,-,caller=T1;device-mapper: uevent\n SUBSYSTEM=block\n DEVICE=b254:0\n',
  '3,9,200,c;I/O error; sector 1, flags 0\n',
  '4,11,300,-;two\\x0alines\n',
];

describe('the kernel log', () => {
  it('ends at the sequence number of its newest record', () => {
    const { source, state } = log(records);
    expect(kernelLogMark(source)).toBe(11);
    expect(state.closed).toBe(1);
  });

  it('tells the messages after a mark', () => {
    const { source, state } = log(records);
    expect(kernelLogSince(8, source)).toEqual(['I/O error; sector 1, flags 0', 'two\\x0alines']);
    expect(kernelLogSince(11, source)).toEqual([]);
    expect(kernelLogSince(7, source)[0]).toBe('device-mapper: uevent');
    expect(state.closed).toBe(3);
  });

  it('has a mark before its first record', () => {
    expect(kernelLogMark(log([]).source)).toBe(-1);
    expect(kernelLogSince(-1, log(['6,0,0,-;first\n']).source)).toEqual(['first']);
  });

  it('goes on after a record that was overwritten, too long, or makes no sense', () => {
    const { source } = log([
      overwritten,
      'nonsense',
      ...records.slice(0, 1),
      tooLong,
      '6,x,0,-;no\n',
      '6,12,0,-;yes\n',
    ]);
    expect(kernelLogMark(source)).toBe(12);
    expect(kernelLogSince(7, source)).toEqual(['yes']);
  });

  it('ends where nothing is read', () => {
    expect(kernelLogMark(log(records, '').source)).toBe(11);
  });

  it('that grows without end is given up', () => {
    const { source, state } = log([], '6,1,0,-;again and again\n');
    expect(kernelLogMark(source)).toBe(1);
    expect(state.closed).toBe(1);
  });

  it('that cannot be opened or read has no mark and tells nothing', () => {
    const closed: KernelLogSource = {
      openLog: () => {
        throw failure('EPERM', -1);
      },
    };
    const { source, state } = log(records, failure('EIO', -5));
    expect(kernelLogMark(closed)).toBeNull();
    expect(kernelLogMark(source)).toBeNull();
    expect(kernelLogSince(null, source)).toEqual([]);
    expect(kernelLogSince(0, closed)).toEqual([]);
    expect(state.closed).toBe(1);
  });

  it('of the running kernel is read or not, and no failure', () => {
    const mark = kernelLogMark();
    expect(mark === null || mark >= -1).toBe(true);
    expect(Array.isArray(kernelLogSince(mark))).toBe(true);
  });
});
