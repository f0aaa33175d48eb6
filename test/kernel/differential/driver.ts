import { join } from 'node:path';
import { output, type Guest } from '../../lab/index.js';
import { projectDirectory } from '../../lab/project.js';
import type { Observation } from './play.js';
import type { Script } from './script.js';

const PROGRAM = join(projectDirectory, 'test/kernel/differential/driver.pl');

/** What the kernel did in one step. */
export interface Answer {
  /** When the step was done, milliseconds of a clock of the guest's. */
  readonly atMs: number;
  /** How often the target was looked at until it was as expected; null where it never was. */
  readonly polls: number | null;
  /** Where it is not as expected; the others are empty. */
  readonly found?: Found;
}

/** Differences from what was expected, as driver.pl prints them. */
export interface Found {
  readonly result: string;
  readonly status: string;
  readonly metadata: string;
  readonly data: string;
  readonly origin: string;
}

export interface Disks {
  readonly origin: string;
  readonly cache: string;
}

/** Runs scripts in one process of the guest, on the disks with these paths; the answers of each, one for each step. */
export async function runScripts(
  guest: Guest,
  disks: Disks,
  scripts: readonly Script[],
  timeoutMs: number,
): Promise<Answer[][]> {
  const lines = scripts.flatMap(({ setUp, steps, end }) => [...setUp, ...steps, ...end]);
  const input = `${lines.join('\n')}\n`;
  const printed = await output(guest, `perl ${PROGRAM} ${disks.origin} ${disks.cache}`, { input, timeoutMs });
  const answers = parseAnswers(printed.trimEnd().split('\n'));
  let line = 0;
  return scripts.map(({ setUp, steps, end }) => {
    line += setUp.length;
    const its = steps.map((step, index) => {
      const answer = answers.get(line + index + 1);
      if (answer === undefined) throw new Error(`no answer to line ${String(line + index + 1)}: ${step}`);
      return answer;
    });
    line += steps.length + end.length;
    return its;
  });
}

/** The answers of a run that did not come to its end, by workload, from the console of the guest. */
export function lastAnswers(console: string): Map<string, Answer[]> {
  const found = new Map<string, Answer[]>();
  const [, ...workloads] = (console.split('differential begin').at(-1) ?? '').split('differential workload ');
  for (const text of workloads) {
    const pieces = [...text.matchAll(/differential answer (.*)/g)].map(([, piece = '']) => piece.trimEnd());
    const lines = pieces.join('').split('.').slice(0, -1);
    const answers = parseAnswers(lines.map((line) => line.replaceAll('|', '\t')));
    found.set(text.split('\n', 1)[0]?.trim() ?? '', [...answers.values()]);
  }
  return found;
}

function parseAnswers(lines: readonly string[]): Map<number, Answer> {
  return new Map(
    lines.map((line) => {
      const [number = '', time = '', polls = '', ...found] = line.split('\t');
      return [Number(number), answerOf(time, polls, found)];
    }),
  );
}

function answerOf(time: string, polls: string, found: readonly string[]): Answer {
  const atMs = Number(time) / 10;
  if (polls !== 'differs') return { atMs, polls: Number(polls) };
  const [result = '', status = '', metadata = '', data = '', origin = ''] = found;
  return { atMs, polls: null, found: { result, status, metadata, data, origin } };
}

/** What was seen after a step: what was expected, and what was found to be different. */
export function observationOf(expected: Observation, { found }: Answer): Observation {
  if (found === undefined) return expected;
  return {
    result: found.result === '' ? expected.result : found.result,
    status: found.status === '' ? expected.status : found.status,
    metadata: patchedBytes(expected.metadata, found.metadata),
    data: patchedBlocks(expected.data, found.data),
    origin: patchedBlocks(expected.origin, found.origin),
  };
}

function patches(text: string): [number, string][] {
  if (text === '') return [];
  return text.split(',').map((patch) => {
    const [place = '', value = ''] = patch.split('=');
    return [Number(place), value];
  });
}

function patchedBytes(expected: Buffer, text: string): Buffer {
  const bytes = Buffer.from(expected);
  for (const [at, hex] of patches(text)) bytes.write(hex, at, 'hex');
  return bytes;
}

function patchedBlocks(expected: readonly string[], text: string): readonly string[] {
  const blocks = expected.slice();
  for (const [block, identity] of patches(text)) blocks[block] = identity;
  return blocks;
}
