import { Watcher, type WatchView, type WatchedCache } from '../../src/watch/index.js';
import { ModelMachine, type ModelMachineOptions } from './model-machine.js';

/** A machine, and somebody who watches it. */
export async function watch(
  options: ModelMachineOptions = { caches: 2 },
  names: readonly string[] | null = null,
) {
  const machine = await ModelMachine.create(options);
  const watcher = new Watcher(machine, names);
  /** Lets a second go by, in which something may happen, and looks. */
  const next = async (...commands: readonly string[]): Promise<WatchView> => {
    await machine.advance(1000);
    for (const command of commands) await machine.command(command);
    return watcher.look();
  };
  return { machine, watcher, next };
}

export function of(view: WatchView, name: string): WatchedCache {
  const found = view.caches.find((cache) => cache.name === name);
  if (found === undefined) throw new Error(`${name} is not in the view`);
  return found;
}

export function kinds(view: WatchView): string[] {
  return view.caches.flatMap(({ name, events }) => events.map(({ kind }) => `${name} ${kind}`));
}

export const GLANCE = ['glance'];
/** What a survey asks. */
export const SURVEY = ['targetVersion', 'list', 'tables', 'statuses'];

export function asked(machine: ModelMachine): string[] {
  return machine.dm.questions.splice(0);
}
