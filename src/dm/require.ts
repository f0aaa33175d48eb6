import { NotPossibleHereError, OperationError, WcacheError } from '../errors.js';
import { runProgram } from '../exec.js';
import type { TargetVersion } from '../table/index.js';
import type { DeviceMapper } from './device-mapper.js';
import { TARGET } from './live-cache.js';

/** Throws {@link NotPossibleHereError} `no-root` unless this process is root. The device-mapper answers nobody else. */
export function requireRoot(uid: number | undefined = process.geteuid?.()): void {
  if (uid !== 0) {
    throw new NotPossibleHereError('Only root can ask the device-mapper.', {
      code: 'no-root',
      hint: 'Run wcache with sudo. Image files, `table --validate` and `size` need no root.',
    });
  }
}

/**
 * The version of the writecache target, loading the module where the kernel has not got it yet.
 *
 * @throws {@link NotPossibleHereError} `no-root`, `no-device-mapper`, or `no-target` with what modprobe said.
 */
export async function provideTarget(dm: DeviceMapper): Promise<TargetVersion> {
  requireRoot();
  const words: string[] = [];
  for (const load of [null, 'dm-mod', 'dm-writecache']) {
    if (load !== null) words.push(...(await modprobe(load)));
    const version = await dm.targetVersion(TARGET).catch((error: unknown) => {
      if (error instanceof WcacheError && error.code === 'no-device-mapper' && load === null) return null;
      throw error;
    });
    if (version !== null) return version;
  }
  throw new NotPossibleHereError(
    `This kernel has no writecache target${words.length === 0 ? '' : `: ${words.join('; ')}`}.`,
    {
      code: 'no-target',
      hint: 'It takes Linux 4.18 or later with CONFIG_DM_WRITECACHE (module dm-writecache).',
    },
  );
}

/** Loads a module, and returns what modprobe complained about. */
async function modprobe(module: string): Promise<string[]> {
  try {
    await runProgram('modprobe', ['--', module], { timeoutMs: 30_000 });
    return [];
  } catch (error) {
    if (!(error instanceof OperationError || error instanceof NotPossibleHereError)) throw error;
    return [error.message.replace(/^modprobe failed: /, '').replace(/\.$/, '')];
  }
}
