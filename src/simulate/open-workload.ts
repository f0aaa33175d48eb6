import { UsageError } from '../errors.js';
import { atLine, badLine } from './bad-workload.js';
import { BLKPARSE_EVENT, BlkparseParser, type BlkparseAction } from './blkparse.js';
import { IOLOG_HEADER, IologParser } from './iolog.js';
import { LanguageParser } from './language.js';
import { readLines, type NumberedLine } from './lines.js';
import type { Rate } from './rate.js';
import type { WorkloadFormat, WorkloadParser, WorkloadRequest } from './request.js';

export interface WorkloadOptions {
  /** Found out from the text unless told. */
  readonly format?: WorkloadFormat | undefined;
  /** Of a log of several files or devices, the one that counts. */
  readonly only?: string | undefined;
  /** Which events of a trace count. */
  readonly action?: BlkparseAction | undefined;
  /** How fast the requests of an iolog come that does not tell. */
  readonly rate?: Rate | undefined;
  /** Ends the reading, also where it waits for stdin. */
  readonly signal?: AbortSignal | undefined;
}

/** A workload that is being read. */
export interface Workload {
  /** How messages name it. */
  readonly name: string;
  /** Requests in the order of their times, in batches; each batch must be used up before the next is asked for. */
  readonly batches: AsyncIterable<Iterable<WorkloadRequest>>;
  /** What is known of it by now, and finally at the end. */
  readonly facts: () => WorkloadFacts;
}

export interface WorkloadFacts {
  readonly format: WorkloadFormat;
  readonly durationMs: number;
  /** Lines of a log that ask a cache for nothing. */
  readonly skippedLines: number;
}

/** What may stand before the events of a trace and still leave it one. */
const BEFORE_EVENTS = 'Input file ';

/**
 * Opens a workload: a file in the workload language, a log of fio or the output of blkparse; `-` is stdin. It is read while
 * the batches are iterated over.
 *
 * They throw as {@link readLines} does, and UsageError `bad-workload` with the line in its message.
 */
export function openWorkload(path: string, options: WorkloadOptions = {}): Workload {
  const name = path === '-' ? 'stdin' : path;
  let parser: WorkloadParser | undefined;
  let last = 1;
  const take = (text: string, number: number): Iterable<WorkloadRequest> => {
    if (parser !== undefined) return parser.take(text, number);
    if (text.trim() === '') return [];
    parser = parserFor(text, options);
    return parser.format === 'iolog' ? [] : parser.take(text, number);
  };
  const requestsOf = function* (lines: readonly NumberedLine[]): Generator<WorkloadRequest> {
    for (const { text, number } of lines) {
      last = number;
      yield* withPlace(name, number, () => take(text, number));
    }
  };
  const batches = async function* (): AsyncGenerator<Iterable<WorkloadRequest>> {
    for await (const lines of readLines(path, options.signal)) yield requestsOf(lines);
    withPlace(name, last, () => parser?.end());
  };
  return {
    name,
    batches: batches(),
    facts: () => ({
      format: parser?.format ?? options.format ?? 'wcache',
      durationMs: parser?.durationMs ?? 0,
      skippedLines: parser?.skippedLines ?? 0,
    }),
  };
}

/** Looks at the first line that is not empty. */
function parserFor(first: string, options: WorkloadOptions): WorkloadParser {
  const { format = formatOf(first) } = options;
  switch (format) {
    case 'wcache':
      return new LanguageParser();
    case 'blkparse':
      return new BlkparseParser(options);
    case 'iolog':
      if (!IOLOG_HEADER.test(first.trim())) {
        throw badLine('This is not how an iolog begins.', 'The first line is: fio version 3 iolog');
      }
      return new IologParser(first.trim(), options);
  }
}

function formatOf(first: string): WorkloadFormat {
  if (IOLOG_HEADER.test(first.trim())) return 'iolog';
  return BLKPARSE_EVENT.test(first) || first.startsWith(BEFORE_EVENTS) ? 'blkparse' : 'wcache';
}

function withPlace<Result>(name: string, line: number, parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    throw error instanceof UsageError ? atLine(error, name, line) : error;
  }
}
