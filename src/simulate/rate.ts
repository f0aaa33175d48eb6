import { UsageError } from '../errors.js';
import { parseSize } from '../units.js';

/** How fast requests come. */
export type Rate = { readonly requestsPerSecond: number } | { readonly bytesPerSecond: number };

/**
 * Reads `2000/s` or `0.5/s` (requests), and `100MiB/s` (bytes: a number with any unit of a size).
 *
 * Throws UsageError `bad-rate`.
 */
export function parseRate(text: string): Rate {
  const { amount } = /^(?<amount>.+)\/s$/.exec(text)?.groups ?? {};
  if (amount === undefined) throw badRate(text);
  if (/^\d{1,12}(?:\.\d{1,9})?$/.test(amount)) return { requestsPerSecond: positive(text, Number(amount)) };
  return { bytesPerSecond: positive(text, Number(parseSize(amount))) };
}

/** How long one request of so many bytes is after the one before. */
export function intervalMs(rate: Rate, requestBytes: number): number {
  const perSecond = 'requestsPerSecond' in rate ? rate.requestsPerSecond : rate.bytesPerSecond / requestBytes;
  return 1000 / perSecond;
}

function positive(text: string, value: number): number {
  if (value <= 0) throw badRate(text);
  return value;
}

function badRate(text: string): UsageError {
  return new UsageError(`"${text}" is not a rate.`, {
    code: 'bad-rate',
    hint: 'Write requests per second, like 2000/s or 0.5/s, or bytes per second, like 100MiB/s.',
  });
}
