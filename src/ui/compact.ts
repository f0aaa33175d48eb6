/** Numbers in at most four columns, for tables that are looked at and not computed with. */

/** A count or a rate: `7`, `0.3`, `12`, `9.8k`, `120M`. */
export function compactCount(count: number): string {
  return compact(count, 1000, ['', 'k', 'M', 'G', 'T', 'P', 'E']);
}

/** A size in bytes, in powers of 1024: `0`, `512`, `4K`, `1.5G`. */
export function compactSize(bytes: number): string {
  return compact(bytes, 1024, ['', 'K', 'M', 'G', 'T', 'P', 'E']);
}

/** A time in milliseconds: `0.04`, `1.2`, `350`, beyond that in seconds: `1.2s`. */
export function compactMilliseconds(milliseconds: number): string {
  if (milliseconds === 0) return '0';
  if (milliseconds < 0.995) return Math.max(0.01, milliseconds).toFixed(2);
  if (milliseconds < 999.5) return digits(milliseconds);
  const seconds = milliseconds / 1000;
  return seconds < 999.5 ? `${digits(seconds)}s` : '>999';
}

/** A share in percent without its sign: `0` and `100` only when it is exactly that. */
export function compactPercent(share: number): string {
  if (share <= 0) return '0';
  if (share >= 1) return '100';
  return Math.min(99.9, Math.max(0.1, share * 100)).toFixed(1);
}

function compact(value: number, step: number, units: readonly string[]): string {
  let scaled = value;
  let unit = 0;
  while (Math.round(scaled) >= 1000 && unit < units.length - 1) {
    scaled /= step;
    unit += 1;
  }
  if (unit === 0 && scaled > 0 && scaled < 0.05) return '<0.1';
  return `${digits(scaled)}${units[unit] ?? ''}`;
}

/** Two digits where there is but one before the point, unless it is whole. */
function digits(value: number): string {
  return Number.isInteger(value) || value >= 9.95 ? value.toFixed(0) : value.toFixed(1);
}
