import { describe, expect, it } from 'vitest';
import { toJson, watchDocument, watchDocumentSchema } from '../../src/documents/index.js';
import { diskWith, interval, ratesOf, watchView, watchedCache } from '../ui/watched-caches.js';

const view = watchView([]);

describe('a line of a watch', () => {
  it('is a document of its schema at the first look, with totals and nothing else', () => {
    const document = watchDocument(watchedCache({ stateSinceMs: 4000 }), view);
    expect(watchDocumentSchema.parse(document)).toEqual(document);
    expect(document).toMatchObject({
      ...{ time: '2026-11-22T12:00:00.000Z', state_since: '2026-11-22T11:59:59.000Z', name: 'wc' },
      ...{ state: 'active', total_blocks: 8160, free_blocks: 7750, dirty_blocks: 410, block_size: 4096 },
      ...{ interval: null, no_rates: 'first-look', events: [] },
      counters: { reads: 100, read_hits: 40 },
    });
  });

  it('tells of the interval in numbers that are finite and short', () => {
    const document = watchDocument(
      watchedCache({
        interval: interval({
          elapsedMs: 1000.123456,
          rates: ratesOf({ reads: 1000 / 3 }),
          readHitRatio: 2 / 3,
          disks: { mapped: diskWith(1 / 3), origin: diskWith(null), cache: null },
        }),
      }),
      view,
    );
    expect(watchDocumentSchema.parse(document)).toEqual(document);
    expect(document.interval).toMatchObject({
      ...{ seconds: 1.000123, read_hit_ratio: 0.6667, write_hit_ratio: null },
      rates: { reads: 333.333, writes: 0 },
      disks: { mapped: { write_latency_ms: 0.333 }, origin: { write_latency_ms: null }, cache: null },
    });
    expect(document.no_rates).toBeNull();
  });

  it('is one line of JSON in which 64 bits are exact', () => {
    const status = '0 8160 7750 3 18446744073709551615 40 500 10 20 30 440 0 7 1';
    const text = toJson(watchDocument(watchedCache({ status }), view), 0);
    expect(text).not.toContain('\n');
    expect(text).toContain('"reads":18446744073709551615,');
  });

  it('has no counters where the target has none', () => {
    const document = watchDocument(
      watchedCache({
        ...{ version: '1.5.0', status: '0 8160 7750 0', noRates: 'not-counted' },
        interval: interval({ counters: null, rates: null }),
      }),
      view,
    );
    expect(watchDocumentSchema.parse(document)).toMatchObject({
      ...{ counters: null, interval: { counters: null, rates: null }, no_rates: 'not-counted' },
    });
  });

  it('carries what happened, and the error flag of a cache that is suspended as well', () => {
    const time = new Date('2026-11-22T11:59:59.500Z');
    const event = { time, name: 'wc', kind: 'error', severity: 'error' } as const;
    const document = watchDocument(
      watchedCache({
        ...{ status: '1 8160 7750 0 0 0 0 0 0 0 0 0 0 0', suspended: true },
        events: [{ ...event, message: 'It failed.', advice: 'Mend it.' }],
      }),
      view,
    );
    expect(watchDocumentSchema.parse(document)).toMatchObject({
      ...{ state: 'error', error: true, suspended: true },
      events: [
        {
          ...{ time: '2026-11-22T11:59:59.500Z', kind: 'error', severity: 'error' },
          ...{ message: 'It failed.', advice: 'Mend it.' },
        },
      ],
    });
  });

  it('refuses what is not finite', () => {
    const document = watchDocument(watchedCache({ interval: interval() }), view);
    expect(document.interval).not.toBeNull();
    const broken = { ...document, interval: { ...document.interval, dirty_blocks_per_second: Infinity } };
    expect(watchDocumentSchema.safeParse(broken).success).toBe(false);
  });
});
