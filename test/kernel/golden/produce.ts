import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { boot, createSparse, output, prepareLvm } from '../../lab/index.js';
import type { Guest } from '../../lab/index.js';
import { decodeSlowly } from '../../scan/slow-decoder.js';
import type { Recipe } from './recipe.js';
import { readWriteLog, replay } from './write-log.js';

const LOG_BYTES = 32 * 1024 * 1024;

export interface Product {
  readonly image: Uint8Array;
  readonly kernelRelease: string;
  readonly targetVersion: string;
  /** How many of the logged writes the image has; null where it was not made from a log. */
  readonly replayed: string | null;
}

/** Boots the recipe's kernel on empty disks, follows its steps and returns the image as the medium had it. */
export async function produce(recipe: Recipe, directory: string): Promise<Product> {
  const path = (disk: string): string => join(directory, `${recipe.name}-${disk}`);
  const cache = await createSparse(path('cache'), recipe.cacheBytes);
  const origin = await createSparse(path('origin'), recipe.originDiskBytes);
  const log = recipe.take.from === 'log' ? [await createSparse(path('log'), LOG_BYTES)] : [];
  const others = [origin, ...log].map((file) => ({ path: file }));
  const guest = await boot(
    recipe.mode === 'p'
      ? { kernel: recipe.kernel, disks: others, pmem: [{ path: cache }], label: recipe.name }
      : { kernel: recipe.kernel, disks: [...others, { path: cache }], label: recipe.name },
  );
  let facts: Pick<Product, 'kernelRelease' | 'targetVersion'>;
  try {
    facts = await follow(recipe, guest);
    await (recipe.end === 'powerCut' ? guest.powerCut() : guest.shutdown());
  } finally {
    await guest.powerCut();
  }
  if (recipe.take.from === 'cache') {
    const { offsetBytes, lengthBytes } = recipe.take;
    const bytes = new Uint8Array(await readFile(cache));
    return { ...facts, image: bytes.slice(offsetBytes, offsetBytes + lengthBytes), replayed: null };
  }
  return {
    ...facts,
    ...crashState(recipe, recipe.take.isWanted, new Uint8Array(await readFile(log[0] ?? ''))),
  };
}

async function follow(
  recipe: Recipe,
  guest: Guest,
): Promise<Pick<Product, 'kernelRelease' | 'targetVersion'>> {
  const [origin = '', second = ''] = guest.disks;
  const env = {
    ...(recipe.usesLvm ? await prepareLvm(guest) : {}),
    ORIGIN: origin,
    CACHE: (recipe.mode === 'p' ? guest.pmem[0] : guest.disks.at(-1)) ?? '',
    LOG: recipe.take.from === 'log' ? second : '',
  };
  await output(guest, 'modprobe dm-writecache');
  const targets = await output(guest, 'dmsetup targets');
  for (const step of recipe.steps) {
    await output(guest, step, { env });
  }
  return {
    kernelRelease: guest.kernelRelease,
    targetVersion: /^writecache\s+v(\S+)/m.exec(targets)?.[1] ?? '',
  };
}

function crashState(
  recipe: Recipe,
  isWanted: (state: ReturnType<typeof decodeSlowly>) => boolean,
  log: Uint8Array,
): Pick<Product, 'image' | 'replayed'> {
  const writes = readWriteLog(log);
  let count = 0;
  const image = replay(writes, recipe.cacheBytes, (bytes, applied) => {
    count = applied;
    return isWanted(decodeSlowly(bytes, recipe.startSector));
  });
  if (image === undefined) {
    throw new Error(
      `${recipe.name}: none of the ${String(writes.length)} logged writes leaves the wanted state`,
    );
  }
  return { image, replayed: `${String(count)} of ${String(writes.length)} logged writes` };
}
