import { MESSAGE_MEANING, MESSAGE_NAMES, OPTION_NAMES } from '../table/index.js';

/** A word that can be completed, and what it means where somebody should be told. */
export interface FixedWord {
  readonly word: string;
  readonly description?: string;
}

/** What can stand as the value of a flag or as an argument, as far as a shell can help with it. */
export type ValueKind =
  /** A number, a size, a time, a new name: a shell cannot know it. */
  | { readonly kind: 'free' }
  | { readonly kind: 'words'; readonly words: readonly FixedWord[] }
  /** `option=value`; those that are switches, and then all. */
  | { readonly kind: 'assignments'; readonly switches: readonly string[]; readonly names: readonly string[] }
  /** A verb, and its second word. */
  | { readonly kind: 'verb' }
  | { readonly kind: 'second-verb' }
  /** A live writecache. */
  | { readonly kind: 'mapping' }
  /** A live writecache, or a mapping whose removal was interrupted. */
  | { readonly kind: 'removable' }
  /** A block device. */
  | { readonly kind: 'device' }
  /** A block device or a file with an image of one. */
  | { readonly kind: 'image' }
  | { readonly kind: 'file' };

const free: ValueKind = { kind: 'free' };
const mapping: ValueKind = { kind: 'mapping' };
const device: ValueKind = { kind: 'device' };
const image: ValueKind = { kind: 'image' };
const file: ValueKind = { kind: 'file' };

function words(...each: readonly string[]): ValueKind {
  return { kind: 'words', words: each.map((word) => ({ word })) };
}

function flagName(option: string): string {
  return option.replaceAll('_', '-');
}

/**
 * What each argument (by its place: `VERB 1`) and each flag with a value is, by oclif's id of the verb; a flag that is the same in every
 * verb stands there without one. Values that oclif knows (`options`) are not here: they come from the manifest. A test
 * holds this against the manifest.
 */
export const VALUE_KINDS: Readonly<Record<string, ValueKind>> = {
  '--autocommit-blocks': free,
  '--autocommit-time': free,
  '--block-size': words('512', '1024', '2048', '4096'),
  '--high-watermark': free,
  '--low-watermark': free,
  '--max-age': free,
  '--max-stall': free,
  '--memory': free,
  '--pause-writeback': free,
  '--start-sector': free,
  '--writeback-jobs': free,

  'check device': image,
  'check --origin': image,
  'check --origin-size': free,

  'clean name': mapping,

  'create name': free,
  'create --origin': device,
  'create --cache': device,
  'create --read-ahead': words('auto', 'none'),

  'flush name': mapping,

  'format device': image,

  'help verb': { kind: 'verb' },
  'help second': { kind: 'second-verb' },

  'inspect device': image,
  'inspect --at': free,
  'inspect --range': free,
  'inspect --sector': free,

  'message name': mapping,
  'message message': {
    kind: 'words',
    words: MESSAGE_NAMES.map((word) => ({ word, description: MESSAGE_MEANING[word] })),
  },

  'metrics --listen': free,
  'metrics --output': file,

  'recover name': mapping,

  'remove name': { kind: 'removable' },
  'remove --timeout': free,

  'resume name': mapping,

  'set name': mapping,
  'set option=value': {
    kind: 'assignments',
    switches: ['cleaner', 'fua', 'metadata-only'],
    names: OPTION_NAMES.filter((name) => name !== 'start_sector').map(flagName),
  },

  'simulate workload': file,
  'simulate --cache': free,
  'simulate --only': free,
  'simulate --origin': free,
  'simulate --origin-latency': free,
  'simulate --origin-rate': free,
  'simulate --rate': free,

  'size device': image,
  'size --cache': free,

  'stats:reset name': mapping,

  'status name': mapping,
  'status --count': free,
  'status --interval': free,
  'status --until': {
    kind: 'words',
    words: [
      { word: 'clean', description: 'no dirty block in any' },
      { word: 'error', description: 'one is in its error state' },
      { word: 'dirty<10%', description: 'less than this is dirty in each' },
      { word: 'dirty>80%', description: 'more than this is dirty in one' },
    ],
  },

  'suspend name': mapping,

  'table name': mapping,
  'table --target-version': free,
  'table --validate': free,

  'verify cache': image,
  'verify origin': image,
  'verify --before': image,
  'verify --evidence': file,
  'verify --save': file,
};
