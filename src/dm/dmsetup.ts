import { BusyError, NotPossibleHereError, OperationError, WrongDeviceError } from '../errors.js';
import { runProgram, shellLine, startProgram, type ProgramOptions, type ProgramResult } from '../exec.js';
import type { TargetLine, TargetVersion } from '../table/index.js';
import { kernelLogMark, kernelLogSince } from '../device/kernel-log.js';
import { mappingState } from '../device/mapping-state.js';
import type {
  DeviceMapper,
  Glance,
  GuardTables,
  MappedDevice,
  NewMapping,
  ResumeOptions,
  SuspendGuard,
  SuspendOptions,
  TableSlot,
} from './device-mapper.js';
import {
  INFO_COLUMNS,
  parseInfo,
  parseLines,
  parseNamedLines,
  parseTargets,
  parseVersions,
} from './dmsetup-output.js';
import { dmsetupWords } from './dmsetup-words.js';
import { glanceOf } from './glance.js';
import { GUARD_RELEASE, guardScript } from './guard-script.js';
import { noSuchMapping } from './no-such-mapping.js';
import { Questions } from './questions.js';
import { udevOptions, udevRuns } from './udev.js';

/** Asking the kernel for what it has in memory takes milliseconds; a limit tells when it is stuck. */
const QUESTION_LIMIT_MS = 30_000;

/**
 * The kernel's device-mapper, through dmsetup. Names go through as they are (`--manglename none`), so what libdm would
 * make of them is decided in one place: where the user's name becomes the kernel's.
 *
 * Questions have a time limit. What changes something has none, because the kernel may take hours to write a cache
 * back, and a dmsetup that is ended half-way does not stop it.
 */
export class Dmsetup implements DeviceMapper {
  readonly #udev: string[];
  readonly #inherited: number[] = [];
  readonly #questions = new Questions();

  constructor(withUdev = udevRuns()) {
    this.#udev = udevOptions(withUdev);
  }

  /**
   * Lets the commands that change something hold a lock too: one that the kernel keeps busy after wcache was killed
   * must still keep the next wcache away.
   */
  holdWith(lock: { readonly descriptor: number }): void {
    this.#inherited.push(lock.descriptor);
  }

  /** The command that a change would be, word for word. */
  commandLine(words: readonly string[]): string {
    return shellLine(['dmsetup', ...this.#changing(words)]);
  }

  async list(): Promise<MappedDevice[]> {
    return parseInfo(await this.#ask(['info', ...infoOptions]));
  }

  async info(name: string): Promise<MappedDevice | null> {
    const words = ['info', ...infoOptions, '--', name];
    const { stdout, status } = await this.#run(words, { timeoutMs: QUESTION_LIMIT_MS, acceptStatus: [1] });
    if (status === 0) return parseInfo(stdout)[0] ?? null;
    // Its exit status does not tell a mapping that is not there from another failure.
    return (await this.list()).find((device) => device.name === name) ?? null;
  }

  async table(name: string, slot: TableSlot): Promise<TargetLine[]> {
    const which = slot === 'inactive' ? ['--inactive'] : [];
    return parseLines(await this.#ask(['table', ...which, '--', name], name));
  }

  async status(name: string): Promise<TargetLine[]> {
    return parseLines(await this.#ask(['status', '--noflush', '--', name], name));
  }

  tables(target: string, listed?: readonly MappedDevice[]): Promise<Map<string, TargetLine[]>> {
    return this.#ofAll(['table', '--target', target], listed);
  }

  statuses(target: string, listed?: readonly MappedDevice[]): Promise<Map<string, TargetLine[]>> {
    return this.#ofAll(statusOfAll(target), listed);
  }

  async glance(target: string, known: readonly MappedDevice[]): Promise<Glance | null> {
    const answer = await this.#questions.ask(inKernelNames(statusOfAll(target)), QUESTION_LIMIT_MS);
    // It fails where a mapping goes away meanwhile; where nothing works, asking all anew tells why.
    if (answer === null) return null;
    return glanceOf(answer, known, ({ major, minor }) => mappingState(`${String(major)}:${String(minor)}`));
  }

  async targetVersion(target: string): Promise<TargetVersion | null> {
    return parseTargets(await this.#ask(['targets'])).get(target) ?? null;
  }

  /** The versions of dmsetup's library and of the kernel's driver; null for what does not answer. */
  async versions(): Promise<{ library: string | null; driver: string | null }> {
    const { stdout } = await this.#run(['version'], { timeoutMs: QUESTION_LIMIT_MS, acceptStatus: [1] });
    return parseVersions(stdout);
  }

  create(mapping: NewMapping): Promise<void> {
    return this.#change(mapping.name, dmsetupWords.create(mapping));
  }

  load(name: string, line: TargetLine): Promise<void> {
    return this.#change(name, dmsetupWords.load(name, line));
  }

  clear(name: string): Promise<void> {
    return this.#change(name, dmsetupWords.clear(name));
  }

  suspend(name: string, options?: SuspendOptions): Promise<void> {
    return this.#change(name, dmsetupWords.suspend(name, options));
  }

  async suspendGuarded(
    name: string,
    { fresh, failing }: GuardTables,
    options?: SuspendOptions,
  ): Promise<SuspendGuard> {
    const line = (words: readonly string[]): string => this.commandLine(words);
    const script = guardScript({
      suspend: line(dmsetupWords.suspend(name, options)),
      status: line(['status', '--noflush', '--', name]),
      clear: line(dmsetupWords.clear(name)),
      load: fresh === null ? null : line(dmsetupWords.load(name, fresh)),
      fail: line(dmsetupWords.load(name, failing)),
      resume: line(dmsetupWords.resume(name)),
    });
    const guard = startProgram('sh', ['-c', script], { descriptors: this.#inherited });
    const release = async (): Promise<void> => {
      guard.say(GUARD_RELEASE);
      await guard.ended;
    };
    const status = await guard.nextLine();
    if (status === '0') return { release };
    await release();
    const { stderr } = await guard.ended;
    const failure = new OperationError(`dmsetup failed: ${stderr.trim()}`, { code: 'program-failed' });
    throw await this.#explained(failure, name);
  }

  resume(name: string, options?: ResumeOptions): Promise<void> {
    return this.#change(name, dmsetupWords.resume(name, options));
  }

  message(name: string, text: string, abandon?: AbortSignal): Promise<void> {
    return this.#change(name, dmsetupWords.message(name, text), abandon);
  }

  remove(name: string): Promise<void> {
    return this.#change(name, dmsetupWords.remove(name));
  }

  async #ofAll(
    words: readonly string[],
    listed?: readonly MappedDevice[],
  ): Promise<Map<string, TargetLine[]>> {
    const names = (listed ?? (await this.list())).map(({ name }) => name);
    const asked = names.some((name) => name.includes('\n')) ? null : await this.#askOfAll(words);
    if (asked !== null) {
      try {
        return parseNamedLines(asked, names);
      } catch {
        // A mapping came up between the two questions; each is asked by itself then.
      }
    }
    const found = new Map<string, TargetLine[]>();
    for (const { name } of await this.list()) {
      const lines = await this.#askOfOne(words, name);
      if (lines.length > 0) found.set(name, lines);
    }
    return found;
  }

  /** null where dmsetup fails, as it does for all when one goes away before its turn. */
  async #askOfAll(words: readonly string[]): Promise<string | null> {
    try {
      return await this.#ask(words);
    } catch (error) {
      if (error instanceof OperationError && error.code === 'device-mapper-failed') return null;
      throw error;
    }
  }

  /** No lines where it went away since it was listed. */
  async #askOfOne(words: readonly string[], name: string): Promise<TargetLine[]> {
    try {
      return parseLines(await this.#ask([...words, '--', name], name));
    } catch (error) {
      if (error instanceof WrongDeviceError && error.code === 'no-such-mapping') return [];
      throw error;
    }
  }

  async #ask(words: readonly string[], name?: string): Promise<string> {
    try {
      // What is asked about one mapping belongs to a change of it, which is not to go on where the answer fails.
      const answer =
        name === undefined ? await this.#questions.ask(inKernelNames(words), QUESTION_LIMIT_MS) : null;
      // Where a look at all of them fails, it is asked anew by itself, for what it says about it.
      return answer ?? (await this.#run(words, { timeoutMs: QUESTION_LIMIT_MS })).stdout;
    } catch (error) {
      throw await this.#explained(error, name);
    }
  }

  async #change(name: string, words: readonly string[], abandon?: AbortSignal): Promise<void> {
    const mark = isExplainedInLog(words) ? kernelLogMark() : null;
    try {
      await this.#run(this.#changing(words), { abandon, descriptors: this.#inherited });
    } catch (error) {
      const log = kernelLogSince(mark).filter((line) => line.startsWith('device-mapper: '));
      throw await this.#explained(error, words[0] === 'create' ? undefined : name, log);
    }
  }

  #changing(words: readonly string[]): string[] {
    return ['--manglename', 'none', ...this.#udev, ...words];
  }

  #run(words: readonly string[], options: ProgramOptions): Promise<ProgramResult> {
    return runProgram('dmsetup', inKernelNames(words), options);
  }

  /** What dmsetup and the kernel's log say, as one sentence of the right kind. */
  async #explained(error: unknown, name: string | undefined, log: readonly string[] = []): Promise<unknown> {
    if (!(error instanceof OperationError) || error.code !== 'program-failed') return error;
    const words = ownWords(error.message);
    if (/communicate with kernel|mapper\/control: open failed/.test(error.message)) {
      return new NotPossibleHereError(`The kernel's device-mapper does not answer: ${words}.`, {
        code: 'no-device-mapper',
        hint: 'It takes root, and a kernel with device-mapper (modprobe dm-mod).',
        cause: error,
      });
    }
    if (name !== undefined && (await this.info(name).catch(() => undefined)) === null) {
      return noSuchMapping(name);
    }
    const reason = log.length === 0 ? '' : `; the kernel says: ${log.map(withoutPrefix).join('; ')}`;
    const Kind = words.endsWith('Device or resource busy') ? BusyError : OperationError;
    return new Kind(`${words}${reason}.`, {
      code: Kind === BusyError ? 'device-busy' : 'device-mapper-failed',
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  }
}

function inKernelNames(words: readonly string[]): readonly string[] {
  return words[0] === '--manglename' ? words : ['--manglename', 'none', ...words];
}

function statusOfAll(target: string): readonly string[] {
  return ['status', '--noflush', '--target', target];
}

/** For these the kernel gives only a number, and logs the words; reading the log takes longer than the others do. */
function isExplainedInLog([verb]: readonly string[]): boolean {
  return verb === 'create' || verb === 'load' || verb === 'resume';
}

const infoOptions = ['--columns', '--noheadings', '--separator', '\t', '--options', INFO_COLUMNS];

function ownWords(message: string): string {
  return message
    .replace(/^dmsetup failed: /, '')
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' ').replace(/\.$/, ''))
    .filter((line) => line !== '' && line !== 'Command failed')
    .join('; ');
}

/** `device-mapper: table: 254:4: writecache: Invalid optional argument (-EINVAL)` without what everybody knows. */
function withoutPrefix(line: string): string {
  return line.replace(/^device-mapper: (?:table: [\d:]+: )?/, '');
}
