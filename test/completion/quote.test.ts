import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listingText, shellWord, zshSpecText } from '../../src/completion/quote.js';
import { scriptText } from '../../src/completion/script-text.js';

/** Text with much of what means something to a shell. */
export const shellText = fc.string({
  unit: fc.constantFrom(...Array.from(`'"\\$\`(){}[]<>|&;:=,*?!~#% \t\n\xe4abc`)),
  maxLength: 20,
});

describe('quoting', () => {
  it.each(['sh', 'bash'])('gives %s any text as one word', (shell) => {
    fc.assert(
      fc.property(fc.array(shellText, { minLength: 1, maxLength: 50 }), (texts) => {
        const line = `printf '%s\\0' ${texts.map(shellWord).join(' ')}`;
        const printed = execFileSync(shell, ['-c', line], { encoding: 'utf8', cwd: '/' });
        expect(printed.split('\0').slice(0, -1)).toEqual(texts);
      }),
      { numRuns: 15 },
    );
  });

  it('leaves nothing in a text for zsh that ends it', () => {
    expect(zshSpecText('a: [b] \\c')).toBe('a\\: \\[b\\] \\\\c');
  });

  it('puts a sentence on one line, without its full stop', () => {
    expect(listingText(' One.\n  Two. ')).toBe('One. Two');
  });

  it('takes the text of a script as it stands there', () => {
    expect(scriptText`
a=$\{b} \`c\` "\\" '\n'
`).toBe('a=${b} `c` "\\\\" \'\\n\'\n');
  });
});
