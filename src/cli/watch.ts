import { findCachesOf, type DeviceMapper } from '../dm/index.js';
import { UsageError } from '../errors.js';
import { parseMilliseconds } from '../units.js';
import { parseUntil } from '../watch/index.js';
import { conclude } from './watch-end.js';
import { watchInLines } from './watch-lines.js';
import type { WatchEnd, WatchMachine, WatchRequest } from './watch-request.js';

/** What is asked for, as it was typed. */
export interface WatchAsked {
  readonly names?: readonly string[] | undefined;
  readonly interval?: string | undefined;
  readonly count?: string | undefined;
  readonly until?: string | undefined;
  readonly bytes: boolean;
  readonly json: boolean;
}

const DEFAULT_INTERVAL_MS = 1000;
const SHORTEST_INTERVAL_MS = 100;
const LONGEST_INTERVAL_MS = 3_600_000;

/**
 * Watches writecaches until somebody ends it, or what was asked for has come: on the screen where there is a terminal to
 * show it on and to type at, else in lines.
 *
 * @param provide gives the machine to watch, once it is known that what is asked for makes sense.
 * @throws UsageError; as {@link findCachesOf} for names; what a look throws, in lines; ProblemFoundError `in-error` and
 *   NotReachedError for what was waited for.
 */
export async function watchCaches(asked: WatchAsked, provide: () => WatchMachine): Promise<void> {
  const settings = settingsOf(asked);
  const machine = provide();
  const request = { ...settings, names: await kernelNames(machine.dm, asked.names) };
  const end = await (asked.json || !isScreen()
    ? watchInLines(request, machine, asked)
    : show(request, machine));
  conclude(end, request);
}

/** The screen and what draws it are loaded only where they are shown. */
async function show(request: WatchRequest, machine: WatchMachine): Promise<WatchEnd> {
  const { watchOnScreen } = await import('./watch-screen.js');
  return watchOnScreen(request, machine);
}

function isScreen(): boolean {
  return process.stdout.isTTY && process.stdin.isTTY && process.env['TERM'] !== 'dumb';
}

function settingsOf(asked: WatchAsked): Omit<WatchRequest, 'names'> {
  const { interval, count, until, bytes } = asked;
  return {
    intervalMs: interval === undefined ? DEFAULT_INTERVAL_MS : parseInterval(interval),
    count: count === undefined ? null : parseCount(count),
    until: until === undefined ? null : parseUntil(until),
    untilText: until ?? null,
    bytes,
  };
}

function parseInterval(text: string): number {
  // Other tools take seconds, and the kernel milliseconds.
  if (/^[\d.]+$/.test(text)) {
    throw badInterval(`--interval ${text} could be seconds or milliseconds.`, `Write ${text}s or ${text}ms.`);
  }
  const milliseconds = parseMilliseconds(text);
  if (milliseconds < SHORTEST_INTERVAL_MS || milliseconds > LONGEST_INTERVAL_MS) {
    throw badInterval(`--interval ${text} is not possible.`, 'It is from 100ms to 1h.');
  }
  return milliseconds;
}

function badInterval(message: string, hint: string): UsageError {
  return new UsageError(message, { code: 'bad-interval', hint });
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) {
    throw new UsageError(`--count ${text} is not a number of looks.`, {
      code: 'bad-count',
      hint: 'Write a whole number from 1.',
    });
  }
  return Number(text);
}

/** What people call them is looked up once: from then on a mapping is watched by the name that the kernel has for it. */
async function kernelNames(
  dm: DeviceMapper,
  names: readonly string[] | undefined,
): Promise<readonly string[] | null> {
  if (names === undefined) return null;
  const found = new Set<string>();
  for (const name of names) {
    for (const { device } of await findCachesOf(dm, name)) found.add(device.name);
  }
  return [...found];
}
