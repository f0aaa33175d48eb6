import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { projectDirectory } from '../../lab/project.js';
import type { KernelName } from '../../lab/index.js';
import type { ExpectedInspection } from './expectation.js';

export const FIXTURES = join(projectDirectory, 'test', 'fixtures');
const MANIFEST = join(FIXTURES, 'manifest.json');
const SUFFIX = '.img.gz';

/** What a kernel did with an image when it was given a table for it. */
export type KernelVerdict = {
  readonly kernel: KernelName;
  readonly mode: 'p' | 's';
  /** The kernel's own words about it, without time and device number. */
  readonly kernel_log: readonly string[];
} & (
  | { readonly outcome: 'refused'; readonly kernel_message: string; readonly errno_message: string }
  | {
      readonly outcome: 'activated' | 'formatted';
      /** The status line's first three fields right after resume. */
      readonly error: number;
      readonly n_blocks: number;
      readonly free_blocks: number;
      /** What is on the medium then. */
      readonly after: {
        readonly seq_count: string;
        readonly free: number;
        readonly committed: number;
        readonly uncommitted: number;
      };
    }
);

export interface ManifestImage {
  readonly name: string;
  readonly what: string;
  readonly kernel: KernelName;
  readonly kernel_release: string;
  readonly target_version: string;
  readonly mode: 'p' | 's';
  readonly block_size: number;
  readonly start_sector: number;
  readonly cache_bytes: number;
  readonly origin_bytes: number;
  /** The table with which the image is activated; $ORIGIN and $CACHE stand for the devices. */
  readonly table: string;
  readonly steps: readonly string[];
  readonly end: 'shutdown' | 'powerCut';
  readonly taken: string;
  /** The kernel left its own memory between the entries and the data; zeros are in its place here. */
  readonly padding_zeroed: boolean;
  readonly sha256: string;
  readonly expected: ExpectedInspection;
  /** Of the kernel that made it, booted afresh, about `table`. */
  readonly verdict: KernelVerdict;
}

export interface Manifest {
  readonly images: readonly ManifestImage[];
}

export function readManifest(): Manifest {
  return JSON.parse(readFileSync(MANIFEST, 'utf8')) as Manifest;
}

/** Puts images in the place of those with the same names. Sorted, so that a difference shows what changed. */
export function updateManifest(images: readonly ManifestImage[], known: readonly string[]): void {
  let before: readonly ManifestImage[] = [];
  try {
    before = readManifest().images;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const made = new Set(images.map(({ name }) => name));
  const kept = before.filter(({ name }) => !made.has(name) && known.includes(name));
  const all = [...kept, ...images].sort((a, b) => (a.name < b.name ? -1 : 1));
  mkdirSync(FIXTURES, { recursive: true });
  writeFileSync(MANIFEST, `${JSON.stringify({ images: all }, null, 2)}\n`);
}

/** The names of all images that are there, whatever the manifest says. */
export function storedNames(): string[] {
  return readdirSync(FIXTURES)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort();
}

export function readImage(name: string): Uint8Array {
  return new Uint8Array(gunzipSync(readFileSync(join(FIXTURES, name + SUFFIX))));
}

/** Node's gzip puts neither a time nor a name into the file, so the same image is the same file. */
export function storeImage(name: string, image: Uint8Array): void {
  mkdirSync(FIXTURES, { recursive: true });
  writeFileSync(join(FIXTURES, name + SUFFIX), gzipSync(image, { level: 9 }));
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
