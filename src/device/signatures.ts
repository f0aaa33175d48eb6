import { z } from 'zod';
import { OperationError } from '../errors.js';
import { runProgram } from '../exec.js';

/** Something that says whose a device is: a file system, a partition table, an LVM or RAID member, swap. */
export interface Signature {
  /** blkid's word: `ext4`, `gpt`, `LVM2_member`. */
  readonly type: string;
  readonly offsetBytes: bigint;
  /** `filesystem`, `raid`, `partition-table`, `crypto`, `other`. */
  readonly usage?: string;
  readonly label?: string;
  readonly uuid?: string;
}

const text = z.string().nullish();
const wipefsOutput = z.object({
  signatures: z.array(
    z.object({
      // Hexadecimal in a string today; other columns of util-linux became numbers over time.
      offset: z.union([z.string().regex(/^(0x[0-9a-f]+|\d+)$/i), z.int().nonnegative()]).transform(BigInt),
      type: z.string().min(1),
      uuid: text,
      label: text,
      usage: text,
    }),
  ),
});

/**
 * The signatures on a device or image, in the order in which wipefs finds them; none for a device that is
 * blank as far as libblkid knows. Only reads.
 *
 * @throws {@link NotPossibleHereError} `program-missing` where util-linux is not installed.
 * @throws {@link OperationError} `program-failed` when wipefs cannot read the device, `bad-program-output`
 *   when it prints something else than the JSON that is known of it.
 */
export async function findSignatures(path: string): Promise<Signature[]> {
  const columns = 'OFFSET,TYPE,UUID,LABEL,USAGE';
  const { stdout } = await runProgram('wipefs', ['--no-act', '--json', '--output', columns, '--', path]);
  return parseSignatures(stdout, path);
}

/**
 * Reads what `wipefs --json` printed about `path`; nothing at all means no signatures.
 *
 * @throws {@link OperationError} `bad-program-output`
 */
export function parseSignatures(output: string, path: string): Signature[] {
  if (output.trim() === '') return [];
  let parsed: z.infer<typeof wipefsOutput>;
  try {
    parsed = wipefsOutput.parse(JSON.parse(output));
  } catch (cause) {
    throw new OperationError(
      `The signatures on ${path} could not be read: wipefs printed something unknown.`,
      {
        code: 'bad-program-output',
        hint: `Compare with what this prints: wipefs --no-act --json ${path}`,
        cause,
      },
    );
  }
  return parsed.signatures.map(({ type, offset, usage, label, uuid }) => ({
    type,
    offsetBytes: offset,
    ...(usage ? { usage } : {}),
    ...(label ? { label } : {}),
    ...(uuid ? { uuid } : {}),
  }));
}
