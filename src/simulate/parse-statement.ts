import { parseMilliseconds } from '../units.js';
import { badLine } from './bad-workload.js';
import { parseGenerator } from './parse-generator.js';
import type { WorkloadRequest } from './request.js';
import type { Statement } from './statement.js';
import { Words } from './words.js';

/** What one line says: nothing, a statement, or the edge of a block of them. */
export type Line =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'statement'; readonly statement: Statement }
  | { readonly kind: 'open'; readonly close: (body: readonly Statement[]) => Statement }
  | { readonly kind: 'end' };

const FORMS = {
  write: 'write OFFSET LENGTH [fua] [meta]',
  read: 'read OFFSET LENGTH',
  discard: 'discard OFFSET LENGTH',
  flush: 'flush',
  wait: 'wait TIME',
  repeat: 'repeat COUNT, and further down: end',
  together: 'together, and further down: end',
  end: 'end',
};

/** Reads a line of the workload language, which wcache-simulate(8) describes. Throws UsageError. */
export function parseLine(text: string, line: number): Line {
  const [verb, ...rest] = text
    .replace(/#.*$/, '')
    .split(/\s+/)
    .filter((word) => word !== '');
  switch (verb) {
    case undefined:
      return { kind: 'nothing' };
    case 'write':
    case 'read':
    case 'discard':
      return statement(parseRequest(verb, new Words(rest, FORMS[verb]), line));
    case 'flush':
      new Words(rest, FORMS.flush).requireEnd();
      return statement({
        kind: 'request',
        request: { ...NO_FLAGS, kind: 'flush', offsetBytes: 0, lengthBytes: 0, line },
      });
    case 'wait':
      return statement(parseWait(new Words(rest, FORMS.wait)));
    case 'random':
    case 'sequential':
      return statement(parseGenerator(verb, rest, line));
    case 'repeat':
      return parseRepeat(new Words(rest, FORMS.repeat));
    case 'together':
      new Words(rest, FORMS.together).requireEnd();
      return { kind: 'open', close: (body) => ({ kind: 'together', body }) };
    case 'end':
      new Words(rest, FORMS.end).requireEnd();
      return { kind: 'end' };
    default:
      throw badLine(
        `"${verb}" begins no statement.`,
        'A line begins with write, read, flush, discard, wait, random, sequential, repeat, together or end; # begins a comment.',
      );
  }
}

const NO_FLAGS = { fua: false, meta: false };

function statement(parsed: Statement): Line {
  return { kind: 'statement', statement: parsed };
}

function parseRequest(kind: 'write' | 'read' | 'discard', words: Words, line: number): Statement {
  const offsetBytes = words.offset('The offset');
  const lengthBytes = words.length('The length');
  const flags = kind === 'write' ? parseFlags(words) : NO_FLAGS;
  words.requireEnd();
  return { kind: 'request', request: { ...flags, kind, offsetBytes, lengthBytes, line } };
}

function parseFlags(words: Words): Pick<WorkloadRequest, 'fua' | 'meta'> {
  const flags = { ...NO_FLAGS };
  while (!words.isEmpty) {
    const word = words.next('The flag');
    if (word !== 'fua' && word !== 'meta') throw words.bad(`"${word}" is no flag of a write.`);
    flags[word] = true;
  }
  return flags;
}

function parseWait(words: Words): Statement {
  const ms = parseMilliseconds(words.next('The time'));
  words.requireEnd();
  return { kind: 'wait', ms };
}

function parseRepeat(words: Words): Line {
  const times = words.count('The count');
  words.requireEnd();
  return { kind: 'open', close: (body) => ({ kind: 'repeat', times, body }) };
}
