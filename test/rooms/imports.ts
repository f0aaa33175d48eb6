import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { roomOf, targetOf } from '../../eslint.config.js';

/** What the files of a room import: rooms, packages and Node's modules, in the words of eslint.config.js. */
export type Imports = ReadonlyMap<string, ReadonlySet<string>>;

/** Of all files in src/ and commands/, whatever kind of import it is. A room that imports nothing is there too. */
export function importsOfRooms(root: string): Imports {
  const found = new Map<string, Set<string>>();
  for (const file of sourceFiles(root)) {
    const room = roomOf(file);
    const targets = found.get(room) ?? new Set();
    found.set(room, targets);
    const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), 'utf8'), true, true);
    for (const { fileName } of importedFiles) {
      const target = targetOf(fileName, join(root, file), root);
      if (target !== room) targets.add(target);
    }
    // What JSX turns into is not in the source.
    if (file.endsWith('.tsx')) targets.add('react');
  }
  return found;
}

/** Paths from the root. Not those in AssemblyScript, which are no part of the program. */
function sourceFiles(root: string): string[] {
  return ['src', 'commands'].flatMap((top) =>
    readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file))
      .map((file) => join(top, file))
      .filter((file) => !file.startsWith('src/wasm/assembly/')),
  );
}
