import { UsageError } from './errors.js';

const BINARY = ['', 'K', 'M', 'G', 'T', 'P', 'E'];

/**
 * Reads a size as people write it: `4096`, `64K`, `1GiB`, `1.5T`, `2048s` (512-byte sectors), `10GB`. K, M, G, T, P
 * and E, with or without `iB`, are powers of 1024 and with `B` powers of 1000, as in the GNU tools. The result is
 * exact; a size that is not a whole number of bytes is refused.
 *
 * Throws {@link UsageError} `bad-size`.
 */
export function parseSize(text: string): bigint {
  const match = /^(?<whole>\d+)(?:\.(?<fraction>\d{1,18}))?(?<unit>s|b|[kmgtpe](?:i?b)?)?$/i.exec(
    text.trim(),
  );
  const { whole, fraction = '', unit = '' } = match?.groups ?? {};
  if (whole === undefined || (unit.toLowerCase() === 's' && fraction !== '')) {
    throw badSize(text, 'is not a size');
  }
  const scale = 10n ** BigInt(fraction.length);
  const scaled = BigInt(whole + fraction) * unitBytes(unit);
  if (scaled % scale !== 0n) {
    throw badSize(text, 'is not a whole number of bytes');
  }
  const bytes = scaled / scale;
  if (bytes >= 1n << 64n) {
    throw badSize(text, 'is more than 64 bits can express');
  }
  return bytes;
}

function unitBytes(unit: string): bigint {
  const lower = unit.toLowerCase();
  if (lower === 's') {
    return 512n;
  }
  const power = BigInt(Math.max(0, BINARY.indexOf(lower.replace(/i?b$/, '').toUpperCase())));
  return /^[kmgtpe]b$/.test(lower) ? 1000n ** power : 1024n ** power;
}

function badSize(text: string, why: string): UsageError {
  return new UsageError(`"${text}" ${why}.`, {
    code: 'bad-size',
    hint: 'Write bytes, or a number with K, M, G, T (powers of 1024), kB, MB, GB (powers of 1000) or s (sectors).',
  });
}

const MILLISECONDS = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Reads a time as people write it: `500ms`, `2s`, `1.5h`, and as the kernel takes it: `1000` (milliseconds). The result
 * is in milliseconds, exact; what is no whole number of them is refused.
 *
 * Throws {@link UsageError} `bad-time`.
 */
export function parseMilliseconds(text: string): number {
  const match = /^(?<whole>\d{1,12})(?:\.(?<fraction>\d{1,9}))?(?<unit>ms|s|m|min|h|d)?$/.exec(text.trim());
  const { whole, fraction = '', unit = 'ms' } = match?.groups ?? {};
  const scale = 10n ** BigInt(fraction.length);
  const scaled =
    whole === undefined
      ? -1n
      : BigInt(whole + fraction) * BigInt(MILLISECONDS[unit as keyof typeof MILLISECONDS]);
  const milliseconds = Number(scaled / scale);
  if (scaled < 0n || scaled % scale !== 0n || !Number.isSafeInteger(milliseconds)) {
    throw new UsageError(`"${text}" is not a time.`, {
      code: 'bad-time',
      hint: 'Write milliseconds, or a number with ms, s, m, h or d.',
    });
  }
  return milliseconds;
}

/** A time for people, in at most two units: `450 ms`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds < 1000) return `${String(Math.round(milliseconds))} ms`;
  if (milliseconds < 60_000) return `${String(Math.round(milliseconds / 100) / 10)} s`;
  const seconds = Math.round(milliseconds / 1000);
  const steps = [
    [86_400, 'd', 3600, 'h'],
    [3600, 'h', 60, 'min'],
    [60, 'min', 1, 's'],
  ] as const;
  const [large, largeName, small, smallName] = steps.find(([size]) => seconds >= size) ?? steps[2];
  const rest = Math.floor((seconds % large) / small);
  return `${String(Math.floor(seconds / large))} ${largeName}${rest === 0 ? '' : ` ${String(rest)} ${smallName}`}`;
}

/** Reads a sector number, or a count of sectors: decimal digits, below 2^55 (byte 2^64). */
export function parseSector(text: string): bigint {
  const sector = /^\d{1,20}$/.test(text) ? BigInt(text) : -1n;
  if (sector < 0n || sector >= 1n << 55n) {
    throw new UsageError(`"${text}" is not a sector number.`, {
      code: 'bad-sector',
      hint: 'Sectors are counted in units of 512 bytes, from 0; write digits only.',
    });
  }
  return sector;
}

/** Reads `A-B`: all sectors from A to B, both included. */
export function parseSectorRange(text: string): { first: bigint; last: bigint } {
  const [first, last, ...more] = text.split('-');
  if (first === undefined || last === undefined || more.length > 0) {
    throw new UsageError(`"${text}" is not a range of sectors.`, {
      code: 'bad-range',
      hint: 'Write the first and the last sector with a dash between them, like 2048-4095.',
    });
  }
  const range = { first: parseSector(first), last: parseSector(last) };
  if (range.last < range.first) {
    throw new UsageError(`The range ${text} ends before it begins.`, { code: 'bad-range' });
  }
  return range;
}

/** A size for people, in binary units, never more than it is: `31.9 MiB`; under one KiB in bytes. */
export function formatSize(sizeBytes: bigint): string {
  const power = BINARY.findLastIndex((_, each) => sizeBytes >= 1n << BigInt(10 * each));
  if (power <= 0) return `${String(sizeBytes)} B`;
  const unit = 1n << BigInt(10 * power);
  const tenths = (sizeBytes * 10n) / unit;
  const fraction = tenths % 10n === 0n ? '' : `.${String(tenths % 10n)}`;
  return `${String(tenths / 10n)}${fraction} ${BINARY[power] ?? ''}iB`;
}

/** A count for people, with a thin grouping of thousands: `26,112,398`. */
export function formatCount(count: number | bigint): string {
  // Not by Intl, whose first use in a process takes as long as all the rest of a start.
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 block`, `2,000 blocks`. */
export function countOf(count: number | bigint, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${BigInt(count) === 1n ? noun : plural}`;
}

/** A measured time for people: `12 ms`, `3.4 s`, `2 min 5 s`. */
export function formatElapsed(milliseconds: number): string {
  if (milliseconds < 1000) return `${String(Math.round(milliseconds))} ms`;
  if (milliseconds < 100_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${String(Math.floor(seconds / 60))} min ${String(seconds % 60)} s`;
}

/** A share in percent: `0%` and `100%` only when it is exactly that. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0) {
    return '-';
  }
  const percent = (part / whole) * 100;
  if (part === 0 || part === whole) {
    return `${percent.toFixed(0)}%`;
  }
  const shown = Math.min(99.9, Math.max(0.1, percent));
  return percent < 0.1 ? '<0.1%' : `${shown.toFixed(1)}%`;
}
