import { spawnSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { projectDirectory } from '../test/lab/project.js';
import type { Machine } from './history.js';

export function thisMachine(): Machine {
  const processors = cpus();
  return {
    processor: (processors[0]?.model ?? 'unknown').trim(),
    processors: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
  };
}

/** The commit that is checked out; `-changed` where files that the build is made of differ from it. */
export function thisCommit(): string {
  const git = (...words: string[]): string =>
    spawnSync('git', words, { cwd: projectDirectory, encoding: 'utf8' }).stdout.trim();
  const isChanged = git('status', '--porcelain', '--', ':!bench/history.json') !== '';
  return `${git('rev-parse', '--short=12', 'HEAD')}${isChanged ? '-changed' : ''}`;
}
