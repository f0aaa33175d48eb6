/**
 * Compiles the AssemblyScript kernels to src/wasm/kernels.ts, which holds the WebAssembly module as text. That file is
 * in the repository, so that neither an installation nor a build compiles anything; a test compiles the sources again
 * and compares.
 *
 * `npm run kernels` writes the file.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const OPTIONS = ['-O3', '--runtime', 'stub', '--importMemory', '--noAssert', '--enable', 'simd'];

/** The text of src/wasm/kernels.ts as the sources make it. */
export function kernelsSource() {
  const lines =
    compile()
      .toString('base64')
      .match(/.{1,100}/g) ?? [];
  return [
    '/** The WebAssembly module of src/wasm/assembly, as base64. Made by `npm run kernels`; not to be edited. */',
    'export const KERNELS_BASE64 =',
    `${lines.map((line) => `  '${line}'`).join(' +\n')};\n`,
  ].join('\n');
}

function compile() {
  const folder = mkdtempSync(join(tmpdir(), 'wcache-kernels-'));
  try {
    const compiler = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');
    const output = join(folder, 'kernels.wasm');
    const words = ['src/wasm/assembly/index.ts', ...OPTIONS, '--use', 'abort=', '--outFile', output];
    const { status } = spawnSync(process.execPath, [compiler, ...words], { cwd: root, stdio: 'inherit' });
    if (status !== 0) throw new Error('the kernels do not compile');
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(`${root}/src/wasm/kernels.ts`, kernelsSource());
}
