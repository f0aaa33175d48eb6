import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { simulateFlags } from '../../src/cli/simulate-flags.js';
import { LanguageParser } from '../../src/simulate/language.js';

const page = fileURLToPath(new URL('../../man/wcache-simulate.8', import.meta.url));
const text = readFileSync(page, 'utf8').replaceAll('\\-', '-');

describe('wcache-simulate(8)', () => {
  it.each(Object.keys(simulateFlags))('names --%s', (flag) => {
    expect(text).toContain(`--${flag}`);
  });

  it('has an example that is in the language', () => {
    const [, example = ''] = /\.EX\n(together\n[^]*?)\.EE/.exec(text) ?? [];
    const parser = new LanguageParser();
    let requests = 0;
    example.split('\n').forEach((line, index) => {
      for (const { atMs } of parser.take(line, index + 1)) {
        expect(atMs).toBeLessThan(3_600_000);
        if (++requests === 1000) break;
      }
    });
    parser.end();
    expect(requests).toBe(1000);
  });

  it('renders without a warning', () => {
    const { stderr, status } = spawnSync('groff', ['-man', '-ww', '-Tascii', page], { encoding: 'utf8' });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  });
});
