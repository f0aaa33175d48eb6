import type { ModelMachine } from './model-machine.js';
import type { WorkloadName } from './model-workload.js';

/** What happens by itself in the script `incident`, and when. */
export const INCIDENT: readonly (readonly [atMs: number, line: string])[] = [
  [5000, 'suspend wc2'],
  [9000, 'resume wc2'],
  [12_000, 'error wc1'],
  [16_000, 'remove wc3'],
  [18_000, 'reset wc4'],
  [20_000, 'create wc9'],
  [24_000, 'swap wc5'],
];

type Command = (machine: ModelMachine, name: string, words: readonly string[]) => Promise<void> | void;

/** What a line may begin with. */
const COMMANDS: Readonly<Record<string, Command>> = {
  create: (machine, name) => machine.create(name),
  remove: (machine, name) => machine.remove(name),
  suspend: ({ mapper }, name) => mapper.suspend(name),
  resume: ({ mapper }, name) => mapper.resume(name),
  /** Its origin fails from now on. */
  error: (machine, name) => machine.fail(name),
  recover: (machine, name) => machine.recover(name),
  /** clear_stats */
  reset: ({ mapper }, name) => mapper.message(name, 'clear_stats'),
  /** `swap wc1 high_watermark 70` */
  swap: (machine, name, words) => machine.swap(name, words.join(' ') || 'high_watermark 70 low_watermark 55'),
  /** `workload wc1 burst` */
  workload: (machine, name, words) => {
    machine.setWorkload(name, words[0] as WorkloadName);
  },
  /** Its status makes no sense until `mend-dmsetup`. */
  garbage: ({ dm }, name) => void dm.garbage.set(name, 'what is this'),
  /** Each question takes so many milliseconds, or 3 s. */
  'slow-dmsetup': ({ dm }, milliseconds) => {
    dm.delayMs = milliseconds === '' ? 3000 : Number(milliseconds);
  },
  'fail-dmsetup': ({ dm }) => {
    dm.failure = 'device-mapper: status ioctl failed: Cannot allocate memory.';
  },
  'mend-dmsetup': ({ dm }) => {
    dm.delayMs = 0;
    dm.failure = null;
    dm.garbage.clear();
  },
  /** The program that watches has a bug. */
  crash: () => {
    setImmediate(() => {
      throw new Error('crash as asked');
    });
  },
  reject: () => {
    void Promise.reject(new Error('rejected as asked'));
  },
};

/** Makes something happen on a machine. Throws for what it does not know, and what cannot be done. */
export async function runCommand(machine: ModelMachine, line: string): Promise<void> {
  const [verb = '', name = '', ...words] = line.trim().split(/\s+/);
  const command = Object.hasOwn(COMMANDS, verb) ? COMMANDS[verb] : undefined;
  if (command === undefined) throw new Error(`what is ${JSON.stringify(line)}?`);
  await command(machine, name, words);
}
