import { table } from '../src/ui/table.js';
import { goalText, isMet, ratioText, type Figure } from './figure.js';
import type { PastRow } from './history.js';

/** The table of a run: each figure beside the last one of its row, then what could not be measured and why. */
export function reportText(figures: readonly Figure[], last: (id: string) => PastRow | null): string {
  const right = { align: 'right' } as const;
  const measured = figures.flatMap((figure) => ('why' in figure ? [] : [figure]));
  const rows = measured.map((figure) => [
    figure.what,
    figure.against,
    figure.measured,
    figure.baseline,
    ratioText(figure.ratio),
    goalText(figure.goal),
    metText(isMet(figure)),
    changeText(figure.ratio, last(figure.id)),
  ]);
  const columns = [
    ...[{ title: 'what' }, { title: 'against' }, { title: 'what took', ...right }],
    ...[
      { title: 'against took', ...right },
      { title: 'ratio', ...right },
      { title: 'goal', ...right },
    ],
    ...[{ title: 'met' }, { title: 'last run', ...right }],
  ];
  const parts = rows.length === 0 ? [] : [table(columns, rows), summary(figures)];
  return [...parts, ...missingText(figures)].join('\n\n');
}

/** Sentences about the rows that there are not. */
function missingText(figures: readonly Figure[]): string[] {
  const lines = figures.flatMap((figure) =>
    'why' in figure ? [`not measured: ${figure.what}, against ${figure.against}: ${figure.why}`] : [],
  );
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function summary(figures: readonly Figure[]): string {
  const goals = figures.map(isMet).filter((met) => met !== null);
  const met = goals.filter((each) => each).length;
  return `${String(met)} of ${String(goals.length)} goals met`;
}

function metText(met: boolean | null): string {
  return met === null ? '' : met ? 'yes' : 'NO';
}

function changeText(ratio: number, past: PastRow | null): string {
  if (past === null) return '';
  const percent = Math.round((ratio / past.ratio - 1) * 100);
  return `${ratioText(past.ratio)} (${percent > 0 ? '+' : ''}${String(percent)} %)`;
}
