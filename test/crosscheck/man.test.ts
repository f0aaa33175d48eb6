import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CROSSCHECK_PROBLEM_CODES, UNDECIDED_CODES } from '../../src/crosscheck/index.js';
import { ROOT } from '../cli/wcache.js';

const page = join(ROOT, 'man/wcache-verify.8');

describe('wcache-verify(8)', () => {
  it('explains every code', () => {
    const text = readFileSync(page, 'utf8').replaceAll('\\-', '-');
    for (const code of [...CROSSCHECK_PROBLEM_CODES, ...UNDECIDED_CODES]) {
      expect(text).toContain(`.B ${code}\n`);
    }
  });

  it('renders without a warning', () => {
    const { stdout, stderr, status } = spawnSync('groff', ['-man', '-ww', '-Tascii', page], {
      encoding: 'utf8',
    });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toContain('has a chance of 1 in 2^64');
  });
});
