import { badLine } from './bad-workload.js';
import { OnlyOne } from './only-one.js';
import { intervalMs, type Rate } from './rate.js';
import { MAX_OFFSET_BYTES, type WorkloadParser, type WorkloadRequest } from './request.js';

/** The first line of a log that `fio --write_iolog` makes. */
export const IOLOG_HEADER = /^fio version (?<version>\d+) iolog$/;

export interface IologOptions {
  /** Of a log of several files, the one that counts. */
  readonly only?: string | undefined;
  /** How fast requests come where the log does not tell: version 2 may know nothing of time. */
  readonly rate?: Rate | undefined;
}

const KINDS: Readonly<Record<string, WorkloadRequest['kind']>> = {
  read: 'read',
  write: 'write',
  trim: 'discard',
  sync: 'flush',
  datasync: 'flush',
  syncfs: 'flush',
};
/** Of files, and of parts of the page cache: a device hears nothing of them. */
const NOT_OF_DEVICES = ['add', 'open', 'close', 'unlink', 'stat', 'mkdir', 'rmdir', 'sync_file_range'];

/**
 * Reads the logs of fio, version 2 (`FILE ACTION [OFFSET LENGTH]`) and 3 (a time in front). The times of version 3 are
 * microseconds from the start of the run, as fio writes them. A `wait` of version 2 is the time in microseconds since the
 * wait before, as fio's HOWTO has it.
 */
export class IologParser implements WorkloadParser {
  readonly format = 'iolog';
  readonly #version: 2 | 3;
  readonly #files: OnlyOne;
  readonly #rate: Rate | undefined;
  #firstMs: number | undefined;
  #clockMs = 0;
  #skipped = 0;

  /** @param header the first line. Throws UsageError for a version that fio itself reads no more, or not yet. */
  constructor(header: string, { only, rate }: IologOptions) {
    const version = IOLOG_HEADER.exec(header)?.groups?.['version'] ?? '';
    if (version !== '2' && version !== '3') {
      throw badLine(`This is an iolog of version ${version}.`, 'Versions 2 and 3 can be read; see fio(1).');
    }
    if (version === '3' && rate !== undefined) {
      throw badLine('An iolog of version 3 has times of its own.', 'Leave out --rate.');
    }
    this.#version = version === '2' ? 2 : 3;
    this.#files = new OnlyOne('file', only);
    this.#rate = rate;
  }

  get durationMs(): number {
    return this.#clockMs;
  }

  get skippedLines(): number {
    return this.#skipped;
  }

  take(text: string, line: number): Iterable<WorkloadRequest> {
    const words = text.split(/\s+/).filter((word) => word !== '');
    if (words.length === 0) return [];
    const atUs = this.#version === 3 ? wholeNumber(words.shift() ?? '', 'time') : undefined;
    if (atUs !== undefined) this.#passUntil(atUs / 1000);
    const [file = '', action = '', ...numbers] = words;
    const kind = KINDS[action];
    if (action === 'wait' && this.#version === 2) {
      this.#clockMs += wholeNumber(numbers[0] ?? '', 'time to wait') / 1000;
      return [];
    }
    if (kind === undefined) {
      if (!NOT_OF_DEVICES.includes(action)) throw badAction(action, this.#version);
      this.#skipped += 1;
      return [];
    }
    if (!this.#files.counts(file)) {
      this.#skipped += 1;
      return [];
    }
    return this.#request(kind, numbers, line);
  }

  end(): void {
    // A log may end anywhere.
  }

  #request(
    kind: WorkloadRequest['kind'],
    [offset = '', length = '', ...more]: string[],
    line: number,
  ): WorkloadRequest[] {
    if (more.length > 0) throw badLine(`"${more.join(' ')}" is too much.`, hint(this.#version));
    const isFlush = kind === 'flush';
    const offsetBytes = isFlush ? 0 : wholeNumber(offset, 'offset');
    const lengthBytes = isFlush ? 0 : wholeNumber(length, 'length');
    if (!isFlush && lengthBytes === 0) {
      this.#skipped += 1;
      return [];
    }
    const atMs = this.#clockMs;
    if (!isFlush && this.#rate !== undefined) this.#clockMs += intervalMs(this.#rate, lengthBytes);
    return [{ kind, atMs, offsetBytes, lengthBytes, fua: false, meta: false, line }];
  }

  /** Times count from the first line; one that is out of order counts as that before it. */
  #passUntil(atMs: number): void {
    this.#firstMs ??= atMs;
    this.#clockMs = Math.max(this.#clockMs, atMs - this.#firstMs);
  }
}

function wholeNumber(word: string, what: string): number {
  const value = /^\d{1,16}$/.test(word) ? Number(word) : Infinity;
  if (value <= MAX_OFFSET_BYTES) return value;
  throw badLine(
    word === '' ? `The ${what} is missing.` : `"${word}" is not a ${what}.`,
    'It is a whole number below 2^53.',
  );
}

function badAction(action: string, version: 2 | 3): Error {
  return badLine(
    action === '' ? 'The action is missing.' : `fio's iologs have no action "${action}".`,
    hint(version),
  );
}

function hint(version: 2 | 3): string {
  const time = version === 3 ? 'MICROSECONDS ' : '';
  const wait = version === 2 ? ', wait' : '';
  return `A line is ${time}FILE ACTION [OFFSET LENGTH]; actions are ${Object.keys(KINDS).join(', ')}${wait}, and those of files.`;
}
