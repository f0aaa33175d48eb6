import { readFile } from 'node:fs/promises';

/** What the writer's book says of a block: versions that it may have. */
export interface Kept {
  /** Flushed: nothing older may be there. 0 where nothing was. */
  durable: number;
  /** Begun to be written. */
  readonly begun: Set<number>;
}

/** What is put into the book behind the last line, which may have been cut off, before the writer begins again. */
export const CUT = '\ncut\n';

/** Reads the writer's book (writer.pl tells its form); by block. */
export async function readBook(path: string): Promise<Map<number, Kept>> {
  const kept = new Map<number, Kept>();
  const unflushed = new Map<number, number>();
  const lines = (await readFile(path, 'utf8')).split('\n');
  // The last line may have been cut off.
  for (const line of lines.slice(0, -1)) {
    const [kind, ...numbers] = line.split(' ');
    const [first = 0, count = 0, version = 0] = numbers.map(Number);
    if (kind === 'w') {
      for (let block = first; block < first + count; block += 1) {
        const entry = kept.get(block) ?? { durable: 0, begun: new Set() };
        entry.begun.add(version);
        kept.set(block, entry);
        unflushed.set(block, version);
      }
    } else if (kind === 'f') {
      flushed(kept, unflushed);
    } else {
      unflushed.clear();
    }
  }
  return kept;
}

function flushed(kept: Map<number, Kept>, unflushed: Map<number, number>): void {
  for (const [block, version] of unflushed) {
    const entry = kept.get(block);
    if (entry !== undefined) entry.durable = version;
  }
  unflushed.clear();
}

/** Why the content of a block is not one that it may have; undefined if it is. */
export function faultOf(block: number, content: Uint8Array, { durable, begun }: Kept): string | undefined {
  const text = Buffer.from(content).toString('latin1');
  const version = Number(/^block \d{10} has (\d{10})\n/.exec(text)?.[1] ?? '0');
  const record = `block ${digits(block)} has ${digits(version)}\n`;
  const whole = version === 0 ? '\0'.repeat(content.length) : record.repeat(content.length / record.length);
  if (text !== whole) return `block ${String(block)} is a mixture, or another's: ${text.slice(0, 31)}`;
  if (version < durable) {
    return `block ${String(block)} has version ${String(version)}, and ${String(durable)} was flushed`;
  }
  if (version > 0 && !begun.has(version)) {
    return `block ${String(block)} has version ${String(version)}, which nobody wrote`;
  }
  return undefined;
}

function digits(value: number): string {
  return String(value).padStart(10, '0');
}
