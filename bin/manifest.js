import { Plugin } from '@oclif/core';
import { synopsis } from './synopsis.js';

/**
 * oclif's manifest of all verbs, in which each one has its line of usage, and its description ends with where more is told.
 *
 * @param {string} root the folder of package.json
 */
export async function manifestOf(root) {
  const plugin = new Plugin({ root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true });
  await plugin.load();
  const { manifest } = plugin;
  for (const [id, verb] of Object.entries(manifest.commands)) {
    verb.usage = ['<%= command.id %>', ...synopsis(verb)].join(' ');
    verb.description = [verb.description, `More: man wcache-${id.replaceAll(':', '-')}`]
      .filter((part) => part !== undefined && part !== '')
      .join(' ');
  }
  return manifest;
}
