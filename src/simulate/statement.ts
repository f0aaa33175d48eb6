import type { Places } from './places.js';
import type { WorkloadRequest } from './request.js';

/** What one line of the workload language, or one block of lines, stands for. */
export type Statement =
  | { readonly kind: 'request'; readonly request: Omit<WorkloadRequest, 'atMs'> }
  | { readonly kind: 'wait'; readonly ms: number }
  | {
      readonly kind: 'generate';
      /** Its place is the start of the range. */
      readonly request: Omit<WorkloadRequest, 'atMs'>;
      /** Keeps its own place: a generator that is run again goes on where it was. */
      readonly places: Places;
      readonly count: number;
      readonly intervalMs: number;
    }
  | { readonly kind: 'repeat'; readonly times: number; readonly body: readonly Statement[] }
  | { readonly kind: 'together'; readonly body: readonly Statement[] };

/** Makes the requests of a statement that begins at `startMs`, in the order of their times; returns when it is over. */
export function* run(statement: Statement, startMs: number): Generator<WorkloadRequest, number> {
  switch (statement.kind) {
    case 'request':
      yield { ...statement.request, atMs: startMs };
      return startMs;
    case 'wait':
      return startMs + statement.ms;
    case 'generate':
      return yield* generate(statement, startMs);
    case 'repeat':
      return yield* repeat(statement, startMs);
    case 'together':
      return yield* together(statement.body, startMs);
  }
}

/** One statement after the other. */
export function* runAll(
  statements: readonly Statement[],
  startMs: number,
): Generator<WorkloadRequest, number> {
  let atMs = startMs;
  for (const statement of statements) atMs = yield* run(statement, atMs);
  return atMs;
}

function* generate(
  { request, places, count, intervalMs }: Extract<Statement, { kind: 'generate' }>,
  startMs: number,
): Generator<WorkloadRequest, number> {
  const { kind, offsetBytes, lengthBytes, fua, meta, line } = request;
  for (let made = 0; made < count; made++) {
    yield {
      kind,
      // Not by adding up: a million roundings would be seen.
      atMs: startMs + made * intervalMs,
      offsetBytes: offsetBytes + places() * lengthBytes,
      lengthBytes,
      fua,
      meta,
      line,
    };
  }
  return startMs + count * intervalMs;
}

function* repeat(
  { times, body }: Extract<Statement, { kind: 'repeat' }>,
  startMs: number,
): Generator<WorkloadRequest, number> {
  if (!body.some(asksAnything)) {
    // Otherwise nobody could stop it: it would turn round and round without a request between.
    const { value } = runAll(body, 0).next();
    return startMs + times * (typeof value === 'number' ? value : 0);
  }
  let atMs = startMs;
  for (let done = 0; done < times; done++) atMs = yield* runAll(body, atMs);
  return atMs;
}

/** Whether a request comes of it. */
function asksAnything(statement: Statement): boolean {
  switch (statement.kind) {
    case 'request':
    case 'generate':
      return true;
    case 'wait':
      return false;
    case 'repeat':
    case 'together':
      return statement.body.some(asksAnything);
  }
}

/** All statements begin at once; of what is due at the same time, that of the upper line comes first. */
function* together(body: readonly Statement[], startMs: number): Generator<WorkloadRequest, number> {
  const branches = body.map((statement) => {
    const requests = run(statement, startMs);
    return { requests, head: requests.next() };
  });
  for (;;) {
    let first: (typeof branches)[number] | undefined;
    let earliest = Infinity;
    for (const branch of branches) {
      if (branch.head.done !== true && branch.head.value.atMs < earliest) {
        first = branch;
        earliest = branch.head.value.atMs;
      }
    }
    if (first?.head.done !== false) break;
    yield first.head.value;
    first.head = first.requests.next();
  }
  return Math.max(startMs, ...branches.map(({ head }) => (head.done === true ? head.value : startMs)));
}
