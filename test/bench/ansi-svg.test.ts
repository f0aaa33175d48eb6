import { describe, expect, it } from 'vitest';
import { ansiCells } from '../../bench/ansi-cells.js';
import { ansiToSvg } from '../../bench/ansi-svg.js';

const ESCAPE = '\u001b';
const SIZE = { columns: 10, rows: 2 };

function sgr(...codes: number[]): string {
  return `${ESCAPE}[${codes.join(';')}m`;
}

describe('the screen taken apart', () => {
  it('tells the runs of a line, their columns and how they look', () => {
    const runs = ansiCells(`a${sgr(1, 31)}bc${sgr(0)}d\n`);
    expect(runs).toHaveLength(1);
    expect(runs[0]?.map(({ column, text }) => [column, text])).toEqual([
      [0, 'a'],
      [1, 'bc'],
      [3, 'd'],
    ]);
    expect(runs[0]?.[1]?.look).toMatchObject({ foreground: 1, bold: true, dim: false });
    expect(runs[0]?.[2]?.look).toMatchObject({ foreground: null, bold: false });
  });

  it('keeps a look over the end of a line until it is changed', () => {
    const [, second] = ansiCells(`${sgr(2, 7)}a\nb${sgr(27, 22)}c`);
    expect(second?.map(({ look }) => [look.dim, look.inverse])).toEqual([
      [true, true],
      [false, false],
    ]);
  });

  it('reads the 256 colours and the exact ones, and goes on behind them', () => {
    const [line] = ansiCells(`${sgr(38, 5, 208, 4)}a${sgr(48, 2, 1, 2, 255)}b${sgr(39, 49)}c`);
    expect(line?.map(({ look }) => [look.foreground, look.background, look.underline])).toEqual([
      [208, null, true],
      [208, '#0102ff', true],
      [null, null, true],
    ]);
  });
});

describe('the picture', () => {
  it('keeps each piece of text to its columns', () => {
    const svg = ansiToSvg('ab   cd', SIZE);
    expect(svg).toContain('<text x="0" y="12" textLength="16">ab</text>');
    expect(svg).toContain('<text x="40" y="12" textLength="16">cd</text>');
    expect(svg).toContain('viewBox="0 0 104 56"');
  });

  it('escapes what XML would take for its own', () => {
    expect(ansiToSvg('<&>', SIZE)).toContain('>&lt;&amp;&gt;</text>');
  });

  it('draws bars, charts and lines instead of asking a font for them', () => {
    const svg = ansiToSvg('█▄⠁│┄┃', SIZE);
    expect(svg).not.toContain('<text');
    expect(svg).toContain('M0 0h8v16h-8z');
    expect(svg).toContain('M8 8h8v8h-8z');
    expect(svg).toContain('M17 1h2v2h-2z');
    expect(svg).toContain('M28 8v-8M28 8v8');
    expect(svg).toContain('M32 8h2m1 0h2m1 0h2');
    expect(svg).toContain('M43 0h2v16h-2z');
  });

  it('keeps the place of text behind what is drawn', () => {
    expect(ansiToSvg('█ dirty', SIZE)).toContain('<text x="16" y="12" textLength="40">dirty</text>');
  });

  it('gives what is inverse a ground in the colour of its text', () => {
    const svg = ansiToSvg(`${sgr(7)}ab`, SIZE);
    expect(svg).toContain('<rect x="0" y="0" width="16" height="16" fill="#d6dde6"/>');
    expect(svg).toContain('fill="#0d1117">ab</text>');
  });

  it('makes one ground of those that touch', () => {
    const svg = ansiToSvg(`${sgr(7)}ab${sgr(1)}cd${sgr(0)}e${sgr(7)}f`, SIZE);
    const grounds = [...svg.matchAll(/<rect x="(\d+)" y="0" width="(\d+)"/g)].map(([, ...found]) => found);
    expect(grounds).toEqual([
      ['0', '32'],
      ['40', '8'],
    ]);
  });

  it('leaves out what is below the screen', () => {
    expect(ansiToSvg('a\nb\nc', SIZE)).not.toContain('>c</text>');
  });
});
