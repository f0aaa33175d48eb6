import { join } from 'node:path';
import { expect } from 'vitest';
import type { z } from 'zod';
import { createDocumentSchema, type CreateDocument } from '../../../src/documents/create.js';
import { errorDocumentSchema } from '../../../src/documents/error.js';
import { boot, labReadiness, output, type BootOptions, type Guest, type RunResult } from '../../lab/index.js';
import { projectDirectory } from '../../lab/project.js';
import { checkPrinted } from '../../schemas/printed.js';
import { checkScript } from '../../schemas/scripts.js';

const here = join(projectDirectory, 'test/kernel/create');
/** An emulated processor needs long to load wcache. */
const CALL_LIMIT_MS = 180_000;

const START = `
  mkdir -p /run/resident && mkfifo /run/resident/call /run/resident/done
  setsid "$NODE" "$PROJECT/dist/test/kernel/create/resident.js" /run/resident </dev/null >/run/resident/log 2>&1 &
  mount -t tmpfs none /var/lib`;

/** The parts of a script, by names that the test knows their results by. */
type Parts<K extends string> = Readonly<Record<K, string>>;

/** A guest in which wcache is there, loaded, and may keep its records. */
export class Bench {
  private constructor(readonly guest: Guest) {}

  static async start(options: BootOptions): Promise<Bench> {
    const readiness = await labReadiness([options.kernel]);
    if (!readiness.ready) throw new Error(readiness.reason);
    const bench = new Bench(await boot({ memoryMiB: 768, ...options }));
    await output(bench.guest, START, { env: ENVIRONMENT });
    return bench;
  }

  /**
   * Runs the parts one after the other in one shell, in which the functions of prelude.sh are known and variables live
   * on. What begins with `wcache` may end as it likes; every other part must succeed. JSON that a part prints has to be as
   * the published schemas tell.
   */
  async run<K extends string>(parts: Parts<K>): Promise<Record<K, RunResult>> {
    const names = Object.keys(parts) as K[];
    const steps = names.map((name, index) => {
      const file = `/run/part/${String(index)}`;
      return `{ ${parts[name]}\n} >${file}.stdout 2>${file}.stderr; echo $? >${file}.status`;
    });
    const script = ['rm -rf /run/part; mkdir /run/part', `. ${here}/prelude.sh`, ...steps, GATHER].join('\n');
    const printed = await output(this.guest, script, { env: ENVIRONMENT, timeoutMs: CALL_LIMIT_MS });
    const results = printed.split('\x1e').map((each) => each.split('\x1f'));
    const entries = names.map((name, index) => {
      const [status = '', stdout = '', stderr = ''] = results[index] ?? [];
      if (Number(status) !== 0 && !parts[name].trimStart().startsWith('wcache')) {
        throw new Error(`the part "${name}" ended with ${status}:\n${parts[name]}\n${stderr}${stdout}`);
      }
      checkScript(parts[name], stdout);
      return [name, { status: Number(status), stdout, stderr }] as const;
    });
    return Object.fromEntries(entries) as Record<K, RunResult>;
  }

  /** Between two tests: nothing of the first is left for the second. */
  async cleanUp(): Promise<void> {
    await this.run({ clean: 'clean_up' });
  }

  async end(): Promise<void> {
    await this.guest.powerCut();
  }
}

/** Prints status, stdout and stderr of each part. */
const GATHER = `perl -e '
  for (my $part = 0; -e "/run/part/$part.status"; $part++) {
    print join "\\x1f", map { local (@ARGV, $/) = ("/run/part/$part.$_"); <> // "" } qw(status stdout stderr);
    print "\\x1e";
  }'`;

const ENVIRONMENT = { NODE: process.execPath, PROJECT: projectDirectory };

/** The document of a create that succeeded. */
export function documentOf({ status, stdout, stderr }: RunResult): CreateDocument {
  expect(status, `${stderr}${stdout}`).toBe(0);
  checkPrinted(['create', '--json'], { stdout, status });
  return parseAs(createDocumentSchema, stdout);
}

/** Exit status and code of a failure with `--json`. */
export function failureOf({ status, stdout, stderr }: RunResult): {
  status: number;
  code: string;
  message: string;
} {
  expect(status, `${stderr}${stdout}`).not.toBe(0);
  checkPrinted(['create', '--json'], { stdout, status });
  const { error } = parseAs(errorDocumentSchema, stdout);
  expect(error.exit_status).toBe(status);
  return { status, code: error.code, message: error.message };
}

/** The words of a create, and how it must fail. */
export type Refusal = readonly [create: string, status: number, code: string];

/** Runs creates that must be refused and must leave everything as it was, and returns what the refusals say. */
export async function expectRefusals(
  bench: Bench,
  make: string,
  refusals: readonly Refusal[],
): Promise<string[]> {
  const calls = refusals.map(([create], index) => [
    `refusal ${String(index)}`,
    `wcache create --json ${create}`,
  ]);
  const results: Record<string, RunResult> = await bench.run({
    make,
    before: 'state',
    ...(Object.fromEntries(calls) as Record<string, string>),
    after: 'state',
  });
  const messages = refusals.map(([create, status, code], index) => {
    const { message, ...failure } = failureOf(resultOf(results, `refusal ${String(index)}`));
    expect(failure, `${create}: ${message}`).toEqual({ status, code });
    return message;
  });
  expect(resultOf(results, 'after').stdout).toBe(resultOf(results, 'before').stdout);
  return messages;
}

/** One of the results of parts whose names were put together. */
export function resultOf(results: Readonly<Record<string, RunResult>>, name: string): RunResult {
  const result = results[name];
  if (result === undefined) throw new Error(`there is no part "${name}"`);
  return result;
}

function parseAs<T>(schema: z.ZodType<T>, text: string): T {
  return schema.parse(JSON.parse(text));
}
