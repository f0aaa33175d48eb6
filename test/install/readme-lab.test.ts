import { beforeAll, expect, it } from 'vitest';
import { labReadiness } from '../lab/index.js';
import { failureText, judge } from '../readme/judge.js';
import { playInLab } from '../readme/lab-session.js';
import { readmeBlocks } from '../readme/readme.js';
import { sessionOf } from '../readme/steps.js';
import { installedFromNpm } from './installed.js';

let program: string;

// Making the packages may take longer than the session.
beforeAll(async () => {
  ({ program } = await installedFromNpm());
});

it('prints on a real kernel what README.md shows, after npm installed it', async () => {
  expect(await labReadiness(['uml-6.1'])).toEqual({ ready: true });
  const steps = sessionOf(readmeBlocks(), 'lab');
  expect(steps.filter(({ kind }) => kind === 'command').length).toBeGreaterThan(10);
  expect(steps.filter(({ kind }) => kind === 'power-cut')).toHaveLength(1);

  const played = await playInLab(steps, program);

  expect(failureText(judge(played, 'lab')), 'npm run readme writes the outputs anew').toBe('');
});
