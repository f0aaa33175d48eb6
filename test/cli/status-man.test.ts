import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { WatchLines } from '../../src/ui/watch-lines.js';
import { interval, watchedCache } from '../ui/watched-caches.js';
import { ROOT } from './wcache.js';

const page = join(ROOT, 'man/wcache-status.8');
const manifest = z
  .object({
    commands: z.object({ status: z.object({ flags: z.record(z.string(), z.object({ name: z.string() })) }) }),
  })
  .parse(JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')));

describe('wcache-status(8)', () => {
  const text = readFileSync(page, 'utf8').replaceAll('\\-', '-');

  it('tells every flag', () => {
    const flags = Object.keys(manifest.commands.status.flags).filter((flag) => flag !== 'debug');
    expect(flags).toContain('watch');
    for (const flag of flags) expect(text).toContain(`--${flag}`);
  });

  it('tells every exit status that a watch has of its own', () => {
    for (const status of [0, 1, 2, 3, 4, 6, 7, 130]) expect(text).toContain(`.TP\n.B ${String(status)}\n`);
  });

  it('explains every column of the lines', () => {
    const printer = new WatchLines({ exact: false, columns: () => null, rows: () => null });
    for (const cache of [watchedCache(), watchedCache({ interval: interval() })]) {
      for (const title of printer.show([cache])[1]?.split(/ +/) ?? []) {
        expect(text).toMatch(new RegExp(`^\\.(?:B|BR|RB) .*(?<![\\w/%])${title}(?![\\w/%])`, 'm'));
      }
    }
  });

  it('renders without a warning', () => {
    const { stdout, stderr, status } = spawnSync('groff', ['-man', '-ww', '-Tascii', page], {
      encoding: 'utf8',
    });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toContain('per second');
  });
});
