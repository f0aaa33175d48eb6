import { z } from 'zod';
import type { LiveCache } from '../dm/index.js';
import { LINE_PROBLEM_CODES, judgeLine, type LineJudgement } from '../procedure/judge-line.js';
import {
  REFUSAL_CODES,
  STRICTER_CODES,
  formatTargetLine,
  formatTargetVersion,
  type TargetVersion,
} from '../table/index.js';
import { integer, jsonInteger } from './json.js';
import { tableFields, tableFieldsSchema, unknownInTable, unknownSchema } from './table-fields.js';

export const TABLE_PROBLEM_CODES = [...LINE_PROBLEM_CODES, ...REFUSAL_CODES, ...STRICTER_CODES] as const;

/** `wcache table --json`, of a running cache or of a line that is only judged. */
export const tableDocumentSchema = z.strictObject({
  /** The mapping's; null with `--validate`. */
  name: z.string().nullable(),
  /** As the kernel prints it, or as it was given. */
  line: z.string(),
  /** Neither the kernel nor wcache refuses it. */
  valid: z.boolean(),
  /** What the kernel's constructor says to it, as far as the words decide that; `reason` in its words. */
  kernel: z.strictObject({ accepts: z.boolean(), reason: z.string().nullable() }),
  target_version: z.string(),
  /** Null where only the parameters were given. */
  start: jsonInteger.nullable(),
  length_sectors: jsonInteger.nullable(),
  words: z.array(
    z.strictObject({
      word: z.string(),
      role: z.enum([
        ...(['start', 'length', 'target', 'mode', 'origin', 'cache', 'block_size'] as const),
        ...(['count', 'option', 'value', 'extra'] as const),
      ]),
      meaning: z.string(),
      /** How messages count the words of the parameters, from 1; null before them. */
      number: z.int().nullable(),
    }),
  ),
  problems: z.array(
    z.strictObject({
      code: z.enum(TABLE_PROBLEM_CODES),
      severity: z.enum(['error', 'warning']),
      message: z.string(),
      hint: z.string(),
      /** Into `words`, from 0. */
      word_index: z.int().nullable(),
      /** The kernel would take it. */
      stricter: z.boolean(),
    }),
  ),
  /** What the words say, where the kernel accepts them. */
  table: tableFieldsSchema.nullable(),
  /** What the line of a running cache does not tell. */
  unknown: z.array(unknownSchema),
});
export type TableDocument = z.infer<typeof tableDocumentSchema>;

/** Of a line that somebody wrote. Throws as {@link judgeLine}. */
export function tableDocument(text: string, version: TargetVersion): TableDocument {
  return documentOf(judgeLine(text, version));
}

/** Of the line that the kernel prints; its devices are named by their paths as well. */
export function liveTableDocument(cache: LiveCache, version = cache.targetVersion): TableDocument {
  const document = documentOf(judgeLine(formatTargetLine(cache.line), version));
  const paths: Record<string, string | null> = { origin: cache.originPath, cache: cache.cachePath };
  return {
    ...document,
    name: cache.name,
    words: document.words.map((word) => {
      const path = paths[word.role] ?? null;
      return path === null ? word : { ...word, meaning: `${path}: ${word.meaning}` };
    }),
    unknown: unknownInTable(cache),
  };
}

function documentOf(judgement: LineJudgement): TableDocument {
  const { startSector, lengthSectors, headWords } = judgement;
  return {
    name: null,
    line: judgement.line,
    valid: judgement.isValid,
    kernel: { ...judgement.kernel },
    target_version: formatTargetVersion(judgement.version),
    start: startSector === null ? null : integer(startSector),
    length_sectors: lengthSectors === null ? null : integer(lengthSectors),
    words: judgement.words.map(({ word, role, meaning }, place) => ({
      word,
      role,
      meaning,
      number: place < headWords ? null : place - headWords + 1,
    })),
    problems: judgement.problems.map(({ wordIndex, ...problem }) => ({ ...problem, word_index: wordIndex })),
    table: judgement.table === null ? null : tableFields(judgement.table),
    unknown: [],
  };
}
