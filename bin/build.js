/**
 * The build: TypeScript to dist/, the JSON Schema of every document to dist/schemas/, what monitoring needs to
 * dist/monitoring/, then oclif's manifest and the bundle, with which wcache starts.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');

rmSync(`${root}/dist`, { recursive: true, force: true });
const compiled = spawnSync(process.execPath, [compiler, '--project', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (compiled.status !== 0) {
  process.exit(compiled.status ?? 1);
}

const { documentSchemas, toJsonSchema } = await import(
  new URL('../dist/src/documents/index.js', import.meta.url).href
);
mkdirSync(`${root}/dist/schemas`);
for (const [name, schema] of Object.entries(documentSchemas)) {
  writeFileSync(`${root}/dist/schemas/${name}.json`, `${JSON.stringify(toJsonSchema(schema), null, 2)}\n`);
}

mkdirSync(`${root}/dist/monitoring`);
for (const name of ['grafana-dashboard.json', 'alert-rules.yml']) {
  copyFileSync(`${root}/src/metrics/${name}`, `${root}/dist/monitoring/${name}`);
}

const { Plugin } = await import('@oclif/core');
const plugin = new Plugin({ root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true });
await plugin.load();
writeFileSync(`${root}/oclif.manifest.json`, `${JSON.stringify(plugin.manifest, null, 2)}\n`);

await bundle(root.replace(/\/$/, ''));
