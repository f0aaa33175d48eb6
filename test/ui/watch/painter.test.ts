import { describe, expect, it } from 'vitest';
import { FramePainter } from '../../../src/ui/watch/painter.js';

const BEGIN = '\u001b[?2026h';
const END = '\u001b[?2026l';

/** What is between the two signs of a frame. */
function part(text: string): string {
  return text.slice(text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END));
}

function painter() {
  let written = '';
  const made = new FramePainter((text) => (written += text), { columns: 20, rows: 3 });
  const taken = (): string => {
    const text = written;
    written = '';
    return text;
  };
  return { made, taken, put: made.pool.put };
}

describe('FramePainter', () => {
  it('writes nothing before the terminal is its own, and nothing after', () => {
    const { made, taken } = painter();
    made.write('one\ntwo');
    expect(taken()).toBe('');
    made.open();
    expect(taken()).toContain('one');
    made.close();
    made.write('three');
    made.redraw();
    made.resize({ columns: 10, rows: 2 });
    expect(taken()).toBe('');
  });

  it('writes only the lines that changed, each to its place', () => {
    const { made, taken, put } = painter();
    made.open();
    made.write(`${put('one')}\n${put('two')}\n${put('three')}`);
    taken();
    made.write(`${put('one')}\n${put('2')}\n${put('three')}`);
    expect(part(taken())).toBe('\u001b[2;1H\u001b[2K2');
    made.write(`${put('one')}\n${put('2')}\n${put('three')}`);
    expect(taken()).toBe('');
    made.write(put('one'));
    expect(part(taken())).toBe('\u001b[2;1H\u001b[2K\u001b[3;1H\u001b[2K');
  });

  it('puts what lies over a line behind it', () => {
    const { made, taken, put } = painter();
    made.open();
    taken();
    made.write(`${put('a long line')}${put('box', 5)}`);
    expect(part(taken())).toBe('\u001b[1;1H\u001b[2Ka long line\u001b[1;6Hbox');
  });

  it('never writes below the last row, nor a line end, nor to what is behind the screen', () => {
    const { made, taken, put } = painter();
    made.open();
    made.write(['1', '2', '3', '4', '5'].map((line) => put(line)).join('\n'));
    const text = taken();
    expect(text).toContain('\u001b[3;1H\u001b[2K3');
    expect(text).not.toContain('4;1H');
    expect(text).not.toContain('\n');
    expect(text).not.toContain('\u001b[3J');
  });

  it('draws all anew after a new size', () => {
    const { made, taken, put } = painter();
    made.open();
    made.write(put('one'));
    taken();
    made.resize({ columns: 30, rows: 5 });
    made.write(put('one'));
    const text = taken();
    expect(text.indexOf('one')).toBeGreaterThan(text.indexOf('\u001b[2J'));
    expect(text).toContain('\u001b[2J');
  });
});
