import { formatTargetLine, type TargetLine } from '../table/index.js';
import type { NewMapping, ResumeOptions, SuspendOptions } from './device-mapper.js';

/**
 * The words of each dmsetup command that changes something, without the options that depend on the machine. What
 * `--dry-run` shows and what is run are made by the same functions. A name may begin with a dash: it comes after `--`.
 */
export const dmsetupWords = {
  create({ name, uuid, line, readAhead }: NewMapping): string[] {
    const ahead = readAhead === undefined ? [] : ['--readahead', readAhead];
    return ['create', '--uuid', uuid, ...ahead, '--table', formatTargetLine(line), '--', name];
  },
  load(name: string, line: TargetLine): string[] {
    return ['load', '--table', formatTargetLine(line), '--', name];
  },
  clear(name: string): string[] {
    return ['clear', '--', name];
  },
  suspend(name: string, { skipLockfs = false }: SuspendOptions = {}): string[] {
    return ['suspend', ...(skipLockfs ? ['--nolockfs'] : []), '--', name];
  },
  resume(name: string, { readAheadSectors }: ResumeOptions = {}): string[] {
    const ahead = readAheadSectors === undefined ? [] : ['--readahead', String(readAheadSectors)];
    return ['resume', ...ahead, '--', name];
  },
  message(name: string, text: string): string[] {
    return ['message', '--', name, '0', ...text.split(' ')];
  },
  remove(name: string): string[] {
    return ['remove', '--retry', '--', name];
  },
};
