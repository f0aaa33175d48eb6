import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
// Not from the index: status and create, which read journals, need nothing else of that room.
import { VERIFY_LEVELS } from '../../crosscheck/certificate.js';
import { OperationError } from '../../errors.js';
import { writeDurably } from '../write-durably.js';
import { REMOVAL_STEPS } from './types.js';

/** Where a removal keeps what it must not forget when it is killed, and the certificates of those that were done. */
export const REMOVALS_FOLDER = '/var/lib/wcache/removals';

const decimal = z.string().regex(/^\d+$/);
const stepSchema = z.object({ id: z.enum(REMOVAL_STEPS), number: z.int() });
const deviceSchema = z.object({ number: z.string(), path: z.string(), ids: z.array(z.string()) });

const journalSchema = z.object({
  format: z.literal(1),
  /** The kernel's name of the mapping. */
  name: z.string(),
  uuid: z.string(),
  started: z.iso.datetime(),
  /** Who is at it, and since which start of the machine. */
  pid: z.int(),
  boot_id: z.string(),
  /** The step that was begun last, and the one that was done last. */
  begun: stepSchema,
  done: stepSchema.nullable(),
  /** The line of the writecache, by which it can be brought back. */
  line: z.object({ start_sector: decimal, length_sectors: decimal, parameters: z.string() }),
  mode: z.enum(['p', 's']),
  start_sector: decimal,
  origin: deviceSchema,
  cache: deviceSchema,
  verify: z.enum([...VERIFY_LEVELS, 'none']),
  invalidate: z.boolean(),
  ending: z.enum(['keep', 'delete', 'auto']),
  certificate: z.string().nullable(),
  stall_ms: z.number().nullable(),
});
export type Journal = z.infer<typeof journalSchema>;

/** The files of one mapping's removal. */
export interface RemovalFiles {
  readonly journal: string;
  readonly evidence: string;
  readonly certificate: (at: Date) => string;
  readonly superblock: (at: Date) => string;
}

/** Where the files of a mapping are; its name may hold what a file's name may not. */
export function removalFiles(name: string, folder = REMOVALS_FOLDER): RemovalFiles {
  const readable = name.replaceAll(/[^\w.-]/g, '_').slice(0, 60);
  const unique = createHash('sha256').update(name).digest('hex').slice(0, 12);
  const stem = join(folder, `${readable}-${unique}`);
  const dated = (at: Date): string => `${stem}-${at.toISOString().replaceAll(/[:.]/g, '')}`;
  return {
    journal: `${stem}.journal`,
    evidence: `${stem}.evidence`,
    certificate: (at) => `${dated(at)}.certificate.json`,
    superblock: (at) => `${dated(at)}.superblock`,
  };
}

/** Keeps the journal; durable when it returns. Throws {@link OperationError} `journal-failed`. */
export function writeJournal(journal: Journal, folder = REMOVALS_FOLDER): void {
  const { journal: path } = removalFiles(journal.name, folder);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    // What could not be read back would show when it is too late.
    writeDurably(path, `${JSON.stringify(journalSchema.parse(journal), null, 2)}\n`);
  } catch (cause) {
    throw new OperationError(`The journal of the removal could not be written: ${path}.`, {
      code: 'journal-failed',
      hint: 'Without it an interrupted removal could not be told from a running one. Make room, and start again.',
      cause,
    });
  }
}

/** The journal of a mapping's removal; null where there is none that can be read. */
export function readJournal(name: string, folder = REMOVALS_FOLDER): Journal | null {
  return parseJournal(removalFiles(name, folder).journal);
}

/** All journals: of removals that are under way, and of those that were interrupted. */
export function readJournals(folder = REMOVALS_FOLDER): Journal[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.journal'));
  } catch {
    return [];
  }
  return names.sort().flatMap((name) => parseJournal(join(folder, name)) ?? []);
}

/** Forgets a removal that is over: its journal, and the evidence that the certificate has taken in. */
export function forgetJournal(name: string, folder = REMOVALS_FOLDER): void {
  const { journal, evidence } = removalFiles(name, folder);
  rmSync(evidence, { force: true });
  rmSync(journal, { force: true });
}

/** Identifies this start of the machine. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

/** Whether I/O goes on with the origin alone since that step: the removal can be finished then, and not undone. */
export function isBehindResume({ begun, done }: Journal): boolean {
  return done?.id === 'resume' || REMOVAL_STEPS.indexOf(begun.id) > REMOVAL_STEPS.indexOf('resume');
}

/** Whether the machine was started again since; mappings do not outlive that. */
export function isOfEarlierStart({ boot_id: boot }: Journal): boolean {
  return boot !== bootId();
}

/** Whether the process that keeps a journal is still there. */
export function isUnderWay(journal: Journal): boolean {
  if (isOfEarlierStart(journal)) return false;
  const { pid } = journal;
  try {
    // A killed process whose parent has not looked yet is still listed, as a zombie.
    return !/^\d+ \(.*\) [ZX] /s.test(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function parseJournal(path: string): Journal | null {
  try {
    return journalSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}
