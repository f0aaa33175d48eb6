import type { WatchedCache } from '../../watch/index.js';
import { roughTime, shortCount } from './figures.js';
import { isFull, levelsOf } from './levels.js';
import type { Hue } from './look.js';

/** Where the dirty level goes, in a few words and in a sentence. */
export interface OutlookWords {
  readonly hue: Hue;
  readonly short: string;
  readonly long: string;
  /** How fast; null where that says nothing more. */
  readonly pace: string | null;
}

const STEADY = 'steady';

export function outlookWords(watched: WatchedCache): OutlookWords {
  const { state, outlook, interval } = watched;
  if (state === 'gone') return plain('gone', 'It is gone: these are the last figures that were seen.');
  if (state === 'error') return plain('nothing is written back', 'nothing is written back', 'bad');
  if (state === 'suspended') return plain('its I/O waits', 'its I/O waits', 'notice');
  const speed = outlook.blocksPerSecond;
  if (speed === null) {
    return interval === null ? plain('second look', 'waiting for a second look') : plain('-', 'not told yet');
  }
  const { dirtyBlocks } = levelsOf(watched);
  if (dirtyBlocks === 0) return plain('clean', 'clean: nothing is only in the cache', 'good');
  const pace = `${speed > 0 ? '+' : ''}${shortCount(speed)} blocks/s`;
  const words = speed < 0 ? falling(watched) : rising(watched);
  return words.short === STEADY ? words : { ...words, pace };
}

function rising(watched: WatchedCache): OutlookWords {
  const { toHighWatermarkMs: toHigh, toFullMs: toFull } = watched.outlook;
  if (isFull(watched)) {
    return plain('full', 'full: new blocks are written at the speed of the origin', 'notice');
  }
  if (toHigh !== null) {
    const time = roughTime(toHigh);
    return plain(`high mark in ${time}`, `reaches the high watermark in ${time}, where writeback starts`);
  }
  if (toFull !== null) {
    const text = `full in ${roughTime(toFull)}`;
    return plain(text, `${text} at this rate`, 'notice');
  }
  return plain(STEADY, 'steady: about as many blocks are written back as become dirty');
}

function falling({ outlook }: WatchedCache): OutlookWords {
  const { toLowWatermarkMs: toLow, toCleanMs: toClean } = outlook;
  if (toLow !== null) {
    const time = roughTime(toLow);
    return plain(`low mark in ${time}`, `reaches the low watermark in ${time}, where writeback stops`);
  }
  if (toClean === null) return plain('falling', 'becomes less dirty');
  const text = `clean in ${roughTime(toClean)}`;
  return plain(text, `${text} at this rate`, 'good');
}

function plain(short: string, long: string, hue: Hue = 'plain'): OutlookWords {
  return { hue, short, long, pace: null };
}
