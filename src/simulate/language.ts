import { badLine } from './bad-workload.js';
import { parseLine, type Line } from './parse-statement.js';
import type { WorkloadParser, WorkloadRequest } from './request.js';
import { run, type Statement } from './statement.js';

interface OpenBlock {
  readonly line: number;
  readonly close: (body: readonly Statement[]) => Statement;
  readonly body: Statement[];
}

const MAX_DEPTH = 16;

/** Reads the workload language. Only an open block of lines is held in memory; all else is gone once it has run. */
export class LanguageParser implements WorkloadParser {
  readonly format = 'wcache';
  readonly skippedLines = 0;
  readonly #open: OpenBlock[] = [];
  #clockMs = 0;

  get durationMs(): number {
    return this.#clockMs;
  }

  take(text: string, number: number): Iterable<WorkloadRequest> {
    const statement = this.#complete(parseLine(text, number), number);
    return statement === undefined ? [] : this.#run(statement);
  }

  end(): void {
    const block = this.#open.at(-1);
    if (block === undefined) return;
    throw badLine(
      `The block that begins in line ${String(block.line)} has no end.`,
      'Write end where it ends: for each repeat and together one.',
    );
  }

  *#run(statement: Statement): Generator<WorkloadRequest> {
    this.#clockMs = yield* run(statement, this.#clockMs);
  }

  /** Puts what a line says into the open block; returns it where no block is open any more. */
  #complete(line: Line, number: number): Statement | undefined {
    switch (line.kind) {
      case 'nothing':
        return undefined;
      case 'open':
        if (this.#open.length === MAX_DEPTH) {
          throw badLine(
            'The blocks are too deep in each other.',
            `At most ${String(MAX_DEPTH)} can be open.`,
          );
        }
        this.#open.push({ line: number, close: line.close, body: [] });
        return undefined;
      case 'end':
        return this.#keep(this.#close());
      case 'statement':
        return this.#keep(line.statement);
    }
  }

  #keep(statement: Statement): Statement | undefined {
    const outer = this.#open.at(-1);
    if (outer === undefined) return statement;
    outer.body.push(statement);
    return undefined;
  }

  #close(): Statement {
    const block = this.#open.pop();
    if (block === undefined) {
      throw badLine('No block is open here.', 'end closes a repeat or a together further up.');
    }
    return block.close(block.body);
  }
}
