import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OPTION_RULES } from '../../src/table/option-rules.js';
import { OPTION_NAMES, STRICTER_CODES, optionSince } from '../../src/table/index.js';
import { ROOT } from '../cli/wcache.js';

const page = join(ROOT, 'man/wcache-table.8');
const text = readFileSync(page, 'utf8').replaceAll('\\-', '-');

function section(title: string): string {
  return text.split(/^\.SH /m).find((each) => each.startsWith(`${title}\n`)) ?? '';
}

describe('wcache-table(8)', () => {
  it('explains every code that is stricter than the kernel, and no other', () => {
    const explained = [
      ...section('STRICTER THAN THE KERNEL').matchAll(/^\.BR ([a-z-]+) " \((?:error|warning)\)"$/gm),
    ];
    expect(explained.map(([, code]) => code).sort()).toEqual([...STRICTER_CODES].sort());
  });

  it.each(OPTION_NAMES)('explains %s with its range, its mode and its version', (name) => {
    const options = section('OPTIONS OF A TABLE').split('.TP\n').slice(1);
    const found = options.find((each) => each.split('\n')[0]?.includes(name)) ?? '';
    const { max, onlyMode } = OPTION_RULES[name];
    expect(found).not.toBe('');
    const words = found.replaceAll('\n', ' ');
    if (max !== undefined) expect(words).toContain(`0 to ${String(max)}`);
    expect(/Mode\n\.B ([ps])\nonly/m.exec(found)?.[1]).toBe(onlyMode);
    expect(/Since target version (\d\.\d\.\d)\./.exec(words)?.[1] ?? '1.0.0').toBe(optionSince(name));
  });

  it('renders without a warning', () => {
    const { stdout, stderr, status } = spawnSync('groff', ['-man', '-ww', '-Tascii', page], {
      encoding: 'utf8',
    });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toContain('Words behind the counted ones.');
  });
});
