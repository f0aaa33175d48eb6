import type { DocumentName } from '../../src/documents/index.js';
import { partsOf, shapesOf, type Schema } from './published.js';

/**
 * Every field of a document with its type, and each value where they are listed, one on each line: what somebody who
 * reads the document may rely on. `inspect.superblock?: object|null` is not always there.
 */
export function fieldLines(name: DocumentName, schema: Schema): string[] {
  return [...partsOf(schema)].flatMap(({ path, schema: part, required }) => {
    const where = `${name}${/^[\w]/.test(path) ? '.' : ''}${path}`;
    const values = [...((part['enum'] ?? []) as unknown[]), ...('const' in part ? [part['const']] : [])];
    return [
      `${where}${required === false ? '?' : ''}: ${typeOf(part)}`,
      ...values.map((value) => `${where} = ${JSON.stringify(value)}`),
    ];
  });
}

function typeOf(schema: Schema): string {
  const { type } = schema;
  if (type !== undefined) return [type as string | string[]].flat().join('|');
  return [...new Set(shapesOf(schema).map(typeOf))].join('|');
}

/** How what is published now differs from what was: lines that are gone, and new ones. */
export function compareFields(
  was: readonly string[],
  is: readonly string[],
): { gone: string[]; added: string[] } {
  const [before, now] = [new Set(was), new Set(is)];
  return { gone: was.filter((line) => !now.has(line)), added: is.filter((line) => !before.has(line)) };
}
