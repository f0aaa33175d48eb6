import type { SeriesName, WatchedCache } from '../../watch/index.js';
import type { Block } from './blocks.js';
import { hueOfLevel } from './dirty-bar.js';
import { latency, passedTime, percent, shortCount } from './figures.js';
import { levelsOf } from './levels.js';
import type { Hue, Look } from './look.js';
import { spread, type Line } from './spans.js';
import { GUTTER, roundTop, timeChart, type ChartMark } from './time-chart.js';
import { seriesOf, type Timeline } from './timeline.js';

/** What all charts of a cache need. */
export interface ChartRoom {
  readonly width: number;
  readonly timeline: Timeline;
  readonly look: Look;
}

/** The dirty level over time, with both watermarks as lines. */
export function levelBlock(
  watched: WatchedCache,
  room: ChartRoom,
  sizes: Pick<Block, 'priority' | 'least'>,
): Block {
  const levels = levelsOf(watched);
  const values = seriesOf(watched.history, 'dirtyShare', room.width - GUTTER, room.timeline);
  const highest = Math.max(levels.high ?? 0, levels.dirty, ...values.map((value) => value ?? 0));
  const top = [0.1, 0.2, 0.5].find((share) => highest <= share * 0.9) ?? 1;
  const marks: ChartMark[] = [];
  if (levels.high !== null) marks.push({ value: levels.high, label: `high ${wholePercent(levels.high)}` });
  if (levels.low !== null) marks.push({ value: levels.low, label: `low ${wholePercent(levels.low)}` });
  return chartBlock(
    {
      title: 'dirty level',
      now: percent(levels.dirty),
      values,
      top,
      topLabel: wholePercent(top),
      hue: hueOfLevel(levels),
      marks,
    },
    room,
    { ...sizes, most: 24, preferred: 10 },
  );
}

/** A rate, or a time that requests took, over time. */
export function seriesBlock(
  watched: WatchedCache,
  series: {
    readonly name: SeriesName;
    readonly title: string;
    readonly unit: '/s' | 'ms';
    readonly hue: Hue;
  },
  room: ChartRoom,
  priority: number,
): Block {
  const { name, title, unit, hue } = series;
  const values = seriesOf(watched.history, name, room.width - GUTTER, room.timeline);
  const shown = unit === 'ms' ? latency : shortCount;
  const top = roundTop(values, unit === 'ms' ? 1 : 10);
  const content = {
    title,
    now: `${shown(values.at(-1) ?? null)} ${unit}`,
    values,
    top,
    topLabel: shown(top),
    hue,
  };
  return chartBlock(content, room, { priority, least: 4, most: 14, preferred: 6 });
}

interface TitledChart {
  readonly title: string;
  readonly now: string;
  readonly values: readonly (number | null)[];
  readonly top: number;
  readonly topLabel: string;
  readonly hue: Hue;
  readonly marks?: readonly ChartMark[];
}

function chartBlock(
  content: TitledChart,
  { width, timeline, look }: ChartRoom,
  sizes: Pick<Block, 'priority' | 'least' | 'most' | 'preferred'>,
): Block {
  return {
    ...sizes,
    draw: (height) => {
      const span = `last ${passedTime(Math.max(0, width - GUTTER) * timeline.stepMs)}`;
      const title: Line = [['strong', content.title], '  ', content.now];
      return [
        spread(title, [['faint', span]], width, look.signs.cut),
        ...timeChart(content, Math.max(1, height - 1), look),
      ];
    },
  };
}

function wholePercent(share: number): string {
  const value = share * 100;
  return `${value < 1 && value > 0 ? '<1' : String(Math.round(value))}%`;
}
