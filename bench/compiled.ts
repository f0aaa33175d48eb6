import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectDirectory } from '../test/lab/project.js';

/** bench/c, by name of the file. */
const PROGRAMS = ['scan', 'copies', 'judge', 'csv', 'run', 'frame', 'dmsetup'] as const;
export type ProgramName = (typeof PROGRAMS)[number];

/** The baselines are what a plain C program is: no flag for this very processor, no tuning of the optimizer. */
export const C_FLAGS = ['-O2', '-std=gnu17', '-Wall', '-Wextra', '-Werror'] as const;

/** Our C programs, by path. */
export type Compiled = Readonly<Record<ProgramName, string>>;

/** The first line that the compiler says of itself; null where there is none. */
export function compilerVersion(): string | null {
  const { status, stdout } = spawnSync('cc', ['--version'], { encoding: 'utf8' });
  return status === 0 ? (stdout.split('\n')[0] ?? '') : null;
}

/** Compiles them into a folder. Throws where the compiler finds fault with one. */
export function compile(folder: string): Compiled {
  const made = PROGRAMS.map((name) => {
    const program = join(folder, name);
    const source = join(projectDirectory, 'bench/c', `${name}.c`);
    const { status, stderr } = spawnSync('cc', [...C_FLAGS, '-o', program, source, '-lm'], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`cc ${source}: ${stderr}`);
    return [name, program] as const;
  });
  return Object.fromEntries(made) as Record<ProgramName, string>;
}
