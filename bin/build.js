/**
 * The build: TypeScript to dist/, the JSON Schema of every document to dist/schemas/, what monitoring needs to
 * dist/monitoring/, then oclif's manifest and the bundle, with which wcache starts.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.js';
import { manifestOf } from './manifest.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');

// Beside the last build, which stays where this one fails.
const fresh = `${root}/dist.new`;
rmSync(fresh, { recursive: true, force: true });
const words = ['--project', 'tsconfig.build.json', '--outDir', fresh];
const compiled = spawnSync(process.execPath, [compiler, ...words], { cwd: root, stdio: 'inherit' });
if (compiled.status !== 0) {
  rmSync(fresh, { recursive: true, force: true });
  process.exit(compiled.status ?? 1);
}
rmSync(`${root}/dist`, { recursive: true, force: true });
renameSync(fresh, `${root}/dist`);

const { documentSchemas, publishedSchema } = await import(
  new URL('../dist/src/documents/index.js', import.meta.url).href
);
mkdirSync(`${root}/dist/schemas`);
for (const name of Object.keys(documentSchemas)) {
  writeFileSync(`${root}/dist/schemas/${name}.json`, `${JSON.stringify(publishedSchema(name), null, 2)}\n`);
}

mkdirSync(`${root}/dist/monitoring`);
const monitoring = ['grafana-dashboard.json', 'alert-rules.yml'];
const units = ['wcache-metrics.service', 'wcache-metrics.timer', 'wcache-metrics-server.service'];
for (const name of [...monitoring, ...units]) {
  copyFileSync(`${root}/src/metrics/${name}`, `${root}/dist/monitoring/${name}`);
}

writeFileSync(`${root}/oclif.manifest.json`, `${JSON.stringify(await manifestOf(root), null, 2)}\n`);

await bundle(root.replace(/\/$/, ''));
