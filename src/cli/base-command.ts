import { Command, Errors, Flags } from '@oclif/core';
import { toJson } from '../documents/json.js';
import type { ExitStatus } from '../errors.js';
import { write } from './output.js';
import { errorText, reportError } from './report-error.js';

/**
 * What every verb shares: `--json` and `--debug`, one document or text on stdout, talk on stderr, and errors
 * turned into exit statuses in one place. oclif's own handling is not used: under `--json` it loses the exit
 * status, and on a usage error it prints its whole configuration.
 */
export abstract class BaseCommand extends Command {
  static override baseFlags = {
    json: Flags.boolean({
      description: 'Print one JSON document on stdout, also for an error.',
      helpGroup: 'GLOBAL',
    }),
    debug: Flags.boolean({ description: 'Show the stack of an error.', helpGroup: 'GLOBAL' }),
  };

  /** Whether `--json` was given, known even where the rest of the command line is wrong. */
  override jsonEnabled(): boolean {
    return this.wasGiven('--json');
  }

  /** Prints the result: the document with `--json`, else the text. */
  protected async print(document: unknown, text: () => string): Promise<void> {
    await write(`${this.jsonEnabled() ? this.json(document) : text()}\n`);
  }

  /** A document, also of an error, as `--json` prints it. */
  protected json(document: unknown): string {
    return toJson(document);
  }

  /** Tells the user something that is not the result. */
  protected readonly note = (text: string): void => {
    process.stderr.write(`${text}\n`);
  };

  /** The exit status of a verb that did its work and whose answer is not the good one; set it before printing. */
  protected exitWith(status: ExitStatus): void {
    process.exitCode = status;
  }

  protected override async catch(error: Error): Promise<void> {
    if (error instanceof Errors.ExitError) {
      throw error;
    }
    const debug = this.wasGiven('--debug') || (process.env['DEBUG'] ?? '') !== '';
    const reported = reportError(error, debug);
    process.exitCode = reported.document.error.exit_status;
    if (this.jsonEnabled()) {
      await write(`${this.json(reported.document)}\n`);
    } else {
      process.stderr.write(errorText(`${this.config.bin} ${this.id ?? ''}`.trim(), reported));
    }
  }

  /** Whether a flag was given, known even where the rest of the command line is wrong. */
  protected wasGiven(flag: string): boolean {
    const end = this.argv.indexOf('--');
    return (end < 0 ? this.argv : this.argv.slice(0, end)).includes(flag);
  }
}
