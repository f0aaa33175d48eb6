import { z } from 'zod';
import { OperationError } from '../errors.js';
import { runProgram } from '../exec.js';
import { alignedBuffer } from './aligned-buffer.js';
import { bytesOfEscaped } from './byte-escapes.js';
import type { OpenedDevice } from './open-device.js';
import { withDevice } from './with-device.js';

/** What blkid recognises a device or image by. */
export interface FileSystem {
  /** blkid's word: `ext4`, `swap`, `LVM2_member`; null where there is a partition table and nothing else. */
  readonly type: string | null;
  /** `filesystem`, `raid`, `crypto` or `other`; null together with the type. */
  readonly usage: string | null;
  readonly uuid: string | null;
  readonly label: string | null;
  /**
   * The smallest unit in which the file system reads and writes, in bytes: the block size of ext4, the sector size of
   * xfs. Null where it has none or util-linux is too old to tell.
   */
  readonly blockSizeBytes: number | null;
  /** `gpt`, `dos`; null where there is none. It is no file system: what counts is inside its partitions. */
  readonly partitionTable: string | null;
}

const FOUND = 0;
const NOTHING_FOUND = 2;
const AMBIVALENT = 8;

// Only these are asked for, because blkid prints some others, such as the names in an ISO image, without encoding them.
const TAGS = ['TYPE', 'USAGE', 'UUID', 'LABEL', 'BLOCK_SIZE', 'PTTYPE'];

const value = z.string().min(1).optional();
const blkidOutput = z
  .object({
    ID_FS_TYPE: value,
    ID_FS_USAGE: value,
    ID_FS_UUID_ENC: z.string().optional(),
    ID_FS_LABEL_ENC: z.string().optional(),
    ID_FS_BLOCK_SIZE: z
      .string()
      .regex(/^[1-9]\d{0,9}$/)
      .transform(Number)
      .optional(),
    ID_PART_TABLE_TYPE: value,
  })
  .refine(({ ID_FS_TYPE: type, ID_PART_TABLE_TYPE: table }) => type !== undefined || table !== undefined);

/**
 * What is on a device or image, asked of blkid by low-level probing: of the medium as it is now, not of a cache.
 * Null when libblkid recognises nothing. It never recognises anything on the hidden devices of LVM, and it does not
 * know the metadata of a writecache.
 *
 * @throws as {@link openDevice} does for reading.
 * @throws {@link OperationError} `ambivalent-content` when several file systems are found and none can be trusted,
 *   `io-error` when the places could not be read where signatures lie, `program-failed`, `bad-program-output`.
 * @throws {@link NotPossibleHereError} `program-missing` where util-linux is not installed.
 */
export async function findFileSystem(path: string): Promise<FileSystem | null> {
  return withDevice(path, { access: 'read' }, async (device) => {
    const tags = TAGS.flatMap((tag) => ['--match-tag', tag]);
    const { status, stdout } = await runProgram(
      'blkid',
      ['--probe', '--output', 'udev', ...tags, '--', path],
      {
        acceptStatus: [NOTHING_FOUND, AMBIVALENT],
      },
    );
    if (status === AMBIVALENT) throw ambivalent(path, stdout);
    if (status === FOUND) return parseFileSystem(stdout, path);
    // A device that fails looks the same to blkid as a blank one, and it says nothing about it.
    readWhereSignaturesLie(device);
    return null;
  });
}

/**
 * Reads what `blkid --output udev` printed about `path`.
 *
 * @throws {@link OperationError} `bad-program-output`
 */
export function parseFileSystem(output: string, path: string): FileSystem {
  try {
    const found = blkidOutput.parse(parseAssignments(output));
    return {
      type: found.ID_FS_TYPE === undefined ? null : decode(found.ID_FS_TYPE),
      usage: found.ID_FS_USAGE ?? null,
      uuid: decode(found.ID_FS_UUID_ENC ?? '') || null,
      label: decode(found.ID_FS_LABEL_ENC ?? '') || null,
      blockSizeBytes: found.ID_FS_BLOCK_SIZE ?? null,
      partitionTable: found.ID_PART_TABLE_TYPE ?? null,
    };
  } catch (cause) {
    throw new OperationError(`What is on ${path} could not be learned: blkid printed something unknown.`, {
      code: 'bad-program-output',
      hint: `Compare with what this prints: blkid --probe --output udev ${path}`,
      cause,
    });
  }
}

function parseAssignments(output: string): Record<string, string> {
  const values = new Map<string, string>();
  for (const line of output.split('\n')) {
    if (line === '') continue;
    const [, name, text] = /^([A-Z][A-Z0-9_]*)=(.*)$/s.exec(line) ?? [];
    if (name === undefined || text === undefined || values.has(name)) {
      throw new Error(`blkid printed the line ${JSON.stringify(line)}`);
    }
    values.set(name, text);
  }
  return Object.fromEntries(values);
}

/** libblkid writes each byte that udev could stumble over as `\x20`, and the backslash itself as `\x5c`. */
function decode(encoded: string): string {
  return bytesOfEscaped(encoded).toString('utf8');
}

function ambivalent(path: string, output: string): OperationError {
  // ID_FS_AMBIVALENT=filesystem:xfs filesystem:ext4:1.0
  const [, found = ''] = /^ID_FS_AMBIVALENT=(.*)$/m.exec(output) ?? [];
  const types = found.split(' ').flatMap((each) => each.split(':')[1] ?? []);
  const which = types.length === 0 ? '' : ` (${types.map(decode).join(', ')})`;
  return new OperationError(
    `${path} has the signatures of several file systems${which}: blkid trusts none.`,
    {
      code: 'ambivalent-content',
      hint: `See them with: wipefs --no-act ${path}; and erase the one that is left over from former use.`,
    },
  );
}

const PIECE_BYTES = 1024 * 1024;

/** The first MiB and the last two hold every signature that libblkid looks for, but for rare ones farther inside. */
function readWhereSignaturesLie(device: OpenedDevice): void {
  const buffer = alignedBuffer(PIECE_BYTES);
  const pieceBytes = BigInt(PIECE_BYTES);
  for (const offset of new Set([0n, device.sizeBytes - 2n * pieceBytes, device.sizeBytes - pieceBytes])) {
    const start = offset < 0n ? 0n : offset;
    const length = Math.min(PIECE_BYTES, Number(device.sizeBytes - start));
    device.read(buffer.subarray(0, length), start);
  }
}
