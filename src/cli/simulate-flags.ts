import { Flags } from '@oclif/core';
import { UsageError } from '../errors.js';
import {
  BLKPARSE_ACTIONS,
  WORKLOAD_FORMATS,
  parseRate,
  type BlkparseAction,
  type Rate,
  type WorkloadFormat,
} from '../simulate/index.js';
import { parseMilliseconds, parseSize } from '../units.js';
import { blockSizeFlag, sizeFlag } from './flags.js';
import { optionFlags } from './option-flags.js';

/** May be given several times, or with commas; a word behind it is not taken for a second value. */
const SEVERAL = { multiple: true, multipleNonGreedy: true, delimiter: ',' } as const;

const rateFlag = Flags.custom<Rate>({ helpValue: 'RATE', parse: (text) => Promise.resolve(parseRate(text)) });

const bytesPerSecondFlag = Flags.custom<number>({
  helpValue: 'SIZE/s',
  parse: (text) => Promise.resolve(bytesPerSecond(text)),
});

const latencyFlag = Flags.custom<number>({
  helpValue: 'TIME',
  parse: (text) => Promise.resolve(latencyMs(text)),
});

const percentFlag = Flags.custom<number>({
  helpValue: 'N',
  parse: (text) => Promise.resolve(percent(text)),
});

/** All flags of `wcache simulate` but `--bytes`. */
export const simulateFlags = {
  cache: sizeFlag({
    ...SEVERAL,
    description: 'Size of the cache device; several to compare.',
    required: true,
  }),
  'block-size': blockSizeFlag({
    ...SEVERAL,
    description: 'Bytes per cache block (4096); several to compare.',
  }),
  mode: Flags.option({ options: ['s', 'p'] as const })({
    description: 's (ssd) or p (pmem).',
    default: 's',
  }),
  origin: sizeFlag({ description: 'Size of the origin; as large as it has to be unless told.' }),
  'origin-rate': bytesPerSecondFlag({
    description: 'What the origin takes of writeback (100MiB/s).',
  }),
  'origin-latency': latencyFlag({
    description: 'What each copy to the origin takes besides (5ms).',
  }),
  format: Flags.option({ options: WORKLOAD_FORMATS })({
    description: 'What the workload is written in; found out unless told.',
    helpGroup: 'WORKLOAD',
  }),
  only: Flags.string({
    description: 'Of a log of several files or devices, the one that counts.',
    helpValue: 'NAME',
    helpGroup: 'WORKLOAD',
  }),
  action: Flags.option({ options: BLKPARSE_ACTIONS })({
    description: 'Which events of a trace count (Q: as requests are queued).',
    helpGroup: 'WORKLOAD',
  }),
  rate: rateFlag({
    description: 'How fast the requests of an iolog of version 2 come, such as 2000/s.',
    helpGroup: 'WORKLOAD',
  }),
  ...optionFlags,
  'high-watermark': percentFlag({
    ...SEVERAL,
    description: 'Percent in use at which writeback starts (50); several to compare.',
    helpGroup: 'TABLE',
  }),
};

/** The flags that say what the workload is. */
export function workloadOptionsOf(flags: {
  readonly format?: WorkloadFormat | undefined;
  readonly only?: string | undefined;
  readonly action?: BlkparseAction | undefined;
  readonly rate?: Rate | undefined;
}) {
  return { format: flags.format, only: flags.only, action: flags.action, rate: flags.rate };
}

function bytesPerSecond(text: string): number {
  const bytes = Number(parseSize(text.replace(/\/s$/, '')));
  if (bytes > 0) return bytes;
  throw new UsageError('An origin that takes nothing is none.', {
    code: 'bad-rate',
    hint: 'Write bytes per second, like 150MiB/s.',
  });
}

/** Of flash, microseconds. */
function latencyMs(text: string): number {
  const { micro } = /^(?<micro>\d{1,9})us$/.exec(text)?.groups ?? {};
  return micro === undefined ? parseMilliseconds(text) : Number(micro) / 1000;
}

function percent(text: string): number {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new UsageError(`"${text}" is not a whole number.`, {
    code: 'bad-number',
    hint: 'Write digits only.',
  });
}
