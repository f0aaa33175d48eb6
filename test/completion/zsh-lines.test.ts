import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  hasZshLines,
  linesIn,
  withoutZshLines,
  withZshLines,
} from '../../src/procedure/completion/zsh-lines.js';

const settings = fc.option(
  fc
    .array(fc.constantFrom('', 'a', 'setopt x', '# <<< mine', "alias l='ls'", '# >>> theirs', '\t'), {
      maxLength: 6,
    })
    .chain((lines) => fc.constantFrom(lines.join('\n'), `${lines.join('\n')}\n`)),
  { nil: null },
);

describe('the lines in .zshrc', () => {
  it('come and go without a trace', () => {
    fc.assert(
      fc.property(settings, (text) => {
        const added = withZshLines(text, '/home/x/functions');
        expect(hasZshLines(added)).toBe(true);
        expect(added.startsWith(text ?? '')).toBe(true);
        expect(withoutZshLines(added)).toBe(text);
      }),
    );
  });

  it('are there once, and those of another version are brought up to date where they stand', () => {
    fc.assert(
      fc.property(settings, fc.constantFrom('', 'bindkey -e\n'), (text, behind) => {
        const first = `${withZshLines(text, '/one')}${behind}`;
        const second = withZshLines(first, "/two's");
        expect(second.match(/>>> wcache completion/g)).toHaveLength(1);
        expect(second).toContain("fpath=('/two'\\''s' $fpath)");
        expect(withZshLines(second, '/one')).toBe(first);
      }),
    );
  });

  it('leave what was written behind them', () => {
    for (const text of [null, '', 'a\n', 'a']) {
      const left = withoutZshLines(`${withZshLines(text, '/one')}bindkey -e\n`) ?? '';
      expect(left.replace(/^a\n?/, '')).toBe('bindkey -e\n');
    }
  });

  it('are none without their end, lest what follows be taken for them', () => {
    const torn = withZshLines('mine\n', '/one').replace(/# <<<.*\n/, '');
    const text = `${torn}bindkey -e\n`;
    expect(hasZshLines(text)).toBe(false);
    const both = withZshLines(text, '/two');
    expect(both).toBe(`${text}${withZshLines('', '/two')}`);
    expect(withoutZshLines(`${both}bindkey -v\n`)).toBe(`${text}bindkey -v\n`);
  });

  it('are told as they are, without the rest', () => {
    expect(linesIn(withZshLines('mine\n', '/one'))).toMatch(
      /^# >>> wcache completion;[^]*\n# <<< wcache completion$/,
    );
    expect(linesIn('mine\n')).toBe('');
  });
});
