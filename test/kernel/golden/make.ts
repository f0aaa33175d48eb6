/**
 * Makes the golden images again, all or those that are named, by booting the kernels that they come from, and has a fresh kernel judge
 * each. Needs what the lab needs; a few minutes for all.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labReadiness } from '../../lab/index.js';
import type { KernelName } from '../../lab/index.js';
import { activateAll, type Candidate } from './activate.js';
import { tableLine } from './commands.js';
import { expectedInspection } from './expectation.js';
import { sha256, storeImage, updateManifest, type KernelVerdict, type ManifestImage } from './manifest.js';
import { withoutPadding } from './padding.js';
import { produce, type Product } from './produce.js';
import type { Recipe } from './recipe.js';
import { recipes } from './recipes.js';

interface Made {
  readonly recipe: Recipe;
  readonly product: Product;
  readonly image: Uint8Array;
}

async function make(names: readonly string[]): Promise<void> {
  const readiness = await labReadiness();
  if (!readiness.ready) throw new Error(readiness.reason);
  const unknown = names.filter((name) => !recipes.some((recipe) => recipe.name === name));
  if (unknown.length > 0) throw new Error(`there is no recipe for ${unknown.join(', ')}`);
  const wanted = names.length === 0 ? recipes : recipes.filter(({ name }) => names.includes(name));
  // By kernel, as one boot of each judges all images that come from it.
  for (const kernel of new Set(wanted.map((recipe) => recipe.kernel))) {
    await makeWith(
      kernel,
      wanted.filter((recipe) => recipe.kernel === kernel),
    );
  }
}

async function makeWith(kernel: KernelName, wanted: readonly Recipe[]): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'wcache-golden-'));
  try {
    const made: Made[] = [];
    for (const recipe of wanted) {
      const started = Date.now();
      const product = await produce(recipe, directory);
      // In pmem mode the kernel does not touch the padding.
      const image = recipe.mode === 's' ? withoutPadding(product.image, recipe.startSector) : product.image;
      made.push({ recipe, product, image });
      say(`${recipe.name}: ${String(Date.now() - started)} ms`);
    }
    const verdicts = await activateAll(kernel, made.map(candidate), directory);
    for (const { recipe, image } of made) storeImage(recipe.name, image);
    updateManifest(
      made.map((one) => manifestImage(one, verdicts.get(one.recipe.name))),
      recipes.map(({ name }) => name),
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function candidate({ recipe, image }: Made): Candidate {
  const { name, mode, startSector, originBytes } = recipe;
  return { name, image, mode, startSector, originBytes, table: tableLine(recipe) };
}

function manifestImage({ recipe, product, image }: Made, verdict: KernelVerdict | undefined): ManifestImage {
  if (verdict === undefined) throw new Error(`no kernel has judged ${recipe.name}`);
  return {
    name: recipe.name,
    what: recipe.what,
    kernel: recipe.kernel,
    kernel_release: product.kernelRelease,
    target_version: product.targetVersion,
    mode: recipe.mode,
    block_size: recipe.blockSize,
    start_sector: recipe.startSector,
    cache_bytes: recipe.cacheBytes,
    origin_bytes: recipe.originBytes,
    table: tableLine(recipe),
    steps: recipe.steps,
    end: recipe.end,
    taken: product.replayed === null ? recipe.take.what : `${recipe.take.what}: ${product.replayed}`,
    padding_zeroed: recipe.mode === 's',
    sha256: sha256(image),
    expected: expectedInspection(image, recipe.startSector),
    verdict,
  };
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

await make(process.argv.slice(2));
