import { z } from 'zod';

export const errorSchema = z
  .strictObject({
    code: z.string().describe('What kind of failure it is: a word for programs, which does not change.'),
    message: z.string().describe('What could not be done to which device, and how that is known.'),
    hint: z.string().nullable().describe('What to do next; null where there is nothing to advise.'),
    exit_status: z
      .int()
      .describe('With which the command ends: 1 to 7 as wcache(8) tells them, 130 when interrupted.'),
  })
  .describe('The failure.');

/** What every verb prints on stdout with `--json` when it fails. */
export const errorDocumentSchema = z
  .strictObject({ error: errorSchema })
  .describe('Why a command failed. Lines that were printed before it are what was found or done until then.');
export type ErrorDocument = z.infer<typeof errorDocumentSchema>;
