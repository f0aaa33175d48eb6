import type { DeviceMapper } from '../../../src/dm/device-mapper.js';
import { WcacheError } from '../../../src/errors.js';

/** Takes down what a case asked for and what came of it, one line for each. */
export class Transcript {
  readonly lines: string[] = [];
  readonly #names: readonly (readonly [RegExp, string])[];

  /** @param names what is called otherwise on every machine, and how it is to stand here. */
  constructor(names: readonly (readonly [RegExp, string])[]) {
    this.#names = names;
  }

  add(what: string, came: unknown): void {
    const line = `${what} -> ${typeof came === 'string' ? came : asJson(came)}`;
    this.lines.push(this.#names.reduce((text, [pattern, name]) => text.replace(pattern, name), line));
  }
}

const METHODS = [
  ...(['list', 'info', 'table', 'status', 'tables', 'statuses', 'glance', 'targetVersion'] as const),
  ...(['create', 'load', 'clear', 'suspend', 'resume', 'message', 'remove'] as const),
];

/** The same device-mapper, every call of which is taken down: what it answered, or the error's class, code and words. */
export function witnessed(dm: DeviceMapper, transcript: Transcript): DeviceMapper {
  const calls = METHODS.map((method) => {
    const call = async (...args: unknown[]): Promise<unknown> => {
      const what = `${method} ${args.map((arg) => asJson(arg)).join(' ')}`.trim();
      try {
        const answer = await (dm[method] as (...args: unknown[]) => Promise<unknown>).apply(dm, args);
        transcript.add(what, answer === undefined ? 'done' : answer);
        return answer;
      } catch (error) {
        transcript.add(what, nameOf(error));
        throw error;
      }
    };
    return [method, call] as const;
  });
  return Object.fromEntries(calls) as unknown as DeviceMapper;
}

/** An error as far as a caller of the port may rely on it. */
function nameOf(error: unknown): string {
  if (!(error instanceof WcacheError)) throw error;
  // A remove that is busy is tried again and again, and says so each time.
  const words = [...new Set(error.message.replace(/\.$/, '').split('; '))];
  return `${error.name} ${error.code}: ${words.join('; ')}`;
}

/** The order of keys is no answer. */
function asJson(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each === 'bigint') return Number(each);
    if (each instanceof Map) return Object.fromEntries(each) as unknown;
    if (each instanceof Set) return [...(each as Set<unknown>)];
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
    return Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1)));
  });
}
