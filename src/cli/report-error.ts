import { Errors } from '@oclif/core';
import type { ErrorDocument } from '../documents/error.js';
import { ExitStatus, WcacheError } from '../errors.js';
import { printable } from '../ui/printable.js';

/** A failure as it is told to the user, whoever threw it. */
export interface ReportedError {
  readonly document: ErrorDocument;
  /** Set where the failure is a bug or `--debug` asks for it. */
  readonly stack: string | null;
}

/** The one place where errors get their exit status: ours, oclif's (a wrong command line), or a bug. */
export function reportError(error: unknown, debug: boolean): ReportedError {
  const stack = debug && error instanceof Error ? stackWithCauses(error) : null;
  if (error instanceof WcacheError) {
    const message = withoutParserWords(error.message);
    return { document: errorDocument(error.code, message, error.hint, error.exitStatus), stack };
  }
  if (error instanceof Errors.CLIError) {
    const sentence = usageSentence(error.message);
    return {
      document: errorDocument('usage', sentence, 'See the same command with --help.', ExitStatus.usage),
      stack,
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    document: errorDocument(
      'bug',
      `This is a bug in wcache: ${message}`,
      'Run it again with --debug and report what it prints.',
      ExitStatus.failed,
    ),
    stack,
  };
}

/** What oclif says of a wrong command line, in one line and without its headings. */
function usageSentence(message: string): string {
  const lines = message
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(See more help|The following errors? occurred:)/.test(line));
  if (/^Missing \d+ required args?:$/.test(lines[0] ?? '')) {
    const names = lines.slice(1).map((line) => line.split(' ')[0]?.toUpperCase() ?? '');
    return `Missing: ${names.join(', ')}.`;
  }
  return lines.map(aboutFlags).join(' ');
}

/** Two flags that don't go together, or belong together, in our words. */
function aboutFlags(line: string): string {
  return line
    .replace(
      /^--([\w-]+)\S* cannot also be provided when using --([\w-]+)$/,
      '--$2 and --$1 exclude each other.',
    )
    .replace(
      /^All of the following must be provided when using --([\w-]+): (--[\w-]+(?:, --[\w-]+)*)$/,
      '--$1 needs $2.',
    );
}

/** oclif's parser wraps the message of what a flag's own parser throws in two lines of its own. */
function withoutParserWords(message: string): string {
  const wrapped = /^Parsing (?<flag>--[\w-]+)\s*\n\t(?<own>[^]*?)(?:\nSee more help with --help)?$/.exec(
    message,
  );
  const { flag, own } = wrapped?.groups ?? {};
  return flag === undefined || own === undefined ? message : `${flag}: ${own}`;
}

/** The lines for stderr: the sentence, what to do next, and the stack where there is one. */
export function errorText(command: string, { document, stack }: ReportedError): string {
  const { message, hint } = document.error;
  const lines = [printable(`${command}: ${message}`)];
  if (hint !== null) {
    lines.push(`  ${printable(hint)}`);
  }
  if (stack !== null) {
    lines.push(stack);
  }
  return `${lines.join('\n')}\n`;
}

function errorDocument(
  code: string,
  message: string,
  hint: string | undefined,
  exitStatus: number,
): ErrorDocument {
  return { error: { code, message, hint: hint ?? null, exit_status: exitStatus } };
}

function stackWithCauses(error: Error): string {
  const stack = error.stack ?? error.message;
  return error.cause instanceof Error ? `${stack}\nCaused by: ${stackWithCauses(error.cause)}` : stack;
}
