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
export const tableDocumentSchema = z
  .strictObject({
    name: z.string().nullable().describe('The mapping; null with --validate.'),
    line: z.string().describe('The line of the table as the kernel prints it, or as it was given.'),
    valid: z.boolean().describe('Whether neither the kernel nor wcache refuses it.'),
    kernel: z
      .strictObject({
        accepts: z.boolean().describe('As far as the words decide it: the devices are not looked at.'),
        reason: z.string().nullable().describe("Why it does not, in the kernel's words; null where it does."),
      })
      .describe('What the kernel says when it is to load the line.'),
    target_version: z
      .string()
      .describe('For which version of the target the line was judged: MAJOR.MINOR.PATCH.'),
    start: jsonInteger
      .nullable()
      .describe(
        'The first word of the line, in sectors of 512 bytes; null where only the parameters were given.',
      ),
    length_sectors: jsonInteger
      .nullable()
      .describe(
        'The second word of the line, in sectors of 512 bytes; null where only the parameters were given.',
      ),
    words: z
      .array(
        z.strictObject({
          word: z.string().describe('As it stands in the line.'),
          role: z
            .enum([
              ...(['start', 'length', 'target', 'mode', 'origin', 'cache', 'block_size'] as const),
              ...(['count', 'option', 'value', 'extra'] as const),
            ])
            .describe(
              'What the word is. count: of the words of options. value: of the option before it. extra: behind the end.',
            ),
          meaning: z.string().describe('What it says, in words.'),
          number: z
            .int()
            .nullable()
            .describe(
              "Its number as the kernel's messages count the words of the parameters, from 1; null before them.",
            ),
        }),
      )
      .describe('Every word of the line, in order.'),
    problems: z
      .array(
        z.strictObject({
          code: z
            .enum(TABLE_PROBLEM_CODES)
            .describe('What is wrong: a word for programs, which does not change; see wcache-table(8).'),
          severity: z
            .enum(['error', 'warning'])
            .describe('error: it is refused. warning: it deserves a look.'),
          message: z.string().describe('The same in words.'),
          hint: z.string().describe('What to do.'),
          word_index: z
            .int()
            .nullable()
            .describe('The place in `words`, from 0; null where it is about none of them.'),
          stricter: z.boolean().describe('Whether the kernel would take it.'),
        }),
      )
      .describe('What is wrong with the line, or deserves a look.'),
    table: tableFieldsSchema
      .nullable()
      .describe('What the words say; null where the kernel would refuse them.'),
    unknown: z.array(unknownSchema).describe('What the line of a running cache does not tell.'),
  })
  .describe(
    'What each word of a table line means, and what is wrong with it: of a running cache, or of a line that is only judged.',
  );
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
