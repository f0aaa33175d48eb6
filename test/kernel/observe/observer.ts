import { output, type Guest } from '../../lab/index.js';
import { projectDirectory } from '../../lab/project.js';
import { checkScript } from '../../schemas/scripts.js';

export interface Observed {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

const WCACHE = `wcache() { '${process.execPath}' '${projectDirectory}/bin/wcache.cjs' "$@"; }`;

/**
 * Runs commands in a guest one after the other, in one go, and returns what each of them printed. In them, `wcache` is
 * the built command. JSON that it prints has to be as the published schemas tell.
 */
export async function observe(
  guest: Guest,
  commands: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Observed[]> {
  const steps = commands.map(
    (command) =>
      `( ${command} ) >/tmp/stdout 2>/tmp/stderr; printf '%s\\037' $?; cat /tmp/stdout; printf '\\037'; cat /tmp/stderr; printf '\\036'`,
  );
  const printed = await output(guest, [WCACHE, ...steps].join('\n'), { env, timeoutMs: 240_000 });
  const results = printed.split('\x1e').slice(0, -1);
  return results.map((result, index) => {
    const [status = '', stdout = '', stderr = ''] = result.split('\x1f');
    checkScript(commands[index] ?? '', stdout);
    return { status: Number(status), stdout, stderr };
  });
}
