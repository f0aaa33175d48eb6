import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, scratchFolder } from '../cli/wcache.js';
import { examples } from '../man/roff.js';

const HEADING = '# /etc/systemd/system/';

it('systemd has nothing against the unit for the boot in wcache-tuning(7)', () => {
  const page = readFileSync(join(ROOT, 'man/source/wcache-tuning.7'), 'utf8');
  const [unit = '', ...others] = examples(page).filter((text) => text.startsWith(HEADING));
  expect(others).toEqual([]);
  const name = /^# \/etc\/systemd\/system\/(\S+\.service)$/m.exec(unit)?.[1] ?? '';
  expect(page.replaceAll('\\-', '-')).toContain(`x-systemd.requires=${name} `);
  const path = join(scratchFolder(), name);
  // systemd looks for the program, and wcache is not installed where the tests run.
  writeFileSync(path, unit.replaceAll(/^(Exec\w+)=wcache /gm, '$1=/bin/true '));
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8' });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});
