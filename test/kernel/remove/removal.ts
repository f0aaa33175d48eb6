import { join } from 'node:path';
import { expect } from 'vitest';
import { certificateSchema, type Certificate } from '../../../src/crosscheck/index.js';
import { removeEventDocumentSchema, type RemoveEventDocument } from '../../../src/documents/remove.js';
import { projectDirectory } from '../../lab/project.js';
import { checkPrinted } from '../../schemas/printed.js';
import {
  Bench,
  LIVE,
  quoted,
  type BenchSettings,
  type LabCache,
  type Place,
  type Ran,
} from '../live/bench.js';
import type { KernelName } from '../../lab/index.js';

/** Here is everything that the tests of removals run in a guest. */
export const HERE = join(projectDirectory, 'test/kernel/remove');
const PRELOAD = `--import=${projectDirectory}/dist/test/kernel/remove/at-event.js`;

/** Nothing is written back or committed before it has to be. */
export const LAZY = [
  ...['high_watermark', '100', 'low_watermark', '100'],
  ...['autocommit_time', '3600000', 'autocommit_blocks', '1000000'],
];

/** The line of a device that takes no more writes. */
export function failing({ disk, start, sectors }: Place): string {
  return `0 ${String(sectors)} flakey ${disk} ${String(start)} 0 1 1 error_writes`;
}

/** The line of a device that is gone. */
export function dead({ sectors }: Place): string {
  return `0 ${String(sectors)} error`;
}

/** A bench whose wcache does what a test says at an event of a removal. */
export async function bootForRemovals(
  kernel: KernelName,
  mode: 'p' | 's' = 's',
  settings: BenchSettings = {},
): Promise<Bench> {
  const bench = await Bench.boot(kernel, mode, { ...settings, nodeOptions: PRELOAD });
  await bench.sh(`mkdir ${LIVE}/late; cp ${HERE}/late-dmsetup.sh ${LIVE}/late/dmsetup`);
  return bench;
}

export interface Mischief {
  /** An event or several, as at-event.ts takes them: `begin drain`. */
  readonly at?: string;
  /** What is done then: a shell script (`set -e`) that may use the bench's words; its parent is wcache. */
  readonly run?: string;
  /**
   * What goes wrong with a dmsetup (faulty-dmsetup.sh). Calls are counted from the event on; without one, from the first
   * load on.
   */
  readonly fault?: string;
}

/** What a removal with `--json --events` told. */
export interface Told extends Ran {
  readonly events: readonly RemoveEventDocument[];
  /** Of the error; null where there was none. */
  readonly code: string | null;
  readonly message: string;
  readonly hint: string;
}

let faults = 0;

/** Settings that make it happen, as words before the verb. */
function settingsOf({ at, run = '', fault }: Mischief): string[] {
  const words: string[] = [];
  if (fault !== undefined) {
    const file = `/run/fault-${String(++faults)}`;
    words.push(`FAULT=${fault}`, `FAULT_COUNT=${file}`, `FAULT_FROM=${file}.from`);
    words.push(`PATH=${LIVE}/${at === undefined ? 'fault' : 'late'}:/usr/sbin:/usr/bin:/sbin:/bin`);
  }
  const begin = fault === undefined ? '' : ': >$FAULT_COUNT; : >$FAULT_FROM';
  if (at !== undefined) words.push(`WCACHE_AT=${at}`, `WCACHE_DO=set -e\n. ${LIVE}/words\n${begin}\n${run}`);
  return words;
}

/** Runs `wcache remove`, in the process that is there for it. */
export async function remove(
  bench: Bench,
  name: string,
  words: readonly string[] = [],
  mischief: Mischief = {},
): Promise<Told> {
  const all = [...settingsOf(mischief), 'remove', name, ...words, '--json', '--events'];
  return told(await bench.run(`wcache ${all.map(quoted).join(' ')}`));
}

/** Runs it in a process of its own, the leader of its own group: one that may be killed. */
export async function removeAlone(
  bench: Bench,
  name: string,
  words: readonly string[] = [],
  mischief: Mischief = {},
): Promise<Told> {
  return told(await bench.run(aloneScript(name, words, mischief)));
}

/** A script that starts it in the background: `$!` is wcache itself. */
export function aloneScript(name: string, words: readonly string[], mischief: Mischief): string {
  const exports = settingsOf(mischief)
    .map((setting) => `export ${quoted(setting)}`)
    .join('\n');
  const all = ['remove', name, ...words, '--json', '--events'].map(quoted).join(' ');
  return `
    (
      ${exports}
      export NODE_OPTIONS='${PRELOAD}'
      exec setsid ${quoted(process.execPath)} ${projectDirectory}/bin/wcache.cjs ${all}
    )`;
}

/** Reads what a removal printed: a line for each event, the last of which is its result. */
export function told(ran: Ran): Told {
  checkPrinted(['remove', '--json', '--events'], ran);
  const events = ran.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => removeEventDocumentSchema.parse(JSON.parse(line)));
  const last = events.at(-1);
  const error = last?.event === 'error' ? last.error : null;
  return {
    ...ran,
    events,
    code: error?.code ?? null,
    message: error?.message ?? '',
    hint: error?.hint ?? '',
  };
}

/** The result of a removal that must have come to its end. */
export function resultOf(ran: Told): Extract<RemoveEventDocument, { event: 'result' }> {
  const last = ran.events.at(-1);
  expect({ status: ran.status, message: `${ran.message}${ran.stderr}` }).toEqual({ status: 0, message: '' });
  if (last?.event !== 'result') throw new Error(`it ended with ${ran.stdout}`);
  return last;
}

/** The certificate of a removal that must have come to its end. */
export function certificateOf(ran: Told): Certificate {
  return certificateSchema.parse(resultOf(ran).certificate);
}

/** It runs, is the writecache that it was, and no other table waits: whatever failed, an operator can go on. */
export async function expectWritecache(bench: Bench, { name }: LabCache): Promise<void> {
  const [attr, table] = (
    await bench.sh(`dmsetup info -c --noheadings -o attr ${name}; dmsetup table ${name}`)
  ).split('\n');
  expect({ attr, target: table?.split(' ')[2] }).toEqual({ attr: 'L--w', target: 'writecache' });
}

/** It runs, and is the origin alone. */
export async function expectLinear(bench: Bench, { name }: LabCache): Promise<void> {
  const [attr, table] = (
    await bench.sh(`dmsetup info -c --noheadings -o attr ${name}; dmsetup table ${name}`)
  ).split('\n');
  expect({ attr, target: table?.split(' ')[2] }).toEqual({ attr: 'L--w', target: 'linear' });
}
