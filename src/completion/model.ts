import { VALUE_KINDS, type FixedWord, type ValueKind } from './kinds.js';

/** What is used of oclif's manifest. */
export interface ManifestCommand {
  readonly id: string;
  readonly summary?: string | undefined;
  readonly hidden?: boolean | undefined;
  readonly strict?: boolean | undefined;
  readonly args: Readonly<Record<string, ManifestArgument>>;
  readonly flags: Readonly<Record<string, ManifestFlag>>;
}

interface ManifestArgument {
  readonly name: string;
  readonly description?: string | undefined;
  readonly options?: readonly string[] | undefined;
  readonly multiple?: boolean | undefined;
}

interface ManifestFlag {
  readonly name: string;
  readonly type: string;
  readonly char?: string | undefined;
  readonly description?: string | undefined;
  readonly helpValue?: string | readonly string[] | undefined;
  readonly options?: readonly string[] | undefined;
  readonly multiple?: boolean | undefined;
  readonly delimiter?: string | undefined;
  readonly allowNo?: boolean | undefined;
  readonly exclusive?: readonly unknown[] | undefined;
  readonly dependsOn?: readonly string[] | undefined;
  readonly hidden?: boolean | undefined;
}

/** A flag as it is typed. */
export interface FlagModel {
  /** With its dashes. */
  readonly name: string;
  /** With its dash. */
  readonly short: string | null;
  readonly description: string;
  /** null for one without a value. */
  readonly value: { readonly label: string; readonly kind: ValueKind } | null;
  /** May be given again. */
  readonly repeats: boolean;
  /** Takes several values in one word, with commas between them. */
  readonly list: boolean;
  /** Flags, with their dashes, that make no sense beside this one. */
  readonly excludes: readonly string[];
}

export interface ArgumentModel {
  readonly label: string;
  readonly kind: ValueKind;
  /** Takes all words that come. */
  readonly repeats: boolean;
}

export interface VerbModel {
  /** `stats reset` has two. */
  readonly words: readonly string[];
  readonly summary: string;
  readonly args: readonly ArgumentModel[];
  readonly flags: readonly FlagModel[];
}

/** The verbs of a manifest, in the order of their names. */
export function verbModels(commands: readonly ManifestCommand[]): VerbModel[] {
  return commands
    .filter(({ hidden }) => hidden !== true)
    .map(verbModel)
    .sort((a, b) => (a.words.join(' ') < b.words.join(' ') ? -1 : 1));
}

/** The keys under which {@link VALUE_KINDS} may know a flag's value or an argument. */
export function kindKeys(verb: string, name: string, isFlag: boolean): readonly string[] {
  return isFlag ? [`${verb} --${name}`, `--${name}`] : [`${verb} ${name}`];
}

function verbModel(command: ManifestCommand): VerbModel {
  const { id, summary = '', strict = true } = command;
  const args = Object.entries(command.args);
  return {
    words: id.split(':'),
    summary,
    args: args.map(([key, arg], index) => ({
      label: arg.name.toUpperCase(),
      kind: kindOf(kindKeys(id, key, false), arg.options),
      repeats: arg.multiple === true || (!strict && index === args.length - 1),
    })),
    flags: flagModels(command),
  };
}

function flagModels({ id, flags }: ManifestCommand): FlagModel[] {
  const shown = Object.values(flags).filter(({ hidden }) => hidden !== true);
  const excluded = exclusions(shown);
  const help: FlagModel = {
    name: '--help',
    short: '-h',
    description: 'Explain the verb.',
    value: null,
    repeats: false,
    list: false,
    excludes: [],
  };
  const models = shown.flatMap((flag): FlagModel[] => {
    const no = flag.allowNo === true ? `--no-${flag.name}` : null;
    const excludes = [...(excluded.get(flag.name) ?? [])].map((name) => `--${name}`).sort();
    const model: FlagModel = {
      name: `--${flag.name}`,
      short: flag.char === undefined ? null : `-${flag.char}`,
      description: flag.description ?? '',
      value:
        flag.type === 'boolean'
          ? null
          : { label: labelOf(flag), kind: kindOf(kindKeys(id, flag.name, true), flag.options) },
      repeats: flag.multiple === true,
      list: flag.delimiter === ',',
      excludes: no === null ? excludes : [...excludes, no],
    };
    if (no === null) return [model];
    const opposite = { ...model, name: no, short: null, excludes: [...excludes, model.name] };
    return [model, opposite];
  });
  return [...models, help].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function labelOf({ name, helpValue }: ManifestFlag): string {
  return typeof helpValue === 'string' ? helpValue : name.toUpperCase();
}

function kindOf(keys: readonly string[], options: readonly string[] | undefined): ValueKind {
  if (options !== undefined) return { kind: 'words', words: options.map((word): FixedWord => ({ word })) };
  // A test sees to it that there is one.
  return keys.map((key) => VALUE_KINDS[key]).find((kind) => kind !== undefined) ?? { kind: 'free' };
}

/** What each flag cannot stand beside: oclif has it from one side, and a flag that needs another suffers with it. */
function exclusions(flags: readonly ManifestFlag[]): Map<string, Set<string>> {
  const excluded = new Map(flags.map(({ name }) => [name, new Set<string>()]));
  const forbid = (one: string, other: string): void => {
    excluded.get(one)?.add(other);
    excluded.get(other)?.add(one);
  };
  for (const { name, exclusive = [] } of flags) {
    for (const other of exclusive) if (typeof other === 'string') forbid(name, other);
  }
  for (const { name, dependsOn = [] } of flags) {
    for (const needed of dependsOn) {
      for (const other of [...(excluded.get(needed) ?? [])]) forbid(name, other);
    }
  }
  return excluded;
}
