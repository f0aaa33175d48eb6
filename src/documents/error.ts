import { z } from 'zod';

export const errorSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  hint: z.string().nullable(),
  exit_status: z.int(),
});

/** What every verb prints on stdout with `--json` when it fails. */
export const errorDocumentSchema = z.strictObject({ error: errorSchema });
export type ErrorDocument = z.infer<typeof errorDocumentSchema>;
