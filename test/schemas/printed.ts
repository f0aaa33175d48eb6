import { printedDocuments, type DocumentName, type PrintedDocument } from '../../src/documents/index.js';
import { validate } from './validate.js';

/** What a wcache that was asked for JSON came to. */
export interface Printed {
  readonly stdout: string;
  /** Null where it is not known. */
  readonly status: number | null;
}

/** Words with which wcache prints text, whatever else is asked of it. */
const TEXT = ['--help', '-h', '--version', '-V'];

/**
 * Checks what wcache printed against the published schema, where its words ask for JSON. Throws where it does not fit.
 * Returns which documents were there.
 */
export function checkPrinted(words: readonly string[], { stdout, status }: Printed): DocumentName[] {
  const end = words.indexOf('--');
  const before = end === -1 ? words : words.slice(0, end);
  if (!before.includes('--json') || TEXT.some((word) => before.includes(word))) return [];
  try {
    return documentsOf(before, stdout).map(({ document, expected }) => check(document, expected, status));
  } catch (error) {
    throw new Error(`wcache ${words.join(' ')} printed (exit status ${String(status)}):\n${stdout}`, {
      cause: error,
    });
  }
}

/** The documents in what was printed, and what each of them should be where it is no error. */
function documentsOf(
  words: readonly string[],
  stdout: string,
): { document: unknown; expected: PrintedDocument | null }[] {
  const expected = expectedOf(words);
  // An error that comes before the first line is a document as always.
  const isOne = expected?.lines !== true || stdout.startsWith('{\n');
  const texts = isOne ? [stdout] : stdout.split('\n').slice(0, -1);
  return texts.map((text) => {
    requireExactNumbers(text);
    return { document: JSON.parse(text) as unknown, expected };
  });
}

/** Which document the words ask for; null where there is no such verb. */
export function expectedOf(words: readonly string[]): PrintedDocument | null {
  // The tests' shells take settings before the verb.
  const [verb = '', second = ''] = words.filter((word) => !/^(-|[A-Z_]+=)/.test(word));
  const documents = printedDocuments[`${verb}:${second}`] ?? printedDocuments[verb];
  if (documents === undefined) return null;
  const asked = documents.find(
    ({ flag }) =>
      flag !== undefined && words.some((word) => word === `--${flag}` || word.startsWith(`--${flag}=`)),
  );
  return asked ?? documents.find(({ flag }) => flag === undefined) ?? null;
}

function check(document: unknown, expected: PrintedDocument | null, status: number | null): DocumentName {
  const fields: Record<string, unknown> =
    typeof document === 'object' && document !== null ? { ...document } : {};
  const isError = Object.keys(fields).join() === 'error';
  const name = isError ? 'error' : expected?.schema;
  if (name === undefined) throw new Error('There is no such verb, and this is no error.');
  validate(name, document);
  // Also of an error that is told beside what was found before it.
  const { error } = fields;
  if (status !== null && typeof error === 'object' && error !== null && 'exit_status' in error) {
    if (error.exit_status !== status) throw new Error('The error tells of another exit status.');
  }
  return name;
}

/** A reader with whole numbers of any size loses nothing: none is rounded or has an exponent. */
function requireExactNumbers(text: string): void {
  const numbers = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
  const [rounded] = /\d[\d.]*[eE][+-]?\d+|\d{16,}\.\d+/.exec(numbers) ?? [];
  if (rounded !== undefined) throw new Error(`${rounded} is not written out exactly.`);
}
