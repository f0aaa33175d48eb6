import { formatShare } from '../../units.js';

/** Where nothing is known. Never 0. */
export const UNKNOWN = '-';

const THOUSANDS = ['', 'k', 'M', 'G', 'T', 'P', 'E'];

/** A number in at most five columns: `0`, `4.2`, `9999`, `12.3k`, `4.56M`. */
export function shortCount(value: number | bigint | null): string {
  if (value === null) return UNKNOWN;
  const number = Number(value);
  if (!Number.isFinite(number)) return UNKNOWN;
  if (number < 0) return `-${shortCount(-number)}`;
  if (number === 0) return '0';
  if (number < 0.05) return '<0.1';
  if (number < 9.95) return Number.isInteger(number) ? String(number) : number.toFixed(1);
  if (number < 9999.5) return String(Math.round(number));
  let scaled = number / 1000;
  let power = 1;
  while (scaled >= 999.5 && power < THOUSANDS.length - 1) {
    scaled /= 1000;
    power += 1;
  }
  if (scaled >= 999.5) return '>999E';
  return `${threeDigits(scaled)}${THOUSANDS[power] ?? ''}`;
}

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** A size in at most eight columns: `512 B`, `48.2 MiB`. */
export function shortSize(bytes: number): string {
  let scaled = bytes;
  let power = 0;
  while (scaled >= 999.5 && power < BINARY.length - 1) {
    scaled /= 1024;
    power += 1;
  }
  return `${power === 0 ? String(Math.round(scaled)) : threeDigits(scaled)} ${BINARY[power] ?? ''}`;
}

const MIB = 1024 * 1024;

/** Bytes as MiB in at most five columns. */
export function mebibytes(bytes: number | null): string {
  if (bytes === null) return UNKNOWN;
  const value = bytes / MIB;
  if (value === 0) return '0';
  return value < 0.005 ? '<0.01' : value < 999.5 ? threeDigits(value) : shortCount(value);
}

/** Milliseconds in at most five columns. */
export function latency(milliseconds: number | null): string {
  if (milliseconds === null) return UNKNOWN;
  if (milliseconds === 0) return '0';
  if (milliseconds < 0.005) return '<0.01';
  return milliseconds < 999.5 ? threeDigits(milliseconds) : shortCount(milliseconds);
}

/** A share in at most five columns; 0% and 100% only where it is exactly that. */
export function percent(share: number | null): string {
  return share === null ? UNKNOWN : formatShare(Math.min(1, Math.max(0, share)), 1);
}

/** An estimate in one unit, no finer than it can be: `about 40 s`, `about 2 min`. */
export function roughTime(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 1) return 'less than 1 s';
  if (seconds < 20) return `about ${String(Math.round(seconds))} s`;
  if (seconds < 90) return `about ${String(Math.round(seconds / 5) * 5)} s`;
  const minutes = seconds / 60;
  if (minutes < 90) return `about ${String(Math.round(minutes))} min`;
  const hours = minutes / 60;
  if (hours < 48) return `about ${String(Math.round(hours))} h`;
  const days = hours / 24;
  return days < 1000 ? `about ${String(Math.round(days))} days` : 'more than 1000 days';
}

/** A time that has passed, which only grows: `12 s`, `3 min`, `2 h`. */
export function passedTime(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 120) return `${String(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${String(minutes)} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${String(hours)} h` : `${String(Math.floor(hours / 24))} days`;
}

/** As a clock on the wall shows it. */
export function wallClock(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

function threeDigits(value: number): string {
  return value < 9.995 ? value.toFixed(2) : value < 99.95 ? value.toFixed(1) : String(Math.round(value));
}
