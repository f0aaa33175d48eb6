import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Config, loadHelpClass, Plugin, type Command } from '@oclif/core';
import { normalizeArgv } from '@oclif/core/help';
import { helpAddition, versionAddition } from '@oclif/core/run';
import { tellUnknownVerb } from './command-not-found.js';
import { guarded } from './main.js';
import { write } from './output.js';

/** The verbs that are in the bundle, by oclif's words for them (`stats:reset`), and how each is loaded. */
export type Verbs = Readonly<Record<string, () => Promise<{ readonly default: Command.Class }>>>;

/**
 * The command line as {@link main} runs it, for the bundle: oclif finds nothing in files there, neither verbs nor hooks.
 * `root` is the folder of package.json.
 */
export async function mainOfBundle(argv: readonly string[], root: string, verbs: Verbs): Promise<void> {
  await guarded(argv, async () => {
    const config = await bundledConfig(root, verbs);
    const [id = '', ...rest] = normalizeArgv(config, [...argv]);
    if (versionAddition([...argv], config)) {
      await write(`${config.userAgent}\n`);
    } else if (helpAddition([...argv], config)) {
      await showHelp(config, argv);
    } else if (config.findCommand(id) !== undefined) {
      await config.runCommand(id, rest);
    } else if (config.findTopic(id) !== undefined) {
      await showHelp(config, [id]);
    } else {
      await tellUnknownVerb({ id, argv: rest, config });
    }
  });
}

async function showHelp(config: Config, argv: readonly string[]): Promise<void> {
  const HelpClass = await loadHelpClass(config);
  await new HelpClass(config, config.pjson.oclif.helpOptions).showHelp([...argv]);
}

async function bundledConfig(root: string, verbs: Verbs): Promise<Config> {
  const plugin = new BundledPlugin(root, verbs);
  const config = new BundledConfig({ root, plugins: new Map([[plugin.name, plugin]]) });
  await config.load();
  return config;
}

/** wcache as oclif sees it, from its manifest. */
class BundledPlugin extends Plugin {
  readonly #verbs: Verbs;

  constructor(root: string, verbs: Verbs) {
    const pjson = readJson(join(root, 'package.json')) as Plugin['pjson'];
    super({ root, pjson, isRoot: true });
    const manifest = readJson(join(root, 'oclif.manifest.json')) as Plugin['manifest'];
    const { name, version } = pjson;
    Object.assign(this, { root, pjson, manifest, name, version, alias: name, type: 'core', isRoot: true });
    Object.assign(this, { valid: true, hooks: {}, moduleType: 'module' });
    this.commands = Object.values(manifest.commands)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map((verb) => ({ ...verb, load: () => this.findCommand(verb.id) }));
    this.commandIDs = this.commands.map(({ id }) => id);
    this.#verbs = verbs;
  }

  override async findCommand(id: string): Promise<Command.Class> {
    const load = this.#verbs[id];
    if (load === undefined) throw new Error(`The verb ${id} is not in the bundle.`);
    const { default: verb } = await load();
    verb.id = id;
    verb.plugin = this;
    return verb;
  }
}

class BundledConfig extends Config {
  /** oclif would look for colours in the home of whoever runs wcache. */
  override loadTheme(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
