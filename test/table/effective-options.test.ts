import { describe, expect, it } from 'vitest';
import {
  NEWEST_TARGET_VERSION,
  effectiveOptions,
  parseTargetVersion,
  type WritecacheTable,
} from '../../src/table/index.js';

const SSD: WritecacheTable = { mode: 's', origin: '1:0', cache: '1:1', block_size: 4096, options: {} };
const byDefault = (value: unknown): object => ({ value, given: false });
const given = (value: unknown): object => ({ value, given: true });

describe('effectiveOptions', () => {
  it('has the defaults of ssd mode', () => {
    expect(effectiveOptions(SSD, NEWEST_TARGET_VERSION)).toEqual({
      start_sector: byDefault(0n),
      high_watermark: byDefault(50),
      low_watermark: byDefault(45),
      writeback_jobs: byDefault(null),
      autocommit_blocks: byDefault(65536),
      autocommit_time: byDefault(1000),
      max_age: byDefault(null),
      cleaner: byDefault(false),
      metadata_only: byDefault(false),
      pause_writeback: byDefault(3000),
    });
  });

  it('has those of pmem mode', () => {
    const effective = effectiveOptions({ ...SSD, mode: 'p' }, NEWEST_TARGET_VERSION);
    expect(effective.autocommit_blocks).toEqual(byDefault(64));
    expect(effective.fua).toEqual(byDefault(true));
    expect(effective).not.toHaveProperty('pause_writeback');
  });

  it('has what is given', () => {
    const options = {
      ...{ start_sector: 8n, high_watermark: 60, low_watermark: 0, writeback_jobs: 0, autocommit_blocks: 1 },
      ...{ autocommit_time: 0, max_age: 5, cleaner: true, fua: false, metadata_only: true },
    };
    expect(effectiveOptions({ ...SSD, mode: 'p', options }, NEWEST_TARGET_VERSION)).toEqual(
      Object.fromEntries(Object.entries(options).map(([name, value]) => [name, given(value)])),
    );
    const off = { cleaner: false, metadata_only: false };
    expect(effectiveOptions({ ...SSD, options: off }, NEWEST_TARGET_VERSION)).toMatchObject({
      ...{ cleaner: byDefault(false), metadata_only: byDefault(false) },
    });
  });

  it('has nothing that the version has not', () => {
    expect(Object.keys(effectiveOptions(SSD, parseTargetVersion('1.0.0')))).toEqual([
      ...['start_sector', 'high_watermark', 'low_watermark', 'writeback_jobs', 'autocommit_blocks'],
      'autocommit_time',
    ]);
    const of1_4 = effectiveOptions(SSD, parseTargetVersion('1.4.0'));
    expect(of1_4).toHaveProperty('max_age');
    expect(of1_4).not.toHaveProperty('pause_writeback');
  });
});
