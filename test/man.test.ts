import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROBLEM_CODES } from '../src/scan/index.js';
import { ROOT } from './cli/wcache.js';

const page = join(ROOT, 'man/wcache-check.8');

describe('wcache-check(8)', () => {
  it('explains every problem code', () => {
    const text = readFileSync(page, 'utf8').replaceAll('\\-', '-');
    for (const code of PROBLEM_CODES) expect(text).toContain(code);
  });

  it('renders without a warning', () => {
    const { stdout, stderr, status } = spawnSync('groff', ['-man', '-ww', '-Tascii', page], {
      encoding: 'utf8',
    });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toContain('A format was cut short before it wrote the');
  });
});
