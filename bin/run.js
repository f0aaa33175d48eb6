#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = new URL('../dist/src/cli/main.js', import.meta.url);
if (existsSync(built)) {
  const { main } = await import(built.href);
  await main(process.argv.slice(2), fileURLToPath(new URL('..', import.meta.url)));
} else {
  process.stderr.write('wcache: this checkout is not built yet; run `npm install && npm run build` first.\n');
  process.exitCode = 3;
}
